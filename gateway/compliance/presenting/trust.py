"""Whom we believe, and by which key: nobody who isn't named. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final
from urllib.parse import urlsplit

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from cryptography.x509.verification import (
    ExtensionPolicy,
    PolicyBuilder,
    Store,
    VerificationError,
)
from jwcrypto.common import JWException
from jwcrypto.jwk import JWK

from gateway.compliance.presenting.encoding import decoded
from gateway.compliance.presenting.errors import CredentialRefused

ALGORITHM: Final = "ES256"
CURVE: Final = "P-256"
MAX_CHAIN: Final = 6
_UNDERSTOOD: Final = frozenset(
    {"alg", "typ", "kid", "x5c", "vctm", "iat", "trust_chain", "x5t#S256"}
)
"""Header parameters that change nothing about how a signature is checked, or that we check."""


@dataclass(frozen=True, slots=True)
class Issuer:
    """Whom the house trusts to say who somebody is.

    Attributes:
        issuer: what its credentials say in ``iss``.
        version: of this trust; a decision names it.
        vcts: kinds of credentials it is trusted for.
        keys: its public keys, as JWK; or
        roots: certificates below which its keys stand (``x5c``).
        country: whose identities it gives out, ISO 3166; "" if that isn't one country's.
        without_status: whether a credential without a status counts, as short-lived ones have none.
    """

    issuer: str
    version: int
    vcts: frozenset[str]
    keys: tuple[Mapping[str, str], ...] = ()
    roots: tuple[x509.Certificate, ...] = field(default=(), repr=False)
    country: str = ""
    without_status: bool = False


def public_key(told: Any) -> JWK:
    """A P-256 public key from its JWK; nothing else in it counts.

    Raises:
        CredentialRefused: another kind of key, or a private one.
    """
    if not isinstance(told, Mapping) or told.get("kty") != "EC" or told.get("crv") != CURVE:
        raise CredentialRefused("holder_unproven", "no P-256 key")
    if "d" in told:
        raise CredentialRefused("holder_unproven", "a private key")
    try:
        return JWK(kty="EC", crv=CURVE, x=str(told.get("x")), y=str(told.get("y")))
    except (JWException, ValueError) as error:
        raise CredentialRefused("holder_unproven", "no point of the curve") from error


def check_header(header: Mapping[str, Any], *, typ: str) -> None:
    """Refuse what could be signed another way than it says. Raises CredentialRefused."""
    if header.get("typ") != typ:
        raise CredentialRefused("wrong_kind", f"typ is not {typ}")
    if header.get("alg") != ALGORITHM:
        raise CredentialRefused("badly_signed", f"alg is not {ALGORITHM}")
    if not set(header) <= _UNDERSTOOD:
        raise CredentialRefused("badly_signed", "a header parameter that we don't know")


def issuer_key(issuer: Issuer, header: Mapping[str, Any], *, now: datetime) -> JWK:
    """The key by which something of this issuer's must be signed.

    Raises:
        CredentialRefused: it has no such key, or its certificate leads to none of the roots.
    """
    if issuer.roots:
        return _certified_key(issuer, header.get("x5c"), now=now)
    kid = header.get("kid")
    fitting = [key for key in issuer.keys if kid is None or key.get("kid") == kid]
    if len(fitting) != 1:
        raise CredentialRefused("issuer_untrusted", "no such key of this issuer's")
    return public_key(fitting[0])


def issuer_certified(issuers: Mapping[str, Issuer], told: Any) -> Issuer | None:
    """The one whose name the first certificate of a chain bears; None if that is nobody, or not one
    alone. Whether the chain leads to its roots is for ``issuer_key`` to say."""
    if not isinstance(told, list) or not told:
        return None
    try:
        names = _names(_certificate(told[0]))
    except (CredentialRefused, ValueError, TypeError):
        return None
    named = [one for one in issuers.values() if one.roots and _is_named(one, names)]
    return named[0] if len(named) == 1 else None


def _certified_key(issuer: Issuer, told: Any, *, now: datetime) -> JWK:
    if not isinstance(told, list) or not 0 < len(told) <= MAX_CHAIN:
        raise CredentialRefused("issuer_untrusted", "no chain of certificates")
    try:
        leaf, *between = [_certificate(one) for one in told]
        verifier = (
            PolicyBuilder()
            .store(Store(list(issuer.roots)))
            .time(now)
            .extension_policies(
                ca_policy=ExtensionPolicy.webpki_defaults_ca(),
                ee_policy=ExtensionPolicy.permit_all(),
            )
            .build_client_verifier()
        )
        verifier.verify(leaf, between)
        key, names = leaf.public_key(), _names(leaf)
    except (CredentialRefused, ValueError, TypeError, VerificationError) as error:
        raise CredentialRefused("issuer_untrusted", "its certificate leads to no root") from error
    if not _is_named(issuer, names):
        raise CredentialRefused("issuer_untrusted", "its certificate names somebody else")
    if not isinstance(key, EllipticCurvePublicKey) or not isinstance(key.curve, SECP256R1):
        raise CredentialRefused("badly_signed", "its certificate holds no P-256 key")
    return JWK.from_pem(key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))


def _is_named(issuer: Issuer, names: set[str]) -> bool:
    return bool(names & {issuer.issuer, urlsplit(issuer.issuer).hostname})


def _certificate(told: Any) -> x509.Certificate:
    """``x5c`` is base64 with padding, the one of RFC 7515 that isn't base64url."""
    if not isinstance(told, str):
        raise TypeError("no certificate")
    plain = told.rstrip("=").replace("+", "-").replace("/", "_")
    return x509.load_der_x509_certificate(decoded(plain))


def _names(leaf: x509.Certificate) -> set[str]:
    try:
        found = leaf.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        return set()
    return {
        *found.get_values_for_type(x509.UniformResourceIdentifier),
        *found.get_values_for_type(x509.DNSName),
    }
