"""Secrets that a text gives away by where they are: headers, arguments, addresses, pairs on one line and on several."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.handouts import told_lines
from bot.core.masking import Mask, masked
from bot.core.redaction import REDACTED

CANARY = "canary-7f3a"
ENCODED = "bWU6Y2FuYXJ5LTdmM2E="
SHAPES = [
    "Authorization: Basic {}",
    'curl -H "Authorization: Bearer {}" https://x',
    "authorization='token {}'",
    "Proxy-Authorization: Digest username=a, response={}",
    "Authorization: {}-and-more",
    "Cookie: sid={}; other={}",
    '-H "Cookie: sid={}" -v',
    "Set-Cookie: sid={}; Path=/",
    "mysql --password {} -h x",
    "x --db-pwd '{} {}' y",
    "x --password={} y",
    'x "--client-secret" "{}"',
    "[--api-key, '{}']",
    "curl -u me:{} https://x",
    "wget --proxy-user=me:{} x",
    "postgres://me:{}/odd@db:5432/app",
    "redis://:{}@cache",
    "amqp://me:p@{}@mq",
    "Server=a;User Id=sa;Pwd={};",
    "AccountName=a;AccountKey={};",
    'pass = "{}"',
    "dbPass={}",
    "DB_PASS={}",
    "DBPass: {}",
    'signing_key = "{}"',
    'encryption-key: "{}"',
    'clientKey = "{}"',
    'secrets.db.main = "{}"',
    'connection_string = "{}"',
    'session_cookie = "{}"',
    "PIN_PASSWORD=12345{}",
    '{{"name": "DB_PASSWORD", "value": "{}"}}',
    '{{"value": "{}", "name": "DB_PASSWORD"}} x',
    'x {{"Name": "DB_PASSWORD", "type": "a", "Value": "{}"}}',
    '"{{\\"key\\":\\"api_token\\",\\"value\\":\\"{}\\"}}"',
    'set {{ name = "db.password" value = "{}" }}',
    '  + name  = "DB_PASSWORD"\n  + value = "{}"',
    '  ~ name  = "LEVEL" -> "DB_PASSWORD"\n  ~ value = "x" -> "{}"',
    '  + key     = "db-password"\n\n  + enabled = true\n  + value   = <<-EOT\n        {}\n    EOT',
    '  + value = "{}"\n  + name  = "DB_PASSWORD"',
    "- name: DB_PASSWORD\n  value: {}",
    "- value: {}\n  name: DB_PASSWORD",
    "- name: DB_PASSWORD\n  value: |\n    {}\n    {}\n- name: LEVEL\n  value: debug",
    '  + key   = "password"\n  + value = jsonencode(\n        {{\n          a = "{}"\n        }}\n    )',
    '  + "--password",\n  + "{}",',
    "secret: |\n  {}\nnext: x",
    '{{"secrets": {{"db": {{"main": "{}"}}}}}}',
    '{{"at": 1, "line": "{{\\"passwd\\": \\"{}\\"}}"}}',
]


@pytest.mark.parametrize("shape", SHAPES)
def test_a_secret_is_hidden_wherever_its_place_gives_it_away(shape: str) -> None:
    shown = masked(f"before\n{shape.format(*[CANARY] * 3)}\nafter")

    assert CANARY not in shown
    assert shown.startswith("before\n")
    assert shown.endswith("\nafter")


@pytest.mark.parametrize("shape", [shape for shape in SHAPES if "\n" not in shape])
@pytest.mark.parametrize("around", ['Executing: ["/bin/sh" "-c" {}]', "key = {}", '{{"name": {}, "value": 1}} x', "sh -c {}"])
def test_a_secret_is_hidden_inside_of_another_text(shape: str, around: str) -> None:
    text = json.dumps(f"echo {shape.format(*[CANARY] * 3)} && echo basic basic {ENCODED}")

    shown = masked(around.format(text))

    assert CANARY not in shown
    assert ENCODED not in shown


def test_basic_is_hidden_where_it_is_a_user_and_a_password() -> None:
    assert masked(f"sent Basic {ENCODED} to x") == f"sent Basic {REDACTED} to x"
    assert masked(f"sent basic {ENCODED.rstrip('=')}") == f"sent basic {REDACTED}"


@pytest.mark.parametrize(
    "text",
    [
        "enable_password_rotation = true",
        "password_length = 32",
        "token_ttl: 3600",
        "passwords = null",
        '  + secret_arn = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:db-AbC"',
        '  ~ secret = "arn:aws:iam::123456789012:role/a" -> "arn:aws:iam::123456789012:role/b"',
        "got arn:aws:secretsmanager:eu-west-1:123456789012:secret:db/token-AbC from there",
        'compass = "north"',
        'PASSENGER = "a"',
        'bypass = "b"',
        '"compassKey": "c"',
        "basic authentication failed, and basic knowledge helps",
        "docker run -u 1000:1000 --user 0:0 x",
        "npm from https://registry.example:4873/@scope/x",
        "Cookies: 3",
        'name  = "LEVEL"\nvalue = "debug"',
        '{"name": "LEVEL", "value": "debug"}',
        '{"name": "DB_PASSWORD"}, {"name": "LEVEL", "value": "debug"}',
        "- name: DB_PASSWORD\n- name: LEVEL\n  value: debug",
        '  + name  = "DB_PASSWORD"\n}\nvalue = "debug"',
        'key = "password"\nvalue = true\n',
        "on modules/secrets.tf line 3: it failed",
        "--password --host x",
    ],
)
def test_what_is_no_secret_shows(text: str) -> None:
    assert masked(text) == text


WORDS = st.sampled_from(
    [
        *("name", "value", "key", "password", "pass", "token", "Authorization", "Basic", "Bearer", "Cookie", "--password", "-u", "me"),
        *(" = ", ": ", "=", '"', "'", "\\", "{", "}", "[", "]", "(", ")", ",", ";", " ", "\n", "://", "@", "->", "<<EOT", "EOT", "|", "- "),
        *("DB_PASSWORD", "x1y2", "true", "123", REDACTED, "arn:aws:iam::123456789012:role/a", ENCODED, "-----BEGIN PRIVATE KEY-----"),
    ]
)


@given(st.lists(WORDS, max_size=25).map("".join))
def test_masking_twice_is_masking_once(text: str) -> None:
    once = masked(text)

    assert masked(once) == once


@given(st.lists(WORDS, max_size=12).map("".join), st.sampled_from(SHAPES[:35]))
def test_a_line_of_its_own_hides_its_secret_whatever_is_around_it(words: str, shape: str) -> None:
    mask = Mask()
    shown = list(mask.lines([*words.split("\n"), shape.format(*[CANARY] * 3), *words.split("\n")]))

    assert not any(CANARY in line for line in shown)


def test_outputs_of_a_log_are_judged_by_their_names_too() -> None:
    line = (
        '{"@message":"Outputs: 3","type":"outputs","outputs":{"db_password":{"value":"canary-7f3a"},'
        '"env":{"value":[{"name":"API_TOKEN","value":"canary-7f3a"}]},"zone":{"value":"b"}}}'
    )

    shown = "\n".join(told_lines([line]))

    assert CANARY not in shown
    assert 'zone = "b"' in shown
