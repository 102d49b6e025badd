"""`runbell policy`: a file is checked, put in force once, and shown; exit statuses tell scripts what came of it."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from bot.checks import ruling_finding
from bot.cli import cli
from bot.core.activations import Activation
from bot.core.decisions import Deed, Intent, IntentState
from bot.core.pace import Pace
from bot.core.policy import Policy
from bot.core.workspaces import Workspace
from bot.policies import operator
from bot.store.database import open_database
from tests.core.making import NOON, PROD
from tests.postgres import postgres_cluster, postgres_database, postgres_url

__all__ = ["postgres_cluster", "postgres_database", "postgres_url"]

RIGHTS = '[[rights]]\nmay = ["decide"]\nmembers = true\n'
RULES = RIGHTS + '\n[[rules]]\nname = "two"\nvotes = 2\n'


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("RUNBELL_RULES", raising=False)
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{tmp_path / 'runbell.db'}")


def run(*arguments: str) -> Result:
    return CliRunner().invoke(cli, ["policy", *arguments], prog_name="runbell")


def write(text: str, name: str = "runbell.toml") -> None:
    Path(name).write_text(text, encoding="utf-8")


def test_a_file_that_is_well_is_told_with_what_is_in_it() -> None:
    write(RULES)
    result = run("check")
    assert (result.exit_code, result.output) == (0, "runbell.toml is well: 1 [[rights]], 1 [[rules]].\n")


def test_another_file_can_be_checked_and_a_file_without_anything_is_told() -> None:
    write("# later\n", "other.toml")
    assert run("check", "--file", "other.toml").output == "other.toml is well: nobody may do anything.\n"


def test_a_missing_file_is_not_a_wrong_one(monkeypatch: pytest.MonkeyPatch) -> None:
    assert (run("check").exit_code, run("check", "--file", "nowhere.toml").exit_code) == (1, 1)
    assert "There is no file nowhere.toml." in run("check", "--file", "nowhere.toml").output
    monkeypatch.setenv("RUNBELL_RULES", "named.toml")
    assert "There is no file named.toml." in run("check").output


def test_every_mistake_is_told_with_its_line() -> None:
    write(RULES + "vote = 3\n")
    result = run("check")
    assert result.exit_code == 2
    assert "runbell.toml, line 8: [[rules]] has no “vote”. Did you mean “votes”?" in result.output


SLIP = RULES + 'workspaces = ["ACME/shop-*", "shap-*"]\n'
RIGHT = '[[rights]]\nmay = ["start"]\nmembers = true\nworkspaces = ["ACME/*"]\n'


def test_what_matches_none_of_the_workspaces_of_a_file_is_warned_of() -> None:
    write(SLIP + 'tags = ["nowhere"]\n' + RIGHT)
    write("# ours\n\nacme/shop-prod\n  acme/dns  \n", "names.txt")
    result = run("check", "--workspaces", "names.txt")
    assert result.exit_code == 0
    assert "Warning: rule “two” (line 5): “shap-*” matches none of the 2 known workspaces." in result.output
    assert "Warning: [[rights]] 2 (start) matches none of the 2 known workspaces. Write it as the server does: acme/" in result.output
    assert run("check", "--workspaces", "names.txt", "--strict").exit_code == 1
    write(RULES)
    fine = run("check", "--workspaces", "names.txt", "--strict")
    assert (fine.exit_code, "Warning" in fine.output) == (0, False)


@pytest.mark.parametrize("text, line", [("acme/dns\nshop-prod\n", 2), ("acme/a/b\n", 1), ("/dns", 1), ("acme/ \n", 1)])
def test_a_file_of_names_that_is_wrong_is_told_with_the_line(text: str, line: int) -> None:
    write(RULES)
    write(text, "names.txt")
    result = run("check", "--workspaces", "names.txt")
    assert result.exit_code == 2
    assert f"names.txt, line {line}: write one full name, organization/workspace." in result.output


def test_a_file_of_names_that_cannot_be_read_is_told() -> None:
    write(RULES)
    Path("names.txt").write_bytes(b"\xff\xfe")
    assert [run("check", "--workspaces", name).exit_code for name in ("names.txt", "nowhere.txt")] == [2, 2]
    write("", "names.txt")
    assert "no workspaces are known" in run("check", "--workspaces", "names.txt").output
    assert run("check", "--workspaces", "names.txt", "--strict").exit_code == 1


def test_workspaces_to_compare_with_come_from_one_place() -> None:
    write(RULES)
    assert run("check", "--strict").exit_code == 2
    assert run("check", "--workspaces", "names.txt", "--database", "sqlite:///runbell.db").exit_code == 2


def known_workspaces(url: str) -> None:
    async def fill() -> None:
        async with open_database(url) as database, database.write() as transaction:
            await transaction.workspaces.put([Workspace(id="ws-1", name="shop-prod", organization="acme")], NOON)

    asyncio.run(fill())


def compared_with(url: str) -> None:
    write(SLIP)
    known_workspaces(url)
    result = run("check", "--database", url, "--strict")
    assert result.exit_code == 1
    assert "“shap-*” matches none of the 1 known workspace" in result.output
    assert run("check", "--database", url).exit_code == 0
    write(RULES)
    assert run("check", "--database", url, "--strict").exit_code == 0


def test_what_matches_no_workspace_of_a_database_is_warned_of(tmp_path: Path) -> None:
    write(SLIP)
    assert [run("check", "--database", url).exit_code for url in ("sqlite:///nowhere.db", "sqlite:///", "nonsense")] == [1, 1, 1]
    assert not Path("nowhere.db").exists()
    compared_with(f"sqlite:///{tmp_path / 'runbell.db'}")


@pytest.mark.postgres
def test_what_matches_no_workspace_of_a_postgresql_is_warned_of(postgres_url: str) -> None:
    compared_with(postgres_url)


def test_rules_are_put_in_force_and_shown() -> None:
    write(RULES)
    assert "has not the tables" in run("show").output
    first, again, shown = run("activate"), run("activate"), run("show")
    assert first.output.startswith("Now in force: runbell.toml, 1 [[rights]], 1 [[rules]] (")
    assert again.output.startswith("Already in force: ")
    assert (first.exit_code, again.exit_code, shown.exit_code) == (0, 0, 0)
    assert f"by {operator()}: runbell.toml" in shown.output
    assert RULES in shown.output
    assert shown.output.endswith("The rules here (runbell.toml) are the same.\n")


def test_a_comment_changes_no_rules_and_another_rule_does() -> None:
    write(RULES)
    run("activate")
    write("# two are better than one\n" + RULES)
    assert run("activate").output.startswith("Already in force: ")
    write(RULES.replace("votes = 2", "votes = 3"))
    shown = run("show")
    assert shown.exit_code == 1
    assert "The rules here (runbell.toml) are others (" in shown.output


def test_that_there_are_no_rules_has_to_be_said() -> None:
    refused = run("activate")
    assert refused.exit_code == 1
    assert "--without-file" in refused.output
    assert run("activate", "--without-file").output == "Now in force: no file, 1 [[rights]] (no-file).\n"
    assert "In force since" in run("show").output


def test_wrong_rules_are_never_put_in_force() -> None:
    write('[[rights]]\nmay = ["decied"]\nmembers = true\n')
    result = run("activate")
    assert result.exit_code == 2
    assert "Did you mean “decide”?" in result.output
    assert not Path("runbell.db").exists()


def test_an_activation_names_what_was_sent_before_and_has_no_answer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.policies.PACE", Pace(answers_within=0.02, answers_every=0.01))
    write(RULES)
    run("activate")
    asyncio.run(sent_before(f"sqlite:///{tmp_path / 'runbell.db'}"))
    write(RULES.replace("votes = 2", "votes = 3"))
    first, *named = run("activate").output.splitlines()
    assert first.startswith("Now in force: ")
    assert len(named) == 1
    assert "run-sent in acme/storefront-prod" in named[0]


async def sent_before(url: str) -> None:
    """An apply that may have reached the server, and one that did: it was answered."""
    intent = Intent(
        id="rb-1",
        deed=Deed.APPLY,
        state=IntentState.SENT,
        run_id="run-sent",
        workspace_id=PROD.id,
        person="U0ANA",
        person_name="ana",
        channel="C1",
        created_at=NOON,
        gate="confirm",
        round=1,
    )
    async with open_database(url) as database, database.write() as transaction:
        await transaction.workspaces.put([PROD], NOON)
        await transaction.intents.add(intent)
        await transaction.intents.add(replace(intent, id="rb-2", run_id="run-answered", state=IntentState.SETTLED))


@pytest.mark.postgres
def test_on_postgresql_rules_are_put_in_force_for_every_replica(postgres_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", postgres_url)
    write(RULES)
    assert (run("show").exit_code, run("show").output) == (1, "No rules are in force yet.\n")
    assert run("activate").output.startswith("Now in force: ")
    assert run("show").exit_code == 0


def test_whoever_has_no_name_on_this_machine_is_somebody(monkeypatch: pytest.MonkeyPatch) -> None:
    def nobody() -> str:
        raise KeyError("uid")

    monkeypatch.setattr("getpass.getuser", nobody)
    assert operator().startswith("somebody@")


def test_a_check_tells_whether_the_file_here_is_in_force() -> None:
    ours = Activation(hash="a", source="runbell.toml", text="", by="ana@ops", activated_at=NOON)
    assert ruling_finding(ours, Policy(hash="a")).is_well
    other, none = ruling_finding(ours, Policy(hash="b")), ruling_finding(None, Policy(hash="b"))
    assert "put there by ana@ops" in other.said
    assert [one.step for one in (other, none)] == ["Run “runbell policy activate”."] * 2
