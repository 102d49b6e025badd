from __future__ import annotations

from pathlib import Path

import pytest

from bot.store.addresses import parse_address


@pytest.mark.parametrize(
    "written,path",
    [
        ("sqlite:///runbell.db", Path.cwd() / "runbell.db"),
        ("  sqlite:///data/run bell.db\n", Path.cwd() / "data/run bell.db"),
        ("sqlite:////var/lib/runbell.db", Path("/var/lib/runbell.db")),
        ("sqlite+aiosqlite:////var/lib/runbell.db", Path("/var/lib/runbell.db")),
    ],
)
def test_a_file_is_reached_by_both_of_its_drivers(written: str, path: Path) -> None:
    address = parse_address(written)
    assert (address.path, address.shown) == (path, f"sqlite:///{path}")
    assert address.url.render_as_string() == f"sqlite+aiosqlite:///{path}"
    assert address.blocking_url.render_as_string() == f"sqlite:///{path}"


@pytest.mark.parametrize("scheme", ["postgres", "postgresql", "postgresql+psycopg"])
def test_a_server_is_reached_by_psycopg(scheme: str) -> None:
    address = parse_address(f"{scheme}://bell:pa%40ss@db.example:5433/runs?sslmode=require")
    assert address.path is None
    assert address.url.render_as_string(hide_password=False) == "postgresql+psycopg://bell:pa%40ss@db.example:5433/runs?sslmode=require"
    assert address.blocking_url == address.url


def test_what_is_shown_of_a_server_has_no_user_no_password_and_no_parameters() -> None:
    assert parse_address("postgres://bell:hunter2@db.example/runs?sslpassword=hunter3").shown == "postgresql://db.example/runs"
    assert parse_address("postgresql://runbell@/runs?host=/run/postgresql").shown == "postgresql://localhost/runs"


@pytest.mark.parametrize(
    "written,problem",
    [
        ("", "no address"),
        ("hunter2", "no address"),
        ("postgresql://bell:hunter2@db:notaport/runs", "no address"),
        ("mysql://bell:hunter2@db/runs", "begins with “mysql”"),
        ("postgresql+asyncpg://bell:hunter2@db/runs", "begins with “postgresql[+]asyncpg”"),
        ("postgresql://bell:hunter2@db", "names no database"),
        ("postgresql://bell:hunter2@db/", "names no database"),
        ("sqlite://", "names no file"),
        ("sqlite:///:memory:", "names no file"),
        ("sqlite:///file:x?mode=memory", "names no file"),
        ("sqlite://hunter2/runbell.db", "names no file"),
    ],
)
def test_what_is_no_address_is_told_without_the_password(written: str, problem: str) -> None:
    with pytest.raises(ValueError, match=problem) as caught:
        parse_address(written)
    assert "sqlite:///runbell.db" in str(caught.value)
    assert "hunter2" not in str(caught.value)
    assert caught.value.__suppress_context__ or caught.value.__context__ is None
