"""Destinations that the signer has not known for long get little, whatever the database says. Pure.

Shops' addresses change, and whoever may write rows may name another. The signer can't tell a shop's
new address from a thief's, but it can tell that it is new: it remembers by itself when it was first
asked to pay an address. Until some days have passed, all such addresses together get a small part
of the day's limit, and what is more waits.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

NEW_PREFIX: Final = "new:"
"""Marks the daily sum of an asset that went to newcomers, counted beside the asset's own."""
NOTE_PREFIX: Final = "destination:"
"""Begins the request id of a journal line that notes when an address was first asked for."""
NOTE_AGAIN_DAYS: Final = 7
"""A note is written anew after this, so that it is not forgotten with the journal's old days."""
FORGOTTEN_DAYS: Final = 35
"""An address that nobody asked to pay for so long is a newcomer again."""

IsKnown = Callable[[bytes], bool]


@dataclass(frozen=True, slots=True, kw_only=True)
class Newcomers:
    """
    Attributes:
        after_days: UTC days after the first asking on which an address is a newcomer no more.
        limits: base units to newcomers by asset code: (per transaction, per day). No entry: none.
    """

    after_days: int
    limits: Mapping[str, tuple[int, int]]


@dataclass(frozen=True, slots=True)
class Noted:
    """When the signer was first asked to pay an address, and when it last wrote that down."""

    first: date
    last: date

    def is_known(self, *, today: date, after_days: int) -> bool:
        kept = self.last >= today - timedelta(days=FORGOTTEN_DAYS)
        return kept and self.first <= today - timedelta(days=after_days)

    def is_due_again(self, *, today: date) -> bool:
        return self.last <= today - timedelta(days=NOTE_AGAIN_DAYS)


def newcomers_among(
    paid: Iterable[tuple[str, bytes, int]], *, listed: frozenset[bytes]
) -> Iterator[tuple[str, bytes, int]]:
    """(asset, address, units) of what goes to addresses that the policy does not list."""
    return (each for each in paid if each[2] > 0 and each[1] not in listed)


def note_id(*, chain_id: int, to: bytes, first: date) -> str:
    return f"{NOTE_PREFIX}{chain_id}:{to.hex()}:{first.isoformat()}"


def noted_in(request_id: str) -> tuple[tuple[int, bytes], date] | None:
    """What a note says; None if the line is none."""
    if not request_id.startswith(NOTE_PREFIX):
        return None
    chain_id, address, first = request_id.removeprefix(NOTE_PREFIX).split(":")
    return (int(chain_id), bytes.fromhex(address)), date.fromisoformat(first)
