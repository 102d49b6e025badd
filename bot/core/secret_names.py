"""Which names mean that a value is a secret, and which values are never one. Names are judged by their whole parts. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from itertools import pairwise
from typing import Any

PARTS = re.compile(r"[\W_]+|(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
"""Where a name is split: `db_password`, `db.password`, `clientSecret`, `DBPassword`."""

WORDS = frozenset(
    {
        *("pass", "pwd", "pw", "passwd", "password", "passwords", "passphrase", "passphrases", "passcode"),
        *("secret", "secrets", "token", "tokens", "credential", "credentials", "cred", "creds", "cookie"),
        *("cookies", "apikey", "apikeys", "jwt", "dsn", "psk", "htpasswd", "kubeconfig", "dockerconfigjson"),
    }
)
ENDINGS = (
    "password",
    "passwords",
    "passwd",
    "passphrase",
    "secret",
    "secrets",
    "token",
    "tokens",
    "apikey",
    "accesskey",
    "privatekey",
    "secretkey",
    "signingkey",
    "encryptionkey",
    "credential",
    "credentials",
    "connectionstring",
    "connectionstrings",
)
"""Long enough to mean the same at the end of a part, as in `pgpassword`. `pass` is not: it ends `compass` and `bypass`."""

KEYS = frozenset(
    {
        *("auth", "authentication", "authorization", "signing", "encryption", "decryption", "client", "private", "api"),
        *("access", "account", "secret", "shared", "preshared", "master", "session", "storage", "app"),
        *("application", "license", "hmac", "aes", "tls", "ssl", "server", "admin"),
    }
)
FOLLOWED: Mapping[str, frozenset[str]] = {
    **dict.fromkeys(KEYS, frozenset({"key", "keys"})),
    "connection": frozenset({"string", "strings", "uri", "url"}),
    "conn": frozenset({"str", "string"}),
    "basic": frozenset({"auth"}),
}
DESCRIBING = frozenset(
    {
        *("name", "names", "arn", "arns", "id", "ids", "ttl", "type", "types"),
        *("mode", "length", "size", "count", "version", "versions", "policy", "policies", "rotation"),
        *("enabled", "disabled", "expiry", "expiration", "expires", "days", "hours", "minutes", "seconds"),
        *("duration", "lifetime", "age", "period", "issuer", "audience", "endpoint", "ref", "reference"),
    }
)
"""A name that ends so is about a secret and does not hold it: `secret_name`, `token_ttl`."""

NAME_MOST = 2000
ARN = re.compile(r"arn:[a-z][a-z-]{0,20}:[a-z0-9-]{1,63}:[a-z0-9-]{0,40}:(?:[0-9]{12}|aws|aws-managed)?:[\w+.@:/*-]{1,1024}", re.ASCII)
PLAIN_WORDS = frozenset({"", "true", "false", "null"})


@lru_cache(maxsize=8192)
def is_secret_name(name: str) -> bool:
    """Whether something that is called so holds a secret: `db_password`, `clientSecret`, and neither `secret_name` nor `compass`."""
    if len(name) > NAME_MOST:
        return True
    parts = [part.lower().rstrip("0123456789") for part in PARTS.split(name)]
    parts = [part for part in parts if part]
    if not parts or (parts[-1] in DESCRIBING and parts[-2:] != ["secret", "id"]):
        return False
    return any(part in WORDS or part.endswith(ENDINGS) for part in parts) or any(
        after in FOLLOWED.get(before, ()) for before, after in pairwise(parts)
    )


def is_harmless(value: Any) -> bool:
    """Whether a value is no secret whatever it is called: nothing, a boolean, a number, an ARN."""
    if isinstance(value, str):
        return value in PLAIN_WORDS or ARN.fullmatch(value) is not None
    return value is None or isinstance(value, bool | int | float)


def is_secret_key(owner: Mapping[str, Any], key: str) -> bool:
    """Whether the value of a key is a secret, by the key itself or by what the pair calls it: `{name: "DB_PASSWORD", value: …}`."""
    return is_secret_name(key) or (last_part(key) in {"value", "values"} and is_secret_pair(owner))


def is_secret_pair(owner: Mapping[str, Any]) -> bool:
    return any(isinstance(said, str) and last_part(key) in {"name", "key"} and is_secret_name(said) for key, said in owner.items())


@lru_cache(maxsize=8192)
def last_part(key: str) -> str:
    """`value` of `parameterValue`, `ParameterValue` and `string_value`."""
    return PARTS.split(key[-NAME_MOST:])[-1].lower()
