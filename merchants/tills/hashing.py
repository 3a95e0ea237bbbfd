"""Under what a code, a token or a PIN is kept: with the server's own key."""

from functools import lru_cache

from django.conf import settings

from merchants.tills.codes import pepper_from, secret_hash


@lru_cache(maxsize=4)
def _pepper(field_key_hex: str) -> bytes:
    return pepper_from(field_key_hex)


def hash_of(secret: str, *, purpose: str) -> bytes:
    """What a code or a token is found by, and a PIN kept as."""
    return secret_hash(secret, purpose=purpose, pepper=_pepper(settings.FIELD_KEY))
