"""How a factor's secrets are kept: an app's sealed, a recovery code's hashed."""

import hashlib
import hmac
from functools import lru_cache
from uuid import UUID

from django.conf import settings

from gateway.sealing import bound, seal, sealing_key, unseal
from merchants.accounts.factors.recovery import code_hash


@lru_cache(maxsize=4)
def _key(field_key_hex: str) -> bytes:
    return sealing_key(field_key_hex, purpose="tillway second factor")


@lru_cache(maxsize=4)
def _pepper(field_key_hex: str) -> bytes:
    return hmac.new(bytes.fromhex(field_key_hex), b"tillway recovery code", hashlib.sha256).digest()


def secret_sealed(secret: bytes, *, user_id: UUID) -> bytes:
    return seal(secret, key=_key(settings.FIELD_KEY), bound_to=bound("totp", user_id.bytes))


def secret_unsealed(box: bytes, *, user_id: UUID) -> bytes:
    return unseal(box, key=_key(settings.FIELD_KEY), bound_to=bound("totp", user_id.bytes))


def recovery_hash(code: str, *, user_id: UUID) -> bytes:
    return code_hash(code, whose=str(user_id), pepper=_pepper(settings.FIELD_KEY))
