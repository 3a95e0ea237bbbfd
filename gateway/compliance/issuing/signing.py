"""Credentials and their status list, as they are signed. Pure.

``dc+sd-jwt`` (draft-ietf-oauth-sd-jwt-vc over RFC 9901) and ``statuslist+jwt``
(draft-ietf-oauth-status-list), both by ES256.
"""

import zlib
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from jwcrypto.jwk import JWK
from sd_jwt.common import SDObj
from sd_jwt.issuer import SDJWTIssuer

from gateway.compliance.issuing.life import Standing
from gateway.compliance.presenting.credentials import CREDENTIAL_TYPE
from gateway.compliance.presenting.encoding import encoded
from gateway.compliance.presenting.requests import Signer, signed
from gateway.compliance.presenting.status_lists import INVALID, STATUS_TYPE, SUSPENDED, VALID

BITS: Final = 2
"""Of each place: valid, taken back, suspended."""
PLACES: Final = 2**18
"""Of the one list; a place is drawn by lot and never used again."""
LIST_FRESH: Final = timedelta(minutes=5)
"""How long a verifier may keep it: so soon does a revocation count everywhere."""
LIST_COUNTS: Final = timedelta(days=1)
VALUES: Final[dict[Standing, int]] = {"valid": VALID, "revoked": INVALID, "suspended": SUSPENDED}


def kid_of(key: JWK) -> str:
    """A key's name: its thumbprint (RFC 7638)."""
    return str(key.thumbprint())


def public_of(key: JWK) -> dict[str, str]:
    """Its public half, as our metadata tell it."""
    told = key.export_public(as_dict=True)
    return {name: told[name] for name in ("kty", "crv", "x", "y")} | {"kid": kid_of(key)}


def credential_signed(
    hidden: Mapping[str, Any],
    *,
    signer: Signer,
    issuer: str,
    vct: str,
    holder: JWK,
    status: tuple[str, int],
    now: datetime,
    expires_at: datetime,
) -> str:
    """A credential with every disclosure, as its holder's wallet keeps it.

    Its moment is that of its day, so that by it nobody is known again; digests that open to nothing
    hide how many claims there are.

    Args:
        status: the list's address, and the place in it.
    """
    uri, index = status
    day = now.replace(hour=0, minute=0, second=0, microsecond=0)
    told = SDJWTIssuer(
        {
            "iss": issuer,
            "vct": vct,
            "iat": int(day.timestamp()),
            "exp": int(expires_at.timestamp()),
            "status": {"status_list": {"idx": index, "uri": uri}},
            **{SDObj(name): value for name, value in hidden.items()},
        },
        signer.key,
        holder_key=holder,
        add_decoy_claims=True,
        extra_header_parameters=_header(signer, CREDENTIAL_TYPE),
    )
    return str(told.sd_jwt_issuance)


def list_signed(
    standings: Mapping[int, Standing], *, signer: Signer, issuer: str, uri: str, now: datetime
) -> str:
    """The list of what no longer counts; a place that nobody has is as good as a valid one."""
    packed = bytearray(PLACES * BITS // 8)
    for index, standing in standings.items():
        place, shift = divmod(index * BITS, 8)
        packed[place] |= VALUES[standing] << shift
    return signed(
        {
            "iss": issuer,
            "sub": uri,
            "iat": int(now.timestamp()),
            "exp": int((now + LIST_COUNTS).timestamp()),
            "ttl": int(LIST_FRESH.total_seconds()),
            "status_list": {"bits": BITS, "lst": encoded(zlib.compress(bytes(packed), 9))},
        },
        key=signer.key,
        header=_header(signer, STATUS_TYPE),
    )


def _header(signer: Signer, typ: str) -> dict[str, Any]:
    """The key by both names that verifiers look it up by."""
    return {
        "typ": typ,
        "kid": kid_of(signer.key),
        "x5c": signer.x5c,
    }
