"""The whole bot in one process, put together as in earnest, between the sandbox's Slack and its Runs API."""

from __future__ import annotations

import asyncio
import hmac
import os
import re
import signal
import ssl
import time
from hashlib import sha256
from pathlib import Path
from typing import NoReturn

import aiohttp
import pytest
from structlog.testing import capture_logs

from bot.app import App, build, running, serve
from bot.audits import verify
from bot.clients import spelled, trust
from bot.core.errors import InstallationDead, StoreBusy, TerraformUnreachable
from bot.core.policy import Policy
from bot.core.roles import Mode
from bot.core.sealing import head_of
from bot.rules import RulesWrong
from bot.sandbox.world import World
from bot.services.presence import Presence
from bot.services.ruling import RulesInForce
from bot.store.database import Database
from bot.store.refusals import DatabaseInUse
from bot.web import PortTaken
from tests.fakes.runs import FakeRuns
from tests.worlds import as_person, connected, scripted_world, settings_of, told, until


async def types(world: World, text: str, person: str = "U0ANA", channel: str = "C0DEPLOYS") -> None:
    answer = await as_person(world, "command", {"as": person, "channel": channel, "text": text})
    assert answer["ok"], answer


async def test_over_socket_mode_a_command_becomes_a_run_with_a_card_and_a_call(tmp_path: Path) -> None:
    async with scripted_world(speed=20) as world, build(settings_of(world, tmp_path)) as app, running(app):
        await connected(app)
        await types(world, "/tf run storefront-dev first")
        assert "It reports here" in (await told(world, "Started a run"))["text"]
        call = await told(world, "run.approve")
        click = {"as": "U0ANA", "channel": "C0DEPLOYS", "ts": call["ts"], "action_id": "run.approve"}
        assert (await as_person(world, "click", click))["ok"]
        await told(world, "Applied: storefront-dev")
        assert await app.troubles() == {}


async def test_over_signed_http_a_command_is_heard_and_an_unsigned_one_is_not(tmp_path: Path) -> None:
    async with scripted_world() as world:
        secret = world.card()["slack"]["signing_secret"]
        settings = settings_of(world, tmp_path, SLACK_APP_TOKEN="", SLACK_SIGNING_SECRET=secret)
        with capture_logs() as logs:
            async with build(settings) as app, running(app):
                (port,) = [entry["port"] for entry in logs if entry["event"] == "listening"]
                address = f"http://127.0.0.1:{port}/slack/events"
                world.slack.deliver_to(address)
                await types(world, "/tf help")
                await told(world, "What /tf can do")
                assert await app.troubles() == {}
                assert [await status_of(address, given) for given in (secret, "another secret")] == [200, 401]
        assert (await app.troubles())["http"] == "Nothing listens for Slack's requests."


async def status_of(address: str, secret: str) -> int:
    body, now = "ssl_check=0&command=/tf&text=help&user_id=U0ANA&team_id=T0ACME&channel_id=C0DEPLOYS", str(int(time.time()))
    signature = "v0=" + hmac.new(secret.encode(), f"v0:{now}:{body}".encode(), sha256).hexdigest()
    headers = {
        "X-Slack-Request-Timestamp": now,
        "X-Slack-Signature": signature,
        "Content-Type": "application/x-www-form-urlencoded",
    }
    async with aiohttp.ClientSession() as session, session.post(address, data=body, headers=headers) as answer:
        return answer.status


async def test_an_invitation_is_answered_in_the_channel(tmp_path: Path) -> None:
    async with scripted_world() as world, build(settings_of(world, tmp_path)) as app, running(app):
        await connected(app)
        await as_person(world, "invite", {"as": "U0ANA", "channel": "C0SECRET", "user": "U0RUNBELL"})
        assert "/tf watch" in (await told(world, "Hello.", channel="C0SECRET"))["text"]


async def test_the_audit_is_sealed_and_its_head_posted_when_we_stop(tmp_path: Path) -> None:
    key = "a-key-of-sixteen-letters-and-more"
    async with scripted_world() as world:
        settings = settings_of(world, tmp_path, RUNBELL_AUDIT_KEY=key, RUNBELL_AUDIT_CHANNEL="C0DEPLOYS")
        async with build(settings) as app, running(app):
            await connected(app)
            await types(world, "/tf help")
            await told(world, "What /tf can do")
            assert app.sealing is not None
            await until(app.sealing.role.lasts)
        said = (await told(world, "The audit's head is"))["text"]
        (head,) = re.findall(r"\d+:[0-9a-f]{64}", said)
        assert await verify(f"sqlite:///{tmp_path / 'runbell.db'}", key, [head_of(head)], lambda _: None)


async def test_what_keeps_us_from_being_ready_is_named(tmp_path: Path) -> None:
    async with scripted_world() as world, build(settings_of(world, tmp_path)) as app:
        app.work.painter.is_dead = True
        app.jobs.loops["poll"].finished_at -= 1000
        troubles = await app.troubles()
        assert set(troubles) == {"socket", "slack", "loops"}
        assert "poll" in troubles["loops"]
        app.work.painter.is_dead = False


async def test_a_process_whose_rules_are_not_in_force_is_not_ready(tmp_path: Path) -> None:
    """On SQLite they are put in force by the start; a process that has read another file is another replica's matter."""
    async with scripted_world() as world, build(settings_of(world, tmp_path)) as app:
        assert "rules" not in await app.troubles()
        others = RulesInForce(app.database, app.database.clock, Policy(source="other.toml", hash="another"))
        assert await others.activate("somebody")
        assert "others are in force, so I decide, start and lock nothing" in (await app.troubles())["rules"]


