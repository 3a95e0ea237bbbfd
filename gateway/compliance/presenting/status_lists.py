"""Whether a credential still counts, by its issuer's Token Status List. Pure.

draft-ietf-oauth-status-list: a signed token with a compressed row of small numbers, one for each
credential; 0 is valid, 1 is taken back, 2 is suspended.
"""

import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from jwcrypto.common import JWException
from jwcrypto.jws import JWS

from gateway.compliance.presenting.encoding import decoded, object_of
from gateway.compliance.presenting.errors import CredentialRefused
from gateway.compliance.presenting.life import LEEWAY
from gateway.compliance.presenting.trust import ALGORITHM, Issuer, check_header, issuer_key

STATUS_TYPE: Final = "statuslist+jwt"
STATUS_MEDIA: Final = "application/statuslist+jwt"
MAX_LIST_BYTES: Final = 8 * 1024 * 1024
"""Unpacked: 64 million credentials of one bit. What is larger is a bomb."""
KEPT_FOR: Final = timedelta(minutes=5)
"""Where the issuer names no ``ttl``."""
KEPT_AT_MOST: Final = timedelta(hours=1)
"""Whatever it names: who was taken back shall not get through for a day."""
VALID, INVALID, SUSPENDED = 0, 1, 2


@dataclass(frozen=True, slots=True)
class StatusList:
    """Attributes:
    fresh_until: from then on it is fetched anew.
    """

    bits: int
    body: bytes = field(repr=False)
    fresh_until: datetime


def status_list_read(token: str, *, uri: str, issuer: Issuer, now: datetime) -> StatusList:
    """A status list token that was just fetched.

    Args:
        uri: where it was fetched; the token must say that it is the list of that place.

    Raises:
        CredentialRefused: ``status_unreadable``.
    """
    try:
        payload = _signed(token, issuer=issuer, now=now)
    except (CredentialRefused, JWException, ValueError) as error:
        raise CredentialRefused("status_unreadable", str(error)[:200]) from error
    told, ends = payload.get("status_list"), _seconds(payload, "exp")
    given, kept = _seconds(payload, "iat"), _seconds(payload, "ttl")
    if payload.get("sub") != uri or payload.get("iss", issuer.issuer) != issuer.issuer:
        raise CredentialRefused("status_unreadable", "another list than the one asked for")
    if given is None or _at(given) > now + LEEWAY or (ends is not None and _at(ends) <= now):
        raise CredentialRefused("status_unreadable", "not of this time")
    if not isinstance(told, Mapping) or told.get("bits") not in (1, 2, 4, 8):
        raise CredentialRefused("status_unreadable", "no list")
    keep = KEPT_FOR if kept is None else min(timedelta(seconds=kept), KEPT_AT_MOST)
    fresh_until = now + keep if ends is None else min(now + keep, _at(ends))
    return StatusList(bits=told["bits"], body=_unpacked(told.get("lst")), fresh_until=fresh_until)


def status_check(found: StatusList, *, index: int) -> None:
    """Raises CredentialRefused for one that doesn't count, or that the list doesn't know."""
    place, shift = divmod(index * found.bits, 8)
    if place >= len(found.body):
        raise CredentialRefused("status_unreadable", "not in the list")
    value = found.body[place] >> shift & (1 << found.bits) - 1
    if value == SUSPENDED:
        raise CredentialRefused("suspended")
    if value != VALID:  # 1, and whatever an application may mean by more
        raise CredentialRefused("revoked")


def _signed(token: str, *, issuer: Issuer, now: datetime) -> dict[str, Any]:
    parts = token.strip().split(".")
    if len(parts) != 3:
        raise CredentialRefused("status_unreadable", "no JWT")
    header, payload = object_of(parts[0]), object_of(parts[1])
    check_header(header, typ=STATUS_TYPE)
    signed = JWS()
    signed.allowed_algs = [ALGORITHM]
    signed.deserialize(token.strip(), issuer_key(issuer, header, now=now))
    return payload


def _unpacked(told: Any) -> bytes:
    if not isinstance(told, str):
        raise CredentialRefused("status_unreadable", "no list")
    unpacking = zlib.decompressobj()
    try:
        body = unpacking.decompress(decoded(told), MAX_LIST_BYTES + 1)
    except (CredentialRefused, zlib.error) as error:
        raise CredentialRefused("status_unreadable", "a broken list") from error
    if len(body) > MAX_LIST_BYTES or not unpacking.eof:
        raise CredentialRefused("status_unreadable", "a list too large, or cut off")
    return body


def _seconds(payload: Mapping[str, Any], name: str) -> int | None:
    told = payload.get(name)
    if told is None:
        return None
    if isinstance(told, bool) or not isinstance(told, int | float) or not 0 < told < 2**40:
        raise CredentialRefused("status_unreadable", f"{name} is no number of seconds")
    return int(told)


def _at(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
