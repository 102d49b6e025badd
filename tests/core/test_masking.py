from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.masking import LINE_MOST, Mask, masked

CANARY = "canary-7f3a"


@pytest.mark.parametrize(
    "text",
    [
        f'password = "{CANARY}"',
        f'  + db_password = "x" -> "{CANARY}"  # forces replacement',
        f'  ~ password = null -> "{CANARY}"',
        f'"api_key": "{CANARY}",',
        f"DB_PASSWORD={CANARY}",
        f'client_secret="{CANARY} and {CANARY}" x',
        f'\\"access_key\\": \\"{CANARY}\\"',
        f"token => '{CANARY}'",
        f'passwords = ["a", "{CANARY}"]',
        f'credentials = {{ user = "{CANARY}" }}',
        f'  + secrets = [\n      + "{CANARY}",\n      + [\n          + "{CANARY}",\n        ],\n    ]',
        f"  + private_key = <<-EOT\n        {CANARY}\n    EOT",
        f'│   + secret_policy = jsonencode(\n│         {{\n│           a = "{CANARY}"\n│         }}\n│     )',
        f"x -----BEGIN RSA PRIVATE KEY-----\n{CANARY}\n-----END RSA PRIVATE KEY-----",
        f"x -----BEGIN PRIVATE KEY-----{CANARY}-----END PRIVATE KEY-----",
        f"postgres://app:{CANARY}@db.example/app",
        f"Authorization: Bearer {CANARY}",
        f'token = "{CANARY}',
    ],
)
def test_what_is_named_like_a_secret_is_hidden(text: str) -> None:
    shown = masked(f"before\n{text}\nafter")

    assert CANARY not in shown
    assert shown.startswith("before\n")
    assert shown.endswith("\nafter")


@pytest.mark.parametrize(
    "token",
    [
        "AKIAIOSFODNN7EXAMPLE",
        "ghp_" + "a1" * 18,
        "github_pat_" + "a1" * 30,
        "glpat-" + "a1" * 10,
        "AIza" + "a1" * 17,
        "hvs." + "a1" * 20,
        "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkw.sflKxwRJSMeKKF2QT4",
        "sk_live_" + "a1" * 12,
        "npm_" + "a1" * 18,
        "xoxb-1-2-abc",
        "abcdefghij.atlasv1.abcdefghijklmnop",
        "https://archivist.terraform.io/v1/object/dmF1bHQ6djE6",
        "https://bucket.s3.amazonaws.com/plan?X-Amz-Signature=0123456789abcdef",
    ],
)
def test_tokens_are_known_by_their_shape(token: str) -> None:
    shown = masked(f"got {token} from there")

    assert token[-8:] not in shown
    assert shown.startswith("got ")
    assert shown.endswith("from there")


@pytest.mark.parametrize(
    "text",
    [
        "The token expired, so nothing was done.",
        "  + password = (sensitive value)",
        "  + token    = (known after apply)",
        "  + secret   = null",
        "  + tokens   = true",
        '  + name = "AKIA"',
        '  + instance_type = "t3.micro"',
        "private networks: 3",
        "",
    ],
)
def test_what_is_no_secret_stays(text: str) -> None:
    assert masked(text) == text


def test_what_the_plan_names_and_what_is_known_is_hidden_too() -> None:
    shown = masked(f'wifi = "{CANARY}"\nwifi_name = "guests"\nit says hunter2', secrets=("hunter2", "it"), names=("wifi", "id"))

    assert shown == 'wifi = [redacted]\nwifi_name = "guests"\nit says [redacted]'


def test_a_line_that_is_far_too_long_is_cut() -> None:
    shown = masked("a " * LINE_MOST)

    assert len(shown) < LINE_MOST + 100
    assert "left out" in shown


@pytest.mark.parametrize(
    "evil",
    [
        *("token", 'token="', "password=[", "-----BEGIN ", "token \t", "eyJa", "https://", 'token=\\"', "a.atlasv1"),
        *("--password ", "Authorization: ", "cookie: a=", "basic ", "://:", "://a:b", "-u a:", "name=", "value=", '"name":"password",'),
        *("arn:aws:s3:", "pass", "{", '{"a":', "[", '"', "\\", "a.", "-", "_key", "x--password", "value=a name=password"),
    ],
)
def test_hostile_text_takes_no_time(evil: str) -> None:
    began = time.process_time()
    masked(evil * 50_000)

    assert time.process_time() - began < 1


@given(st.lists(st.text(alphabet='ab "\\=:[]{}()<>-EOT\t', max_size=30), max_size=6), st.sampled_from(['"', "'", '\\"']))
def test_a_quoted_secret_is_hidden_whatever_stands_around_it(lines: list[str], quote: str) -> None:
    mask = Mask()
    shown = list(mask.lines([*lines, f"password = {quote}{CANARY}{quote}"]))

    assert not any(CANARY in line for line in shown)
