"""Start and cancel a TWAP: parts of an order, each sent when its share of the time begins."""

from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, transaction

from gateway.market.book.errors import BadSchedule
from gateway.market.book.events import Side
from gateway.market.book.twap import TwapState, TwapTerms
from gateway.market.orders import locks
from gateway.market.orders.applying import market_apply
from gateway.market.orders.errors import ClientIdConflict, ClientIdUnusable, OrderUnknown
from gateway.market.orders.funds import account_of
from gateway.market.orders.guards import check_price, fair_ticks, standing_of
from gateway.market.orders.markets import market_of
from gateway.market.orders.models import TWAP_ACTIVE, BookMarket, Twap
from gateway.market.orders.schedules import milliseconds, moment
from gateway.market.orders.services import CLIENT_ID_LENGTH
from gateway.market.snapshots import MarketSnapshot

MOST_PARTS = 10_000


def twap_start(
    *,
    owner: str,
    market: str,
    side: Side,
    units: int,
    worst_price: int,
    end: datetime,
    parts: int,
    client_id: str,
    by: str,
    snapshot: MarketSnapshot,
    now: datetime,
    start: datetime | None = None,
    largest_child_units: int | None = None,
) -> Twap:
    """Start a schedule; a part that is due is sent at once.

    Each part takes what it can get at ``worst_price`` or better and never rests; what it could not
    get the later ones try to, and what is left at ``end`` is not traded. Nothing is held for parts
    that are not due: one that is not covered then is refused, and the schedule goes on.

    Args:
        units, largest_child_units: base units of the base, whole lots.
        worst_price: ticks.
        parts: in how many equal parts the time and the amount are cut.

    Raises:
        BadSchedule: it ends before it starts or now, or has too many parts.
        MarketError: it is refused; nothing was started.
    """
    row = market_of(market)
    terms = row.terms
    known = Twap.objects.filter(market=row, owner=owner, client_id=client_id).first()
    # A start that nobody named is the time of the first call.
    begins = milliseconds(start or now) if known is None or start else known.start_ms
    asked = _asked(
        TwapTerms(
            owner=owner,
            side=side,
            quantity=terms.lots_of(units),
            worst_price=worst_price,
            start_ms=begins,
            end_ms=milliseconds(end),
            children=parts,
            largest_child=None
            if largest_child_units is None
            else terms.lots_of(largest_child_units),
        ),
        row,
        client_id=client_id,
        by=by,
        now=now,
    )
    if known is None:
        if end <= now or parts > MOST_PARTS:
            raise BadSchedule
        standing_of(row).check_trading()
        fair = fair_ticks(terms, snapshot=snapshot, now_ms=milliseconds(now))
        check_price(worst_price, fair=fair, bound_ppm=row.bound_ppm)
        try:
            with transaction.atomic():
                asked.save(force_insert=True)
            known = asked
        except IntegrityError:
            known = Twap.objects.get(market=row, owner=owner, client_id=client_id)
    if known is not asked and not _is_same(known, asked):
        raise ClientIdConflict
    market_apply(market_id=row.id, now=now)
    known.refresh_from_db()
    return known


@transaction.atomic
def twap_cancel(*, owner: str, twap_id: UUID, now: datetime) -> Twap:
    """Send nothing more of a schedule; what was filled stays. One that is over stays as it is.

    Raises:
        OrderUnknown: this owner has no such schedule.
    """
    market_id = Twap.objects.filter(id=twap_id, owner=owner).values_list("market_id", flat=True)
    if not market_id:
        raise OrderUnknown("There is no such schedule.", field="twap_id")
    locks.market_for_update(market_id[0])
    twap = Twap.objects.get(id=twap_id)
    if twap.state in TWAP_ACTIVE:
        twap.state, twap.ended_at = TwapState.CANCELLED.value, now
        twap.save(update_fields=["state", "ended_at"])
    return twap


def _asked(terms: TwapTerms, row: BookMarket, *, client_id: str, by: str, now: datetime) -> Twap:
    account_of(terms.owner)
    if not isinstance(client_id, str) or not 0 < len(client_id) <= CLIENT_ID_LENGTH:
        raise ClientIdUnusable
    return Twap(
        market=row,
        owner=terms.owner,
        client_id=client_id,
        by=by,
        side=terms.side.value,
        lots=terms.quantity,
        worst_price=terms.worst_price,
        start_ms=terms.start_ms,
        end_ms=terms.end_ms,
        parts=terms.children,
        largest_child=terms.largest_child,
        next_at=moment(terms.start_ms),
        started_at=now,
    )


def _is_same(known: Twap, asked: Twap) -> bool:
    fields = ("side", "lots", "worst_price", "start_ms", "end_ms", "parts", "largest_child")
    return all(getattr(known, field) == getattr(asked, field) for field in fields)
