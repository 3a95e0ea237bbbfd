"""What an invoice's locks put at risk, counted per asset by the market and per shop here."""

import itertools
import os
import threading
from datetime import datetime
from uuid import UUID

from django.db import connection
from django.db.models import Sum

from gateway.events.ids import uuid7
from gateway.invoices.models import Invoice, ShopExposure
from gateway.invoices.quotebook import Book, QuoteSet
from gateway.market import services as market
from gateway.market.errors import LockCapReached

KEPT = market.KEEP

_turns = itertools.count(os.getpid())
_thread = threading.local()


def invoice_id_of_thread() -> UUID:
    """A new invoice id that this thread counts in a shard of its own.

    An id's last digit is its shard. A counter stays locked until its transaction commits; with
    shards by chance, two of eight tills that sell at once would often wait for each other's disk.
    """
    if not hasattr(_thread, "shard"):
        _thread.shard = next(_turns) % market.SHARDS
    drawn = uuid7().int
    return UUID(int=drawn - drawn % market.SHARDS + _thread.shard)


def exposed_units(invoice: Invoice, *, drawn: QuoteSet) -> dict[str, int]:
    """Base units that a set of quotes promises to buy, by asset code. The settlement asset is
    taken at par and bears no risk. Pure."""
    return {
        quote.asset: quote.units
        for quote in drawn.quotes
        if quote.asset != invoice.settlement_asset
    }


def add_exposure(invoice: Invoice, *, drawn: QuoteSet, cap_units: int, now: datetime) -> None:
    """Count a set of quotes, in the caller's transaction. Three statements.

    Raises:
        LockCapReached: the shop's open locks would pass ``cap_units``; roll back.
    """
    open_units = shop_open_units(shop_id=invoice.shop_id, now=now)
    if open_units + invoice.amount_units > cap_units:
        raise LockCapReached
    _count_shop(invoice, drawn=drawn, units=invoice.amount_units)
    market.exposure_add(
        invoice_id=invoice.id,
        due_units=exposed_units(invoice, drawn=drawn),
        lock_end=drawn.lock_end,
    )
    invoice.locks_open = True


def release_exposure(invoice: Invoice, *, book: Book) -> None:
    """Its locks promise nothing any more; one that lapsed has left the count by itself, and
    taking it out again there is no matter. Two statements."""
    invoice.locks_open = False
    _count_shop(invoice, drawn=book.latest, units=-invoice.amount_units)
    market.exposure_release(
        invoice_id=invoice.id,
        due_units=exposed_units(invoice, drawn=book.latest),
        lock_end=book.latest.lock_end,
    )


def _count_shop(invoice: Invoice, *, drawn: QuoteSet, units: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT invoices_shop_exposure_add(%s, %s, %s, %s)",
            [invoice.shop_id, units, drawn.lock_end, market.exposure_shard(invoice.id)],
        )


def shop_open_units(*, shop_id: UUID, now: datetime) -> int:
    """Minor units of the shop's pricing currency in locks that have not lapsed. One query."""
    counted = ShopExposure.objects.filter(shop_id=shop_id, minute__gte=now)
    return int(counted.aggregate(open=Sum("units"))["open"] or 0)


def forget_old_exposure(*, now: datetime) -> int:
    """Delete the counts of locks that lapsed long ago; rows deleted."""
    deleted, _ = ShopExposure.objects.filter(minute__lt=now - KEPT).delete()
    return deleted
