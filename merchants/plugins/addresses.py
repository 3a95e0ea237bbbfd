"""The address that a plugin's key is sent to, read so that a browser reads the same. Pure."""

import re
from ipaddress import IPv6Address
from typing import Final
from urllib.parse import urlsplit

LONGEST_URL: Final = 2_000
_HOST: Final = re.compile(r"[a-z0-9.-]+")
# Browsers take a backslash for a slash and drop tabs and line ends; this parser doesn't.
_READ_OTHERWISE: Final = re.compile(r"[\x00-\x20\x7f\\]")
_USUAL_PORTS: Final = {"http": 80, "https": 443}


class AddressRefused(ValueError):
    """No web address, or one whose host could be read in two ways."""


def origin_of(url: str) -> str:
    """Scheme, host and port of a web address, as people are shown it and a browser's policy
    names it: without the usual port.

    Raises:
        AddressRefused
    """
    if len(url) > LONGEST_URL or not url.isascii() or _READ_OTHERWISE.search(url):
        raise AddressRefused(url)
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise AddressRefused(url) from None
    if parts.scheme not in _USUAL_PORTS or port == 0 or "@" in parts.netloc:
        raise AddressRefused(url)
    host = _host(parts.hostname or "")
    shown_port = "" if port in (None, _USUAL_PORTS[parts.scheme]) else f":{port}"
    return f"{parts.scheme}://{host}{shown_port}"


def _host(name: str) -> str:
    """Raises AddressRefused."""
    if _HOST.fullmatch(name):
        return name
    try:
        address = IPv6Address(name)
    except ValueError:
        raise AddressRefused(name) from None
    if address.scope_id is not None:
        raise AddressRefused(name)
    return f"[{address}]"
