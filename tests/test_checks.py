"""`runbell check`: one line for each part, and the one thing to do where something needs doing."""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from pydantic import SecretStr

from bot.app import build
from bot.checks import (
    Finding,
    database_findings,
    findings,
    line,
    membership_finding,
    organization_finding,
    projects_finding,
    replicas_finding,
    run_checks,
    scopes_finding,
)
from bot.core.authors import ConfigurationAuthor
from bot.core.errors import NotVisible, TerraformUnreachable
from bot.core.freezes import DeclaredFreeze
from bot.core.identities import InvolvedBy
from bot.core.policy import Policy
from bot.core.roles import Mode, Replica
from bot.core.servers import Lack
from bot.core.watches import Watch
from bot.core.workspaces import Workspace
from bot.coverages import listed_names
from bot.manifests import wanted_scopes
from bot.sandbox.world import World
from bot.services.projects import Projects
from bot.settings import Settings
from bot.slack.channels import Channel
from bot.store.database import open_database
from bot.store.schemas import SchemaState
from tests.core.making import NOON
from tests.fakes.memberships import FakeMemberships
from tests.fakes.runs import FakeRuns
from tests.fakes.stores import put_tables
from tests.worlds import as_person, environment_of, scripted_world, settings_of


@pytest.fixture
async def world() -> AsyncIterator[World]:
    async with scripted_world() as opened:
        yield opened


async def found(world: World, folder: Path, monkeypatch: pytest.MonkeyPatch, **changes: str) -> list[Finding]:
    """Everything that is found. The tables are put where no database is, so that nothing has to migrate."""
    put_tables(folder / "runbell.db")
    return await found_as_it_is(world, folder, monkeypatch, **changes)


async def found_as_it_is(world: World, folder: Path, monkeypatch: pytest.MonkeyPatch, **changes: str) -> list[Finding]:
    for name, value in environment_of(world, folder, **changes).items():
        monkeypatch.setenv(name, value)
    return [finding async for finding in findings()]


def todo(found: list[Finding]) -> list[tuple[str, str, str]]:
    return [(finding.name, finding.said, finding.step) for finding in found if not finding.is_well]


async def watched(folder: Path, *channels: str) -> None:
    put_tables(folder / "runbell.db")
    async with open_database(f"sqlite:///{folder / 'runbell.db'}") as database, database.write() as transaction:
        for channel in channels:
            await transaction.watches.add(Watch(channel=channel, pattern="*", owner="U0ANA"))


