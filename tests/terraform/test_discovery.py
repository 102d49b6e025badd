from __future__ import annotations

import pytest

from bot.terraform.discovery import base_path, origin
from tests.terraform.samples import as_bytes

ADDRESS = "https://tfe.test"


@pytest.mark.parametrize(
    "named, path",
    [
        ("/api/v2/", "/api/v2/"),
        ("/remote/tfe/v2", "/remote/tfe/v2/"),
        ("/", "/"),
        ("https://tfe.test/api/tfe/v2/", "/api/tfe/v2/"),
        ("https://TFE.test:443/api/tfe/v2/", "/api/tfe/v2/"),
    ],
)
def test_the_base_is_where_the_document_says(named: str, path: str) -> None:
    assert base_path(as_bytes({"tfe.v2": named, "state.v2": "/elsewhere/"}), ADDRESS) == path


@pytest.mark.parametrize(
    "named",
    [
        "https://evil.test/api/v2/",
        "http://tfe.test/api/v2/",
        "https://tfe.test:8443/api/v2/",
        "https://tfe.test@evil.test/api/v2/",
        "//evil.test/api/v2/",
        "/api/../admin/",
        "/api/v2/?x=1",
        "/api/v2/#x",
        "api/v2/",
        "https://[",
        7,
        None,
    ],
)
def test_what_leads_elsewhere_or_nowhere_is_passed_over(named: object) -> None:
    assert base_path(as_bytes({"tfe.v2": named}), ADDRESS) == "/api/v2/"


@pytest.mark.parametrize("document", [b"", b"<html>", b"[]", b"{}", b"\xff"])
def test_a_document_that_is_none_is_passed_over(document: bytes) -> None:
    assert base_path(document, ADDRESS) == "/api/v2/"


def test_origins_compare_by_scheme_host_and_port() -> None:
    assert origin("https://Tfe.Test/x") == ("https", "tfe.test", 443)
    assert origin("http://127.0.0.1:8801") == ("http", "127.0.0.1", 8801)
