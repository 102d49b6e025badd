"""Whether a URL that a server gave may be gone to, and to which addresses of the network it leads. Nothing is fetched in here.

The rules: the scheme of our own address; its host, or one of a list; and from the public network into none that is not. Ports and
the case of letters do not count. Behind a proxy it is the proxy that looks names up, so there the list alone decides.
"""

from __future__ import annotations

import asyncio
import ipaddress
import socket
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass

import httpx

from bot.core.errors import AddressRefused, TerraformUnreachable

USUAL_HOSTS = ("archivist.terraform.io",)
"""Where HCP Terraform keeps logs, plans and configurations."""
MOST_ADDRESSES = 3
LARGEST_PORT = 65_535
Resolve = Callable[[str, int], Awaitable[tuple[str, ...]]]


@dataclass(frozen=True, slots=True)
class Target:
    """Where to go. `addresses` are to be dialled in their order; there are none where a proxy finds them. Its repr tells the host alone."""

    url: httpx.URL
    addresses: tuple[str, ...] = ()

    def __repr__(self) -> str:
        return f"Target({self.url.host})"


async def resolve(host: str, port: int) -> tuple[str, ...]:
    """The addresses of a name, as the system finds them; OSError where it finds none."""
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return tuple(dict.fromkeys(str(entry[4][0]) for entry in found))


class Guard:
    """`origin` is scheme and host of our own address, `hosts` the further ones."""

    def __init__(self, origin: str, hosts: Iterable[str], *, has_proxy: bool, resolver: Resolve = resolve) -> None:
        self.own = httpx.URL(origin)
        self._hosts = frozenset(map(plain_host, hosts))
        self._has_proxy, self._resolve = has_proxy, resolver

    async def target(self, url: str, base: httpx.URL | None = None) -> Target:
        """Where the URL leads, which may be relative to `base`, our own address as a rule; AddressRefused where that is not to be."""
        wanted = self._parsed(url, base or self.own)
        if self._has_proxy:
            return Target(wanted)
        addresses = await self._looked_up(wanted)
        if plain_host(wanted.host) != plain_host(self.own.host):
            await self._refuse_inner(wanted.host, addresses)
        return Target(wanted, addresses)

    def is_own(self, target: Target) -> bool:
        return plain_host(target.url.host) == plain_host(self.own.host)

    def _parsed(self, url: str, base: httpx.URL) -> httpx.URL:
        if not url.isascii() or not url.isprintable() or " " in url or "\\" in url:
            raise AddressRefused("somewhere", "that is no plain address")
        try:
            wanted = base.join(url)
            port = wanted.port
        except (httpx.InvalidURL, ValueError):
            raise AddressRefused("somewhere", "that is no address") from None
        host = plain_host(wanted.host)
        if wanted.userinfo or not host or (port is not None and not 0 < port <= LARGEST_PORT):
            raise AddressRefused(host or "somewhere", "that is no plain address")
        if wanted.scheme != self.own.scheme:
            raise AddressRefused(host, f"it is not spoken to by {self.own.scheme}")
        if host != plain_host(self.own.host) and host not in self._hosts:
            raise AddressRefused(host, "it is neither the server itself nor a host that I was told of")
        return wanted.copy_with(fragment=None)

    async def _looked_up(self, url: httpx.URL) -> tuple[str, ...]:
        try:
            found = await self._resolve(url.host, url.port or {"https": 443}.get(url.scheme, 80))
        except OSError:
            raise TerraformUnreachable(url.host) from None
        return found[:MOST_ADDRESSES]

    async def _refuse_inner(self, host: str, addresses: Iterable[str]) -> None:
        kinds = set(map(kind_of, addresses)) - {"public"}
        if kinds and not kinds <= set(map(kind_of, await self._looked_up(self.own))):
            raise AddressRefused(host, f"it leads into a {'/'.join(sorted(kinds))} network, where the server itself is not")


def plain_host(host: str) -> str:
    return host.strip().rstrip(".").lower()


NAT64 = ipaddress.IPv6Network("64:ff9b::/96")
COMPATIBLE = ipaddress.IPv6Network("::/96")
SITE_LOCAL = ipaddress.IPv6Network("fec0::/10")
"""Deprecated (RFC 3879) and still routed in inner networks; Python counts it as global."""


def inner_address(found: ipaddress.IPv4Address | ipaddress.IPv6Address) -> ipaddress.IPv4Address | None:
    """The IPv4 address that an IPv6 one leads to: mapped, 6to4 (RFC 3056), NAT64 (RFC 6052), or compatible (RFC 4291)."""
    if isinstance(found, ipaddress.IPv4Address):
        return None
    if found in NAT64 or (found in COMPATIBLE and int(found) > 1):  # `::` and `::1` are what they are
        return ipaddress.IPv4Address(int(found) & 0xFFFFFFFF)
    return found.ipv4_mapped or found.sixtofour


def kind_of(address: str) -> str:
    """public, or the kind of network that is not: loopback, link-local, private, special."""
    found = ipaddress.ip_address(address.partition("%")[0])
    found = inner_address(found) or found
    if found in SITE_LOCAL:
        return "private"
    if found.is_loopback:
        return "loopback"
    if found.is_link_local:
        return "link-local"
    if found.is_multicast or found.is_unspecified or found.is_reserved:
        return "special"
    return "public" if found.is_global else "private"
