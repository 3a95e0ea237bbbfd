"""What our own order book knows of the entries that book its trades."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from gateway.ledger.entries import HouseEntry
from gateway.market.orders.models import BookMarket, Trade
from gateway.market.orders.terms import DESK

TRADE_KIND = "trade"


@dataclass(frozen=True, slots=True)
class Traded:
    """Of the desk in one entry.

    Attributes:
        base: what the market trades.
        promised_at: when the desk's resting order that was met told its price, of several the
            first; None where the desk's order was the one that arrived, and where the price was
            changed meanwhile: nobody keeps when.
    """

    base: str
    promised_at: datetime | None


def traded_in(entries: Sequence[HouseEntry]) -> dict[UUID, Traded]:
    """By entry, of those that book trades. Two queries; none without any."""
    booked = {entry.id: entry for entry in entries if entry.kind == TRADE_KIND}
    if not booked:
        return {}
    names = {str(entry.refs["market"]) for entry in booked.values()}
    bases = dict(BookMarket.objects.filter(name__in=names).values_list("name", "base"))
    told: dict[str, list[datetime | None]] = {}
    for trade in Trade.objects.filter(
        maker=DESK, entry_key__in={entry.key for entry in booked.values()}
    ).select_related("maker_order"):
        order = trade.maker_order
        at = order.placed_at if order.price == order.asked_price else None
        told.setdefault(trade.entry_key, []).append(at)
    return {
        entry_id: Traded(bases[str(entry.refs["market"])], _first(told.get(entry.key, [])))
        for entry_id, entry in booked.items()
        if str(entry.refs["market"]) in bases
    }


def _first(times: Sequence[datetime | None]) -> datetime | None:
    """None as soon as one of them is unknown."""
    known = [at for at in times if at is not None]
    return min(known) if known and len(known) == len(times) else None
