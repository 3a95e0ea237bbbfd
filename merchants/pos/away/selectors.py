"""Which sales without a connection wait for a manager, and which numbers never came."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain, groupby, islice
from typing import Final
from uuid import UUID

from django.db.models import F, Window
from django.db.models.functions import Lag

from gateway.events.cursors import PAGE_SIZE, Page
from gateway.events.ordering import NEWEST, Order, sorted_page
from merchants.pos.away.said import WENT_ON
from merchants.pos.models import AwaySale

AT_ONCE: Final = 500
MOST_GAPS: Final = 100
"""So many are shown: a tablet that says it has number 900 000 shows no more."""
MOST_ODD: Final = 2_000
"""So many rows that don't follow on the one before are looked at, the newest pairings' first."""


def away_waiting(*, shop_id: UUID, till_id: UUID | None = None) -> int:
    """How many wait for a manager, of the shop or of one till. One query."""
    found = AwaySale.objects.filter(shop_id=shop_id, state="waiting")
    return (found.filter(till_id=till_id) if till_id else found).count()


def away_page(
    *, shop_id: UUID, order: Order = NEWEST, cursor: str | None = None, size: int = PAGE_SIZE
) -> Page[AwaySale]:
    """A shop's sales without a connection, each with its till. One query.

    Raises:
        BadCursor
    """
    found = AwaySale.objects.filter(shop_id=shop_id).select_related("till")
    return sorted_page(found, order=order, cursor=cursor, size=size)


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
    """Below the highest that came, by pairing; with those that came twice. One query, which answers
    with the rows alone that don't follow on the one before."""
    before = Window(Lag("number", default=0), partition_by="device_id", order_by="number")
    odd = (
        AwaySale.objects.filter(shop_id=shop_id)
        .exclude(why=WENT_ON)
        .annotate(step=F("number") - before)
        .exclude(step=1)
        .order_by("-device_id", "number")
        .values_list("device_id", "till__name", "number", "step")[:MOST_ODD]
    )
    found = []
    for (_device, till), rows in groupby(odd, key=lambda row: row[:2]):
        steps = [(number, step) for _device, _till, number, step in rows]
        twice = dict.fromkeys(number for number, step in steps if not step)
        found.append(Missing(till, gaps_of(steps), tuple(islice(twice, MOST_GAPS))))
    return sorted(found, key=lambda one: one.till)


def gaps_of(steps: Iterable[tuple[int, int]]) -> tuple[int, ...]:
    """The whole numbers that were left out, the first ``MOST_GAPS``. Pure.

    Args:
        steps: numbers, the lowest first, each with how far it is from the one before.
    """
    gaps = chain.from_iterable(range(number - step + 1, number) for number, step in steps)
    return tuple(islice(gaps, MOST_GAPS))
