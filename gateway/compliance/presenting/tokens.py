"""The secret in a request's address. Whoever has it may fetch the request and answer it.

It is made of the row's id, so that the request can be drawn again without keeping it.
"""

import hashlib
import hmac
from typing import Final
from uuid import UUID

from django.conf import settings
from jwcrypto.jwk import JWK

from gateway.compliance.presenting.encoding import encoded
from gateway.compliance.presenting.encrypted import answer_key
from gateway.sealing import sealing_key

TOKEN_BYTES: Final = 16
"""128 bits, good for ten minutes: nobody guesses one, and the QR stays coarse."""
TOKEN_CHARACTERS: Final = 22
_PURPOSE: Final = "tillway wallet requests"
_ANSWERS: Final = "tillway wallet answers"


def token_of(presentation_id: UUID) -> str:
    key = sealing_key(settings.FIELD_KEY, purpose=_PURPOSE)
    made = hmac.new(key, presentation_id.bytes, hashlib.sha256).digest()
    return encoded(made[:TOKEN_BYTES])


def answer_key_of(presentation_id: UUID) -> JWK:
    """The key that its answer is encrypted to."""
    key = sealing_key(settings.FIELD_KEY, purpose=_ANSWERS)
    return answer_key(hmac.new(key, presentation_id.bytes, hashlib.sha384).digest())


def digest_of(secret: str) -> bytes:
    """What is kept of a secret, or of anything that shall only be known again."""
    return hashlib.sha256(secret.encode()).digest()


def request_uri(token: str) -> str:
    return f"{settings.PUBLIC_URL}/wallet/requests/{token}"


def answer_uri(token: str) -> str:
    return f"{settings.PUBLIC_URL}/wallet/answers/{token}"


def back_uri(token: str) -> str:
    """Where a wallet on the same device sends its holder afterwards."""
    return f"{settings.PUBLIC_URL}/wallet/back/{token}"
