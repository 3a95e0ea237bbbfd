"""TWAPs as rows: what is due, and what became of it. The mathematics is ``book.twap``'s.

A child is a command of its own, so that a schedule is replayed like everything else.
"""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from gateway.market.book.events import Receipt, Side, TimeInForce
from gateway.market.book.twap import Twap as Parent
from gateway.market.book.twap import TwapState, TwapTerms
from gateway.market.orders.instructions import Place, stored
from gateway.market.orders.models import TWAP_ACTIVE, BookMarket, Command, Twap

PAUSE = timedelta(seconds=2)
"""While nothing may be traded, a schedule looks again after so long."""


def due_twaps(market: BookMarket, *, now: datetime) -> Sequence[Twap]:
    """Schedules of a market whose next part has begun, or that are over. One query."""
    return list(
        Twap.objects.filter(market=market, state__in=TWAP_ACTIVE, next_at__lte=now).order_by("id")
    )


def twaps_cancel(market: BookMarket, *, owner: str, now: datetime) -> int:
    """End an owner's schedules in a market whose row is held; how many there were. One query."""
    return Twap.objects.filter(market=market, owner=owner, state__in=TWAP_ACTIVE).update(
        state=TwapState.CANCELLED.value, ended_at=now
    )


def parent_of(row: Twap) -> Parent:
    terms = TwapTerms(
        owner=row.owner,
        side=Side(row.side),
        quantity=row.lots,
        worst_price=row.worst_price,
        start_ms=row.start_ms,
        end_ms=row.end_ms,
        children=row.parts,
        largest_child=row.largest_child,
    )
    return Parent(terms, TwapState(row.state), row.parts_sent, row.filled, row.value, row.now_ms)


def child_of(row: Twap, *, market: BookMarket, now: datetime) -> Command | None:
    """The command that a schedule is to send now; None if nothing is due."""
    lots = parent_of(row).due(milliseconds(now))
    if not lots:
        return None
    part = row.parts_sent + 1
    asked = Place(
        side=Side(row.side), lots=lots, price=row.worst_price, time_in_force=TimeInForce.IOC
    )
    return Command(
        market=market,
        owner=row.owner,
        client_id=f"twap:{row.id}:{part}",
        kind="place",
        payload=stored(asked),
        by=row.by,
        twap=row,
        placed_at=now,
    )


def twap_stepped(
    row: Twap, *, receipt: Receipt | None, sent: bool, code: str, now: datetime
) -> None:
    """Keep a schedule after its step. One query.

    Args:
        sent: False where nothing was sent: a paused schedule has not used up its part.
        code: why nothing was filled.
    """
    now_ms = milliseconds(now)
    before = parent_of(row)
    after = before.sent(now_ms, receipt)
    row.state, row.filled, row.value = after.state.value, after.filled, after.value
    row.now_ms, row.code = now_ms, code
    paused = not sent and code != ""
    row.parts_sent = before.parts_sent if paused else after.parts_sent
    if after.over:
        row.ended_at = now
    row.next_at = now + PAUSE if paused else _next_at(row)
    row.save(
        update_fields=[
            *("state", "filled", "value", "now_ms", "code", "parts_sent", "ended_at", "next_at"),
        ]
    )


def _next_at(row: Twap) -> datetime:
    """When the next part begins; after the last one, the end."""
    whole = row.end_ms - row.start_ms
    part = min(row.parts_sent, row.parts)
    return moment(row.start_ms - -part * whole // row.parts)


def milliseconds(at: datetime) -> int:
    return int(at.timestamp() * 1000)


def moment(ms: int) -> datetime:
    return datetime.fromtimestamp(ms / 1000, UTC)
