"""Positions as a person may act on them: how much could be converted now, and what it would bring.

Nothing here asks a node or writes a row.
"""

import time
from dataclasses import dataclass
from datetime import datetime

from gateway.market.amm.errors import AmmError
from gateway.market.hedges.configuration import HedgingSettings, hedging_settings
from gateway.market.hedges.decisions import SEARCH_SECONDS, policy_of, router_kinds
from gateway.market.hedges.hand_errors import AboveHandLimit, HedgeNotPossible, HedgeUnderWay
from gateway.market.hedges.models import ACTIVE, Hedge
from gateway.market.hedges.selectors import Books, books, holding_of
from gateway.market.hedges.viewing import (
    Subject,
    Ways,
    subjects_of,
    swaps_of,
    values_of,
    view_of,
    ways_of,
)
from gateway.market.hedging.deciding import Holding, Side, VenueClass
from gateway.market.routing.split import best_split
from gateway.market.selectors import halted_scopes
from gateway.market.snapshots import MarketSnapshot


@dataclass(frozen=True, slots=True)
class Position:
    """A token's position as a person may act on it.

    Attributes:
        exposure: signed base units that a hedge would close.
        convertible: base units that one order may be of now: what is at hand, within the limit.
        cents: US cents of |exposure| at fair value.
        blocked: the code of why nothing can be converted now; "" if something can.
    """

    code: str
    decimals: int
    exposure: int
    convertible: int
    cents: int
    blocked: str

    @property
    def side(self) -> Side:
        return Side.SELL if self.exposure > 0 else Side.BUY


@dataclass(frozen=True, slots=True)
class Preview:
    """What an order would do at the prices of a snapshot.

    Attributes:
        gives, takes: codes of what is given and taken; gives_units and takes_units: base units.
        least_units: what it brings at least, or it is undone.
        cents: US cents of ``units`` at fair value.
        cost_ppm: what the pools give less than fair value, below zero more.
        pools: how many ways it is split over.
    """

    asset: str
    decimals: int
    side: Side
    units: int
    gives: str
    gives_decimals: int
    gives_units: int
    takes: str
    takes_decimals: int
    takes_units: int
    least_units: int
    cents: int
    cost_ppm: int
    pools: int


@dataclass(frozen=True, slots=True)
class DeskLook:
    """What one question or order looks at, read once."""

    told: HedgingSettings
    known: Books
    values: dict[str, int]
    halts: frozenset[str]
    spent: frozenset[str]
    now_ms: int


def positions(*, snapshot: MarketSnapshot, now: datetime) -> list[Position]:
    """Every token that can be hedged and has a price now, the largest position first.

    Fourteen queries, one for each chain and four for each token.
    """
    desk = look_at_desk(snapshot, now=now)
    found = [
        _position(subject, holding, desk)
        for subject in subjects_of(snapshot, now_ms=desk.now_ms)
        if isinstance(subject, Subject)
        and (holding := holding_of(subject, desk.known, desk.values, now_ms=desk.now_ms))
    ]
    return sorted(found, key=lambda each: -each.cents)


def preview(*, snapshot: MarketSnapshot, asset: str, units: int, now: datetime) -> Preview:
    """What converting ``units`` would bring now. Refuses what ``hedge_by_hand`` would.

    Raises:
        HedgeNotPossible, AboveHandLimit, HedgeUnderWay: as there, or no pool gives enough.
    """
    desk = look_at_desk(snapshot, now=now)
    subject, holding = convertible_now(snapshot, desk, asset, units)
    side = Side.SELL if holding.exposure > 0 else Side.BUY
    view = view_of(subject, Ways((), {}))
    amount = units if side is Side.SELL else view.quote_units(units)
    ways = ways_of(subject, side, amount_in=amount, kinds=router_kinds(subject.chain.chain_id))
    try:
        split = best_split(
            ways.outlets,
            amount,
            clock=time.monotonic,
            deadline=time.monotonic() + SEARCH_SECONDS,
        )
    except AmmError as error:
        raise HedgeNotPossible("No pool takes this much now.") from error
    swaps = swaps_of(subject, side, split.parts, ways, max_cost_ppm=desk.told.max_cost_ppm)
    if not swaps:
        raise HedgeNotPossible(
            "The pools give too little for it now.",
            hint="Ask for less, or wait; HEDGING's max_cost_ppm is how much it may cost.",
        )
    token_in, token_out = subject.tokens(side)
    worth = sum(swap.worth for swap in swaps)
    takes = sum(swap.expected for swap in swaps)
    return Preview(
        asset=subject.code,
        decimals=subject.asset.decimals,
        side=side,
        units=units,
        gives=token_in.code,
        gives_decimals=token_in.decimals,
        gives_units=sum(swap.units_in for swap in swaps),
        takes=token_out.code,
        takes_decimals=token_out.decimals,
        takes_units=takes,
        least_units=sum(swap.floor for swap in swaps),
        cents=view.cents(units),
        cost_ppm=(worth - takes) * 1_000_000 // max(worth, 1),
        pools=len(swaps),
    )


