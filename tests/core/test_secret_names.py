"""Which names mean a secret, and what is none whatever it is called; and trees of values at any depth."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.attributes import attributes, lines
from bot.core.masking import masked, safe_tree
from bot.core.secret_names import is_harmless, is_secret_name
from bot.core.secret_values import DEPTH_MOST

CANARY = "canary-7f3a-of-the-tree"
ARN = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:prod/db-AbCdEf"
HARMLESS = st.one_of(st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False), st.just(ARN))
SECRET_PARTS = st.sampled_from(
    ["pass", "pwd", "passwd", "password", "secret", "token", "credentials", "cookie"]
    + [f"{one}_key" for one in ("auth", "signing", "encryption", "client", "private", "api", "access")]
    + ["connection_string", "clientSecret", "DBPassword", "PGPASSWORD", "API-KEY"]
)
OTHER_PARTS = st.sampled_from(["db", "main", "prod", "value", "a", "env", "0"])


@st.composite
def secret_names(draw: st.DrawFn) -> str:
    parts = [*draw(st.lists(OTHER_PARTS, max_size=2)), draw(SECRET_PARTS), *draw(st.lists(OTHER_PARTS, max_size=2))]
    return draw(st.sampled_from("_-./")).join(parts)


@pytest.mark.parametrize(
    "name",
    [
        *("pass", "db_pass", "dbPass", "DB_PASS", "pwd", "passwd", "master_password", "password2", "PGPASSWORD", "DBPassword"),
        *("client_secret", "clientSecret", "secrets", "secret_id", "api/token", "oauth.token", "credentials", "db-credential"),
        *("auth_key", "signing_key", "encryption-key", "clientKey", "private_key_pem", "APIKey", "api.keys", "access_key", "account_key"),
        *("connection_string", "ConnectionStrings__Default", "session_cookie", "cookies", "secret_string", "token_value", "x" * 3000),
    ],
)
def test_a_name_of_a_secret_is_known_by_its_whole_parts(name: str) -> None:
    assert is_secret_name(name)


@pytest.mark.parametrize(
    "name",
    [
        *("compass", "passenger", "bypass", "passthrough", "tokenizer", "secretary", "compassKey", "monkey", "map_key", "keyboard"),
        *("public_key", "partition_key", "kms_key_id", "access_key_id", "secret_name", "secret_arn", "token_ttl", "password_policy"),
        *("enable_password_rotation", "name", "", "_", "authors", "client"),
    ],
)
def test_a_name_that_only_looks_so_is_none(name: str) -> None:
    assert not is_secret_name(name)


@pytest.mark.parametrize("value", [None, True, False, 0, 12345, 1.5, "", "true", "false", ARN, "arn:aws:iam::123456789012:role/x"])
def test_what_is_no_secret_whatever_it_is_called(value: Any) -> None:
    assert is_harmless(value)


@pytest.mark.parametrize("value", ["x", "12345", "arn:", f"arn:aws:x {CANARY}", f"{ARN}\n{CANARY}", [1], {}])
def test_anything_else_may_be_one(value: Any) -> None:
    assert not is_harmless(value)


# Trees


def wrapped(kind: str, inner: Any, key: str) -> Any:
    match kind:
        case "object":
            return {"x": 1, key: inner}
        case "list":
            return [None, {key: inner}]
        case "json":
            return json.dumps({key: inner})
        case _:
            return {key: [inner, "beside"]}


@st.composite
def secret_trees(draw: st.DrawFn) -> Any:
    """A canary below the name of a secret, which is anywhere above it, in containers of all kinds."""
    names = draw(st.lists(OTHER_PARTS, min_size=1, max_size=6))
    names[draw(st.integers(0, len(names) - 1))] = draw(secret_names())
    tree: Any = CANARY
    for name in names:
        tree = wrapped(draw(st.sampled_from(["object", "list", "json", "plain"])), tree, name)
    return tree


@st.composite
def pair_trees(draw: st.DrawFn) -> Any:
    """The same in a pair: `{name: "DB_PASSWORD", value: …}` and its kin."""
    called, said = draw(
        st.sampled_from(
            [("name", "value"), ("key", "value"), ("Name", "Value"), ("parameterName", "parameterValue"), ("key", "string_value")]
        )
    )
    value = draw(st.sampled_from([CANARY, [CANARY], {"a": CANARY}]))
    items = [(called, draw(secret_names())), (said, value), ("type", "plain")]
    tree: Any = dict(draw(st.permutations(items)))
    for _ in range(draw(st.integers(0, 4))):
        tree = wrapped(draw(st.sampled_from(["object", "list", "json", "plain"])), tree, "environment")
    return tree


def told(before: Any, after: Any) -> str:
    found = attributes({"actions": ["update"], "before": before, "after": after})
    return "\n".join([*(line for one in found for line in lines(one)), *(one.name for one in found)])


@given(secret_trees() | pair_trees(), st.sampled_from([None, {}, {"a": 1}, [], "x"]))
def test_a_path_with_a_secret_anywhere_is_masked_at_any_depth_and_in_any_container(tree: Any, other: Any) -> None:
    assert CANARY not in told(tree, other)
    assert CANARY not in told(other, tree)
    assert CANARY not in told({"env": tree}, {"env": other})
    assert CANARY not in json.dumps(safe_tree(tree))
    assert CANARY not in masked(json.dumps(tree))
    assert CANARY not in masked(json.dumps(tree, indent=2))


@given(secret_trees() | pair_trees())
def test_masking_a_tree_twice_is_masking_it_once(tree: Any) -> None:
    once = safe_tree(tree)
    assert safe_tree(once) == once


@given(secret_names(), st.lists(OTHER_PARTS, max_size=3), HARMLESS)
def test_booleans_numbers_nothing_and_arns_show(name: str, path: list[str], value: Any) -> None:
    tree: Any = {name: value}
    for key in path:
        tree = {key: tree}
    assert safe_tree(tree) == tree
    if value is not None:
        assert json.dumps(value) in told(None, {name: value})


def test_a_pair_is_judged_on_both_sides() -> None:
    before, after = [{"name": "LEVEL", "value": "debug"}], [{"name": "DB_PASSWORD", "value": CANARY}]
    assert CANARY not in told({"env": before}, {"env": after})
    assert '"debug" → "info"' in told({"env": before}, {"env": [{"name": "LEVEL", "value": "info"}]})


def test_what_a_flag_is_set_to_in_a_list_is_hidden() -> None:
    assert CANARY not in told(None, {"args": ["--user", "me", "--db-password", CANARY]})
    assert CANARY not in told(None, {"args": [{"x": 1}, "--db-password", CANARY]})
    assert '"me"' in told(None, {"args": ["--user", "me"]})


def test_base64_is_looked_into() -> None:
    script = base64.b64encode(f"#!/bin/sh\nexport DB_PASSWORD={CANARY}\n".encode()).decode()
    harmless = base64.b64encode(b"#!/bin/sh\necho hello to everybody\n").decode()
    assert told(None, {"user_data": script}) == '+ user_data: "(sensitive value)"\nuser_data'
    assert harmless[:40] in told(None, {"user_data": harmless})
    assert safe_tree("x" * 25) == "x" * 25
    assert safe_tree("/w" + "A" * 30) == "/w" + "A" * 30


def test_json_that_says_one_key_twice_or_goes_too_deep_is_hidden() -> None:
    assert CANARY not in str(safe_tree(f'{{"a": {{"password": "{CANARY}"}}, "a": 1}}'))
    assert CANARY not in str(safe_tree("[" * 100_000))
    deep: Any = CANARY
    for _ in range(DEPTH_MOST + 5):
        deep = [deep]
    assert CANARY not in str(safe_tree(deep))
    assert safe_tree("{no json") == "{no json"


def test_json_without_secrets_stays_as_it_was_written() -> None:
    text = '{ "a":1,\n  "b": ["x"] }'
    assert safe_tree(text) == text
    assert safe_tree('{"b": 1,\n "password": "x"}') == '{\n  "b": 1,\n  "password": "(sensitive value)"\n}'
