"""What a side of the book holds, without changing it. Pure."""

from __future__ import annotations

from gateway.market.book.events import (
    DepthLevel,
    SelfTrade,
)
from gateway.market.book.levels import Ladder, Order

CANCEL_OLDEST = SelfTrade.CANCEL_OLDEST


def fillable(taker: Order, facing: Ladder) -> bool:
    """Whether all of it would be filled, the owner's own orders in the way considered."""
    wanted, owner, floor = taker.quantity, taker.owner, -taker.key
    passes_own = taker.self_trade is CANCEL_OLDEST
    found = 0
    for key in reversed(facing.keys):
        if key < floor:
            return False
        behind = 0
        for maker in facing.levels[key].queue:
            if maker.owner != owner:
                found += maker.visible
                behind += maker.hidden  # next slices come after all that is shown
                if found >= wanted:
                    return True
            elif maker.visible and not passes_own:
                return False
        found += behind
        if found >= wanted:
            return True
    return False


def levels_shown(ladder: Ladder, levels: int) -> tuple[DepthLevel, ...]:
    best = ladder.keys[:0:-1][:levels]
    return tuple(
        DepthLevel(level.price, level.visible()) for level in (ladder.levels[key] for key in best)
    )
