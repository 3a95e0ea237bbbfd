"""What our own order book takes better than any pool is sold there: deposits are then only swept.

The trade is in the books at once; the deposits' sweep is a transaction like any other. A deposit
whose sweep fails waits for the next one, and is not sold a second time.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

import structlog
from django.db import transaction

from gateway.market.book.events import TimeInForce
from gateway.market.errors import MarketError, QuoteRefused
from gateway.market.execution.models import FillRequest
from gateway.market.execution.planning import Wanted, book_sale_of
from gateway.market.orders.services import order_place
from gateway.market.orders.terms import DESK
from gateway.market.routing.books import BookTaking
from gateway.market.snapshots import MarketSnapshot
from gateway.money.amounts import Amount
from gateway.money.assets import Asset

log = structlog.get_logger(__name__)


def sell_in_book(
    wanted: Sequence[Wanted],
    requests: Mapping[UUID, FillRequest],
    *,
    asset: Asset,
    settlement_asset: str,
    snapshot: MarketSnapshot,
    now: datetime,
) -> list[Wanted]:
    """Those of these deposits that were sold in the book just now, whole addresses; their requests
    say so. In the caller's transaction, which holds the requests.

    All of them where the book gives more for all, else the half that came first, and so on.
    """
    salts = list(dict.fromkeys(item.salt for item in wanted))
    while salts:
        chosen = set(salts)
        selling = [item for item in wanted if item.salt in chosen]
        token = Amount(sum(item.units for item in selling), asset)
        try:
            taking = book_sale_of(
                snapshot=snapshot, token=token, settlement_asset=settlement_asset, now=now
            )
        except QuoteRefused:
            return []
        if taking is not None:
            mine = [requests[item.request_id] for item in selling]
            return selling if _sold(mine, taking, snapshot=snapshot, now=now) else []
        salts = salts[: len(salts) // 2]
    return []


def _sold(
    requests: Sequence[FillRequest],
    taking: BookTaking,
    *,
    snapshot: MarketSnapshot,
    now: datetime,
) -> bool:
    """Whether all of it was traded; otherwise nothing was."""
    first = min(requests, key=lambda each: each.id)
    try:
        with transaction.atomic():
            # First: what is sold here is no longer promised to a swap, so it may be committed.
            ids = [request.id for request in requests]
            FillRequest.objects.filter(id__in=ids).update(in_book=True)
            order = order_place(
                owner=DESK,
                market=taking.market,
                side=taking.side,
                units=taking.units,
                price=taking.price,
                time_in_force=TimeInForce.FOK,
                client_id=f"fill:{first.id}:{first.attempts}",
                by="fill",
                snapshot=snapshot,
                now=now,
            )
            if not order.filled:
                raise _NotFilled
    except (MarketError, _NotFilled) as refusal:
        # The pools take it, as they would have without a book.
        log.info(
            "fill_not_in_book", market=taking.market, code=getattr(refusal, "code", "not_filled")
        )
        return False
    for request in requests:
        request.in_book = True
    log.info("fill_in_book", market=taking.market, units=taking.units, items=len(requests))
    return True


class _NotFilled(Exception):
    """The book is another one than the snapshot knew."""
