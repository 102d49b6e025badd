from __future__ import annotations

import re
from pathlib import Path

from bot.sandbox.slack import person_routes
from bot.sandbox.slack.web_api.dispatch import METHODS

PAGE = (Path(__file__).parents[3] / "docs" / "sandbox.md").read_text()


def _shown_calls() -> set[tuple[str, str]]:
    """The calls of the examples, as verb and path."""
    calls = set()
    for line in re.findall(r"^curl .*\$P/.*$", PAGE, re.MULTILINE):
        verb = "DELETE" if "-X DELETE" in line else "POST" if " -d " in line else "GET"
        path = re.search(r"\$P((?:/[\w-]+)+)", line)
        assert path is not None
        named = re.sub(r"/fault-1$", "/{fault}", re.sub(r"/terraform/\w+$", "/terraform/{what}", path[1]))
        calls.add((verb, f"/_person{named}"))
    return calls


def test_every_verb_of_a_person_has_an_example_and_no_other_has() -> None:
    served = {(verb, path) for verb, path, _ in person_routes.ROUTES} | {("GET", "/_person/stream")}

    assert _shown_calls() == served


def test_the_methods_told_of_are_those_there_are() -> None:
    told = set(re.findall(r"`([a-z]+(?:\.[a-zA-Z]+)+)`", PAGE.split("## What it answers")[1].split("## ")[0]))

    assert told == set(METHODS)
