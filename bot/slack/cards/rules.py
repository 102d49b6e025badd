"""Which rules apply, in mrkdwn. What names a rule already is not followed by its name once more."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from bot.slack.text import code, enumerated


def rule_names(rules: Sequence[str], told: Iterable[str], most: int) -> str:
    """`told` are the sentences beside it; "" where they name all rules."""
    said = "\n".join(told)
    others = [name for name in rules if f"ule “{name}”" not in said]
    if not others:
        return ""
    many = "rule" if len(others) == 1 else "rules"
    lead = many.capitalize() if len(others) == len(rules) else f"Other {many}"
    return f"{lead}: {enumerated([code(name) for name in others], most)}"
