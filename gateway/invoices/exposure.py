"""What an invoice's locks put at risk, counted per asset by the market and per shop here."""

import threading
from collections.abc import Collection, Iterable
from datetime import datetime
from uuid import UUID

import msgspec
from django.db import connection
from django.db.models import Sum

from gateway.events.ids import uuid7
from gateway.invoices.errors import NoQuote
from gateway.invoices.models import Invoice, ShopExposure
from gateway.invoices.quotebook import Book, QuoteSet
from gateway.market import services as market
from gateway.market.errors import LockCapReached
from gateway.market.locks import rooms_for_update
from gateway.market.quotes import lock_caps
from gateway.market.snapshot_store import current_snapshot

KEPT = market.KEEP

_thread = threading.local()


def invoice_id_of_thread() -> UUID:
    """A new invoice id that this thread counts in a shard of its own.

    An id's last digit is its shard. A counter stays locked until its transaction commits; with
    shards by chance, two of eight tills that sell at once would often wait for each other's disk.
    The database deals them out, since no process knows of another's threads. One query a thread.
    """
    if not hasattr(_thread, "shard"):
        with connection.cursor() as cursor:
            cursor.execute("SELECT nextval('invoices_shard_turn')")
            _thread.shard = cursor.fetchone()[0] % market.SHARDS
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


def exposed_caps(assets: Iterable[str], *, now: datetime) -> dict[str, int]:
    """Base units that all open locks of each asset may be of, at the latest prices."""
    return lock_caps(snapshot=current_snapshot(), assets=assets, now=now)


def retake_exposure(
    invoice: Invoice, *, old: Book, drawn: QuoteSet, cap_units: int, now: datetime
) -> QuoteSet:
    """Count a new set of quotes in place of the old one's, in the caller's transaction; what of it
    the assets' caps leave room for. Six statements, two more for each round of full assets.

    Raises:
        LockCapReached: the shop's open locks would pass ``cap_units``; roll back.
        NoQuote: no asset has room; roll back.
    """
    # Rooms of what is given back too, so that two that end sets of different assets don't meet in
    # opposite orders at their counters.
    released, taken = (exposed_units(invoice, drawn=each) for each in (old.latest, drawn))
    rooms_for_update(assets=released | taken)
    if invoice.locks_open:
        release_exposure(invoice, book=old)
    open_units = shop_open_units(shop_id=invoice.shop_id, now=now)
    if open_units + invoice.amount_units > cap_units:
        raise LockCapReached
    _count_shop(invoice, drawn=drawn, units=invoice.amount_units)
    while full := _full_assets(invoice, drawn=drawn, now=now):
        drawn = without(drawn, full)
    invoice.locks_open = True
    return drawn


def _full_assets(invoice: Invoice, *, drawn: QuoteSet, now: datetime) -> tuple[str, ...]:
    due_units = exposed_units(invoice, drawn=drawn)
    return market.exposure_take(
        invoice_id=invoice.id,
        due_units=due_units,
        cap_units=exposed_caps(due_units, now=now),
        lock_end=drawn.lock_end,
        now=now,
    )


def without(drawn: QuoteSet, full: Collection[str]) -> QuoteSet:
    """The set without the assets whose open locks have reached their cap. Pure.

    Raises:
        NoQuote: it would be empty.
    """
    refused = drawn.refused | dict.fromkeys(full, LockCapReached.code)
    quotes = tuple(quote for quote in drawn.quotes if quote.asset not in full)
    if not quotes:
        raise NoQuote(refused)
    return msgspec.structs.replace(drawn, quotes=quotes, refused=refused)


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