async def test_a_sound_installation_has_nothing_to_do(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    await watched(tmp_path, "C0DEPLOYS")
    known = await found(world, tmp_path, monkeypatch)
    first = ["settings", "rules", "database", "audit", "terraform", "organization", "names"]
    names = [*first, "slack", "scopes", "socket", "group", "channel"]
    assert [finding.name for finding in known] == names
    assert todo(known) == []
    assert await run_checks() is True
    assert len(capsys.readouterr().out.splitlines()) == len(names)


async def test_nothing_is_changed_and_a_running_bot_is_not_disturbed(world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    await watched(tmp_path, "C0DEPLOYS")
    async with build(settings_of(world, tmp_path)):
        assert todo(await found(world, tmp_path, monkeypatch)) == []
    answer = await as_person(world, "messages?as=U0ANA&channel=C0DEPLOYS")
    assert answer["messages"] == []


async def test_missing_settings_are_all_told_and_nothing_else_is_tried(capsys: pytest.CaptureFixture[str]) -> None:
    assert await run_checks() is False
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 4
    assert all(one.startswith("TODO  settings") for one in lines)


@pytest.mark.parametrize(
    "changes,name,said",
    [
        ({"TFE_TOKEN": "wrong"}, "terraform", "does not accept the token"),
        ({"TF_CLOUD_ORGANIZATION": "nothere"}, "organization", "Organization nothere does not exist"),
        ({"SLACK_BOT_TOKEN": "xoxb-1-wrong"}, "slack", "does not accept the bot's token"),
        ({"SLACK_APP_TOKEN": "xapp-1-wrong"}, "socket", "does not accept the app-level token"),
        ({"SLACK_API_URL": "http://127.0.0.1:9/api/"}, "slack", "Slack cannot be reached"),
        ({"DATABASE_URL": "sqlite:///"}, "database", "DATABASE_URL names no file"),
    ],
)
async def test_what_is_wrong_is_told_with_the_thing_to_do(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, changes: dict[str, str], name: str, said: str
) -> None:
    (only,) = todo(await found(world, tmp_path, monkeypatch, **changes))
    assert only[0] == name
    assert said in only[1]
    assert only[2].endswith(".")


async def test_an_organization_token_is_recognised(world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    token = world.card()["terraform"]["organization_token"]
    (only, *_) = todo(await found(world, tmp_path, monkeypatch, TFE_TOKEN=token))
    assert "organization's token, which cannot start or apply runs" in only[1]


async def test_every_mistake_in_the_rules_is_told(world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    wrong = tmp_path / "wrong.toml"
    wrong.write_text('[[rights]]\nmay = ["raed"]\n')
    known = todo(await found(world, tmp_path, monkeypatch, RUNBELL_RULES=str(wrong)))
    assert [finding[0] for finding in known] == ["rules", "rules"]


async def test_a_file_that_gives_nobody_anything_and_none_at_all_are_told_apart(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    empty = tmp_path / "empty.toml"
    empty.write_text("")
    assert [one[0] for one in todo(await found(world, tmp_path, monkeypatch, RUNBELL_RULES=str(empty)))] == ["rules"]
    monkeypatch.delenv("RUNBELL_RULES")
    monkeypatch.chdir(tmp_path / "..")
    known = await found(world, tmp_path, monkeypatch, RUNBELL_RULES="")
    assert "there is no runbell.toml" in next(finding.said for finding in known if finding.name == "rules")


async def test_what_matches_no_workspace_is_warned_of_and_fails_only_where_that_is_wanted(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    rules = tmp_path / "slips.toml"
    rules.write_text(
        '[[rights]]\nmay = ["read"]\nmembers = true\nworkspaces = ["ACME/*"]\n'
        '[[rules]]\nname = "r"\nvotes = 1\nworkspaces = ["storefrnt-*", "ACME/storefront-*"]\n'
        '[[watches]]\nchannel = "C0DEPLOYS"\nworkspaces = ["shap-*"]\n'
        '[[freezes]]\nname = "f"\ndays = ["sun"]\ntags = ["nowhere"]\n'
    )
    over = DeclaredFreeze(pattern="over-*", reason="r", by="U0ANA", by_name="ana", channel="C0DEPLOYS", at=NOON, until=NOON)
    async with open_database(f"sqlite:///{tmp_path / 'runbell.db'}") as database, database.write() as transaction:
        await transaction.watches.add(Watch(channel="C0DEPLOYS", pattern="storfront-*", owner="U0ANA"))
        await transaction.freezes.add(over)
        await transaction.freezes.add(replace(over, pattern="nothing-*", until=None))
    known = [one for one in await found(world, tmp_path, monkeypatch, RUNBELL_RULES=str(rules)) if one.name == "names"]
    assert all(one.is_warning and one.step for one in known)
    said = "\n".join(one.said for one in known)
    in_file = ("[[rights]] 1 (read)", "“storefrnt-*”", "“shap-*” in C0DEPLOYS", "freeze “f” (line 12)")
    words = (*in_file, "“storfront-*” in C0DEPLOYS", "“nothing-*” by ana")
    assert [word for word in words if word not in said] == []
    assert len(known) == len(words)
    assert "acme/" in known[0].step
    assert (await run_checks(), await run_checks(strict=True)) == (True, False)
    assert "WARN  names" in capsys.readouterr().out


async def test_names_are_compared_with_what_was_seen_last_where_the_server_is_silent(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    known = await found(world, tmp_path, monkeypatch, TFE_TOKEN="wrong")
    assert [one.said for one in known if one.name == "names"] == ["not compared, since no workspaces are known"]
    async with open_database(f"sqlite:///{tmp_path / 'runbell.db'}") as database, database.write() as transaction:
        await transaction.workspaces.put([Workspace(id="ws-1", name="storefront-prod", organization="acme")], NOON)
    known = await found(world, tmp_path, monkeypatch, TFE_TOKEN="wrong")
    assert all("1 known" in one.said for one in known if one.name == "names")


async def test_a_server_that_tells_no_projects_misses_nothing_by_one() -> None:
    memberships, runs = FakeMemberships({"prj-web": "web"}), FakeRuns("acme")
    runs.add_workspace("shop", project_id="prj-web")
    memberships.fail(TerraformUnreachable("terraform.test"))
    projects = Projects(memberships, ("acme",))
    assert [(await listed_names(runs, projects, ("acme",)))[0].project_name for _ in range(2)] == [None, "web"]


async def test_projects_that_the_rules_name_are_looked_for(world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rules = tmp_path / "projects.toml"
    head = '[[rights]]\nmay = ["read"]\nmembers = true\n[[rules]]\nname = "r"\nvotes = 1\n'
    rules.write_text(f'{head}projects = ["default PROJECT"]\n')
    known = await found(world, tmp_path, monkeypatch, RUNBELL_RULES=str(rules))
    assert [one.said for one in known if one.name == "projects"] == ["all that the rules name are there (1)"]
    rules.write_text(f'{head}projects = ["Default Project", "data platfrom", "prj-gone"]\n')
    [(name, said, _)] = todo(await found(world, tmp_path, monkeypatch, RUNBELL_RULES=str(rules)))
    assert (name, said) == ("projects", "the rules name what the token does not see: “data platfrom”, “prj-gone”")


async def test_projects_that_cannot_be_seen_are_told_with_what_that_means() -> None:
    memberships = FakeMemberships({"prj-web": "web"})
    for trouble in (NotVisible("The projects of acme"), TerraformUnreachable("terraform.test")):
        memberships.fail(trouble)
    unseen, later, well = [await projects_finding(Projects(memberships, ("acme",)), ("acme",), frozenset({"Web"})) for _ in range(3)]
    assert (unseen.is_well, later.is_well, well.is_well) == (False, False, True)
    assert "holds in every workspace" in unseen.said
    assert "could not be listed" in later.said


async def test_a_group_and_a_channel_that_cannot_be_seen_are_told(world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    await watched(tmp_path, "C0SECRET", "C0NOWHERE")
    rules = tmp_path / "other.toml"
    rules.write_text('[[rights]]\nmay = ["read"]\ngroups = ["S0NOWHERE"]\n')
    known = todo(await found(world, tmp_path, monkeypatch, RUNBELL_RULES=str(rules)))
    assert [finding[0] for finding in known] == ["group", "channel", "channel"]


async def test_slack_that_stumbles_is_told_as_such(world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    await watched(tmp_path, "C0DEPLOYS")
    for match in ("apps.connections.open", "conversations.info"):
        await as_person(world, "faults", {"side": "slack", "match": match, "kind": "refused", "error": "internal_error"})
    known = todo(await found(world, tmp_path, monkeypatch))
    assert [(finding[0], finding[2]) for finding in known] == [
        ("socket", "Check again in a minute."),
        ("channel", "Check again in a minute."),
    ]


async def test_signed_http_is_told_with_its_address(world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    known = await found(world, tmp_path, monkeypatch, SLACK_APP_TOKEN="", SLACK_SIGNING_SECRET="8f742231b10e8888")
    assert "http://127.0.0.1:0/slack/events" in next(finding.said for finding in known if finding.name == "http")


@pytest.mark.parametrize("revision,said", [("9999", "of a newer release"), (None, "brought up to date by")])
async def test_tables_of_another_release_are_told(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, revision: str | None, said: str
) -> None:
    if revision is not None:
        await watched(tmp_path)
        with contextlib.closing(sqlite3.connect(tmp_path / "runbell.db")) as connection, connection:
            connection.execute("UPDATE alembic_version SET version_num = ?", (revision,))
    known = await found_as_it_is(world, tmp_path, monkeypatch)
    assert said in next(finding.said for finding in known if finding.name == "database")


async def test_a_postgresql_without_our_tables_is_to_be_migrated(monkeypatch: pytest.MonkeyPatch) -> None:
    async def empty(_: str) -> SchemaState:
        return SchemaState.EMPTY

    monkeypatch.setattr("bot.checks.schema_state", empty)
    settings = Settings.model_construct(database_url=SecretStr("postgresql://bot:secret@db.example/runbell"))
    [(finding, _)] = [one async for one in database_findings(settings, Policy())]
    assert finding == Finding(
        "database", "postgresql://db.example/runbell has not the tables of this release", "Run “runbell migrate” once."
    )


async def test_a_server_with_less_to_show_is_told_with_what_that_means() -> None:
    runs = FakeRuns("acme")
    assert "shows the token no workspace" in (await organization_finding(runs, "acme")).said
    runs.add_workspace("dns")
    assert (await organization_finding(runs, "acme")).said == "acme has 1 workspace"
    runs.fail("list_organization_runs", TerraformUnreachable("terraform.test"))
    assert not (await organization_finding(runs, "acme")).is_well
    runs.has_organization_runs = False
    assert (await organization_finding(runs, "acme")).is_well


async def test_what_a_lesser_server_cannot_show_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with scripted_world(flavour="compatible") as lesser:
        known = await found(lesser, tmp_path, monkeypatch)
    said = {finding.said for finding in known if finding.name == "server"}
    assert {Lack.ORGANIZATION_RUNS.value, Lack.STATUS_FILTER.value} <= said


async def test_processes_that_serve_are_counted(world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with build(settings_of(world, tmp_path)) as app:
        await app.standing.presence.tick(app.database.clock.now())
        known = await found(world, tmp_path, monkeypatch)
    assert [finding.said.partition(" (")[0] for finding in known if finding.name == "replicas"] == ["1 serves now"]


def test_more_processes_in_socket_mode_than_slack_takes_are_something_to_do() -> None:
    now = datetime(2026, 1, 2, tzinfo=UTC)
    live = [Replica(id=str(number), started_at=now, beat_at=now, version="", mode=Mode.SOCKET) for number in range(11)]
    assert replicas_finding(live[:2]) == Finding("replicas", "2 serve now (an unknown release)")
    assert "signed HTTP" in replicas_finding(live).step


EYES = (
    '[[rights]]\nmay = ["decide"]\nmembers = true\n\n[[rules]]\nname = "eyes"\nfour_eyes = true\n\n[people]\nU0KIM = { vcs = "kim-gh" }\n'
)


async def pushed(folder: Path, *senders: str) -> None:
    put_tables(folder / "runbell.db")
    rows = [
        ConfigurationAuthor(configuration_version_id=f"cv-{sender}", by=InvolvedBy.COMMIT, at=datetime.now(UTC), vcs=sender)
        for sender in senders
    ]
    async with open_database(f"sqlite:///{folder / 'runbell.db'}") as database, database.write() as transaction:
        await transaction.authors.note(rows)


@pytest.mark.parametrize(
    "senders, unknown, machines",
    [
        (["kim-gh"], [], []),
        (["kim-gh", "web-flow"], [], ["web-flow"]),
        (["kim-gh", "deploy-ci", "raj-gh"], ["deploy-ci", "raj-gh"], []),
        ([f"dev-{number:02}" for number in range(12)], ["dev-09", "and 2 more"], []),
    ],
)
async def test_pushers_whom_nobody_knows_are_named(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, senders: list[str], unknown: list[str], machines: list[str]
) -> None:
    await pushed(tmp_path, *senders)
    (tmp_path / "eyes.toml").write_text(EYES, encoding="utf-8")
    all_found = await found(world, tmp_path, monkeypatch, RUNBELL_RULES=str(tmp_path / "eyes.toml"))
    (told,) = [one for one in all_found if one.name == "senders"]
    _, in_no_row, named = told.said.partition("in no row of [people]")
    assert bool(in_no_row) is bool(unknown)
    assert all(name in named for name in unknown)
    assert "kim-gh" not in told.said
    assert all(name in told.said for name in machines)
    assert told.is_warning is bool(unknown)


async def test_who_pushes_is_no_question_where_no_rule_wants_four_eyes(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    await pushed(tmp_path, "deploy-ci")
    assert [one for one in await found(world, tmp_path, monkeypatch) if one.name == "senders"] == []


def test_scopes_that_lack_are_named() -> None:
    assert scopes_finding(wanted_scopes()).is_well
    lacking = scopes_finding(wanted_scopes() - {"groups:history", "commands"})
    assert lacking.said == "not granted: commands, groups:history"
    assert "install the app again" in lacking.step
    assert scopes_finding(None).is_well


@pytest.mark.parametrize(
    "is_member,is_private,is_archived,well",
    [(True, True, False, True), (False, False, False, True), (False, True, False, False), (True, False, True, False)],
)
def test_a_channel_is_well_where_something_can_be_said_in_it(
    is_member: bool,  # noqa: FBT001 - a row of the table
    is_private: bool,  # noqa: FBT001 - as above
    is_archived: bool,  # noqa: FBT001 - as above
    well: bool,  # noqa: FBT001 - as above
) -> None:
    channel = Channel(id="C1", name="ops", is_member=is_member, is_private=is_private, is_archived=is_archived)
    assert membership_finding(channel).is_well is well


def test_a_line_says_what_to_do_where_there_is_something() -> None:
    assert line(Finding("slack", "installed")).endswith("slack         installed")
    assert line(Finding("slack", "not installed", "Install it.")).endswith("not installed → Install it.")
