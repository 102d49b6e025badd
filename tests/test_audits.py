"""`runbell audit`: whatever is done to sealed rows is found, up to the newest head that was posted; and rows are written out."""

from __future__ import annotations

import asyncio
import csv
import io
import json
import shutil
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.audits import cell, export, verify
from bot.cli import cli
from bot.core.audits import AuditKind
from bot.core.pace import Pace
from bot.core.sealing import Head
from bot.services.sealing import Sealer
from bot.store.addresses import parse_address
from bot.store.audits import PAGE
from bot.store.database import open_database
from bot.store.engines import blocking_engine
from bot.store.schemas import migrate
from tests.chains import (
    COLUMNS,
    KEY,
    NOON,
    Tampering,
    beside,
    closed_up,
    cut_from,
    edited,
    entry,
    forged,
    numbered_twice,
    removed,
    seal,
    stripped,
    swapped,
    tamper,
    unsealed_from,
    write,
)
from tests.postgres import bare_postgres_url, postgres_cluster, postgres_database, postgres_url

__all__ = ["bare_postgres_url", "postgres_cluster", "postgres_database", "postgres_url"]

ROWS = 12
NUMBERS = st.integers(1, ROWS)


async def filled(url: str, rows: int = ROWS) -> Head:
    """A database with so many sealed rows, and one that is not sealed yet."""
    async with open_database(url) as database:
        await write(database, *map(entry, range(1, rows + 1)))
        head = await seal(database, Sealer(database, database.clock, Pace(), KEY, "", nowhere, lambda: None))
        await write(database, entry(rows + 1))
    return head


@pytest.fixture(scope="module")
def sealed(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Head]:
    """A file as it was left, and its head."""
    path = tmp_path_factory.mktemp("audit") / "runbell.db"
    return path, asyncio.run(filled(f"sqlite:///{path}"))


def verified(url: str, *heads: Head, key: str = KEY) -> tuple[bool, str]:
    said: list[str] = []
    return asyncio.run(verify(url, key, heads, said.append)), "\n".join(said)


TAMPERINGS = st.one_of(
    st.builds(edited, NUMBERS, st.sampled_from(COLUMNS)),
    st.builds(removed, NUMBERS),
    st.builds(closed_up, NUMBERS),
    st.tuples(NUMBERS, NUMBERS).filter(lambda two: two[0] != two[1]).map(lambda two: swapped(*two)),
    st.builds(cut_from, NUMBERS),
    st.builds(stripped, NUMBERS),
    st.builds(unsealed_from, NUMBERS),
)


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(deed=TAMPERINGS)
def test_any_edit_deletion_reorder_or_cut_before_the_head_is_found(sealed: tuple[Path, Head], tmp_path: Path, deed: Tampering) -> None:
    path, head = sealed
    copy = tmp_path / "copy.db"
    shutil.copy(path, copy)
    url = f"sqlite:///{copy}"
    tamper(url, deed)
    well, said = verified(url, head)
    assert not well
    assert said.startswith("The audit is broken: row ")


def test_a_chain_that_nobody_touched_is_well_and_says_its_head(sealed: tuple[Path, Head]) -> None:
    path, head = sealed
    well, said = verified(f"sqlite:///{path}", head, Head(head.number, head.link))
    assert well
    assert said == f"12 rows are as they were sealed. 1 row is not sealed yet.\nThe head is {head}"


def test_the_first_row_that_is_not_as_it_was_sealed_is_told(sealed: tuple[Path, Head], tmp_path: Path) -> None:
    url = copied(sealed[0], tmp_path)
    tamper(url, edited(7, "reason"))
    tamper(url, removed(9))
    assert verified(url)[1] == (
        "The audit is broken: row 7 (id 7) is not as it was sealed, or does not follow the row before it. "
        "6 rows before it are as they were sealed."
    )
    tamper(url, removed(6))
    assert "row 6 is missing: the next one there is row 7" in verified(url)[1]


def test_rows_cut_off_at_the_end_are_found_by_a_head_and_by_nothing_else(sealed: tuple[Path, Head], tmp_path: Path) -> None:
    url = copied(sealed[0], tmp_path)
    tamper(url, cut_from(10))
    assert verified(url)[0]
    assert "row 10 is missing, and so is all up to row 12, whose link was posted" in verified(url, sealed[1])[1]


def test_a_chain_made_anew_with_the_key_is_found_by_a_head(sealed: tuple[Path, Head], tmp_path: Path) -> None:
    """Whoever has the key and the database can rewrite all of it, but not what was posted."""
    other = tmp_path / "other.db"
    anew = asyncio.run(filled(f"sqlite:///{other}"))
    assert verified(f"sqlite:///{other}", anew)[0]
    assert "row 12 is not the one whose link was posted" in verified(f"sqlite:///{other}", sealed[1])[1]


