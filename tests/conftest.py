"""Fixtures for every test: asyncio is the one event loop, and the environment is empty of settings."""

from __future__ import annotations

import os

import pytest

FOREIGN = ("SLACK_", "TFE_", "TF_", "DATABASE_", "RUNBELL_", "HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy")


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(autouse=True)
def _clean_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in list(os.environ):
        if name.startswith(FOREIGN):
            monkeypatch.delenv(name)
