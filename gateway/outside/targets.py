"""Where a request may go: public addresses only, decided once and then pinned.

A name is resolved once; every address it has must be global, and the connection goes to one of
them by number, with the original name in TLS and in the Host header. So neither a private address
behind a public name nor a name that changes between check and use (DNS rebinding) gets through.
"""

import ipaddress
import socket
from dataclasses import dataclass
from urllib.parse import SplitResult, urlsplit

from gateway.outside.errors import OutsideFailed, OutsideRefused

MAX_URL_CHARACTERS = 2_000


@dataclass(frozen=True, slots=True)
class Target:
    """A checked target: the address to connect to and the name to say there."""

    url: str
    host: str
    port: int
    address: str
    path: str


def check_url(url: str, *, allow_loopback: bool = False) -> SplitResult:
    """Refuse what can be refused without asking the network.

    Raises:
        OutsideRefused: not https, credentials inside, no host, a private number, too long.
    """
    if len(url) > MAX_URL_CHARACTERS or any(ord(character) <= 32 for character in url):
        raise OutsideRefused("This address is too long or holds spaces.")
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError as error:
        raise OutsideRefused("This isn't an address.") from error
    if not host:
        raise OutsideRefused("This address names no host.")
    if parts.username or parts.password:
        raise OutsideRefused("An address with a user name or password in it can't be used.")
    literal = _literal(host)
    loopback = host == "localhost" or (literal is not None and literal.is_loopback)
    if allow_loopback and loopback and parts.scheme in {"http", "https"}:
        return parts
    if parts.scheme != "https":
        raise OutsideRefused("Only https addresses can be called.")
    if loopback or (literal is not None and not _is_public(literal)):
        raise OutsideRefused
    return parts


def resolve(url: str, *, allow_loopback: bool = False) -> Target:
    """The target of ``url``, resolved once.

    Raises:
        OutsideRefused: the address may not be called.
        OutsideFailed: its name can't be resolved.
    """
    parts = check_url(url, allow_loopback=allow_loopback)
    host = parts.hostname or ""
    port = parts.port or (443 if parts.scheme == "https" else 80)
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except OSError as error:
        raise OutsideFailed(f"The name {host!r} can't be resolved.", code="name_unknown") from error
    addresses = [str(entry[4][0]) for entry in found]
    for address in addresses:
        parsed = ipaddress.ip_address(address.partition("%")[0])
        if not _is_public(parsed) and not (allow_loopback and parsed.is_loopback):
            raise OutsideRefused
    path = parts.path or "/"
    if parts.query:
        path += "?" + parts.query
    return Target(url=url, host=host, port=port, address=addresses[0], path=path)


def _literal(host: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(host)
    except ValueError:
        return None


def _is_public(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> bool:
    if isinstance(address, ipaddress.IPv6Address):
        inner = address.ipv4_mapped or address.sixtofour
        if inner is not None:
            return _is_public(inner)
        if address in ipaddress.ip_network("64:ff9b::/96"):  # NAT64 carries an IPv4 address
            return _is_public(ipaddress.IPv4Address(int(address) & 0xFFFF_FFFF))
    return address.is_global and not address.is_multicast