def test_without_the_key_nothing_can_be_added_to_the_chain(sealed: tuple[Path, Head], tmp_path: Path) -> None:
    url = copied(sealed[0], tmp_path)
    tamper(url, forged(sealed[1], "another key, of the same length"))
    assert "row 13" in verified(url)[1]
    assert not verified(f"sqlite:///{sealed[0]}", key="another key, of the same length")[0]


@pytest.mark.parametrize("numbers, said", [((0,), "1 row with"), ((-1, -7), "2 rows with")])
def test_rows_that_were_put_beside_the_chain_are_found(
    sealed: tuple[Path, Head], tmp_path: Path, numbers: tuple[int, ...], said: str
) -> None:
    url = copied(sealed[0], tmp_path)
    tamper(url, beside(*numbers))
    assert verified(url, sealed[1]) == (False, f"The audit is broken: {said} a number beside the chain, which we never sealed.")


@pytest.mark.postgres
def test_a_number_that_is_given_twice_at_the_end_of_a_page_is_found(postgres_url: str) -> None:
    head = asyncio.run(filled(postgres_url, PAGE))
    tamper(postgres_url, numbered_twice(PAGE))
    assert not verified(postgres_url, head)[0]


@pytest.mark.postgres
@pytest.mark.parametrize(
    "deed",
    [edited(3, "person"), edited(12, "chained_at"), removed(1), removed(12), closed_up(5), swapped(2, 11), cut_from(4), unsealed_from(12)],
    ids=["edit", "edit of the time", "first", "last", "closed up", "swapped", "cut", "unsealed"],
)
def test_the_same_is_found_on_postgresql(postgres_url: str, deed: Tampering) -> None:
    head = asyncio.run(filled(postgres_url))
    assert verified(postgres_url, head)[0]
    tamper(postgres_url, deed)
    assert not verified(postgres_url, head)[0]


def copied(path: Path, folder: Path) -> str:
    return f"sqlite:///{shutil.copy(path, folder / 'copy.db')}"


# The command line


def run(*arguments: str) -> Result:
    return CliRunner().invoke(cli, ["audit", *arguments], prog_name="runbell")


@pytest.fixture
def environment(monkeypatch: pytest.MonkeyPatch, sealed: tuple[Path, Head]) -> Head:
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{sealed[0]}")
    monkeypatch.setenv("RUNBELL_AUDIT_KEY", KEY)
    return sealed[1]


def test_verify_ends_with_a_status(environment: Head) -> None:
    assert run("verify", "--head", str(environment)).exit_code == 0
    later = Head(environment.number + 1, environment.link)
    assert run("verify", "--head", str(environment), "--head", str(later)).exit_code == 1


@pytest.mark.parametrize("head", ["12", "12:abc", f"0:{'a' * 64}", f"x:{'a' * 64}", f"12:{'g' * 64}"])
def test_a_head_that_is_none_is_told(environment: Head, head: str) -> None:
    result = run("verify", "--head", head)
    assert environment.number == ROWS
    assert result.exit_code == 2
    assert "is no head; one is a number" in result.stderr


@pytest.mark.parametrize("key,said", [("", "RUNBELL_AUDIT_KEY is not set"), ("short", "it can be guessed")])
def test_verify_needs_the_key(environment: Head, monkeypatch: pytest.MonkeyPatch, key: str, said: str) -> None:
    monkeypatch.setenv("RUNBELL_AUDIT_KEY", key)
    result = run("verify", "--head", str(environment))
    assert result.exit_code == 2
    assert said in result.stderr


