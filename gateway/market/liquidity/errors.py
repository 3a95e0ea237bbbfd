from gateway.events.errors import TillwayError


class LiquidityRefused(TillwayError):
    code = "liquidity_refused"
    message = "The pool can't do this."
    status = 422


class NothingMoves(LiquidityRefused):
    code = "liquidity_nothing_moves"
    message = "So little is worth no share, or so few shares are worth nothing."
    hint = "Name a larger amount."


class NotEnoughShares(LiquidityRefused):
    code = "liquidity_not_enough_shares"
    message = "The position has not so many shares."


class PoolWornOut(LiquidityRefused):
    code = "liquidity_pool_worn_out"
    message = "Losses took so much of this pool that its shares can't be counted any more."
    hint = "Open another pool for new money."


class TimeWentBack(LiquidityRefused):
    """A caller's clock error: points are never taken back."""

    code = "liquidity_time_went_back"
    message = "The position was settled later than that."
    status = 500
