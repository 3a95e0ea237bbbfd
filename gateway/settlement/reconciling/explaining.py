"""What a difference comes from, by as few entries and transactions as possible: pure."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from typing import Literal

CauseKind = Literal[
    "unknown_incoming",
    "unknown_outgoing",
    "missing_entry",
    "entry_without_transaction",
    "wrong_units",
    "gas_not_booked",
    "balance_moved_by_itself",
    "unexplained",
]
CAUSE_KINDS: tuple[CauseKind, ...] = (
    "unknown_incoming",
    "unknown_outgoing",
    "missing_entry",
    "entry_without_transaction",
    "wrong_units",
    "gas_not_booked",
    "balance_moved_by_itself",
    "unexplained",
)
MAX_CANDIDATES = 60


@dataclass(frozen=True, slots=True)
class Cause:
    """One fact that makes books and world differ.

    Attributes:
        reference: what it is about: "transaction:<id>", "deposit:<id>", "entry:<key>", or
            "0x…", a hash on the chain.
        units: by which the world has more than the books because of it.
        place: the block, if one is known.
    """

    kind: CauseKind
    reference: str
    units: int
    place: str = ""


def explain(
    difference: int, *, certain: Sequence[Cause], candidates: Sequence[Cause]
) -> tuple[Cause, ...]:
    """The causes of a difference; their units sum to it exactly.

    What we know by a transaction's own hash is certain: it is told whole. The rest is explained by
    the fewest candidates that add up to it: a transfer that nobody here knows and an entry that
    names no transaction cancel each other, as they should. Where none do, the candidates that
    cancel nothing are told, and what remains is said to be unexplained.

    Args:
        certain: facts that differ by themselves.
        candidates: unknown transfers, and (with the opposite sign) entries without a transaction;
            the latest first.
    """
    rest = difference - sum(cause.units for cause in certain)
    if rest == 0:
        return tuple(certain)
    chosen = fewest(candidates[:MAX_CANDIDATES], rest)
    if chosen is None:
        chosen = _uncancelled(candidates)
        left = rest - sum(cause.units for cause in chosen)
        if left:
            chosen = (*chosen, Cause("unexplained", "", left))
    return (*certain, *chosen)


def fewest(candidates: Sequence[Cause], units: int) -> tuple[Cause, ...] | None:
    """The fewest candidates, up to four, that add up to ``units``; the first such in their order.

    One and two are tried directly, three and four by sums of pairs that are known already: the
    square of the pairs is never walked.
    """
    by_units: dict[int, Cause] = {}
    for cause in candidates:
        by_units.setdefault(cause.units, cause)
    if units in by_units:
        return (by_units[units],)
    pairs: dict[int, list[tuple[int, int]]] = {}
    for first, second in combinations(range(len(candidates)), 2):
        total = candidates[first].units + candidates[second].units
        if total == units:
            return candidates[first], candidates[second]
        pairs.setdefault(total, []).append((first, second))
    for third, cause in enumerate(candidates):
        for pair in pairs.get(units - cause.units, ()):
            if third not in pair:
                return tuple(candidates[place] for place in sorted((third, *pair)))
    for total, known in pairs.items():
        for pair in known:
            for other in pairs.get(units - total, ()):
                if not set(pair) & set(other):
                    return tuple(candidates[place] for place in sorted((*pair, *other)))
    return None


def _uncancelled(candidates: Sequence[Cause]) -> tuple[Cause, ...]:
    """Those for which there is no other of just the opposite units."""
    left: list[Cause] = []
    for cause in candidates:
        opposite = next((each for each in left if each.units == -cause.units), None)
        if opposite is None:
            left.append(cause)
        else:
            left.remove(opposite)
    return tuple(left)


def moved_by_itself(causes: Sequence[Cause], *, shown: int) -> tuple[Cause, ...]:
    """What stayed unexplained, said of the token where a block shows that its balance moved and
    no transfer does: it rebased, or kept a part of a transfer.

    Args:
        shown: base units by which the token's own balance moved beyond its transfers.
    """
    return tuple(
        replace(cause, kind="balance_moved_by_itself")
        if cause.kind == "unexplained" and shown and cause.units == shown
        else cause
        for cause in causes
    )
