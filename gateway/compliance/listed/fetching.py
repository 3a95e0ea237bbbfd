"""Fetch a list's files from where their publisher puts them, and prove what can be proved.

Over the guarded client: https at public addresses, redirects only to the publisher's own host and
those that the settings name, each checked like the first. Nothing is taken that is not whole.
"""

import base64
import binascii
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Final
from urllib.parse import urljoin, urlsplit

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from gateway.compliance.listed.errors import (
    ListBadlySigned,
    ListMishashed,
    ListTooLarge,
    ListTruncated,
    ListUnreachable,
)
from gateway.compliance.listed.feeds import Feed, is_web
from gateway.outside.errors import OutsideFailed, OutsideRefused
from gateway.outside.http import Answer, request

MAX_REDIRECTS: Final = 3
MAX_PROOF_BYTES: Final = 64 * 1024
NOT_MODIFIED: Final = 304
REDIRECTS: Final = frozenset({301, 302, 303, 307, 308})
_GZIP: Final = 16 + zlib.MAX_WBITS


@dataclass(frozen=True, slots=True)
class Kept:
    """What is known of a file since it was last found good."""

    location: str
    etag: str
    last_modified: str
    sha256: bytes


@dataclass(frozen=True, slots=True)
class File:
    """A file as it was fetched."""

    location: str
    etag: str
    last_modified: str
    body: bytes

    @property
    def sha256(self) -> bytes:
        return sha256(self.body).digest()


def fetch_files(
    feed: Feed, *, kept: Mapping[str, Kept], allow_loopback: bool = False
) -> dict[str, File] | None:
    """All files of a list; None if every one is as it was when it was last found good.

    Raises:
        ListUnreachable: a file can't be had.
        ListTooLarge, ListTruncated: it is not had whole.
        ListMishashed, ListBadlySigned: it is not what its publisher says or signed.
    """
    way = _Way(feed, allow_loopback=allow_loopback)
    found = {
        part: way.fetch(location, known=_same(kept.get(part), location))
        for part, location in feed.locations.items()
    }
    if all(file is None for file in found.values()):
        return None
    # They belong together: with one that changed all are needed.
    files = {part: file or way.get(feed.locations[part]) for part, file in found.items()}
    for part, file in files.items():
        _prove(feed, part=part, file=file, way=way)
    if all(part in kept and kept[part].sha256 == file.sha256 for part, file in files.items()):
        return None
    return files


def _same(known: Kept | None, location: str) -> Kept | None:
    """What was kept counts for the place that it was kept of only."""
    return known if known is not None and known.location == location else None


@dataclass(frozen=True, slots=True)
class _Way:
    feed: Feed
    allow_loopback: bool

    def get(self, location: str, *, max_bytes: int | None = None) -> File:
        """A file, whatever is known of it."""
        file = self.fetch(location, known=None, max_bytes=max_bytes)
        if file is None:
            raise ListUnreachable(f"{_host(location)} says that nothing changed, unasked.")
        return file

    def fetch(
        self, location: str, *, known: Kept | None, max_bytes: int | None = None
    ) -> File | None:
        """A file; None if it is as it is known."""
        limit = max_bytes or self.feed.max_bytes
        if not is_web(location):
            return _read(location, limit=limit)
        headers = {"accept-encoding": "gzip, identity;q=0.5"}
        if known is not None and known.etag:
            headers["if-none-match"] = known.etag
        if known is not None and known.last_modified:
            headers["if-modified-since"] = known.last_modified
        answer = self._answer(location, headers=headers, limit=limit)
        if answer.status == NOT_MODIFIED and known is not None:
            return None
        if answer.status != 200:
            raise ListUnreachable(f"{_host(location)} answers {answer.status}.")
        if answer.truncated:
            raise ListTooLarge(f"{_host(location)} sends more than {limit} bytes.")
        return File(
            location=location,
            etag=answer.headers.get("etag", "")[:500],
            last_modified=answer.headers.get("last-modified", "")[:100],
            body=_unpacked(answer, limit=limit),
        )

    def _answer(self, location: str, *, headers: dict[str, str], limit: int) -> Answer:
        allowed = {_host(location), *self.feed.redirect_hosts}
        url = location
        for _ in range(MAX_REDIRECTS + 1):
            try:
                answer = request(
                    method="GET",
                    url=url,
                    headers=headers,
                    timeout_seconds=self.feed.timeout_seconds,
                    max_answer_bytes=limit,
                    allow_loopback=self.allow_loopback,
                )
            except (OutsideFailed, OutsideRefused) as error:
                raise ListUnreachable(f"{_host(url)}: {error.message}") from error
            if answer.status not in REDIRECTS:
                return answer
            url = urljoin(url, answer.headers.get("location", ""))
            if _host(url) not in allowed:
                raise ListUnreachable(
                    f"{_host(location)} sends us on to {_host(url)}, which LISTS doesn't allow."
                )
        raise ListUnreachable(f"{_host(location)} sends us on more than {MAX_REDIRECTS} times.")


def _read(location: str, *, limit: int) -> File:
    try:
        with Path(location).open("rb") as stream:
            body = stream.read(limit + 1)
    except OSError as error:
        raise ListUnreachable(f"{location} can't be read: {error.strerror}.") from error
    if len(body) > limit:
        raise ListTooLarge(f"{location} has more than {limit} bytes.")
    return File(location=location, etag="", last_modified="", body=body)


def _unpacked(answer: Answer, *, limit: int) -> bytes:
    coding = answer.headers.get("content-encoding", "identity").strip().lower()
    if coding in ("identity", ""):
        return answer.body
    if coding not in ("gzip", "x-gzip"):
        raise ListUnreachable(f"The file is packed by {coding[:20]!r}, which nobody asked for.")
    unpacking = zlib.decompressobj(_GZIP)
    try:
        body = unpacking.decompress(answer.body, limit + 1)
    except zlib.error as error:
        raise ListTruncated("The packed file is broken.") from error
    if len(body) > limit:
        raise ListTooLarge(f"The file unpacks to more than {limit} bytes.")
    if not unpacking.eof:
        raise ListTruncated("The packed file ends before its end.")
    return body


def _prove(feed: Feed, *, part: str, file: File, way: _Way) -> None:
    if part in feed.digests:
        text = way.get(feed.digests[part], max_bytes=MAX_PROOF_BYTES).body.decode("ascii", "ignore")
        told = text.split()[0].lower() if text.split() else ""
        if told != file.sha256.hex():
            raise ListMishashed(f"{part}: its publisher says {told[:64]!r}.")
    if part in feed.signatures:
        signature = way.get(feed.signatures[part], max_bytes=MAX_PROOF_BYTES).body
        try:
            key = Ed25519PublicKey.from_public_bytes(feed.public_key)
            key.verify(_signature(signature), file.body)
        except (InvalidSignature, ValueError) as error:
            raise ListBadlySigned(f"{part} is not signed by the key that LISTS names.") from error


def _signature(body: bytes) -> bytes:
    """64 bytes as they are, in hexadecimal or in base64. Raises ValueError."""
    if len(body) == 64:
        return body
    text = body.decode("ascii").strip()
    try:
        return bytes.fromhex(text)
    except ValueError:
        try:
            return base64.b64decode(text, validate=True)
        except binascii.Error as error:
            raise ValueError("no signature") from error


def _host(location: str) -> str:
    return urlsplit(location).hostname or location
