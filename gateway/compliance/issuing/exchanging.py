"""A wallet shows both codes of an offer and is given a token, once (OpenID4VCI 1.0, 6)."""

import hmac
import secrets
from datetime import datetime
from uuid import UUID

import structlog
from django.db import transaction

from gateway.compliance.issuing.errors import WalletRefused
from gateway.compliance.issuing.life import TOKEN_FOR, WRONG_CODES
from gateway.compliance.issuing.models import CredentialOffer
from gateway.compliance.issuing.offer_secrets import transaction_code_of
from gateway.compliance.presenting.tokens import digest_of

log = structlog.get_logger(__name__)

TOKEN_BYTES = 32


def token_give(*, offer_id: UUID, transaction_code: str, now: datetime) -> str:
    """A token to fetch the credential with.

    Raises:
        WalletRefused: ``invalid_grant``: taken, over, or a wrong transaction code; after
            ``WRONG_CODES`` of these the offer is over.
    """
    token = _tried(offer_id, transaction_code, now=now)
    if token is None:  # outside the transaction, which keeps count
        raise WalletRefused("invalid_grant", "This code, or the offer, does not count.")
    return token


@transaction.atomic
def _tried(offer_id: UUID, transaction_code: str, *, now: datetime) -> str | None:
    row = CredentialOffer.objects.select_for_update(of=("self",)).get(id=offer_id)
    if row.state_at(now) != "asked":
        return None
    told, wanted = transaction_code.encode(), transaction_code_of(row.id).encode()
    if not hmac.compare_digest(told, wanted):
        row.wrong_codes += 1
        if row.wrong_codes >= WRONG_CODES:
            row.state, row.ended_at = "blocked", now
            log.warning("credential_offer_blocked", offer=str(row.id))
        row.save(update_fields=["wrong_codes", "state", "ended_at"])
        return None
    token = secrets.token_urlsafe(TOKEN_BYTES)
    row.state, row.token_digest, row.token_until = "taken", digest_of(token), now + TOKEN_FOR
    row.save(update_fields=["state", "token_digest", "token_until"])
    return token