def test_a_database_that_is_not_there_is_not_made(environment: Head, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{tmp_path / 'none.db'}")
    assert run("verify", "--head", str(environment)).exit_code == 1
    assert run("export").exit_code == 1
    assert list(tmp_path.iterdir()) == []


def test_rows_are_written_as_lines_of_json(environment: Head) -> None:
    rows = [json.loads(line) for line in run("export").output.splitlines()]
    assert [row["id"] for row in rows] == list(range(1, ROWS + 2))
    assert rows[0] | {"link": "", "chained_at": ""} == {
        "id": 1,
        "at": "2024-11-24T12:00:01+00:00",
        "kind": "decision",
        "person": "U0ANA",
        "person_name": "ana",
        "channel": "C0DEPLOYS",
        "run_id": "run-1",
        "workspace": "acme/storefront-prod",
        "action": "apply",
        "plan_digest": "digest-1",
        "rules_hash": "",
        "reason": "looks good",
        "outcome": "decided",
        "permalink": "",
        "details": {"round": "1"},
        "number": 1,
        "chained_at": "",
        "link": "",
    }
    assert rows[ROWS - 1]["link"] == environment.link
    assert (rows[-1]["number"], rows[-1]["link"]) == (None, "")


def test_rows_are_written_as_csv_of_a_span_of_time(environment: Head) -> None:
    result = run("export", "--format", "csv", "--since", "2024-11-24T13:00:03+01:00", "--until", "2024-11-24T12:00:05")
    rows = list(csv.DictReader(io.StringIO(result.output)))
    assert environment.number == ROWS
    assert [row["run_id"] for row in rows] == ["run-3", "run-4"]
    assert rows[0]["details"] == '{"round":"3"}'
    assert run("export", "--format", "csv", "--since", "2027-01-01").output.count("\n") == 1


@pytest.mark.parametrize("option", ["--since", "--until"])
def test_a_time_that_is_none_is_told(environment: Head, option: str) -> None:
    assert run("export", option, "yesterday").exit_code == 2
    assert environment.number == ROWS


FORMULAS = [
    *("=HYPERLINK(1)", "+1", "-1", "@SUM(A1)", "\tx", "\n=1", "\r=1", "  =1", "\uff1d1", "\uff201"),
    *(
        "\u00a0=1",
        "\ufeff=1",
        "\u200b+1",
        "\u2060-1",
        "\u3000@x",
        "\u00ad=1",
        "\u202e=1",
        "\u3164=1",
        " \u00a0\ufeff\tx",
        "\u180e=1",
    ),
]


async def test_a_spreadsheet_reckons_with_nobodys_words(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'runbell.db'}"
    async with open_database(url) as database:
        await write(database, *(entry(number, reason=text) for number, text in enumerate(FORMULAS, start=1)))
    out = io.StringIO()
    await export(url, "csv", None, None, out)
    rows = csv.DictReader(io.StringIO(out.getvalue(), newline=""))
    assert [row["reason"] for row in rows] == [f"'{text}" for text in FORMULAS]


@given(
    st.text(alphabet=" \u00a0\u200b\u200d\u2060\ufeff\u3000\u3164\u00ad\x00\x1f", max_size=6),
    st.sampled_from("=+-@\t\r\uff1d"),
    st.text(max_size=5),
)
def test_a_formula_is_guarded_behind_whatever_is_not_seen(before: str, sign: str, after: str) -> None:
    assert cell(before + sign + after) == f"'{before}{sign}{after}"
    assert cell(f"{before}a{sign}{after}") == f"{before}a{sign}{after}"


async def test_an_export_goes_over_many_pages(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'runbell.db'}"
    async with open_database(url) as database:
        await write(database, *(entry(number, kind=AuditKind.VOTE) for number in range(1, 1004)))
        head = await seal(database, Sealer(database, database.clock, Pace(), KEY, "", nowhere, lambda: None))
    out = io.StringIO()
    await export(url, "jsonl", NOON + timedelta(seconds=2), None, out)
    assert [json.loads(line)["run_id"] for line in out.getvalue().splitlines()] == [f"run-{number}" for number in range(2, 1004)]
    assert head.number == 1003
    assert await verify(url, KEY, [head], lambda _: None)


def nowhere(_channel: str, _ts: str) -> str:
    return ""


def test_where_a_head_is_required_none_is_a_failure(environment: Head) -> None:
    without = run("verify", "--require-head")
    assert without.exit_code == 1
    assert "--head" in without.stderr
    assert run("verify", "--require-head", "--head", str(environment)).exit_code == 0
    beyond = f"{environment.number + 9}:{environment.link}"
    assert run("verify", "--require-head", "--head", beyond).exit_code == 1


def dropped(url: str) -> None:
    with blocking_engine(parse_address(url)).begin() as connection:
        connection.exec_driver_sql("DROP TABLE audit")


@pytest.mark.parametrize("database", ["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
@pytest.mark.parametrize("word", ["verify", "export"])
def test_a_dropped_table_is_a_sentence(
    request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, database: str, word: str
) -> None:
    url = f"sqlite:///{tmp_path / 'runbell.db'}" if database == "sqlite" else str(request.getfixturevalue("bare_postgres_url"))
    asyncio.run(migrate(url))
    asyncio.run(filled(url))
    dropped(url)
    monkeypatch.setenv("DATABASE_URL", url)
    monkeypatch.setenv("RUNBELL_AUDIT_KEY", KEY)
    done = run(word)
    assert (done.exit_code, isinstance(done.exception, SystemExit)) == (1, True)
    assert "has lost its table “audit”" in done.stderr
