"""The people of the organization: the same names and addresses that the sandbox's Slack gives them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.sandbox.terraform.ids import new_id
from bot.sandbox.terraform.records import Account, Membership

if TYPE_CHECKING:
    from bot.sandbox.terraform.store import Store

PEOPLE = ("ana", "kim", "raj", "gus")


def add_people(store: Store) -> dict[str, Account]:
    """Their accounts by name; each is an active member, but Gus, who has not answered his invitation."""
    accounts = {name: Account(new_id("user"), name, f"{name}@acme.example") for name in PEOPLE}
    for name, account in accounts.items():
        membership = Membership(new_id("ou"), account, "invited" if name == "gus" else "active")
        store.memberships[membership.id] = membership
    return accounts
