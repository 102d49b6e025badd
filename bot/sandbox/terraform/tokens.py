"""Tokens of three kinds, and what each may do. A right that a token lacks is a 404, as if there were nothing there."""

from __future__ import annotations

import secrets
import string
from functools import lru_cache
from typing import TYPE_CHECKING, get_args

from bot.sandbox.terraform.errors import not_allowed, unauthorized
from bot.sandbox.terraform.ids import new_id
from bot.sandbox.terraform.records import Access, Account, Token, TokenKind

if TYPE_CHECKING:
    from collections.abc import Mapping

ORDER = get_args(Access)
LETTERS = string.ascii_letters + string.digits


class Tokens:
    def __init__(self) -> None:
        self._tokens: dict[str, Token] = {}

    def issue(self, kind: TokenKind, name: str, owner_id: str, access: Access, *, may_override: bool = False) -> Token:
        """A new token. A user's is its owner's own; behind the others stands a service user."""
        is_service = kind != "user"
        account = Account(new_id("user") if is_service else owner_id, name, f"{name}@acme.example", is_service)
        return self.issue_to(account, kind, owner_id, access, may_override=may_override)

    def issue_to(self, account: Account, kind: TokenKind, owner_id: str, access: Access, *, may_override: bool = False) -> Token:
        token = Token(_secret(), kind, account, owner_id, access, may_override=may_override)
        self._tokens[token.secret] = token
        return token

    def revoke(self, secret: str) -> bool:
        """Whether there was such a token. It is as good as expired from now on."""
        return self._tokens.pop(secret, None) is not None

    @property
    def first(self) -> Token:
        """The token that was issued first: a person with every right."""
        return next(iter(self._tokens.values()))

    def accounts(self) -> dict[str, Account]:
        return {token.account.id: token.account for token in self._tokens.values()}

    def caller(self, headers: Mapping[str, str]) -> Token:
        """Who is calling; 401 without a token that is known."""
        scheme, _, secret = headers.get("Authorization", "").partition(" ")
        if scheme.lower() != "bearer" or (token := self._tokens.get(secret.strip())) is None:
            raise unauthorized()
        return token


def may(token: Token, access: Access) -> bool:
    """Whether the token reaches this far. An organization's token only reads runs, whatever it may do elsewhere."""
    if token.kind == "organization" and access != "read":
        return False
    return ORDER.index(token.access) >= ORDER.index(access)


def demand(token: Token, access: Access) -> None:
    if not may(token, access):
        raise not_allowed()


@lru_cache(maxsize=256)
def permissions_on_runs(token: Token) -> dict[str, bool]:
    """What `permissions` of a run says: it describes the calling token and nobody else."""
    return {
        "can-apply": may(token, "write"),
        "can-cancel": may(token, "write"),
        "can-comment": may(token, "plan"),
        "can-discard": may(token, "write"),
        "can-force-execute": may(token, "write"),
        "can-force-cancel": may(token, "admin"),
        "can-override-policy-check": token.may_override,
    }


@lru_cache(maxsize=256)
def permissions_on_workspaces(token: Token) -> dict[str, bool]:
    return {
        "can-update": may(token, "admin"),
        "can-destroy": may(token, "admin"),
        "can-queue-run": may(token, "plan"),
        "can-queue-apply": may(token, "write"),
        "can-queue-destroy": may(token, "write"),
        "can-lock": may(token, "write"),
        "can-unlock": may(token, "write"),
        "can-force-unlock": may(token, "admin"),
        "can-read-run": True,
        "can-read-settings": True,
        "can-read-variable": may(token, "write"),
    }


def _secret() -> str:
    first, last = ("".join(secrets.choice(LETTERS) for _ in range(length)) for length in (14, 67))
    return f"{first}.atlasv1.{last}"
