"""Questions about the order book: orders, fills, depth, positions."""

from dataclasses import dataclass
from uuid import UUID

from django.db.models import Q, QuerySet, Sum

from gateway.events import ordering
from gateway.events.cursors import MAX_PAGE_SIZE, PAGE_SIZE, Page
from gateway.market.orders.errors import OrderUnknown
from gateway.market.orders.models import TWAP_ACTIVE, BookMarket, Order, Position, Trade, Twap
from gateway.market.orders.terms import DESK
from gateway.market.snapshots import BookState

PUBLISHED_LEVELS = 50


@dataclass(frozen=True, slots=True)
class LevelView:
    """A price in ticks, and the lots that are shown there; icebergs hide the rest."""

    price: int
    lots: int


@dataclass(frozen=True, slots=True)
class DepthView:
    """Best levels first."""

    bids: tuple[LevelView, ...]
    asks: tuple[LevelView, ...]


@dataclass(frozen=True, slots=True)
class PositionView:
    """An owner in a market, in base units: net of its trades there (fees within), and what its open
    orders hold."""

    market: BookMarket
    owner: str
    base_units: int
    quote_units: int
    fee_units: int
    base_held: int
    quote_held: int

    def worth_at(self, ticks: int) -> int:
        """Base units of the quote that all its trades here have brought, what it holds valued at a
        price."""
        terms = self.market.terms
        return self.quote_units + self.base_units * ticks * terms.tick_units // terms.lot_units


def markets() -> list[BookMarket]:
    """All markets, by name. One query."""
    return list(BookMarket.objects.order_by("name"))


def orders(
    *,
    owner: str | None = None,
    market: str | None = None,
    status: str | None = "open",
    sorting: ordering.Order = ordering.NEWEST,
    cursor: str | None = None,
    size: int = PAGE_SIZE,
) -> Page[Order]:
    """Orders with their market. One query.

    Args:
        owner, market, status: only theirs, its, these; None: all.

    Raises:
        BadCursor
    """
    found = Order.objects.select_related("market")
    if owner is not None:
        found = found.filter(owner=owner)
    if market is not None:
        found = found.filter(market__name=market)
    if status is not None:
        found = found.filter(status=status)
    size = min(size, MAX_PAGE_SIZE)
    return ordering.sorted_page(found, order=sorting, cursor=cursor, size=size)


def order(*, owner: str | None, order_id: UUID) -> Order:
    """An order with its market. One query.

    Args:
        owner: whose it must be; None for whoever may see all.

    Raises:
        OrderUnknown
    """
    found = Order.objects.select_related("market").filter(id=order_id)
    if owner is not None:
        found = found.filter(owner=owner)
    row = found.first()
    if row is None:
        raise OrderUnknown
    return row


def trades_of_order(
    *, order_id: UUID, cursor: str | None = None, size: int = PAGE_SIZE
) -> Page[Trade]:
    """What filled an order, newest first, each with the key of its ledger entry. One query.

    Raises:
        BadCursor
    """
    return _trades(
        Trade.objects.filter(Q(taker_order_id=order_id) | Q(maker_order_id=order_id)), cursor, size
    )


def orders_in_entry(*, entry_key: str, owner: str) -> list[UUID]:
    """An owner's orders that traded in what a ledger entry books. One query."""
    found: set[UUID] = set()
    for trade in Trade.objects.filter(entry_key=entry_key):
        if trade.taker == owner:
            found.add(trade.taker_order_id)
        elif trade.maker == owner:
            found.add(trade.maker_order_id)
    return sorted(found)


def trades(*, market: str, cursor: str | None = None, size: int = PAGE_SIZE) -> Page[Trade]:
    """A market's trades, newest first. One query.

    Raises:
        BadCursor
    """
    return _trades(Trade.objects.filter(market__name=market), cursor, size)


def _trades(found: QuerySet[Trade], cursor: str | None, size: int) -> Page[Trade]:
    return ordering.sorted_page(found, cursor=cursor, size=min(size, MAX_PAGE_SIZE))


def depth(*, market_id: UUID, levels: int = 20, without: str | None = None) -> DepthView:
    """The best levels of each side, as everyone may see them. Two queries.

    Args:
        without: an owner whose orders are left out.
    """
    return DepthView(
        _side(market_id, "buy", levels, without), _side(market_id, "sell", levels, without)
    )


def _side(market_id: UUID, side: str, levels: int, without: str | None) -> tuple[LevelView, ...]:
    found = Order.objects.filter(market_id=market_id, status="open", side=side)
    if without is not None:
        found = found.exclude(owner=without)
    rows = (
        found.values("price")
        .annotate(all=Sum("open"), unseen=Sum("hidden"))
        .order_by("-price" if side == "buy" else "price")[:levels]
    )
    return tuple(LevelView(int(row["price"]), int(row["all"] - row["unseen"])) for row in rows)


def positions(*, owner: str | None = None) -> list[PositionView]:
    """Positions by market and owner. One query."""
    found = Position.objects.select_related("market").order_by("market__name", "owner")
    if owner is not None:
        found = found.filter(owner=owner)
    return [
        PositionView(
            market=row.market,
            owner=row.owner,
            base_units=row.base_units,
            quote_units=row.quote_units,
            fee_units=row.fee_units,
            base_held=row.base_held,
            quote_held=row.quote_held,
        )
        for row in found
    ]


def twaps(*, owner: str | None = None, active: bool = True) -> list[Twap]:
    """Schedules with their market, newest first; of those that are over a page. One query."""
    found = Twap.objects.select_related("market").order_by("-id")
    if owner is not None:
        found = found.filter(owner=owner)
    if active:
        found = found.filter(state__in=TWAP_ACTIVE)
    return list(found[:MAX_PAGE_SIZE])


def published_books(*, at_ms: int) -> tuple[BookState, ...]:
    """What the book offers the desk, for the market's snapshot: levels without its own orders.

    One query, and two for each open market.
    """
    found = []
    for market in BookMarket.objects.filter(status="open").order_by("name"):
        seen = depth(market_id=market.id, levels=PUBLISHED_LEVELS, without=DESK)
        found.append(
            BookState(
                market=market.name,
                base=market.base,
                quote=market.quote,
                lot_units=market.lot_units,
                tick_units=market.tick_units,
                at_ms=at_ms,
                bids=tuple((level.price, level.lots) for level in seen.bids),
                asks=tuple((level.price, level.lots) for level in seen.asks),
            )
        )
    return tuple(found)
