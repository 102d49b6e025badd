"""Where a URL that a server gave may lead, and where not."""

from __future__ import annotations

import ipaddress

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.errors import AddressRefused, TerraformTrouble, TerraformUnreachable
from bot.terraform.guards import Guard, Target, kind_of, resolve

NAMES = {
    "tfe.test": ("93.184.216.34",),
    "archivist.test": ("93.184.216.35", "2606:2800:220:1::1"),
    "rebound.test": ("93.184.216.36", "10.0.0.7"),
    "loop.test": ("127.0.0.1",),
    "metadata.test": ("169.254.169.254",),
    "inner.test": ("10.1.2.3",),
    "inner-archivist.test": ("10.9.9.9",),
}
HOSTS = ("archivist.test", "rebound.test", "loop.test", "metadata.test", "inner-archivist.test", "nobody.test", "Upper.Test.")


async def look_up(host: str, port: int) -> tuple[str, ...]:
    assert port > 0
    if host not in NAMES:
        raise OSError("no such name")
    return NAMES[host]


def guard(origin: str = "https://tfe.test", *, has_proxy: bool = False) -> Guard:
    return Guard(origin, HOSTS, has_proxy=has_proxy, resolver=look_up)


async def test_its_own_host_and_those_of_the_list_may_be_gone_to() -> None:
    own = await guard().target("/logs/1?sig=x")
    assert (str(own.url), own.addresses) == ("https://tfe.test/logs/1?sig=x", ("93.184.216.34",))
    assert guard().is_own(own)
    listed = await guard().target("https://ARCHIVIST.test:8443/v1/object/secret#part")
    assert str(listed.url) == "https://archivist.test:8443/v1/object/secret"
    assert listed.addresses == ("93.184.216.35", "2606:2800:220:1::1")
    assert not guard().is_own(listed)


async def test_a_port_of_its_own_host_does_not_count() -> None:
    assert guard().is_own(await guard().target("https://tfe.test:9000/x"))


@pytest.mark.parametrize(
    "url, why",
    [
        ("https://evil.test/x", "neither"),
        ("//evil.test/x", "neither"),
        ("http://tfe.test/x", "spoken"),
        ("http://archivist.test/x", "spoken"),
        ("ftp://tfe.test/x", "spoken"),
        ("file:///etc/passwd", "plain"),
        ("https://user:pass@archivist.test/x", "plain"),
        ("https://archivist.test@evil.test/x", "plain"),
        ("https://archivist.test\\@evil.test/x", "plain"),
        ("https://archivist.test.evil.test/x", "neither"),
        ("https://evil-archivist.test/x", "neither"),
        ("https://archivist.test%2eevil.test/", "I do not go"),
        ("https://2130706433/x", "neither"),
        ("https://127.0.0.1/x", "neither"),
        ("https://[::1]/x", "neither"),
        ("https://archivist.test:99999/x", "no"),
        ("https://archivist.test:0/x", "plain"),
        ("https://\u0430rchivist.test/x", "plain"),
        ("https://archivist.test/ x", "plain"),
        ("https://archivist.test/\nx", "plain"),
        ("https://[", "no"),
    ],
)
async def test_anything_else_is_refused(url: str, why: str) -> None:
    with pytest.raises(AddressRefused, match=why) as caught:
        await guard().target(url)
    assert "/x" not in str(caught.value)


@pytest.mark.parametrize("host, kind", [("loop.test", "loopback"), ("metadata.test", "link-local"), ("rebound.test", "private")])
async def test_a_listed_host_that_leads_into_an_inner_network_is_refused(host: str, kind: str) -> None:
    with pytest.raises(AddressRefused, match=kind):
        await guard().target(f"https://{host}/x")


async def test_a_server_in_an_inner_network_may_send_to_another_there_and_no_further() -> None:
    inner = guard("https://inner.test")
    assert (await inner.target("https://inner-archivist.test/x")).addresses == ("10.9.9.9",)
    for host in ("loop.test", "metadata.test"):
        with pytest.raises(AddressRefused):
            await inner.target(f"https://{host}/x")


