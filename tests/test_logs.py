"""The log: one line an event, and no secret in any of them."""

from __future__ import annotations

import io
import json
import logging
import unicodedata
from collections.abc import Callable, Iterator

import pytest
import structlog
from hypothesis import given
from hypothesis import strategies as st

from bot.core.redaction import REDACTED, redact
from bot.logs import configure_logging


@pytest.fixture(autouse=True)
def _usual_logging() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:] = handlers
    root.setLevel(level)
    structlog.reset_defaults()


@pytest.mark.parametrize(
    "text,left",
    [
        ("token=xoxb-12-34-canary end", f"token={REDACTED} end"),
        ("xapp-1-A0-canary", REDACTED),
        ("xoxe.xoxb-1-canary", REDACTED),
        ("abc.atlasv1.canary_x-y", REDACTED),
        ("Authorization: Bearer canary.atlas", f"Authorization: Bearer {REDACTED}"),
        ("postgresql://bot:canary@db/runbell", f"postgresql://{REDACTED}@db/runbell"),
        ("https://hooks.slack.com/actions/T01/1/canary", f"https://hooks.slack.com/actions/{REDACTED}"),
        ("wss://wss.slack.com/link/?ticket=canary-1", f"wss://wss.slack.com/link/?ticket={REDACTED}"),
        ("run-7bQ2kLm9XyZ1aB3c was applied", "run-7bQ2kLm9XyZ1aB3c was applied"),
    ],
)
def test_whatever_looks_like_a_token_is_taken_out(text: str, left: str) -> None:
    assert redact(text) == left


def test_known_secrets_are_taken_out_whatever_they_look_like() -> None:
    assert redact("signed with 8f742231b10e", ["8f742231b10e"]) == f"signed with {REDACTED}"


@pytest.mark.parametrize("form", ["json", "console"])
def test_no_secret_gets_into_the_log(form: str) -> None:
    stream = io.StringIO()
    configure_logging("debug", form, ["canary-secret-1"], stream)
    try:
        int("xoxb-1-canary and canary-secret-1")
    except ValueError:
        structlog.get_logger("runbell.test").exception("it broke", token="xapp-1-canary", header={"Authorization": "Bearer canary123"})
    logging.getLogger("slack_bolt.App").error("x.atlasv1.canary")
    text = stream.getvalue()
    assert "it broke" in text
    assert text.count(REDACTED) >= 5
    told = text.replace('int("xoxb-1-canary and canary-secret-1")', "")
    assert "canary" not in told


def test_json_is_one_object_a_line_with_time_level_and_name() -> None:
    stream = io.StringIO()
    configure_logging("info", "json", (), stream)
    structlog.get_logger("runbell.test").debug("too small")
    structlog.get_logger("runbell.test").info("heard", run="run-1")
    logging.getLogger("apscheduler.scheduler").info("noise")
    logging.getLogger("aiohttp.server").warning("worth telling")
    first, second = map(json.loads, stream.getvalue().splitlines())
    assert first.pop("timestamp").endswith("Z")
    assert first == {"event": "heard", "run": "run-1", "level": "info", "logger": "runbell.test"}
    assert (second["event"], second["level"]) == ("worth telling", "warning")


FORGED = "x\n2026-11-24T12:00:00Z [info     ] applied by ana\x1b[2J\x85\u2028\u202e\u200b\r\x0b\x9b"


class Odd:
    """Whose repr is of several lines."""

    def __repr__(self) -> str:
        return FORGED


VALUES = st.recursive(
    st.text(max_size=20) | st.just(FORGED) | st.integers() | st.none() | st.builds(Odd),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=4), inner, max_size=2),
    max_leaves=4,
)


def logged(tell: Callable[[], object]) -> str:
    stream = io.StringIO()
    configure_logging("debug", "console", (), stream)
    tell()
    return stream.getvalue()


@given(st.text(max_size=30) | st.just(FORGED), st.sampled_from(["reason", "a\nb", "run"]), VALUES)
def test_an_event_in_the_console_is_one_line_whatever_is_in_it(event: str, name: str, value: object) -> None:
    written = logged(lambda: structlog.get_logger("runbell.test").info(event, **{name: value}))
    assert written.count("\n") == 1
    assert written.endswith("\n")
    assert not any(unicodedata.category(letter) in {"Cc", "Zl", "Zp"} for letter in written[:-1])
    assert not {"\u202e", "\u200b"} & set(written)


@given(st.text(max_size=30) | st.just(FORGED))
def test_a_line_of_a_library_cannot_be_split_either(text: str) -> None:
    written = logged(lambda: logging.getLogger("slack_bolt.App").error("%s said", text))
    assert written.count("\n") == 1


def fail() -> None:
    raise ValueError(FORGED)


def test_no_line_of_an_exception_can_pass_for_an_event() -> None:
    def tell() -> None:
        try:
            fail()
        except ValueError:
            structlog.get_logger("runbell.test").exception("it_broke", reason=FORGED)
            structlog.get_logger("runbell.test").error("told", exception=FORGED, stack=FORGED)

    first, *rest = logged(tell).rstrip("\n").split("\n")
    assert "it_broke" in first
    assert [line for line in rest if not line.startswith("  | ") and "told" not in line and set(line) != {"="} and line] == []
    assert "\x1b" not in "".join(rest)
