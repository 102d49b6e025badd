from __future__ import annotations

from datetime import UTC

import pytest
from hypothesis import given
from hypothesis import strategies as some

from bot.core.origins import Origin, OriginKind, decode_origin, encode_origin

WORDS = ("configuration_version_id", "run_id", "workspace", "sha", "commit_url", "message", "person")
ORIGINS = some.builds(
    Origin,
    kind=some.sampled_from(OriginKind),
    applied_at=some.none() | some.datetimes(timezones=some.just(UTC)),
    **{name: some.text(max_size=20) for name in WORDS},
)


@given(ORIGINS)
def test_an_origin_is_read_as_it_was_written(origin: Origin) -> None:
    assert decode_origin(encode_origin(origin)) == origin


def test_an_origin_of_the_release_before_has_no_time() -> None:
    text = '{"configuration_version_id": "cv-1", "kind": "upload", "person": "ana"}'
    assert decode_origin(text) == Origin(kind=OriginKind.UPLOAD, configuration_version_id="cv-1", person="ana")


@pytest.mark.parametrize(
    "text",
    [
        '{"kind": "upload", "configuration_version_id": "cv-1", "applied_at": 7}',
        "",
        "null",
        "[]",
        "{}",
        '{"kind": "gift"}',
        '{"kind": "upload", "colour": "red"}',
    ],
)
def test_what_we_did_not_write_is_no_origin(text: str) -> None:
    assert decode_origin(text) is None
