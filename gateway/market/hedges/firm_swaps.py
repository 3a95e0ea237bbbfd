"""Makers' orders beside the pools: taken where they leave more after gas."""

import time
from collections.abc import Iterable, Sequence
from datetime import datetime

from gateway.chains.addresses import parse_address
from gateway.market.amm.errors import AmmError
from gateway.market.firm.choosing import Offer, choose
from gateway.market.hedges.decisions import SEARCH_SECONDS, router_kinds
from gateway.market.hedges.models import Hedge, HedgeStep
from gateway.market.hedges.viewing import CENTS, Subject, Swap, worth_of
from gateway.market.hedging.deciding import PPM, Side
from gateway.market.makers.selectors import Offered, orders_on_offer
from gateway.market.routing.outlets import Outlet
from gateway.market.routing.split import best_split
from gateway.market.snapshots import E18

FIRM = "firm"
FIRM_GAS = 140_000
"""Of an order's transaction, as measured with Circle's USDC and WETH9, at a new word of nonces."""


def orders_reference(hedge: Hedge) -> str:
    """Names a hedge's need where makers are asked."""
    return f"hedge:{hedge.id}"


def orders_for(hedge: Hedge, steps: Iterable[HedgeStep], *, now: datetime) -> list[Offered]:
    """Orders that a hedge may take; none once one came to nothing: then pools do the rest."""
    contract = router_kinds(hedge.chain_id).get(FIRM)
    if contract is None:
        return []
    address = parse_address(contract)
    if any(step.status == "failed" and bytes(step.router) == address for step in steps):
        return []
    return orders_on_offer(reference=orders_reference(hedge), now=now)


def firm_swaps(
    subject: Subject,
    side: Side,
    outlets: Sequence[Outlet],
    amount_in: int,
    *,
    orders: Sequence[Offered],
    max_cost_ppm: int,
) -> tuple[tuple[Swap, ...], int]:
    """The orders to take, as swaps, and what is left to pools and exchanges.

    An order that costs more than ``max_cost_ppm`` below our fair value is left, as a pool would be.
    Where nothing else trades the pair, what no order takes stays for the hedge's next turn.
    """
    usable = {}
    for each in orders:
        swap = _swap_of(subject, side, each)
        if swap.floor * PPM >= swap.worth * (PPM - max_cost_ppm):
            usable[str(each.quote_id)] = (each.maker, swap)
    if not usable:
        return (), amount_in
    cost = -(-FIRM_GAS * _out_per_gas_e18(subject, side) // E18)
    chosen = choose(
        [
            Offer(key, maker, swap.units_in, swap.expected, cost)
            for key, (maker, swap) in usable.items()
        ],
        amount_in,
        pools=lambda rest: _others_net(outlets, rest) if outlets else 0,
    )
    if chosen is None:
        return (), amount_in
    return tuple(usable[offer.key][1] for offer in chosen.offers), chosen.rest


def _others_net(outlets: Sequence[Outlet], amount_in: int) -> int | None:
    try:
        return best_split(
            outlets,
            amount_in,
            clock=time.monotonic,
            deadline=time.monotonic() + SEARCH_SECONDS,
        ).net
    except AmmError:
        return None


def _swap_of(subject: Subject, side: Side, offered: Offered) -> Swap:
    order = offered.signed.order
    token_in, token_out = subject.tokens(side)
    usd_in = subject.usd if side is Side.SELL else subject.anchor_usd
    return Swap(
        kind=FIRM,
        tokens=(token_in.code, token_out.code),
        fees_ppm=(),
        units_in=order.amount_in,
        expected=order.amount_out,
        worth=worth_of(subject, side, order.amount_in),
        floor=order.amount_out,
        cents=order.amount_in * usd_in * CENTS // (E18 * int(10**token_in.decimals)),
        order=offered.signed,
        quote=offered.quote_id,
    )


def _out_per_gas_e18(subject: Subject, side: Side) -> int:
    """1e-18 base units of the token out that one unit of gas is worth."""
    _, token_out = subject.tokens(side)
    out_usd = subject.anchor_usd if side is Side.SELL else subject.usd
    dollars_e18 = subject.chain.gas_price_wei * subject.native_usd
    return -(-dollars_e18 * int(10**token_out.decimals) // out_usd)
