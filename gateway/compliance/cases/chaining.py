"""What makes a record tamper-evident: a hash chain, commitments, and a Merkle tree a day. Pure.

An entry's hash covers the hash of the one before, so nothing can be changed, left out or put in
between without every later hash. Personal data is not in the chain but a salted commitment to it:
with the salt it can be shown to be what was written, and without it the chain still holds. The tree
is RFC 6962's (section 2.1), so that one case's entries can be shown without everybody else's.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any, Final

from gateway.compliance.alerts.canonical import digest

FORMAT: Final = 1
GENESIS: Final = "0" * 64
"""What stands before the first entry."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChainEntry:
    """One line of the record, without its hash.

    Attributes:
        number: 1, 2, 3 … without a gap.
        about: the case's id; '' for what is about none.
        actor: ``user:<id>`` or ``system:<what>``.
        facts: JSON without personal data.
        commitments: by name, what was committed to.
    """

    number: int
    previous: str
    at: datetime
    about: str
    actor: str
    verb: str
    facts: Mapping[str, Any]
    commitments: Mapping[str, str]


def entry_hash(entry: ChainEntry) -> str:
    """SHA-256 over the entry's canonical JSON, in hex."""
    return digest(
        {
            "format": FORMAT,
            "number": entry.number,
            "previous": entry.previous,
            "at": entry.at,
            "about": entry.about,
            "actor": entry.actor,
            "verb": entry.verb,
            "facts": entry.facts,
            "commitments": entry.commitments,
        }
    )


def merkle_root(leaves: Sequence[bytes]) -> bytes:
    """The root over leaves in their order; of none, the hash of nothing (RFC 6962, 2.1)."""
    if not leaves:
        return sha256(b"").digest()
    if len(leaves) == 1:
        return _leaf(leaves[0])
    middle = _split(len(leaves))
    return _node(merkle_root(leaves[:middle]), merkle_root(leaves[middle:]))


def merkle_path(leaves: Sequence[bytes], index: int) -> list[bytes]:
    """What one needs beside a leaf to come to the root, from the leaf up (RFC 6962, 2.1.1)."""
    if not 0 <= index < len(leaves):
        raise IndexError(index)
    if len(leaves) == 1:
        return []
    middle = _split(len(leaves))
    if index < middle:
        return [*merkle_path(leaves[:middle], index), merkle_root(leaves[middle:])]
    return [*merkle_path(leaves[middle:], index - middle), merkle_root(leaves[:middle])]


def root_of_path(leaf: bytes, *, index: int, size: int, path: Sequence[bytes]) -> bytes | None:
    """The root that a leaf at this place of ``size`` leaves comes to; None if the path fits none.

    As RFC 9162, 2.1.3.2, which says the same of RFC 6962's proofs.
    """
    if not 0 <= index < size:
        return None
    place, last, root = index, size - 1, _leaf(leaf)
    for step in path:
        if last == 0:
            return None
        if place & 1 or place == last:
            root = _node(step, root)
            while not place & 1 and place:
                place, last = place >> 1, last >> 1
        else:
            root = _node(root, step)
        place, last = place >> 1, last >> 1
    return root if last == 0 else None


def _split(size: int) -> int:
    """The largest power of two below ``size``."""
    return 1 << ((size - 1).bit_length() - 1)


def _leaf(leaf: bytes) -> bytes:
    return sha256(b"\0" + leaf).digest()


def _node(left: bytes, right: bytes) -> bytes:
    return sha256(b"\1" + left + right).digest()
