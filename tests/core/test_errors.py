"""Every error that a person may see says one plain sentence or more, without markup."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator
from typing import Any

import pytest

from bot.core import errors
from bot.core.errors import (
    RightMissing,
    RunbellError,
    StateMovedOn,
    TerraformRateLimited,
    TerraformTrouble,
    UnknownCommand,
    UnknownWorkspace,
    listed,
)

BRANCHES = {"BadCommand", "NotFound", "NotAllowed", "CannotAct", "ChannelTrouble", "UploadTrouble", "TerraformTrouble", "ChatTrouble"}


def leaves(kind: type[RunbellError] = RunbellError) -> Iterator[type[RunbellError]]:
    """Every class below RunbellError that is raised itself: those that say how their sentence is built."""
    for child in kind.__subclasses__():
        if child.__name__ not in BRANCHES:
            yield child
        yield from leaves(child)


EXAMPLES: dict[str, Any] = {"float": 2.5, "int": 502}
LEAVES = sorted((kind for kind in set(leaves()) if kind.__module__.startswith(f"{errors.__name__}.")), key=lambda kind: kind.__name__)


def example_of(kind: type[RunbellError]) -> RunbellError:
    required = [one for one in inspect.signature(kind).parameters.values() if one.default is inspect.Parameter.empty]
    return kind(*(EXAMPLES.get(one.annotation, "something") for one in required if one.kind is not inspect.Parameter.KEYWORD_ONLY))


@pytest.mark.parametrize("kind", LEAVES, ids=lambda kind: kind.__name__)
def test_every_error_says_a_plain_sentence(kind: type[RunbellError]) -> None:
    error = example_of(kind)
    assert str(error) == error.sentence
    assert re.fullmatch(r"[A-Z“a-z].*[.?]|.+: something|.+\. something", error.sentence)
    assert not set("<>*`_") & set(error.sentence.replace("TFE_", "").replace("allow_shared_channels", ""))


@pytest.mark.parametrize("kind", LEAVES, ids=lambda kind: kind.__name__)
def test_every_error_stands_in_the_tree_at_the_top(kind: type[RunbellError]) -> None:
    assert re.search(rf"[├└]── {kind.__name__}\b", errors.__doc__ or "")


def test_whoever_raises_or_catches_an_error_finds_it_in_one_place() -> None:
    assert set(errors.__all__) == {kind.__name__ for kind in LEAVES} | BRANCHES | {"RunbellError", "REFUSED", "listed"}
    assert all(hasattr(errors, name) for name in errors.__all__)


def test_the_tree_at_the_top_names_no_error_that_is_not_there() -> None:
    named = set(re.findall(r"[├└]── (\w+)", errors.__doc__ or ""))
    assert named == {kind.__name__ for kind in LEAVES} | BRANCHES


@pytest.mark.parametrize("kind", [kind for kind in LEAVES if issubclass(kind, TerraformTrouble)], ids=lambda kind: kind.__name__)
def test_only_an_answer_that_is_missing_or_broken_leaves_open_whether_it_was_done(kind: type[TerraformTrouble]) -> None:
    open_ended = {"TerraformAnswerLost", "TerraformFailed", "UnexpectedAnswer"}
    assert kind.was_received is (kind.__name__ in open_ended)


@pytest.mark.parametrize("names, text", [(["a"], "a"), (["a", "b"], "a or b"), (["a", "b", "c"], "a, b or c")])
def test_names_are_listed_as_people_write_them(names: list[str], text: str) -> None:
    assert listed(names) == text
    assert listed(names, "and") == text.replace(" or ", " and ")


def test_near_names_are_offered_where_there_are_some() -> None:
    assert "Did you mean run or runs?" in UnknownCommand("rn", ["run", "runs"]).sentence
    assert "Did you mean" not in UnknownCommand("zzz").sentence
    assert "Did you mean storefront-dev?" in UnknownWorkspace("storefront-dv", ["storefront-dev"]).sentence
    assert "“workspaces” lists" in UnknownWorkspace("zzz").sentence


def test_what_the_server_said_is_kept() -> None:
    assert StateMovedOn("run-1", "transition not allowed").sentence.endswith("(transition not allowed).")
    assert "(" not in StateMovedOn("run-1").sentence


@pytest.mark.parametrize("seconds, said", [(0.2, "1 s"), (1.4, "1 s"), (29.6, "30 s")])
def test_a_wait_is_told_in_whole_seconds(seconds: float, said: str) -> None:
    assert said in TerraformRateLimited("tfe.example", seconds).sentence


def test_a_missing_right_carries_what_a_refusal_needs() -> None:
    error = RightMissing("decide", "acme/dns", people=["U1"], groups=["S1"], members=True, source="runbell.toml", standing="guest")
    assert (error.people, error.groups, error.members, error.source, error.standing) == (("U1",), ("S1",), True, "runbell.toml", "guest")
