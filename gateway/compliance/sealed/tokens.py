"""Sealed values within JSON: a token that says for whom, a commitment, and the sealed box. Pure.

The token stands where the value stood and never changes, so that what is hashed over it stays
whole: while the key is there the value comes out again and is what was committed to; once the key
is thrown away the commitment alone remains, and nobody can test a guess against it.
"""

import json
import os
from collections.abc import Iterator, Mapping
from typing import Any, Final

from cryptography.exceptions import InvalidTag

from gateway.compliance.alerts.canonical import canonical, plain
from gateway.compliance.sealed.committing import SALT_BYTES, commitment
from gateway.compliance.sealed.errors import SealedWrong
from gateway.sealing import bound, seal, unseal

FOR: Final = "sealed_for"
_NAMES: Final = frozenset({FOR, "commitment", "box"})
_PURPOSE: Final = "tillway sealed value"
ERASED: Final = "erased"


def token_of(value: Any, *, about: str, key: bytes) -> dict[str, str]:
    """A value as a token, sealed for ``about``. Raises NotCanonical."""
    salt = os.urandom(SALT_BYTES)
    committed = commitment(value, salt=salt)
    told = canonical({"salt": salt.hex(), "value": plain(value)})
    box = seal(told.encode(), key=key, bound_to=bound(_PURPOSE, about, committed))
    return {FOR: about, "commitment": committed, "box": box.hex()}


def is_token(value: Any) -> bool:
    return isinstance(value, Mapping) and frozenset(value) == _NAMES


def opened_token(token: Mapping[str, str], *, key: bytes) -> Any:
    """The value that was sealed, and was committed to.

    Raises:
        SealedWrong
    """
    bound_to = bound(_PURPOSE, token[FOR], token["commitment"])
    try:
        told = json.loads(unseal(bytes.fromhex(token["box"]), key=key, bound_to=bound_to))
    except (InvalidTag, ValueError) as error:
        raise SealedWrong from error
    if commitment(told["value"], salt=bytes.fromhex(told["salt"])) != token["commitment"]:
        raise SealedWrong
    return told["value"]


def abouts_in(tree: Any) -> Iterator[str]:
    """For whom there are tokens in a JSON value, as often as they stand in it."""
    if is_token(tree):
        yield tree[FOR]
    elif isinstance(tree, Mapping):
        for inner in tree.values():
            yield from abouts_in(inner)
    elif isinstance(tree, list):
        for inner in tree:
            yield from abouts_in(inner)


def opened_with(tree: Any, *, keys: Mapping[str, bytes]) -> Any:
    """A JSON value with its tokens opened; where the key is gone, ``{"erased": about}``.

    Raises:
        SealedWrong
    """
    if is_token(tree):
        key = keys.get(tree[FOR])
        return {ERASED: tree[FOR]} if key is None else opened_token(tree, key=key)
    if isinstance(tree, Mapping):
        return {name: opened_with(inner, keys=keys) for name, inner in tree.items()}
    if isinstance(tree, list):
        return [opened_with(inner, keys=keys) for inner in tree]
    return tree
