"""Sockets are bound to loopback, and a taken port is told and passed over."""

from __future__ import annotations

import asyncio
import gc
import socket
import warnings

import pytest
from aiohttp import web

from bot.sandbox import listeners
from bot.sandbox.listeners import bind_loopback, serving, url_of


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


@pytest.mark.parametrize("turns", [0, 1, 2])
async def test_a_connection_that_comes_while_we_stop_is_closed(turns: int) -> None:
    """The loop accepts in one turn and makes the transport in the next; in each of these turns the server may be stopped."""
    listener, clients = bind_loopback(0, "the test"), [socket.socket() for _ in range(3)]
    with warnings.catch_warnings(record=True) as found:
        warnings.simplefilter("always")
        async with serving(web.Application(), listener):
            for client in clients:
                client.setblocking(False)
                client.connect_ex(listener.getsockname())
            for _ in range(turns):
                await asyncio.sleep(0)
        for client in clients:
            client.close()
        gc.collect()
    assert [str(one.message) for one in found if issubclass(one.category, ResourceWarning)] == []
