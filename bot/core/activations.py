"""The rules in force: which policy decides, since when, and who put it in force."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Activation:
    """`hash` is core/policy.py:Policy.hash, `source` where the file stood, `text` all that stood in it, `by` who did it, in words."""

    hash: str
    source: str
    text: str
    by: str
    activated_at: datetime
