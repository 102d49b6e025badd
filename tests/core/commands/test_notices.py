from __future__ import annotations

import pytest

from bot.core import commands
from bot.core.commands import parse
from bot.core.commands.notices import Notify
from bot.core.errors import BadUsage


@pytest.mark.parametrize(
    "text, command, written",
    [
        ("notify me on", Notify(wanted=True), "notify me on"),
        ("notify OFF", Notify(wanted=False), "notify me off"),
        ("dm on", Notify(wanted=True), "notify me on"),
        ("notify me", Notify(), "notify me"),
        ("notify", Notify(), "notify me"),
    ],
)
def test_what_somebody_wants_to_hear_is_read_and_written(text: str, command: Notify, written: str) -> None:
    assert parse(text) == command
    assert commands.format(command) == written


@pytest.mark.parametrize("text, said", [("notify me perhaps", "“perhaps” is neither on nor off."), ("notify me on please", "please")])
def test_a_slip_is_told(text: str, said: str) -> None:
    with pytest.raises(BadUsage) as caught:
        parse(text)
    assert said in caught.value.problem
