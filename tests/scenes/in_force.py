"""Finds the rules and freezes that were in force at a moment, from the rows that say when each began and ended."""

from __future__ import annotations

import json
from datetime import datetime
from functools import cache

from bot.core.audits import AuditKind
from bot.core.freezes import DeclaredFreeze, Freeze, in_force
from bot.core.policy import WITHOUT_FILE, Policy
from bot.core.workspaces import Workspace, is_same_name
from bot.rules import parse_rules
from tests.scenes.records import Records


def hashes_at(records: Records, at: datetime) -> frozenset[str]:
    """Return the hashes of the rules that may have been in force. There are several if the clocks leave it open."""
    began = [one for one in records.activations if one.activated_at <= at - records.apart]
    during = [one for one in records.activations if at - records.apart < one.activated_at <= at + records.apart]
    return frozenset(one.hash for one in (*began[-1:], *during))


def policy_of(records: Records, rules_hash: str) -> Policy | None:
    """Return the rules with this hash, parsed from the text that was activated. None if the text gives another hash."""
    found = next((one for one in reversed(records.activations) if one.hash == rules_hash), None)
    policy = parsed(found.text) if found is not None else None
    return policy if policy is not None and policy.hash == rules_hash else None


@cache
def parsed(text: str) -> Policy:
    return parse_rules(text) if text else WITHOUT_FILE


def freezes_at(records: Records, policy: Policy, workspace: Workspace, at: datetime) -> tuple[Freeze, ...]:
    """Return the freezes that surely covered a workspace: during all the time that the clocks leave open."""
    first, last = at - records.apart, at + records.apart
    moments = {first, last, *(row.at for row in records.audit if row.kind == AuditKind.FREEZE and first < row.at < last)}
    found = [in_force(policy.freezes, policy.source, declared_at(records, moment), workspace, moment) for moment in sorted(moments)]
    return tuple(one for one in found[0] if all(one in others for others in found))


def declared_at(records: Records, at: datetime) -> list[DeclaredFreeze]:
    """Return what people had declared and not ended. From the audit, since the rows of ended freezes are gone."""
    found: list[DeclaredFreeze] = []
    for row in records.audit:
        if row.kind != AuditKind.FREEZE or row.at > at:
            continue
        if row.action == "unfreeze":
            found = [one for one in found if one.pattern != row.workspace]
            continue
        until = json.loads(row.details or "{}").get("until")
        found = [one for one in found if one.by != row.person or not is_same_name(one.pattern, row.workspace)]
        found.append(
            DeclaredFreeze(
                pattern=row.workspace,
                reason=row.reason,
                by=row.person,
                by_name=row.person_name,
                channel=row.channel,
                at=row.at,
                until=datetime.fromisoformat(until) if until else None,
            )
        )
    return found
