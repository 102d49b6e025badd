"""Settings of Hypothesis for the property tests here: a slow machine is no failure."""

from __future__ import annotations

from hypothesis import settings

settings.register_profile("runbell", deadline=None)
settings.load_profile("runbell")