async def test_a_socket_that_is_not_connected_and_a_database_that_is_busy_are_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with scripted_world() as world, build(settings_of(world, tmp_path)) as app:
        async with running(app):
            await connected(app)
        monkeypatch.setattr(Database, "read", busy)
        assert set(await app.troubles()) == {"process", "socket", "database"}


def busy(_: Database) -> NoReturn:
    raise StoreBusy


async def test_a_slack_that_is_down_at_the_start_does_not_keep_us_from_stopping(tmp_path: Path) -> None:
    async with scripted_world() as world, build(settings_of(world, tmp_path)) as app:
        await as_person(world, "faults", {"side": "slack", "match": "apps.connections.open", "kind": "refused", "error": "internal_error"})
        async with running(app):
            assert "socket" in await app.troubles()


async def test_a_dead_token_is_told_at_the_start(tmp_path: Path) -> None:
    async with scripted_world() as world:
        with pytest.raises(InstallationDead):
            await opened(world, tmp_path, SLACK_BOT_TOKEN="xoxb-1-wrong")


async def opened(world: World, folder: Path, **changes: str) -> App:
    async with build(settings_of(world, folder, **changes)) as app:
        return app


async def test_a_second_process_on_the_same_file_is_refused(tmp_path: Path) -> None:
    async with scripted_world() as world, build(settings_of(world, tmp_path)):
        with pytest.raises(DatabaseInUse):
            await opened(world, tmp_path)


async def test_wrong_rules_are_told_before_anything_is_opened(tmp_path: Path) -> None:
    wrong = tmp_path / "wrong.toml"
    wrong.write_text("[[right]]\n")
    async with scripted_world() as world:
        with pytest.raises(RulesWrong, match="line 1"):
            await opened(world, tmp_path, RUNBELL_RULES=str(wrong))
    assert not (tmp_path / "runbell.db").exists()


async def test_a_taken_health_port_is_told_and_nothing_is_left_running(tmp_path: Path) -> None:
    async with scripted_world() as world:
        taken = world.card()["slack"]["api"].split(":")[2].split("/")[0]
        async with build(settings_of(world, tmp_path, RUNBELL_HEALTH_PORT=taken)) as app:
            with pytest.raises(PortTaken, match="RUNBELL_HEALTH_PORT"):
                async with running(app):
                    pytest.fail("it must not run")
            assert not app.jobs.scheduler.running


async def test_the_process_serves_until_it_is_told_to_stop(tmp_path: Path) -> None:
    async with scripted_world() as world:
        with capture_logs() as logs:
            serving = asyncio.create_task(serve(settings_of(world, tmp_path)))
            await until(lambda: any(entry["event"] == "serving" for entry in logs))
            os.kill(os.getpid(), signal.SIGTERM)
            async with asyncio.timeout(10):
                await serving
        assert [entry["event"] for entry in logs if entry["event"] in {"serving", "stopping"}] == ["serving", "stopping"]


async def test_a_signal_before_everything_is_open_ends_it_at_once(tmp_path: Path) -> None:
    async with scripted_world() as world:
        await as_person(world, "faults", {"side": "slack", "match": "auth.test", "kind": "slow", "seconds": 30})
        serving = asyncio.create_task(serve(settings_of(world, tmp_path)))
        await asyncio.sleep(0.1)
        os.kill(os.getpid(), signal.SIGINT)
        async with asyncio.timeout(10):
            await serving


async def test_two_processes_on_one_slack_app_are_noticed(tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    async with scripted_world() as world, build(settings_of(world, tmp_path)) as one, build(settings_of(world, tmp_path / "other")) as two:
        with capture_logs() as logs:
            async with running(one), running(two):
                await until(lambda: any("another bot" in entry["event"] for entry in logs))


async def test_the_budget_of_people_is_divided_by_the_processes_that_live(tmp_path: Path) -> None:
    async with scripted_world() as world, build(settings_of(world, tmp_path)) as app:
        others = [Presence(app.database, app.pace, name, "1", Mode.HTTP, print) for name in ("one", "two")]
        parts = []
        for other in others:
            await app.standing.presence.tick(app.database.clock.now())
            parts.append(app.limiter.part_of_people)
            await other.tick(app.database.clock.now())
        await app.standing.presence.tick(app.database.clock.now())
        parts.append(app.limiter.part_of_people)
        await others[0].leave()
        await app.standing.presence.tick(app.database.clock.now())
        assert [*parts, app.limiter.part_of_people] == [30, 7, 5, 7]


async def test_organizations_are_spelled_as_the_server_spells_them() -> None:
    runs = FakeRuns("Acme", "Globex")
    runs.fail("organization", TerraformUnreachable("terraform.test"))
    assert await spelled(runs, ("acme", "globex", "GLOBEX"), 5) == ("acme", "Globex")


async def test_a_server_that_hangs_does_not_hold_up_the_start() -> None:
    runs = FakeRuns("Acme")
    runs.before["organization"] = asyncio.Event().wait  # type: ignore[assignment]  # it never returns
    assert await spelled(runs, ("acme",), 0.01) == ("acme",)


async def test_the_ca_bundle_is_trusted_besides_the_usual_certificates(tmp_path: Path) -> None:
    async with scripted_world() as world:
        assert trust(settings_of(world, tmp_path)) is None
        bundle = tmp_path / "bundle.pem"
        usual = ssl.create_default_context().get_ca_certs(binary_form=True)
        bundle.write_text(ssl.DER_cert_to_PEM_cert(usual[0]))
        context = trust(settings_of(world, tmp_path, RUNBELL_CA_BUNDLE=str(bundle)))
        assert context is not None
        assert len(context.get_ca_certs()) == len(usual)
