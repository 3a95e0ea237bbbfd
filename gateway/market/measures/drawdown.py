"""How far the desk's result fell below its best before. Pure."""

from collections.abc import Iterable

from gateway.market.measures.holdings import EquityDay


def deepest_fall(days: Iterable[EquityDay]) -> int | None:
    """Cents from the best moment to the worst one after it, over days in their order; None of none.

    Exact although only each day's ends are known: between days the best of all before is compared
    with the day's lowest, and within one the day has its own.
    """
    best: int | None = None
    fall = 0
    for day in days:
        if best is not None:
            fall = max(fall, best - day.low_cents)
        fall = max(fall, day.drawdown_cents)
        best = day.high_cents if best is None else max(best, day.high_cents)
    return None if best is None else fall
