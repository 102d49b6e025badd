"""Trace for branch coverage only while the product's own tests run. Loaded by tests/conftest.py; does nothing where nobody measures.

Tracing doubles what a test costs, and what is traced twice is measured once. So collecting is not traced, and neither are the tests
that look at whole processes or at the sandbox: what they run of the product is measured by its own tests.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from coverage import Coverage

PACKAGES = ("bot", "handlers")
NOT_IMPORTED = ("bot.__main__", "bot.sandbox", "bot.store.migrations")
"""What runs when it is imported, and what is not measured."""

UNTRACED = ("tests/approvals/", "tests/browser/", "tests/contracts/", "tests/sandbox/", "tests/scenes/")


@contextmanager
def untraced() -> Iterator[None]:
    coverage = Coverage.current()
    if coverage is None:
        yield
        return
    coverage.stop()
    try:
        yield
    finally:
        coverage.start()


def pytest_configure(config: pytest.Config) -> None:
    """Import all of the product while it is traced; the process that only hands tests out is not traced at all."""
    coverage = Coverage.current()
    if coverage is None:
        return
    if getattr(config.option, "numprocesses", None) and not hasattr(config, "workerinput"):
        coverage.stop()
        return
    for package in PACKAGES:
        found = pkgutil.walk_packages(importlib.import_module(package).__path__, f"{package}.")
        for name in (module.name for module in found):
            if not name.startswith(NOT_IMPORTED):
                importlib.import_module(name)


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Iterator[None]:
    with untraced():
        return (yield)


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_protocol(item: pytest.Item) -> Iterator[None]:
    if item.nodeid.startswith(UNTRACED):
        with untraced():
            return (yield)
    return (yield)
