"""Sockets are bound to loopback, and a taken port is told and passed over."""

from __future__ import annotations

import pytest

from bot.sandbox import listeners
from bot.sandbox.listeners import bind_loopback, url_of


def test_a_socket_is_bound_to_loopback_only() -> None:
    with bind_loopback(0, "the test") as listener:
        host, port = listener.getsockname()
        assert (host, url_of(listener)) == ("127.0.0.1", f"http://127.0.0.1:{port}")


def test_a_taken_port_is_told_and_a_later_one_used(capsys: pytest.CaptureFixture[str]) -> None:
    with bind_loopback(0, "the first") as first:
        port = first.getsockname()[1]
        with bind_loopback(port, "the second") as second:
            used = second.getsockname()[1]
    assert used > port
    assert capsys.readouterr().err == f"port {port} is taken: the second uses {used}\n"


def test_when_no_port_is_free_that_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listeners, "TRIES", 1)
    with bind_loopback(0, "the first") as first, pytest.raises(OSError, match="no free port"):
        bind_loopback(first.getsockname()[1], "the second")
