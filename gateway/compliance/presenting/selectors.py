"""Questions about presentations."""

import hmac
from collections.abc import Iterable
from uuid import UUID

from gateway.compliance.presenting.configuration import wallet_signer
from gateway.compliance.presenting.errors import PresentationUnknown, PresentingError
from gateway.compliance.presenting.models import Presentation, TrustedIssuer
from gateway.compliance.presenting.tokens import digest_of


def are_wallets_offered() -> bool:
    """Whether anybody can be asked: we have a name to ask by, and somebody is trusted. One
    query."""
    try:
        wallet_signer()
    except PresentingError:
        return False
    return TrustedIssuer.objects.filter(ended_at__isnull=True).exists()


def presentation_of_session(*, presentation_id: UUID, shop_id: UUID, session: str) -> Presentation:
    """A request that this browser session began. One query.

    Raises:
        PresentationUnknown: none, or another session's.
    """
    row = Presentation.objects.filter(id=presentation_id, shop_id=shop_id).first()
    if row is None or not is_of_session(row, session):
        raise PresentationUnknown
    return row


def is_of_session(row: Presentation, session: str) -> bool:
    """No query."""
    return hmac.compare_digest(bytes(row.session_digest), digest_of(session))


def presentations_with_trust(ids: Iterable[UUID]) -> dict[UUID, Presentation]:
    """Those of these ids, with the version of the trust that they were checked by; for the house
    alone. One query."""
    rows = Presentation.objects.filter(id__in=list(ids)).select_related("trust")
    return {row.id: row for row in rows}
