"""Which blocks to undo and which to apply, told from parent hashes alone.

A dev chain sends no ``removed`` logs after a reorg and a provider may drop them, so nothing here
relies on them: a new head either leads back to a block we applied, or it doesn't.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise


@dataclass(frozen=True, slots=True)
class Header:
    """A block's place in its chain. ``timestamp`` in Unix seconds."""

    number: int
    hash: bytes
    parent_hash: bytes
    timestamp: int


@dataclass(frozen=True, slots=True)
class Advance:
    """Go from the processed head to a new one.

    Attributes:
        ancestor: the last block both chains share.
        undo: blocks to take back, highest first.
        apply: blocks to apply, lowest first.
    """

    ancestor: Header
    undo: tuple[Header, ...]
    apply: tuple[Header, ...]


@dataclass(frozen=True, slots=True)
class NeedParent:
    """The branch doesn't reach a block we know yet: fetch this one and ask again."""

    number: int
    hash: bytes


@dataclass(frozen=True, slots=True)
class Nothing:
    """The new head is one we applied: the node is where we are, or lags. No evidence of a reorg."""

    lag_blocks: int


@dataclass(frozen=True, slots=True)
class Unrelated:
    """The branch runs below the oldest block we remember without touching our chain."""

    number: int


class BrokenLink(ValueError):
    """Blocks that are said to follow each other don't."""


def plan_advance(
    *, ring: Sequence[Header], branch: Sequence[Header]
) -> Advance | NeedParent | Nothing | Unrelated:
    """What to do about a new head.

    Args:
        ring: the last applied blocks, ascending without a gap; the last one is the processed head.
        branch: the new head and as many of its ancestors as were fetched, ascending.

    Raises:
        BrokenLink: two neighbours of the branch don't fit together.
    """
    check_links(branch)
    by_number = {header.number: header for header in ring}
    head = branch[-1]
    if by_number.get(head.number) == head:
        return Nothing(lag_blocks=ring[-1].number - head.number)

    for index in range(len(branch) - 1, -1, -1):
        block = branch[index]
        known_parent = by_number.get(block.number - 1)
        if known_parent is not None and known_parent.hash == block.parent_hash:
            undo = tuple(h for h in reversed(ring) if h.number > known_parent.number)
            return Advance(ancestor=known_parent, undo=undo, apply=tuple(branch[index:]))

    first = branch[0]
    if first.number <= ring[0].number + 1:
        return Unrelated(number=first.number)
    return NeedParent(number=first.number - 1, hash=first.parent_hash)


def check_links(blocks: Sequence[Header]) -> None:
    """Refuse blocks that don't follow each other.

    Raises:
        BrokenLink: a number or a parent hash doesn't fit.
    """
    for parent, child in pairwise(blocks):
        if child.number != parent.number + 1 or child.parent_hash != parent.hash:
            raise BrokenLink(f"block {child.number} doesn't follow {parent.number}")


def trimmed(ring: Sequence[Header], *, size: int) -> list[Header]:
    """The newest ``size`` blocks of a ring."""
    return list(ring[-size:])
