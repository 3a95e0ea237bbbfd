"""Seal a value or bytes for somebody, and open what was sealed."""

from datetime import datetime
from typing import Any

from cryptography.exceptions import InvalidTag

from gateway.compliance.sealed.errors import KeyGone, SealedWrong
from gateway.compliance.sealed.keys import key_for, key_of, keys_of
from gateway.compliance.sealed.tokens import abouts_in, opened_with, token_of
from gateway.sealing import bound, seal, unseal


def sealed_value(value: Any, *, about: str, now: datetime) -> dict[str, str]:
    """A token to stand for the value in evidence or in a text. Two queries.

    Args:
        about: whom it is erased with: ``subject:<id>``, ``case:<id>``, ``report:<id>``.

    Raises:
        KeysUnreadable, KeyUnknown, NotCanonical
    """
    return token_of(value, about=about, key=key_for(about, now=now))


def opened(tree: Any) -> Any:
    """A JSON value with everything in it opened; what was erased is ``{"erased": about}``. One
    query, none where nothing is sealed.

    Raises:
        SealedWrong, KeysUnreadable, KeyUnknown
    """
    return opened_with(tree, keys=keys_of(set(abouts_in(tree))))


def opened_whole(tree: Any) -> Any:
    """As ``opened``, of a value of which nothing may be missing. Raises KeyGone too."""
    abouts = set(abouts_in(tree))
    keys = keys_of(abouts)
    if set(keys) != abouts:
        raise KeyGone
    return opened_with(tree, keys=keys)


def sealed_bytes(plain: bytes, *, about: str, name: str, now: datetime) -> bytes:
    """Bytes under the key of ``about``, bound to it and to what they are. Two queries."""
    return sealed_with_key(plain, key=key_for(about, now=now), about=about, name=name)


def sealed_with_key(plain: bytes, *, key: bytes, about: str, name: str) -> bytes:
    """As ``sealed_bytes``, with a key that was asked for before, for many together. No query."""
    return seal(plain, key=key, bound_to=_bound(about, name))


def opened_bytes(box: bytes, *, about: str, name: str) -> bytes:
    """As ``sealed_bytes``, back. One query.

    Raises:
        KeyGone, SealedWrong, KeysUnreadable, KeyUnknown
    """
    return opened_with_key(box, key=key_of(about), about=about, name=name)


def opened_with_key(box: bytes, *, key: bytes, about: str, name: str) -> bytes:
    """As ``opened_bytes``, with a key that was read before, as those of a page together. No query.

    Raises:
        SealedWrong
    """
    try:
        return unseal(box, key=key, bound_to=_bound(about, name))
    except InvalidTag as error:
        raise SealedWrong from error


def _bound(about: str, name: str) -> bytes:
    return bound("tillway sealed bytes", about, name)
