"""Reads `runbell.toml` into a Policy; every error comes with its line, what it means and the nearest right word, all at once.

A file for each kind of table: rights, rules, people, chains, windows, watches. What the tables mean is said in docs/policies.md.
"""

from __future__ import annotations

from bot.rules.files import load_rules, parse_rules, read_rules, read_watches
from bot.rules.problems import RulesWrong
from bot.rules.watches import Hearers

__all__ = ["Hearers", "RulesWrong", "load_rules", "parse_rules", "read_rules", "read_watches"]
