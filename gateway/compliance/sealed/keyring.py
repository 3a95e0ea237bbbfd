"""The keys that people's data is sealed with. Pure.

Each subject has a data key of its own; it lies in the database wrapped by a key-encryption key,
which doesn't. Without the wrapped key nothing of the subject can be read again, in no backup either
that is restored without it: erasing is deleting it.
"""

import hashlib
import hmac
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final
from uuid import UUID

from cryptography.exceptions import InvalidTag

from gateway.compliance.sealed.errors import KeysUnreadable, KeyUnknown
from gateway.sealing import KEY_BYTES, bound, seal, unseal

_KEY: Final = re.compile(r"([a-z0-9_.-]{1,32}):([0-9a-fA-F]{64})")
_WRAP: Final = "tillway subject key"
_WRAP_FOR: Final = "tillway sealing key"
_FIELD: Final = "tillway subject field"


@dataclass(frozen=True, slots=True)
class Keyring:
    """Key-encryption keys by id; neither printed nor logged.

    Attributes:
        current: the id of the one that wraps.
    """

    current: str
    keys: Mapping[str, bytes] = field(repr=False)


@dataclass(frozen=True, slots=True)
class WrappedKey:
    """A subject's data key as it lies in the database."""

    kek_id: str
    box: bytes = field(repr=False)


def keyring(text: str) -> Keyring:
    """SUBJECT_KEYS: ``id:hex`` each, the one that wraps first.

    Raises:
        KeysUnreadable: none, an id twice, or no key of 32 bytes.
    """
    found: dict[str, bytes] = {}
    for word in text.split():
        match = _KEY.fullmatch(word)
        if match is None or match[1] in found:
            raise KeysUnreadable
        found[match[1]] = bytes.fromhex(match[2])
    if not found:
        raise KeysUnreadable
    return Keyring(current=next(iter(found)), keys=found)


def wrap(data_key: bytes, *, subject_id: UUID, ring: Keyring) -> WrappedKey:
    """A subject's data key under the present key-encryption key, bound to its subject."""
    return _wrap(data_key, ring, bound_to=bound(_WRAP, subject_id.bytes, ring.current))


def unwrap(wrapped: WrappedKey, *, subject_id: UUID, ring: Keyring) -> bytes:
    """The data key.

    Raises:
        KeyUnknown: the ring lacks the key that wrapped it, or has another one under its id.
    """
    return _unwrap(wrapped, ring, bound_to=bound(_WRAP, subject_id.bytes, wrapped.kek_id))


def wrap_for(data_key: bytes, *, about: str, ring: Keyring) -> WrappedKey:
    """As ``wrap``, of what is sealed for ``about``."""
    return _wrap(data_key, ring, bound_to=bound(_WRAP_FOR, about, ring.current))


def unwrap_for(wrapped: WrappedKey, *, about: str, ring: Keyring) -> bytes:
    """As ``unwrap``. Raises KeyUnknown."""
    return _unwrap(wrapped, ring, bound_to=bound(_WRAP_FOR, about, wrapped.kek_id))


def _wrap(data_key: bytes, ring: Keyring, *, bound_to: bytes) -> WrappedKey:
    if len(data_key) != KEY_BYTES:
        raise ValueError("a data key has 32 bytes")
    kek_id = ring.current
    return WrappedKey(kek_id=kek_id, box=seal(data_key, key=ring.keys[kek_id], bound_to=bound_to))


def _unwrap(wrapped: WrappedKey, ring: Keyring, *, bound_to: bytes) -> bytes:
    key = ring.keys.get(wrapped.kek_id)
    if key is None:
        raise KeyUnknown
    try:
        return unseal(wrapped.box, key=key, bound_to=bound_to)
    except InvalidTag as error:
        raise KeyUnknown from error


def bound_to_field(*, subject_id: UUID, name: str, version: int) -> bytes:
    """What a sealed field is bound to: another subject's, another field's or an older version's box
    doesn't open in its place."""
    return bound(_FIELD, subject_id.bytes, name, version)


def blind_index(text: str, *, name: str, key: bytes) -> bytes:
    """By which a value is found again without being readable: HMAC-SHA256 over the field's name and
    the value, whose case, width and spaces don't count.

    Equal values show as equal, and guesses can be tried by whoever has the key: only fields with
    more values than can be guessed are indexed (``fields.INDEXED``).
    """
    folded = " ".join(unicodedata.normalize("NFKC", text).casefold().split())
    return hmac.new(key, bound(name, folded), hashlib.sha256).digest()
