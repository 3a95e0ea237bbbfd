"""Questions about signed transfers."""

from uuid import UUID

from gateway.chains.models import Token
from gateway.sponsoring.models import Authorization


def sponsored_assets(*, mode: str) -> frozenset[str]:
    """Codes of the tokens that shoppers of a mode may pay by a signature. One query."""
    return frozenset(
        Token.objects.filter(enabled=True, chain__enabled=True, chain__mode=mode)
        .exclude(domain_name="")
        .exclude(chain__sponsor=None)
        .values_list("code", flat=True)
    )


def authorization_of(*, invoice_id: UUID, authorization_id: UUID) -> Authorization | None:
    """One of an invoice's, or None. One query."""
    return Authorization.objects.filter(id=authorization_id, invoice_id=invoice_id).first()
