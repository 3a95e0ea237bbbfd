"""Trust an issuer, and end that: versions that are added, never changed."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from cryptography import x509
from django.db import transaction

from gateway.compliance.knowing.countries import COUNTRIES
from gateway.compliance.presenting.errors import CredentialRefused, IssuerRefused
from gateway.compliance.presenting.models import TrustedIssuer
from gateway.compliance.presenting.trust import Issuer, public_key

MAX_TEXT: Final = 500
MAX_KEYS: Final = 20


@transaction.atomic
def issuer_trust(
    *,
    issuer: str,
    vcts: Sequence[str],
    by: str,
    reason: str,
    now: datetime,
    keys: Sequence[Mapping[str, Any]] = (),
    roots: str = "",
    country: str = "",
    without_status: bool = False,
) -> TrustedIssuer:
    """Trust an issuer from now on as this says; a version before it ends.

    Args:
        keys: its public keys as JWK, or
        roots: PEM of the certificates below which its keys stand.
        without_status: count credentials that have no status list, if they end by themselves.

    Raises:
        IssuerRefused: by its field.
    """
    for field, text in (("issuer", issuer), ("by", by), ("reason", reason)):
        if not text.strip() or len(text) > MAX_TEXT or not text.isprintable():
            raise IssuerRefused("This is missing, or can't be printed.", field=field)
    if not vcts or not all(0 < len(one) <= MAX_TEXT and one.isprintable() for one in vcts):
        raise IssuerRefused("Say for which kinds of credentials.", field="vcts")
    if country and country not in COUNTRIES:
        raise IssuerRefused("There is no such country.", field="country")
    if bool(keys) == bool(roots.strip()):
        raise IssuerRefused("Name its keys, or the roots above them.", field="keys")
    if len(keys) > MAX_KEYS:
        raise IssuerRefused("These are too many keys.", field="keys")
    kept = [_public(one) for one in keys]
    if len({one.get("kid") for one in kept}) != len(kept):
        raise IssuerRefused("Two of its keys have the same kid.", field="keys")
    _roots(roots)
    before = list(
        TrustedIssuer.objects.select_for_update().filter(issuer=issuer).order_by("version")
    )
    TrustedIssuer.objects.filter(issuer=issuer, ended_at__isnull=True).update(
        ended_at=now, ended_by=by
    )
    return TrustedIssuer.objects.create(
        issuer=issuer,
        version=before[-1].version + 1 if before else 1,
        vcts=sorted(set(vcts)),
        keys=kept,
        roots=roots.strip(),
        country=country,
        without_status=without_status,
        reason=reason.strip(),
        trusted_by=by,
        since=now,
    )


@transaction.atomic
def issuer_distrust(*, issuer: str, by: str, now: datetime) -> bool:
    """Trust it no longer; whether it was trusted. What it proved before stays proven."""
    if not by.strip():
        raise IssuerRefused("Say who ends it.", field="by")
    current = TrustedIssuer.objects.filter(issuer=issuer, ended_at__isnull=True)
    return bool(current.update(ended_at=now, ended_by=by))


def issuers_trusted() -> list[TrustedIssuer]:
    """Everybody who is trusted now. One query."""
    return list(TrustedIssuer.objects.filter(ended_at__isnull=True).order_by("issuer"))


def issuers_read(rows: Iterable[TrustedIssuer]) -> dict[str, Issuer]:
    """As the checks see them, by their ``iss``."""
    return {
        row.issuer: Issuer(
            issuer=row.issuer,
            version=row.version,
            vcts=frozenset(row.vcts),
            keys=tuple(row.keys),
            roots=_roots(row.roots),
            country=row.country,
            without_status=row.without_status,
        )
        for row in rows
    }


def _public(told: Mapping[str, Any]) -> dict[str, str]:
    try:
        key = public_key(told)
    except CredentialRefused as error:
        raise IssuerRefused(
            f"Keys are public ones of P-256: {error.message}.", field="keys"
        ) from error
    found: dict[str, str] = key.export_public(as_dict=True)
    kid = {"kid": told["kid"]} if isinstance(told.get("kid"), str) else {}
    return {name: found[name] for name in ("kty", "crv", "x", "y")} | kid


def _roots(pem: str) -> tuple[x509.Certificate, ...]:
    if not pem.strip():
        return ()
    try:
        return tuple(x509.load_pem_x509_certificates(pem.encode()))
    except ValueError as error:
        raise IssuerRefused("These are no certificates.", field="roots") from error
