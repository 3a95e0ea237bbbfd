"""What only its wallet and its person may know of an offer: made of its id, so that neither lies in
the database.

The code stands in the QR, for whoever sees the shop's page. The transaction code is shown to
officers alone, who give it to the person by another way: neither is worth anything by itself.
"""

import hashlib
import hmac
from typing import Final
from urllib.parse import quote
from uuid import UUID

from django.conf import settings

from gateway.compliance.issuing.metadata import CODE_DIGITS
from gateway.compliance.presenting.encoding import encoded
from gateway.sealing import sealing_key

CODE_BYTES: Final = 16
CODE_CHARACTERS: Final = 22
_CODES: Final = "tillway credential offers"
_TRANSACTION_CODES: Final = "tillway credential transaction codes"
_NONCES: Final = "tillway credential nonces"


def code_of(offer_id: UUID) -> str:
    return encoded(_made(_CODES, offer_id)[:CODE_BYTES])


def transaction_code_of(offer_id: UUID) -> str:
    made = int.from_bytes(_made(_TRANSACTION_CODES, offer_id), "big")
    return f"{made % 10**CODE_DIGITS:0{CODE_DIGITS}}"


def nonce_key() -> bytes:
    return sealing_key(settings.FIELD_KEY, purpose=_NONCES)


def offer_link(offer_id: UUID) -> str:
    """What the QR holds: where the offer lies, so that it stays coarse (OpenID4VCI 1.0, 4.1.3)."""
    uri = f"{settings.PUBLIC_URL}/credentials/offers/{code_of(offer_id)}"
    return f"openid-credential-offer://?credential_offer_uri={quote(uri, safe=':/')}"


def list_uri() -> str:
    """Where our status list lies; a credential names it."""
    return f"{settings.PUBLIC_URL}/credentials/statuses/1"


def _made(purpose: str, offer_id: UUID) -> bytes:
    key = sealing_key(settings.FIELD_KEY, purpose=purpose)
    return hmac.new(key, offer_id.bytes, hashlib.sha256).digest()
