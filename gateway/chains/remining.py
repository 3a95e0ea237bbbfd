"""Which deposits are a transfer that a reorg took back and that was mined again."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Orphan:
    """A deposit whose block is no longer part of the chain."""

    id: UUID
    address: bytes
    asset: str
    tx_hash: bytes
    sender: bytes
    units: int
    block_number: int
    log_index: int
    trace_path: str
    first_block_time: datetime


@dataclass(frozen=True, slots=True)
class Fresh:
    """A transfer in a new block. ``key`` is whatever its caller knows it by."""

    key: object
    address: bytes
    asset: str
    tx_hash: bytes
    sender: bytes
    units: int
    log_index: int


def pair_remined(*, fresh: Iterable[Fresh], orphans: Iterable[Orphan]) -> dict[object, Orphan]:
    """For each fresh transfer that was mined before, its latest orphan.

    The same transfer is the same transaction moving the same token from the same sender to the
    same address; log indexes change with the block, their order within a transaction doesn't. What
    came without a transaction (seen by balance alone) is the same if the amount is.
    """
    generations: dict[tuple[object, ...], dict[int, list[Orphan]]] = defaultdict(
        lambda: defaultdict(list)
    )
    for orphan in orphans:
        generations[_identity(orphan)][orphan.block_number].append(orphan)

    waiting: dict[tuple[object, ...], list[Fresh]] = defaultdict(list)
    for transfer in fresh:
        waiting[_identity(transfer)].append(transfer)

    pairs: dict[object, Orphan] = {}
    for identity, transfers in waiting.items():
        blocks = generations.get(identity)
        if not blocks:
            continue
        newest_first = sorted(blocks.values(), key=lambda told: max(o.id for o in told))[::-1]
        for place, transfer in enumerate(sorted(transfers, key=lambda t: t.log_index)):
            for told in newest_first:
                places = _latest_of_each(told)
                if place < len(places):
                    pairs[transfer.key] = places[place]
                    break
    return pairs


def _latest_of_each(orphans: list[Orphan]) -> list[Orphan]:
    """In the order of the block; a block that was left twice has two orphans of each transfer."""
    latest: dict[tuple[int, str], Orphan] = {}
    for orphan in sorted(orphans, key=lambda o: o.id):
        latest[orphan.log_index, orphan.trace_path] = orphan
    return [latest[place] for place in sorted(latest)]


def _identity(transfer: Orphan | Fresh) -> tuple[object, ...]:
    amount = None if transfer.tx_hash else transfer.units
    return (transfer.tx_hash, transfer.asset, transfer.sender, transfer.address, amount)
