"""Trace for branch coverage only what is measured by it. Loaded by tests/conftest.py; does nothing where nobody measures.

Tracing doubles what a test costs. So collecting is not traced, and neither are the tests of the sandbox, which is not measured, and those
that look at whole processes: what they run of the product is measured by its own tests.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from coverage import Coverage

COVERAGE = Coverage.current()

PACKAGES = ("bot", "handlers")
NOT_IMPORTED = ("bot.__main__", "bot.sandbox", "bot.store.migrations")
"""What runs when it is imported, and what is not measured."""

UNTRACED = ("tests/browser/", "tests/sandbox/", "tests/scenes/")
TRACED_WHILE_COLLECTED = "tests/slack/"
"""The messages that these tests compare are drawn for their parameters."""


@contextmanager
def untraced() -> Iterator[None]:
    if COVERAGE is None:
        yield
        return
    COVERAGE.stop()
    try:
        yield
    finally:
        COVERAGE.start()


def pytest_configure(config: pytest.Config) -> None:
    """Import all of the product while it is traced; the process that only hands out tests is not traced at all."""
    if COVERAGE is None:
        return
    if getattr(config.option, "numprocesses", None) and not hasattr(config, "workerinput"):
        COVERAGE.stop()
        return
    for package in PACKAGES:
        for module in pkgutil.walk_packages(importlib.import_module(package).__path__, f"{package}."):
            if not module.name.startswith(NOT_IMPORTED):
                importlib.import_module(module.name)


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report(collector: pytest.Collector) -> Iterator[None]:
    if isinstance(collector, pytest.Module) and not collector.nodeid.startswith(TRACED_WHILE_COLLECTED):
        with untraced():
            return (yield)
    return (yield)


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_protocol(item: pytest.Item) -> Iterator[None]:
    if item.nodeid.startswith(UNTRACED):
        with untraced():
            return (yield)
    return (yield)
