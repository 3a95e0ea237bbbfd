"""Which network an address is in: all that is kept of an address. Pure.

A prefix of 24 bits for IPv4 and of 48 for IPv6: what remains names a street rather than a door (a
site is given a /48 by RFC 6177, and an IPv4 block smaller than a /24 is not routed on its own).
"""

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from ipaddress import IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Final

from gateway.compliance.behaviour.errors import NetworkFileUnreadable

IPV4_BITS: Final = 24
IPV6_BITS: Final = 48
UNROUTED: Final = "0"
"""The number that files give ranges which nobody announces."""


@lru_cache(maxsize=4096)
def network_of(address: str) -> str | None:
    """The network's prefix, as ``203.0.113.0/24``; None for what is no address (a socket)."""
    try:
        ip = ip_address(address)
    except ValueError:
        return None
    if isinstance(ip, IPv6Address) and ip.ipv4_mapped is not None:
        ip = ip.ipv4_mapped
    if isinstance(ip, IPv6Address):
        return str(IPv6Network((int(ip), IPV6_BITS), strict=False))
    return str(IPv4Network((int(ip), IPV4_BITS), strict=False))


@dataclass(frozen=True, slots=True)
class Provider:
    """Whose network it is: its autonomous system, and the country that it was given out in."""

    number: str
    country: str


class Providers:
    """Ranges of addresses by who announces them, found by halving."""

    def __init__(self, rows: Iterable[tuple[int, int, int, Provider]]) -> None:
        """
        Args:
            rows: version (4 or 6), first and last address as numbers, and whose they are.
        """
        self._starts: dict[int, list[int]] = {4: [], 6: []}
        self._rest: dict[int, list[tuple[int, Provider]]] = {4: [], 6: []}
        for version, first, last, provider in sorted(rows, key=lambda row: row[:3]):
            self._starts[version].append(first)
            self._rest[version].append((last, provider))

    def provider_of(self, network: str) -> Provider | None:
        """Of a prefix, by its first address; None where nobody announces it."""
        first = ip_network(network).network_address
        at = bisect_right(self._starts[first.version], int(first)) - 1
        if at < 0:
            return None
        last, provider = self._rest[first.version][at]
        return provider if int(first) <= last else None


def providers_from(lines: Iterable[str]) -> Providers:
    """Read a file of tab-separated lines: first, last, AS number, country, name.

    Raises:
        NetworkFileUnreadable: says which line.
    """
    return Providers(
        row
        for number, line in enumerate(lines, start=1)
        if line.strip() and (row := _row(line.rstrip("\n").split("\t"), number))
    )


def _row(columns: Sequence[str], number: int) -> tuple[int, int, int, Provider] | None:
    try:
        first, last = ip_address(columns[0]), ip_address(columns[1])
        system, country = columns[2].removeprefix("AS"), columns[3]
        if first.version != last.version or int(first) > int(last) or not system.isdigit():
            raise ValueError(columns[:4])
    except (IndexError, ValueError) as error:
        raise NetworkFileUnreadable(f"Line {number} of NETWORK_FILE can't be read.") from error
    if system == UNROUTED:
        return None
    return first.version, int(first), int(last), Provider(f"AS{system}", country)