async def test_its_own_host_is_never_looked_at_twice() -> None:
    assert (await guard("http://loop.test").target("/x")).addresses == ("127.0.0.1",)


async def test_behind_a_proxy_the_list_alone_decides() -> None:
    assert await guard(has_proxy=True).target("https://metadata.test/x") is not None
    assert (await guard(has_proxy=True).target("https://nobody.test/x")).addresses == ()
    with pytest.raises(AddressRefused):
        await guard(has_proxy=True).target("https://evil.test/x")


async def test_a_name_that_is_not_found_is_unreachable_and_case_and_dots_do_not_count() -> None:
    with pytest.raises(TerraformUnreachable):
        await guard().target("https://nobody.test/x")
    with pytest.raises(TerraformUnreachable):
        await guard().target("https://upper.test/x")


async def test_a_relative_redirect_belongs_to_where_it_came_from() -> None:
    first = await guard().target("https://archivist.test/a/b")
    assert str((await guard().target("../c", first.url)).url) == "https://archivist.test/c"


def test_a_target_does_not_tell_its_secret() -> None:
    assert "secret" not in repr(Target(httpx.URL("https://archivist.test/secret")))


@pytest.mark.parametrize(
    "address, kind",
    [
        ("93.184.216.34", "public"),
        ("10.0.0.1", "private"),
        ("192.168.1.1", "private"),
        ("100.64.0.1", "private"),
        ("127.0.0.2", "loopback"),
        ("169.254.169.254", "link-local"),
        ("0.0.0.0", "special"),  # noqa: S104 - an address to refuse
        ("224.0.0.1", "special"),
        ("255.255.255.255", "special"),
        ("::1", "loopback"),
        ("::ffff:127.0.0.1", "loopback"),
        ("::ffff:10.0.0.1", "private"),
        ("2002:7f00:0001::", "loopback"),
        ("fe80::1%eth0", "link-local"),
        ("fd00::1", "private"),
        ("2606:2800:220:1::1", "public"),
        ("0.1.2.3", "private"),
        ("100.127.255.255", "private"),
        ("100.128.0.1", "public"),
        ("fec0::1", "private"),
        ("feff:ffff::1", "private"),
        ("::ffff:169.254.169.254", "link-local"),
        ("::ffff:100.64.0.1", "private"),
        ("::10.0.0.1", "private"),
        ("2002:0a00:0001::1", "private"),
        ("2002:5db8:d822::1", "public"),
        ("64:ff9b::10.0.0.1", "private"),
        ("64:ff9b::127.0.0.1", "loopback"),
        ("64:ff9b::169.254.169.254", "link-local"),
        ("64:ff9b::93.184.216.34", "public"),
        ("64:ff9b:1::1", "special"),
        ("2001:0:1::1", "private"),
        ("::", "special"),
    ],
)
def test_networks_are_told_apart(address: str, kind: str) -> None:
    assert kind_of(address) == kind


async def test_the_system_finds_loopback() -> None:
    assert "127.0.0.1" in await resolve("localhost", 80) or "::1" in await resolve("localhost", 80)


INNER = st.sampled_from(["0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.168.0.0/16"])


@given(INNER.flatmap(lambda network: st.ip_addresses(network=network)), st.sampled_from([0, 0xFFFF << 32, 0x64FF9B << 96, 0x2002 << 112]))
def test_an_inner_address_is_never_public_in_whatever_form(inner: ipaddress.IPv4Address, form: int) -> None:
    shift = 80 if form == 0x2002 << 112 else 0
    assert kind_of(str(inner)) != "public"
    assert kind_of(str(ipaddress.IPv6Address(form | int(inner) << shift))) != "public"


@given(st.text(max_size=60) | st.text("htps:/@.\\[]#?%testarchivi0127x ", max_size=60).map(lambda text: "https:" + text))
async def test_any_text_leads_to_a_known_host_or_to_an_error_of_ours(url: str) -> None:
    try:
        found = await guard().target(url)
    except TerraformTrouble:
        return
    assert found.url.host in {"tfe.test", "archivist.test"}
    assert found.url.scheme == "https"
