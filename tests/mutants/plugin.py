"""A plugin for pytest: under a mutant, the quickest test comes first, and a property needs no more than one example that fails."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import Phase, settings

settings.register_profile("mutants", settings.get_profile("ci"), max_examples=30, phases=[Phase.explicit, Phase.generate])

TIMES = Path("mutmut-stats.json")
"""Where mutmut keeps how long each test takes; not there while it measures that."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    if TIMES.exists():
        times = json.loads(TIMES.read_text("utf-8"))["duration_by_test"]
        items.sort(key=lambda item: times.get(item.nodeid, 0.0))
