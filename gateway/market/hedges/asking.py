"""Before hedges go on, makers are asked what they would give for the next slice of each."""

from collections.abc import Callable
from datetime import datetime
from fractions import Fraction

import structlog

from gateway.chains.addresses import parse_address
from gateway.events.errors import LeaseLost, TillwayError
from gateway.events.leases import LeaseHandle
from gateway.market.hedges.calls import address_of, treasury_of
from gateway.market.hedges.configuration import HedgingSettings, hedging_settings
from gateway.market.hedges.decisions import policy_of, router_kinds
from gateway.market.hedges.exchange_models import ORDER_OPEN
from gateway.market.hedges.firm_swaps import FIRM, orders_reference
from gateway.market.hedges.models import Hedge
from gateway.market.hedges.selectors import active_hedges, books, closed_units, holding_of
from gateway.market.hedges.viewing import CENTS, Subject, subjects_of, values_of
from gateway.market.hedges.working import ask_of, wanted_units
from gateway.market.hedging.deciding import Side
from gateway.market.makers.asking import makers_ask
from gateway.market.makers.configuration import configured_makers
from gateway.market.makers.wants import Want
from gateway.market.selectors import halted_scopes
from gateway.market.snapshots import E18, MarketSnapshot

log = structlog.get_logger(__name__)


def hedges_ask(
    *,
    snapshot: MarketSnapshot,
    lease: LeaseHandle,
    now: datetime,
    reached: Callable[[str], None],
) -> int:
    """Ask makers about every active hedge that could go on now; how many questions were asked.

    Trouble with makers is no trouble for hedges: the pools are there.

    Raises:
        LeaseLost: another process hedges now.
    """
    try:
        if not configured_makers():
            return 0
        told = hedging_settings()
        wants = _wants(snapshot, told, now=now) if told.enabled else []
        return makers_ask(wants=wants, lease=lease, now=now, reached=reached) if wants else 0
    except LeaseLost:
        raise
    except TillwayError as trouble:
        log.error("makers_not_asked", code=trouble.code, detail=str(trouble)[:300])
        return 0


def _wants(snapshot: MarketSnapshot, told: HedgingSettings, *, now: datetime) -> list[Want]:
    waiting = [hedge for hedge in active_hedges() if _may_go(hedge, told, now=now)]
    if not waiting:
        return []
    now_ms = int(now.timestamp() * 1000)
    values, halts = values_of(snapshot, now_ms=now_ms), halted_scopes()
    subjects = {
        each.code: each
        for each in subjects_of(snapshot, now_ms=now_ms)
        if isinstance(each, Subject) and each.allowed(halts=halts, now_ms=now_ms)
    }
    known = books(chain_ids=list(snapshot.chains), now=now)
    wants = []
    for hedge in waiting:
        subject = subjects.get(hedge.asset)
        if subject is None:
            continue
        holding = holding_of(subject, known, values, now_ms=now_ms)
        if holding is None:
            continue
        units = wanted_units(hedge, holding, closed_units(hedge))
        if units < policy_of(told, subject).least_order_units:
            continue
        amount_in = ask_of(subject, Side(hedge.side), holding, units, {}).amount_in
        if amount_in > 0:
            wants.append(_want(hedge, subject, amount_in))
    return wants


def _may_go(hedge: Hedge, told: HedgingSettings, *, now: datetime) -> bool:
    """Nothing of it is under way, its time has come, and no order has come to nothing for it."""
    contract = router_kinds(hedge.chain_id).get(FIRM)
    if contract is None or now < hedge.next_at or hedge.attempts >= told.max_attempts:
        return False
    if any(order.status in ORDER_OPEN for order in hedge.orders.all()):
        return False
    address = parse_address(contract)
    return not any(
        step.status == "queued" or (step.status == "failed" and bytes(step.router) == address)
        for step in hedge.steps.all()
    )


def _want(hedge: Hedge, subject: Subject, amount_in: int) -> Want:
    side = Side(hedge.side)
    token_in, token_out = subject.tokens(side)
    usd_in = subject.usd if side is Side.SELL else subject.anchor_usd
    usd_out = subject.anchor_usd if side is Side.SELL else subject.usd
    one_in, one_out = int(10**token_in.decimals), int(10**token_out.decimals)
    symbols = (code.partition("@")[0] for code in (subject.asset.code, subject.anchor.code))
    return Want(
        reference=orders_reference(hedge),
        chain_id=hedge.chain_id,
        side=side.value,
        pair="/".join(symbols),
        taker=treasury_of(hedge.chain_id),
        token_in=address_of(token_in.code),
        token_out=address_of(token_out.code),
        amount_in=amount_in,
        fair=Fraction(usd_in * one_out, usd_out * one_in),
        cents=Fraction(usd_in * CENTS, E18 * one_in),
    )
