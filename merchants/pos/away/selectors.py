"""Which sales without a connection wait for a manager, and which numbers never came."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from gateway.events.cursors import PAGE_SIZE, Page, decode_cursor, page_of
from merchants.pos.models import AwaySale

AT_ONCE: Final = 500
MOST_GAPS: Final = 100
"""So many are shown: a tablet that says it has number 900 000 shows no more."""


def away_waiting(*, shop_id: UUID, till_id: UUID | None = None) -> int:
    """How many wait for a manager, of the shop or of one till. One query."""
    found = AwaySale.objects.filter(shop_id=shop_id, state="waiting")
    return (found.filter(till_id=till_id) if till_id else found).count()


def away_page(*, shop_id: UUID, cursor: str = "", size: int = PAGE_SIZE) -> Page[AwaySale]:
    """A shop's sales without a connection, newest first, each with its till. One query.

    Raises:
        BadCursor
    """
    found = AwaySale.objects.filter(shop_id=shop_id).select_related("till").order_by("-id")
    if cursor:
        found = found.filter(id__lt=decode_cursor(cursor))
    rows: Sequence[AwaySale] = list(found[: size + 1])
    return page_of(rows, size=size, last_id=rows[size - 1].id if len(rows) > size else None)


def away_all(*, shop_id: UUID) -> Iterator[AwaySale]:
    """All of them in the order they came, each with its till. One query, read row by row."""
    found = AwaySale.objects.filter(shop_id=shop_id).select_related("till").order_by("id")
    return found.iterator(AT_ONCE)


@dataclass(frozen=True, slots=True)
class Missing:
    """What is odd about the numbers of one pairing.

    Attributes:
        numbers: those that never came: still on the tablet, or taken away from it.
        twice: those that came twice: what the tablet kept was deleted, and it began anew.
    """

    till: str
    numbers: tuple[int, ...]
    twice: tuple[int, ...]


def numbers_missing(*, shop_id: UUID) -> list[Missing]:
    """Below the highest that came, by pairing; with those that came twice. One query."""
    came: dict[tuple[UUID, str], Counter[int]] = defaultdict(Counter)
    rows = AwaySale.objects.filter(shop_id=shop_id)
    for device_id, till, number in rows.values_list("device_id", "till__name", "number"):
        came[device_id, till][number] += 1
    found = (
        Missing(
            till,
            gaps_of(set(numbers)),
            tuple(sorted(number for number, times in numbers.items() if times > 1))[:MOST_GAPS],
        )
        for (_device, till), numbers in came.items()
    )
    odd = (one for one in found if one.numbers or one.twice)
    return sorted(odd, key=lambda one: one.till)


def gaps_of(numbers: set[int]) -> tuple[int, ...]:
    """The whole numbers from 1 to the highest that aren't there, the first ``MOST_GAPS``. Pure."""
    gaps = []
    for number in range(1, max(numbers, default=0)):
        if number not in numbers:
            gaps.append(number)
            if len(gaps) == MOST_GAPS:
                break
    return tuple(gaps)
