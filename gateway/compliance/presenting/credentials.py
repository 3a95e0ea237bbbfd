"""Whether what a wallet presents proves who somebody is: an SD-JWT VC with key binding. Pure.

``dc+sd-jwt`` of draft-ietf-oauth-sd-jwt-vc over RFC 9901, by the library ``sd-jwt``. It checks both
signatures, the digests, nonce, audience and ``sd_hash``; before it, here, is refused what it lets
through: other algorithms and kinds, an absent key binding, stray disclosures, times.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from hashlib import sha256
from typing import Any, Final

from jwcrypto.common import JWException
from sd_jwt.verifier import SDJWTVerifier

from gateway.compliance.knowing.claims import Claims
from gateway.compliance.presenting.disclosures import check_disclosures
from gateway.compliance.presenting.encoding import decoded, object_of
from gateway.compliance.presenting.errors import CredentialRefused
from gateway.compliance.presenting.life import LEEWAY
from gateway.compliance.presenting.trust import (
    Issuer,
    check_header,
    issuer_certified,
    issuer_key,
    public_key,
)

CREDENTIAL_TYPE: Final = "dc+sd-jwt"
BINDING_TYPE: Final = "kb+jwt"
CLAIMS: Final = ("given_name", "family_name", "birthdate")
"""All that is asked for: what is compared with what the shop told."""
MAX_CHARACTERS: Final = 48_000
MAX_NAME: Final = 200
MAX_INDEX: Final = 2**32
_ADDRESS: Final = re.compile(r"https?://[!-~]{1,500}")
"""Which of them may be called is for ``gateway.outside`` to say."""
_FAULTS: Final = (ValueError, KeyError, TypeError, JWException, RecursionError)
"""By which the library says no."""
_JWT: Final = r"[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+"
_PRESENTATION: Final = re.compile(rf"({_JWT})((?:~[A-Za-z0-9_-]+)*)~({_JWT})")


@dataclass(frozen=True, slots=True)
class StatusReference:
    """Where an issuer says whether a credential still counts: a place in one of its lists."""

    uri: str
    index: int


@dataclass(frozen=True, slots=True)
class Credential:
    """A credential that its holder presented, whose status is yet to be asked for.

    Attributes:
        digest: SHA-256 of what the issuer signed; all that is kept of it.
        status: None for one of an issuer whose credentials need none.
    """

    issuer: Issuer
    vct: str
    digest: bytes
    claims: Claims = field(repr=False)
    status: StatusReference | None


def credential_verify(
    presentation: str,
    *,
    issuers: Mapping[str, Issuer],
    client_id: str,
    nonce: str,
    asked_at: datetime,
    now: datetime,
) -> Credential:
    """What a presentation proves.

    Args:
        issuers: those that are trusted, by their ``iss``.
        client_id: whom it must be addressed to: us, as the request named us.
        nonce: the request's own.

    Raises:
        CredentialRefused: with the check that failed.
    """
    found = _PRESENTATION.fullmatch(presentation) if len(presentation) <= MAX_CHARACTERS else None
    if found is None:
        raise CredentialRefused("unreadable", "no SD-JWT with a key binding")
    jwt, hidden, binding = found[1], found[2], found[3]
    header, payload = _parts(jwt)
    check_header(header, typ=CREDENTIAL_TYPE)
    said = _said(payload.get("iss"))
    try:
        issuer = _issuer_of(header, payload, issuers)
        key = issuer_key(issuer, header, now=now)
        check_disclosures(payload, hidden.split("~")[1:])
        _check_binding(binding, client_id=client_id, nonce=nonce)
        _check_holder(payload)
        opened = _opened(presentation, key=key, client_id=client_id, nonce=nonce)
        _check_times(payload, now=now)
        _check_moment(binding, asked_at=asked_at, now=now)
        return Credential(
            issuer=issuer,
            vct=payload["vct"],
            digest=sha256(jwt.encode("ascii")).digest(),
            claims=_claims(opened, country=issuer.country),
            status=_status(payload, issuer),
        )
    except CredentialRefused as refused:
        refused.issuer = said
        raise


def _parts(jwt: str) -> tuple[dict[str, Any], dict[str, Any]]:
    header, payload, signature = jwt.split(".")
    decoded(signature)  # of which the library would take any spelling
    return object_of(header), object_of(payload)


def _said(told: Any) -> str:
    """Who is said to have signed it, as far as that can be written down."""
    return told[:MAX_NAME] if isinstance(told, str) and told.isprintable() else ""


def _issuer_of(
    header: Mapping[str, Any], payload: Mapping[str, Any], issuers: Mapping[str, Issuer]
) -> Issuer:
    """Who says to have signed it: by ``iss``, or, where that is left out (SD-JWT VC, 2.2.2.1), by
    the certificate in its header."""
    told, vct = payload.get("iss"), payload.get("vct")
    issuer = issuers.get(told) if isinstance(told, str) else None
    if told is None:
        issuer = issuer_certified(issuers, header.get("x5c"))
    if issuer is None:
        raise CredentialRefused("issuer_untrusted", "nobody whom the house trusts")
    if not isinstance(vct, str) or vct not in issuer.vcts:
        raise CredentialRefused("wrong_kind", "not a kind of credential that it is trusted for")
    return issuer


def _check_binding(binding: str, *, client_id: str, nonce: str) -> None:
    """Whom it is for, before its signature: the library names no reason that could be told."""
    header, payload = _parts(binding)
    check_header(header, typ=BINDING_TYPE)
    if payload.get("nonce") != nonce:
        raise CredentialRefused("wrong_nonce")
    if payload.get("aud") != client_id:
        raise CredentialRefused("wrong_audience")


def _check_holder(payload: Mapping[str, Any]) -> None:
    bound = payload.get("cnf")
    if not isinstance(bound, Mapping):
        raise CredentialRefused("holder_unproven", "bound to no key")
    public_key(bound.get("jwk"))


def _opened(presentation: str, *, key: Any, client_id: str, nonce: str) -> Mapping[str, Any]:
    """The claims, once the library has found both signatures and every digest good.

    Asked twice, since it names no reason that could be told: first of the issuer's part alone.
    """

    def key_of(_issuer: str, _header: Mapping[str, Any]) -> Any:
        return key

    try:
        SDJWTVerifier(presentation, key_of)
    except _FAULTS as error:
        raise CredentialRefused("badly_signed", type(error).__name__) from error
    try:
        verifier = SDJWTVerifier(presentation, key_of, client_id, nonce)
        told = verifier.get_verified_payload()
    except _FAULTS as error:
        raise CredentialRefused("holder_unproven", type(error).__name__) from error
    assert isinstance(told, dict)
    return told


def _check_times(payload: Mapping[str, Any], *, now: datetime) -> None:
    ends, begins, given = (_moment(payload, name) for name in ("exp", "nbf", "iat"))
    if ends is not None and now >= ends + LEEWAY:
        raise CredentialRefused("expired")
    if any(moment is not None and now < moment - LEEWAY for moment in (begins, given)):
        raise CredentialRefused("not_yet_valid")


def _check_moment(binding: str, *, asked_at: datetime, now: datetime) -> None:
    """That the holder signed it since it was asked for. Its nonce says so too."""
    signed_at = _moment(_parts(binding)[1], "iat")
    if signed_at is None or not asked_at - LEEWAY <= signed_at <= now + LEEWAY:
        raise CredentialRefused("holder_unproven", "signed at another time")


def _moment(payload: Mapping[str, Any], name: str) -> datetime | None:
    """A NumericDate (RFC 7519): seconds, with or without a fraction."""
    told = payload.get(name)
    if told is None:
        return None
    if isinstance(told, bool) or not isinstance(told, int | float) or not 0 <= told < 2**40:
        raise CredentialRefused("unreadable", f"{name} is no moment")
    return datetime.fromtimestamp(int(told), UTC)


def _claims(opened: Mapping[str, Any], *, country: str) -> Claims:
    told = [opened.get(name) for name in CLAIMS]
    if not all(isinstance(one, str) and 0 < len(one.strip()) <= MAX_NAME for one in told):
        raise CredentialRefused("claims_missing")
    given, family, born = (str(one).strip() for one in told)
    if not (given + family).isprintable():
        raise CredentialRefused("claims_missing", "a name that can't be printed")
    if not _is_day(born):
        raise CredentialRefused("claims_missing", "no date of birth")
    return Claims(name=f"{given} {family}", born=born, country=country)


def _is_day(text: str) -> bool:
    """Whether it is a day as OpenID Connect writes one: 1980-02-29, and no other way."""
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def _status(payload: Mapping[str, Any], issuer: Issuer) -> StatusReference | None:
    """Raises CredentialRefused for one that can't be taken back and doesn't end."""
    told = payload.get("status")
    if told is None:
        if issuer.without_status and payload.get("exp") is not None:
            return None
        raise CredentialRefused("no_status")
    place = told.get("status_list") if isinstance(told, Mapping) else None
    if not isinstance(place, Mapping):
        raise CredentialRefused("no_status", "a status that is no status list's")
    index, uri = place.get("idx"), place.get("uri")
    fits = isinstance(uri, str) and _ADDRESS.fullmatch(uri)
    if type(index) is not int or not 0 <= index < MAX_INDEX or not fits:
        raise CredentialRefused("unreadable", "no place in a status list")
    assert isinstance(uri, str)
    return StatusReference(uri=uri, index=index)
