"""Where lists are fetched from: the setting ``LISTS``. Pure."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from gateway.compliance.listed.errors import ListError, ListUnreadable
from gateway.compliance.listed.formats import format_named
from gateway.events.errors import TillwayError

NAME: Final = re.compile(r"[a-z0-9][a-z0-9_-]{0,39}", re.ASCII)
FIELDS: Final = frozenset(
    {
        *("name", "format", "url", "parts", "sha256", "signatures", "public_key"),
        *("every_minutes", "max_mb", "timeout_seconds", "redirect_hosts"),
    }
)
KEY_BYTES: Final = 32
MAX_MB: Final = 1_024


class BadListSettings(TillwayError):
    code = "bad_list_settings"
    message = "LISTS can't be read."
    hint = "It is a JSON list; docs/reference/lists.md names its fields."


@dataclass(frozen=True, slots=True)
class Feed:
    """A list and where it comes from.

    Attributes:
        locations: an https address or an absolute path for each part of the format.
        digests: where a part's SHA-256 stands (a text that begins with it in hexadecimal).
        signatures: where a part's detached Ed25519 signature stands: 64 bytes, or those in
            hexadecimal or base64.
        public_key: of whoever signs; b'' where nothing is signed.
        redirect_hosts: hosts that the publisher may send us on to, beside its own.
    """

    name: str
    format: str
    locations: Mapping[str, str]
    digests: Mapping[str, str]
    signatures: Mapping[str, str]
    public_key: bytes = b""
    every_seconds: int = 3_600
    max_bytes: int = 256 * 1024 * 1024
    timeout_seconds: int = 120
    redirect_hosts: frozenset[str] = frozenset()


def read_feeds(settings: Any) -> dict[str, Feed]:
    """The feeds by the names of their lists.

    Raises:
        BadListSettings: it is not as docs/reference/lists.md says.
    """
    if not isinstance(settings, list):
        raise BadListSettings("LISTS is not a JSON list.")
    found: dict[str, Feed] = {}
    for one in settings:
        feed = _feed(one)
        if feed.name in found:
            raise BadListSettings(f"LISTS names {feed.name!r} twice.")
        found[feed.name] = feed
    return found


def is_web(location: str) -> bool:
    return urlsplit(location).scheme in ("https", "http")


def _feed(given: Any) -> Feed:
    if not isinstance(given, dict) or not NAME.fullmatch(str(given.get("name", ""))):
        raise BadListSettings("An entry of LISTS has no name of small letters, digits, - and _.")
    name = str(given["name"])
    unknown = set(given) - FIELDS
    if unknown:
        raise BadListSettings(f"The list {name!r} has the unknown fields {sorted(unknown)}.")
    try:
        form = format_named(str(given.get("format", "plain")))
        locations = _locations(given, first=form.parts[0])
        form.check_parts(locations)
        feed = Feed(
            name=name,
            format=form.name,
            locations=locations,
            digests=_texts(given.get("sha256", {})),
            signatures=_texts(given.get("signatures", {})),
            public_key=bytes.fromhex(str(given.get("public_key", ""))),
            every_seconds=60 * _whole(given.get("every_minutes", 60), most=24 * 60),
            max_bytes=1024 * 1024 * _whole(given.get("max_mb", 256), most=MAX_MB),
            timeout_seconds=_whole(given.get("timeout_seconds", 120), most=600),
            redirect_hosts=frozenset(str(host) for host in given.get("redirect_hosts", [])),
        )
    except (ListError, ValueError, TypeError) as error:
        raise BadListSettings(f"The list {name!r} can't be fetched so: {error}") from error
    _check(feed)
    return feed


def _locations(given: Mapping[str, Any], *, first: str) -> dict[str, str]:
    if ("url" in given) == ("parts" in given):
        raise ListUnreadable("it needs `url` for one file, or `parts` for several.")
    return {first: str(given["url"])} if "url" in given else _texts(given["parts"])


def _texts(given: Any) -> dict[str, str]:
    if not isinstance(given, dict):
        raise ValueError("files are named by their parts")
    return {str(part): str(location) for part, location in given.items()}


def _whole(given: Any, *, most: int) -> int:
    if isinstance(given, bool) or not isinstance(given, int) or not 1 <= given <= most:
        raise ValueError(f"{given!r} is no whole number from 1 to {most}")
    return given


def _check(feed: Feed) -> None:
    places = (feed.locations, feed.digests, feed.signatures)
    for location in (location for place in places for location in place.values()):
        if not is_web(location) and not Path(location).is_absolute():
            raise BadListSettings(f"{location[:80]!r} is neither an address nor an absolute path.")
    for part in (*feed.digests, *feed.signatures):
        if part not in feed.locations:
            raise BadListSettings(f"The list {feed.name!r} has no part {part!r} to prove.")
    if bool(feed.signatures) != (len(feed.public_key) == KEY_BYTES):
        raise BadListSettings(
            f"The list {feed.name!r} needs a public_key of 32 bytes and signatures, or neither."
        )
