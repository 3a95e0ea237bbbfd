"""Words in the addresses that other providers call us at: an id and its keyed hash, so that nobody
finds one by guessing, and none has to be kept."""

import hashlib
import hmac
from functools import lru_cache
from typing import Final
from uuid import UUID

from django.conf import settings

from gateway.compliance.travelling.errors import ExchangeUnknown
from gateway.sealing import bound, sealing_key

ID_DIGITS: Final = 32
MAC_DIGITS: Final = 32
_FOR: Final = "tillway travel words"


@lru_cache(maxsize=4)
def _key(field_key_hex: str) -> bytes:
    return sealing_key(field_key_hex, purpose=_FOR)


def word_of(what: str, id: UUID) -> str:
    """The word for a row; ``what`` says for which use."""
    said = hmac.new(_key(settings.FIELD_KEY), bound(what, id.bytes), hashlib.sha256)
    return id.hex + said.hexdigest()[:MAC_DIGITS]


def id_of(what: str, word: str) -> UUID:
    """The row's id. Raises ExchangeUnknown: the word is none of ours, or for another use."""
    try:
        found = UUID(word[:ID_DIGITS])
    except ValueError as error:
        raise ExchangeUnknown from error
    if not hmac.compare_digest(word_of(what, found), word):
        raise ExchangeUnknown
    return found


def digest_of_message(plain: bytes) -> bytes:
    """By which a repeated message is recognised without being readable."""
    return hmac.new(_key(settings.FIELD_KEY), bound("message", plain), hashlib.sha256).digest()
