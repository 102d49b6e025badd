"""What the documents say is so: commands, rights, links, targets of make, subcommands and the modules they name."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

from bot.cli import cli
from bot.core.commands import GRAMMAR
from bot.core.policy import Policy, Right
from bot.rules import parse_rules
from bot.rules.rules import KEYS

ROOT = Path(__file__).parent.parent
DOCUMENTS = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").glob("*.md"))]
TEXTS = {document.relative_to(ROOT).as_posix(): document.read_text(encoding="utf-8") for document in DOCUMENTS}
README = TEXTS["README.md"]
PICTURE_MOST = 150_000


def test_the_readme_lists_every_command_with_its_right_and_summary() -> None:
    rows = re.findall(r"^\| `/tf ((?:\\\||[^|])+)` \| ([^|]+) \| ((?:\\\||[^|])+) \|$", README, re.MULTILINE)
    told = [(usage.replace("\\|", "|"), right.strip("`")) for usage, right, _ in rows]
    assert told == [(row.usage, row.right.value if row.right else "none") for row in GRAMMAR]
    assert all(summary.startswith(row.summary) for row, (_, _, summary) in zip(GRAMMAR, rows, strict=True))
    assert all(f"`{alias}`" in summary for row, (_, _, summary) in zip(GRAMMAR, rows, strict=True) for alias in row.aliases)


def examples_of_rules(text: str) -> list[Policy]:
    return [parse_rules(re.sub(r"^ {3}", "", found, flags=re.MULTILINE)) for found in re.findall(r"```toml\n(.*?)```", text, re.DOTALL)]


def test_the_rights_files_of_the_readme_can_be_read() -> None:
    first, whole, *_ = examples_of_rules(README)
    assert [grant.may for grant in first.grants] == [{Right.READ}, {Right.START, Right.DECIDE}]
    assert frozenset().union(*(grant.may for grant in whole.grants)) == set(Right)


@pytest.mark.parametrize("name, rules", [("README.md", 3), ("docs/policies.md", 4)])
def test_the_rules_that_are_shown_can_be_read(name: str, rules: int) -> None:
    assert sum(len(policy.rules) for policy in examples_of_rules(TEXTS[name])) == rules


def test_every_key_of_a_rule_is_explained() -> None:
    told = set(re.findall(r"`(\w+)`", "".join(re.findall(r"^\| (`.*?) \| ", TEXTS["docs/policies.md"], re.MULTILINE))))
    assert set(KEYS) - {"name"} <= told


def test_the_readme_explains_every_right() -> None:
    assert re.findall(r"^\| `([a-z]+)` \| ", README, re.MULTILINE) == list(Right)


def anchors(text: str) -> set[str]:
    return {re.sub(r"[^\w -]", "", title.lower()).replace(" ", "-") for title in re.findall(r"^#+ (.+)$", text, re.MULTILINE)}


@pytest.mark.parametrize("name", TEXTS)
def test_links_lead_somewhere(name: str) -> None:
    for target in re.findall(r"\]\(([^)]+)\)", TEXTS[name]):
        path, _, anchor = target.partition("#")
        if "://" in path:
            continue
        found = (ROOT / name).parent / path if path else ROOT / name
        assert found.exists(), target
        assert not anchor or anchor in anchors(found.read_text(encoding="utf-8")), target


def test_every_picture_is_shown_with_words_for_it_and_is_small() -> None:
    shown = [found for text in TEXTS.values() for found in re.findall(r"!\[([^\]]*)\]\((?:docs/)?pictures/([\w.-]+)\)", text)]
    pictures = {picture.name: picture.stat().st_size for picture in (ROOT / "docs" / "pictures").iterdir()}
    assert {name for _, name in shown} == set(pictures)
    assert all(len(words.split()) > 2 for words, _ in shown)
    assert {name: size for name, size in pictures.items() if size > PICTURE_MOST} == {}


@pytest.mark.parametrize("name", TEXTS)
def test_targets_of_make_that_are_named_are_there(name: str) -> None:
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    assert set(re.findall(r"(?:^|`)make ([a-z]+)(?:`|$)", TEXTS[name], re.MULTILINE)) <= targets


@pytest.mark.parametrize("name", TEXTS)
def test_subcommands_that_are_named_are_there(name: str) -> None:
    named = set(re.findall(r"(?:`|^ *|/)runbell ([a-z]+)\b", TEXTS[name], re.MULTILINE))
    assert named <= set(cli.commands)


def test_modules_that_contributing_names_are_there() -> None:
    named = set(re.findall(r"`((?:bot|handlers|tests)/[\w/.]*)`", TEXTS["CONTRIBUTING.md"]))
    missing = [path for path in sorted(named) if not (ROOT / path).exists()]
    assert len(named) > 20
    assert missing == []


def test_every_target_of_make_says_what_it_does() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    phony = re.findall(r"^\.PHONY: (.+)$", makefile, re.MULTILINE)[0].split()
    assert [target for target in phony if not re.search(rf"^{target}:.*## ", makefile, re.MULTILINE)] == []


def test_the_version_is_the_one_the_changelog_prepares() -> None:
    version = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]
    assert version in TEXTS["CHANGELOG.md"]
