"""What an entry of a statement is of: a payout that left, one that came back, a fee. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal

from gateway.ramps.iso20022.camt053 import Entry, Part

FEES: Final = frozenset({"CHRG", "FEES", "COMM", "COME", "COMI", "COMT"})
"""Sub-families of ISO 20022's bank transaction codes for what a bank charges."""

Kind = Literal["debited", "returned", "fee", "unmatched"]


@dataclass(frozen=True, slots=True)
class Found:
    """
    Attributes:
        number: of the part, 1, 2, 3 …; 0 is the entry as a whole.
        units: signed as the entry.
    """

    kind: Kind
    number: int
    units: int
    part: Part


def found_in(entry: Entry, *, ours: Mapping[str, int]) -> tuple[Found, ...]:
    """What an entry is of, by part. The units of all of it are the entry's.

    A part is a payout's only under its name and to the unit; of what comes back a bank may have
    kept something. All else is for people.

    Args:
        ours: minor units of each of our transfers, by its EndToEndId.
    """
    sign = 1 if entry.units > 0 else -1
    if not entry.parts:
        kind: Kind = "fee" if _is_fee(entry) else "unmatched"
        return (Found(kind, 0, entry.units, Part(abs(entry.units), remittance=entry.text)),)
    return tuple(
        Found(_kind(entry, part, ours), number, sign * part.units, part)
        for number, part in enumerate(entry.parts, start=1)
    )


def _kind(entry: Entry, part: Part, ours: Mapping[str, int]) -> Kind:
    ordered = ours.get(part.end_to_end_id)
    if ordered is None:
        return "fee" if _is_fee(entry) and not part.return_code else "unmatched"
    if entry.units < 0:
        return "debited" if part.units == ordered else "unmatched"
    return "returned" if part.units <= ordered else "unmatched"


def _is_fee(entry: Entry) -> bool:
    return entry.units < 0 and entry.code.rpartition("/")[2] in FEES
