"""Addresses of resources: what is one, what can be made anew, and keys that lost their quotes while they were typed."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.targets import address, can_be_replaced

NAMES = st.from_regex(r"[a-z_][a-z0-9_-]{0,6}", fullmatch=True).filter(lambda name: name not in {"module", "data"})


def index(key: str) -> str:
    escaped = key.replace("\\", "\\\\").replace('"', '\\"')
    return f'["{escaped}"]'


INDICES = st.one_of(
    st.just(""),
    st.integers(0, 99).map(lambda number: f"[{number}]"),
    st.text('ab ./"\\', min_size=1, max_size=5).map(index),
)


@pytest.mark.parametrize(
    "typed, found",
    [
        ("aws_instance.web", "aws_instance.web"),
        (" aws_instance.web[0] ", "aws_instance.web[0]"),
        ("aws_instance.web[eu]", 'aws_instance.web["eu"]'),
        ('aws_instance.web["eu.west"]', 'aws_instance.web["eu.west"]'),
        ("module.network", "module.network"),
        ("module.network[a].module.vpc", 'module.network["a"].module.vpc'),
        ("module.network.aws_vpc.this", "module.network.aws_vpc.this"),
        ("data.aws_ami.base", "data.aws_ami.base"),
    ],
)
def test_an_address_is_taken_as_terraform_writes_it(typed: str, found: str) -> None:
    assert address(typed) == found


@pytest.mark.parametrize(
    "typed",
    ["", "web", "module", "module.a.b", "a.b.c", "data.x", "aws_instance.web[", "aws_instance web", "a..b", "a.b[]", f"x.{'y' * 1000}"],
)
def test_what_is_no_address_is_refused(typed: str) -> None:
    assert address(typed) is None


@pytest.mark.parametrize(
    "found, can", [("aws_instance.web", True), ("module.a.aws_x.y[0]", True), ("module.a", False), ("data.a.b", False)]
)
def test_only_resources_are_made_anew(found: str, can: bool) -> None:  # noqa: FBT001 - a table
    assert can_be_replaced(found) is can


@given(st.lists(st.tuples(NAMES, INDICES), max_size=2), NAMES, NAMES, INDICES)
def test_every_resource_within_modules_has_an_address_that_stays(modules: list[tuple[str, str]], kind: str, name: str, key: str) -> None:
    written = "".join(f"module.{module}{index}." for module, index in modules) + f"{kind}.{name}{key}"
    assert address(written) == written
    assert can_be_replaced(written)
