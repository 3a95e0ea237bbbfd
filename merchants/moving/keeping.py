"""Keep what was read: each past invoice once, each row that could not be read with its reason."""

import os
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from django.db import transaction

from gateway.events.errors import LeaseLost
from gateway.events.ids import least_id_of
from gateway.events.points import point
from merchants.moving.buyers import email_boxes, emails_lock
from merchants.moving.models import Move, PastInvoice, UnreadRow
from merchants.moving.rows import PastSale, Unread

MOST_LISTED: Final = 500
"""Rows of a move that are listed; more are counted."""


def leased(move_id: UUID, lease: int) -> Move:
    """The move, locked, as long as this lease has it.

    Raises:
        LeaseLost: another process works on it, or the merchant stopped it.
    """
    move = (
        Move.objects.select_for_update()
        .filter(id=move_id, lease=lease, state__in=("looking", "reading"))
        .first()
    )
    if move is None:
        raise LeaseLost(f"move {move_id}")
    return move


@transaction.atomic
def sales_keep(
    *,
    move_id: UUID,
    lease: int,
    rows: Sequence[PastSale | Unread],
    read: int,
    now: datetime,
    total: int | None = None,
    page_first: str = "",
) -> Move:
    """Keep some rows, and that so many of the list are done. What is kept already stays as it is:
    where the old program says something else of it now, that is listed.

    Args:
        read: rows of the list, those before included.
        page_first: the id that these rows began with, of an old server's page.

    Raises:
        LeaseLost
    """
    move = leased(move_id, lease)
    new: dict[str, PastSale] = {}
    unread = [row for row in rows if isinstance(row, Unread)]
    known = 0
    kept = _kept(move, rows)
    for sale in rows:
        if isinstance(sale, Unread):
            continue
        before = kept.get(sale.old_id)
        if before is None:
            new[sale.old_id] = sale
            kept[sale.old_id] = _said(sale)
        elif _same(before, _said(sale)):
            known += 1
        else:
            unread.append(Unread(sale.line, "differs", sale.old_id))
    boxes: dict[str, bytes] = {}
    if move.with_emails:
        emails_lock(move.shop_id)
        boxes = email_boxes(new.values(), shop_id=move.shop_id, now=now)
    PastInvoice.objects.bulk_create(
        _row(sale, move=move, box=boxes.get(sale.old_id), now=now) for sale in new.values()
    )
    unread_keep(move, unread, kind="sale")
    move.added += len(new)
    move.known += known
    move.rows_read = read
    move.rows_total = move.rows_total if total is None else total
    move.page_first = page_first
    move.error, move.attempts = "", 0
    move.save()
    point("move.keeping")
    return move


def unread_keep(move: Move, unread: Sequence[Unread], *, kind: str) -> None:
    """List them, as far as the list goes; the caller saves the move."""
    room = max(0, MOST_LISTED - move.unread)
    UnreadRow.objects.bulk_create(
        (
            UnreadRow(
                shop_id=move.shop_id,
                move=move,
                kind=kind,
                line=one.line,
                old_id=one.old_id,
                reason=one.reason,
            )
            for one in unread[:room]
        ),
        ignore_conflicts=True,
    )
    move.unread += len(unread)


# --- parts ---------------------------------------------------------------------------------------

Said = tuple[str, int, int, str, str, tuple[str, ...]]
"""What of an invoice may not differ: order, units, decimals, currency, status, exceptions. One
program writes moments and stores otherwise in each of its exports."""


def _said(sale: PastSale) -> Said:
    return (
        sale.order_id,
        sale.units,
        sale.decimals,
        sale.currency,
        sale.status,
        sale.exceptions,
    )


def _same(before: Said, after: Said) -> bool:
    """Not every export tells the order."""
    return before[1:] == after[1:] and (before[0] == after[0] or not (before[0] and after[0]))


def _kept(move: Move, rows: Iterable[PastSale | Unread]) -> dict[str, Said]:
    ids = [row.old_id for row in rows if isinstance(row, PastSale)]
    found = PastInvoice.objects.filter(
        shop_id=move.shop_id, source=move.source, old_id__in=ids
    ).values_list("old_id", "order_id", "units", "decimals", "currency", "status", "exceptions")
    return {
        old_id: (order_id, units, decimals, currency, status, tuple(exceptions))
        for old_id, order_id, units, decimals, currency, status, exceptions in found
    }


def _row(sale: PastSale, *, move: Move, box: bytes | None, now: datetime) -> PastInvoice:
    return PastInvoice(
        id=_id_at(sale.at),
        shop_id=move.shop_id,
        move=move,
        source=move.source,
        store_id=sale.store_id,
        old_id=sale.old_id,
        order_id=sale.order_id,
        units=sale.units,
        decimals=sale.decimals,
        currency=sale.currency,
        status=sale.status,
        exceptions=list(sale.exceptions),
        at=sale.at,
        transactions=list(sale.transactions),
        email_box=box,
        kept_at=now,
    )


def _id_at(moment: datetime) -> UUID:
    """A UUIDv7 (RFC 9562) of the moment of the sale."""
    random = int.from_bytes(os.urandom(10), "big")
    tail = 0x7 << 76 | (random >> 68) << 64 | 0b10 << 62 | random & 0x3FFF_FFFF_FFFF_FFFF
    return UUID(int=least_id_of(moment).int | tail)
