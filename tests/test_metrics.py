"""What is measured: names against the document, labels that tell nobody's name, and the page over real HTTP."""

from __future__ import annotations

import re
from pathlib import Path

import aiohttp
import pytest
from prometheus_client.parser import text_string_to_metric_families
from structlog.testing import capture_logs

from bot.app import App, build, running
from bot.core.errors import StoreBusy
from bot.core.metrics import ACKS, LOOKS, METRICS, UNMETERED, Sort, code
from bot.metrics import PrometheusMeter
from bot.sandbox.world import World
from bot.services.gauges import Gauges
from tests.worlds import as_person, connected, scripted_world, settings_of, told

DOCUMENT = (Path(__file__).parent.parent / "docs" / "metrics.md").read_text(encoding="utf-8")
PEOPLE_AND_THINGS = ("storefront", "acme", "run-", "ws-", "U0", "C0", "T0", "ana", "deploys", "xoxb", "http", "/")


def families(text: str) -> dict[str, list[tuple[str, dict[str, str], float]]]:
    found = text_string_to_metric_families(text)
    return {family.name: [(sample.name, sample.labels, sample.value) for sample in family.samples] for family in found}


def test_the_document_lists_every_metric_with_its_labels() -> None:
    rows = re.findall(r"^\| `(runbell_\w+)` \| [^|]+ \| ([^|]*?) ?\|$", DOCUMENT, re.MULTILINE)
    told_labels = dict(rows)
    assert list(told_labels) == [metric.name for metric in METRICS]
    for metric in METRICS:
        said = told_labels[metric.name]
        assert said == "as above. Polling has at most half of each" or all(f"`{label}`" in said for label in metric.labels), metric.name


def test_alarms_name_metrics_that_are_there() -> None:
    known = {metric.name + ("_bucket" if metric.sort is Sort.HISTOGRAM else "") for metric in METRICS}
    conditions = re.findall(r"^\| [^|]+ \| `((?:\\\||[^|])+)`[^|]* \|", DOCUMENT.split("## Alarms")[1], re.MULTILINE)
    named = {name for condition in conditions for name in re.findall(r"runbell_\w+", condition)}
    assert len(conditions) > 10
    assert named <= known


def test_a_meter_shows_what_it_was_told_and_takes_no_label_that_nobody_declared() -> None:
    meter = PrometheusMeter()
    meter.count(LOOKS, recipe="live", outcome="done")
    meter.count(LOOKS, 2, recipe="live", outcome="done")
    meter.observe(ACKS, 0.003, listener="show")
    shown = families(meter.text().decode())
    assert ("runbell_looks_total", {"recipe": "live", "outcome": "done"}, 3.0) in shown["runbell_looks"]
    assert ("runbell_ack_seconds_bucket", {"listener": "show", "le": "0.005"}, 1.0) in shown["runbell_ack_seconds"]
    with pytest.raises(ValueError, match="label"):
        meter.count(LOOKS, workspace="dns")
    assert PrometheusMeter().text() != meter.text()


def test_nothing_is_kept_where_nobody_asks() -> None:
    UNMETERED.count(LOOKS, recipe="live", outcome="done")
    UNMETERED.observe(ACKS, 1, listener="show")
    UNMETERED.set(ACKS, 1)


@pytest.mark.parametrize(
    "word, label", [("channel_not_found", "channel_not_found"), ("Ana's channel", "other"), ("", "other"), ("x" * 41, "other")]
)
def test_an_error_word_of_somebody_else_is_a_label_only_where_it_looks_like_one(word: str, label: str) -> None:
    assert code(word) == label


async def scraped(port: int) -> tuple[str, str]:
    async with aiohttp.ClientSession() as session, session.get(f"http://127.0.0.1:{port}/metrics") as answer:
        assert answer.status == 200
        return await answer.text(), answer.headers["Content-Type"]


async def live(world: World, app: App) -> None:
    """A run started, seen, called for and decided; and a refusal of each side."""
    await connected(app)
    fault = {"side": "slack", "match": "chat.postMessage", "kind": "refused", "error": "invalid_blocks", "times": 1}
    await as_person(world, "faults", fault)
    assert (await as_person(world, "command", {"as": "U0ANA", "channel": "C0DEPLOYS", "text": "/tf run storefront-dev"}))["ok"]
    call = await told(world, "run.approve")
    await as_person(world, "command", {"as": "U0ANA", "channel": "C0DEPLOYS", "text": "/tf show run-unheardofatall"})
    await as_person(world, "click", {"as": "U0ANA", "channel": "C0DEPLOYS", "ts": call["ts"], "action_id": "run.approve"})
    await told(world, "Applied: storefront-dev")


async def test_the_page_shows_a_life_and_names_nobody(tmp_path: Path) -> None:
    async with scripted_world(speed=20) as world:
        with capture_logs() as logs:
            async with build(settings_of(world, tmp_path)) as app, running(app):
                await live(world, app)
                (port,) = [entry["port"] for entry in logs if entry["event"] == "healthy"]
                text, content_type = await scraped(port)
    shown = families(text)
    assert content_type.startswith("text/plain; version=")
    told_of = {metric.name.removesuffix("_total"): metric for metric in METRICS}
    assert told_of.keys() <= shown.keys()
    seen = {name for name, samples in shown.items() if name in told_of and samples}
    assert seen >= told_of.keys() - {"runbell_notifications", "runbell_http_refusals"}
    for name in seen:
        for _, labels, _ in shown[name]:
            assert set(labels) - {"le"} == set(told_of[name].labels)
            values = [value for label, value in labels.items() if label != "le"]
            assert not [value for value in values if any(word in value for word in PEOPLE_AND_THINGS)], name
    settled = [value for _, labels, value in shown["runbell_intents"] if labels["state"] == "settled"]
    assert settled == [2.0]
    assert shown["process_resident_memory_bytes"][0][2] > 1_000_000


async def test_a_busy_database_does_not_hide_what_the_process_knows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with scripted_world() as world, build(settings_of(world, tmp_path)) as app:
        monkeypatch.setattr(Gauges, "read", busy)
        assert b"runbell_looks_total" in await app.exposition()


async def busy(_: Gauges) -> None:
    raise StoreBusy
