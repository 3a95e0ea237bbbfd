"""What our own order book takes off the cost of a quote's fill. Pure.

An order that rests today may be cancelled, or taken by somebody else, before a shopper pays. So it
never makes a quote better than the fair value, never makes an asset payable that pools alone would
not, and what it saves beside the pools is passed on in part only.
"""

from gateway.market.amm.errors import AmmError
from gateway.market.quoting.contexts import Context
from gateway.market.routing.best import Route, along_in
from gateway.market.routing.books import is_fresh, place_in
from gateway.market.routing.outlets import BookOutlet, Outlet, PathOutlet, PoolOutlet
from gateway.market.routing.split import best_split
from gateway.market.routing.venues import Path
from gateway.market.snapshots import E18, AssetState, BookState, DeskPolicy, MarketSnapshot
from gateway.money.rates import BPS, PPM

Level = tuple[int, int, int]
"""Base units out for one in, as a numerator and a denominator, and how many go in at that price."""


def cost_with_books_ppm(
    context: Context, state: AssetState, route: Route, *, target: str, buy_usd: int, pools_ppm: int
) -> int:
    """Millionths that a sale over ``route`` and our book costs: ``pools_ppm``, less the part of
    what the book saves that is passed on.

    Args:
        route: the best way through pools for the whole amount; pools_ppm: what that alone costs.
    """
    # A fill sells a native coin by its wrapping, and the book trades what the desk has.
    if pools_ppm <= 0 or not context.snapshot.books:
        return pools_ppm
    one_out = int(10 ** context.snapshot.assets[target].decimals)
    fair = (buy_usd * one_out, E18 * int(10**state.decimals))
    books = [
        outlet
        for book in context.snapshot.books
        if (book.base, book.quote) == (state.code, target)
        and is_fresh(book, context.snapshot, now_ms=context.now_ms)
        and (outlet := _reached(context, state, book, fair=fair, amount_in=route.amount_in))
    ]
    if not books:
        return pools_ppm
    mixed = _mixed_ppm(route, books, fair=fair)
    saved = max(0, pools_ppm - mixed) * context.policy.book_weight_ppm // PPM
    # Never nothing: what has a fill is bounded by the depth of the pools.
    return max(1, pools_ppm - saved)


_last: tuple[MarketSnapshot, dict[tuple[str, tuple[int, int]], tuple[Level, ...]]] | None = None


def _reached(
    context: Context,
    state: AssetState,
    book: BookState,
    *,
    fair: tuple[int, int],
    amount_in: int,
) -> BookOutlet | None:
    """The counted levels as far as an amount reaches; None: none. They are the same for all quotes
    of a snapshot at one fair value, and are found once for them."""
    global _last  # noqa: PLW0603 (a memo of one: a snapshot serves thousands of quotes)
    last = _last
    if last is None or last[0] is not context.snapshot:
        last = _last = (context.snapshot, {})
    levels = last[1].get((book.market, fair))
    if levels is None:
        levels = last[1][book.market, fair] = counted(context.policy, state, book, fair=fair)
    reached, left = 0, amount_in
    while left > 0 and reached < len(levels):
        left -= levels[reached][2]
        reached += 1
    return BookOutlet(f"book:{book.market}", levels[:reached]) if reached else None


def counted(
    policy: DeskPolicy, state: AssetState, book: BookState, *, fair: tuple[int, int]
) -> tuple[Level, ...]:
    """The bids of a market that a quote counts on, as levels of an outlet.

    Of each a share, what open locks of the asset would take first left out, and no price above the
    fair value. A book whose best price is far from it, either way, counts nothing.

    Args:
        fair: base units out for one in, a ratio.
    """
    place = place_in(book, token_in=book.base, token_out=book.quote)
    if place is None:
        return ()
    whole, (up, down) = place.outlet.levels, fair
    numerator, denominator, _ = whole[0]
    if abs(numerator * down - up * denominator) * BPS > up * denominator * policy.book_gap_bps:
        return ()
    taken = state.open_units
    levels: list[Level] = []
    for numerator, denominator, size in whole:
        left = size * policy.book_share_bps // BPS
        first = min(taken, left)
        taken -= first
        if left > first:
            above = numerator * down > up * denominator
            price = (up, down) if above else (numerator, denominator)
            levels.append((*price, left - first))
    return tuple(levels)


def _mixed_ppm(route: Route, books: list[BookOutlet], *, fair: tuple[int, int]) -> int:
    """What the best split over the way and the books costs, rounded up; each part in its own
    measure: the pools' against their spot as without a book, the books' against the fair value."""
    outlets: list[Outlet] = [_way(route.path), *books]
    try:
        # By the number of its steps alone, so that the same snapshot is the same quote.
        split = best_split(outlets, route.amount_in, clock=lambda: 0.0, deadline=1.0)
    except AmmError:
        return PPM
    up, down = fair
    names = {book.name for book in books}
    cost = 0
    for part in split.parts:
        if part.outlet in names:
            ideal = part.amount_in * up
            missing = -(-(ideal - part.amount_out * down) * PPM // ideal)
            cost += max(0, missing) * part.amount_in
        else:
            cost += _along_ppm(route.path, part.amount_in, fair=fair) * part.amount_in
    return -(-cost // route.amount_in)


def _along_ppm(path: Path, amount_in: int, *, fair: tuple[int, int]) -> int:
    amount_out, gas = along_in(path, amount_in)
    up, down = fair
    missing = max(0, -(-(amount_in * up - amount_out * down) * PPM // (amount_in * up)))
    return min(Route(path, amount_in, amount_out, gas, amount_out).cost_ppm, missing)


def _way(path: Path) -> PoolOutlet | PathOutlet:
    pools = tuple(PoolOutlet(hop) for hop in path)
    return pools[0] if len(pools) == 1 else PathOutlet(pools)
