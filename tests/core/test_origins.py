from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as some

from bot.core.origins import Origin, OriginKind, decode_origin, encode_origin

WORDS = ("configuration_version_id", "run_id", "workspace", "sha", "commit_url", "message", "person")
ORIGINS = some.builds(Origin, kind=some.sampled_from(OriginKind), **{name: some.text(max_size=20) for name in WORDS})


@given(ORIGINS)
def test_an_origin_is_read_as_it_was_written(origin: Origin) -> None:
    assert decode_origin(encode_origin(origin)) == origin


@pytest.mark.parametrize("text", ["", "null", "[]", "{}", '{"kind": "gift"}', '{"kind": "upload", "colour": "red"}'])
def test_what_we_did_not_write_is_no_origin(text: str) -> None:
    assert decode_origin(text) is None