def look_at_desk(snapshot: MarketSnapshot, *, now: datetime) -> DeskLook:
    """Thirteen queries, and one for each chain."""
    now_ms = int(now.timestamp() * 1000)
    active = Hedge.objects.filter(status__in=ACTIVE).values_list("asset_in", flat=True)
    return DeskLook(
        told=hedging_settings(),
        known=books(chain_ids=list(snapshot.chains), now=now),
        values=values_of(snapshot, now_ms=now_ms),
        halts=halted_scopes(),
        spent=frozenset(active),
        now_ms=now_ms,
    )


def _position(subject: Subject, holding: Holding, desk: DeskLook) -> Position:
    view = view_of(subject, Ways((), {}))
    within = view.units_of_cents(desk.told.most_by_hand_usd_cents)
    convertible = max(0, min(abs(holding.exposure), within, _deliverable(subject, holding)))
    return Position(
        code=subject.code,
        decimals=subject.asset.decimals,
        exposure=holding.exposure,
        convertible=convertible,
        cents=view.cents(holding.exposure),
        blocked=_blocked(subject, holding, desk, convertible),
    )


def _blocked(subject: Subject, holding: Holding, desk: DeskLook, units: int) -> str:
    side = Side.SELL if holding.exposure > 0 else Side.BUY
    if not desk.told.enabled:
        return "hedging_off"
    if not subject.allowed(halts=desk.halts, now_ms=desk.now_ms):
        return "not_allowed"
    if subject.code in desk.known.hedging or subject.tokens(side)[0].code in desk.spent:
        return "under_way"
    if abs(holding.exposure) < policy_of(desk.told, subject).least_order_units:
        return "too_small"
    if units < policy_of(desk.told, subject).least_order_units:
        return "nothing_at_hand"
    return ""


def _deliverable(subject: Subject, holding: Holding) -> int:
    """Base units of the asset that can be sold, or bought, with what lies in the treasury."""
    if holding.exposure > 0:
        return holding.at_hand[VenueClass.POOL]
    dollars = holding.quote_at_hand[VenueClass.POOL] if holding.quote_at_hand else 0
    return view_of(subject, Ways((), {})).token_units(max(0, dollars))


def convertible_now(
    snapshot: MarketSnapshot, desk: DeskLook, asset: str, units: int
) -> tuple[Subject, Holding]:
    """The asset and its position, if so many units may be converted now.

    Raises:
        HedgeNotPossible, AboveHandLimit, HedgeUnderWay
    """
    found = next(
        (
            each
            for each in subjects_of(snapshot, now_ms=desk.now_ms)
            if asset in (each, getattr(each, "code", None))
        ),
        None,
    )
    if found is None:
        raise HedgeNotPossible(f"{asset} is not converted by hand.")
    if isinstance(found, str):
        raise HedgeNotPossible(f"There is no fresh price of {asset}.")
    holding = holding_of(found, desk.known, desk.values, now_ms=desk.now_ms)
    if holding is None:
        raise HedgeNotPossible(f"There is no fresh price of something that is sold for {asset}.")
    position = _position(found, holding, desk)
    if position.blocked == "under_way":
        raise HedgeUnderWay
    if position.blocked:
        raise HedgeNotPossible(_WHY_NOT[position.blocked])
    view = view_of(found, Ways((), {}))
    if view.cents(units) > desk.told.most_by_hand_usd_cents:
        raise AboveHandLimit(cents=view.cents(units), limit_cents=desk.told.most_by_hand_usd_cents)
    least = policy_of(desk.told, found).least_order_units
    if not least <= units <= position.convertible:
        raise HedgeNotPossible(
            f"Between {least} and {position.convertible} base units of {asset} may be converted.",
            hint="No more than the position, and than what lies in the treasury.",
        )
    return found, holding


_WHY_NOT = {
    "hedging_off": "Hedging is switched off: HEDGING says so.",
    "not_allowed": "The asset, its coin or the stablecoin it is traded for is halted.",
    "too_small": "The position is smaller than the least order.",
    "nothing_at_hand": "The treasury holds nothing of its own that could be given for it.",
}
