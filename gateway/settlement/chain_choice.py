"""On which chain a payout leaves: pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

Reason = Literal["fixed", "cheapest", "only_float", "only_way", "none_has_float"]
"""Why a chain was chosen: it was named; it costs the least; the cheaper ones hold too little; no
other one can be paid on; none holds enough, so it waits on the balance's own."""


@dataclass(frozen=True, slots=True)
class Way:
    """A chain that a payout could leave on.

    Attributes:
        asset: code of the token there.
        is_own: the balance is in this very token: nothing is converted.
        cost: 1e-18 of the balance's peg currency that it costs the shop and the house: what a
            conversion keeps, and the gas.
        has_float: the house holds enough of it there.
        refusal: why it can't be paid there now; "" where it can.
    """

    asset: str
    is_own: bool
    cost: int
    has_float: bool
    refusal: str = ""


@dataclass(frozen=True, slots=True)
class Choice:
    asset: str
    reason: Reason


def choose(ways: Sequence[Way]) -> Choice | None:
    """The cheapest way for which the house holds enough; among equals the balance's own chain,
    then the one named first. Where none has enough it waits on the own chain. None: no way.
    """
    open_ways = [way for way in ways if not way.refusal]
    if not open_ways:
        return None
    ready = [way for way in open_ways if way.has_float]
    if not ready:
        own = next((way for way in open_ways if way.is_own), None)
        return Choice(own.asset, "none_has_float") if own else None
    best = min(ready, key=lambda way: (way.cost, not way.is_own))
    if len(open_ways) == 1:
        return Choice(best.asset, "only_way")
    cheaper = any(way.cost < best.cost for way in open_ways)
    return Choice(best.asset, "only_float" if cheaper else "cheapest")
