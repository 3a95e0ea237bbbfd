"""Decide what is hedged, from the real positions; a decision is a row before anything is sent."""

import time
from collections.abc import Sequence
from datetime import datetime, timedelta

import structlog
from django.db import IntegrityError, transaction
from django.db.models import Max, Q

from gateway.chains.configuration import configured_chain
from gateway.events import leases
from gateway.events.errors import TillwayError
from gateway.events.ids import uuid7
from gateway.events.leases import LeaseHandle
from gateway.market.hedges.configuration import HedgingSettings, hedging_settings
from gateway.market.hedges.models import ACTIVE, Hedge
from gateway.market.hedges.netting import hedge_less, hedge_net
from gateway.market.hedges.outside import Seen, offers_of, with_exchanges
from gateway.market.hedges.saying import say_hedge
from gateway.market.hedges.selectors import (
    INFLOW_TIME,
    Books,
    books,
    holding_of,
)
from gateway.market.hedges.viewing import (
    CENTS,
    Subject,
    band_of,
    own_cents,
    subjects_of,
    values_of,
    view_of,
    ways_of,
)
from gateway.market.hedging import deciding
from gateway.market.hedging.deciding import (
    HedgePolicy,
    Holding,
    Reason,
    Rest,
    Side,
    decide,
)
from gateway.market.hedging.exchange_books import Offer
from gateway.market.hedging.tiers import DEFAULT_TIERS
from gateway.market.makers.selectors import anyone_to_ask
from gateway.market.selectors import halted_scopes
from gateway.market.snapshots import E18, MarketSnapshot

log = structlog.get_logger(__name__)

SEARCH_SECONDS = 0.05
"""How long the split over venues is searched for one asset."""


def hedges_plan(
    *, snapshot: MarketSnapshot, lease: LeaseHandle, now: datetime, seen: Sequence[Seen] = ()
) -> tuple[list[Hedge], dict[str, Rest]]:
    """Decide about every asset; the hedges that were written down, and why the others rest.

    An asset with a hedge under way rests: what is in flight counts as position, and one need is
    never met twice.

    Args:
        seen: exchanges' markets, looked at for this turn.

    Raises:
        LeaseLost: another process decides now.
    """
    told = hedging_settings()
    now_ms = int(now.timestamp() * 1000)
    known = books(chain_ids=list(snapshot.chains), now=now)
    halts = halted_scopes()
    values = values_of(snapshot, now_ms=now_ms)
    rests: dict[str, Rest] = {}
    found: list[tuple[Subject, Holding]] = []
    for subject in subjects_of(snapshot, now_ms=now_ms):
        if isinstance(subject, str):
            rests[subject] = Rest(Reason.NO_PRICE, known.inventory.get(subject, 0))
            continue
        if not told.enabled or not (subject.chain.simulated or told.live):
            continue
        holding = holding_of(subject, known, values, now_ms=now_ms)
        if holding is None:
            rests[subject.code] = Rest(Reason.NO_PRICE, 0)
        else:
            found.append((subject, holding))
    gross = _gross_cents(found, known)
    made: list[Hedge] = []
    busy = set(known.hedging)
    spent = set(Hedge.objects.filter(status__in=ACTIVE).values_list("asset_in", flat=True))
    tired = _tired(told, now)
    # The largest position first: what it spends is not there for the others.
    for subject, holding in sorted(found, key=lambda each: -_cents(*each)):
        if subject.code in busy or subject.code in tired:
            continue
        simulated = subject.chain.simulated
        answer = _decided(
            subject,
            holding,
            known,
            told,
            [market for market in seen if market.pair.base == subject.code],
            capital=own_cents(
                snapshot,
                capital=known.capital,
                inventory=known.inventory,
                values=values,
                simulated=simulated,
            ),
            gross=gross[simulated],
            allowed=subject.allowed(halts=halts, now_ms=now_ms),
            now=now,
        )
        if isinstance(answer, Rest):
            rests[subject.code] = answer
            continue
        hedge, band = answer
        if subject.tokens(hedge.side)[0].code in spent:
            continue
        left = _netted(subject, hedge, told, lease=lease, now=now)
        if left is None:
            rests[subject.code] = Rest(Reason.WITHIN_BAND, holding.exposure)
            continue
        row = _write(subject, holding, left, band, lease=lease, now=now)
        if row is not None:
            made.append(row)
            spent.add(row.asset_in)
    return made, rests


def policy_of(told: HedgingSettings, subject: Subject) -> HedgePolicy:
    view = view_of(subject, ways_of(subject, Side.SELL, amount_in=1, kinds=()))
    return HedgePolicy(
        DEFAULT_TIERS,
        least_order_units=max(1, view.units_of_cents(told.least_order_usd_cents)),
        max_cost_ppm=told.max_cost_ppm,
        slice_seconds=told.slice_seconds,
        max_slices=told.max_slices,
    )


def router_kinds(chain_id: int) -> dict[str, str]:
    """Addresses of what a chain has to trade by, by kind: its routers, and firm orders."""
    venues = configured_chain(chain_id).venues
    names = {"v2": "v2_router", "v3": "v3_router", "firm": "firm_orders"}
    return {kind: venues[name] for kind, name in names.items() if venues.get(name)}


def exchange_offers(
    subject: Subject, side: Side, seen: Sequence[Seen], known: Books
) -> dict[str, Offer]:
    """What exchanges offer to close a position of it, with what lies there. One query."""
    if not seen:
        return {}
    return offers_of(
        subject,
        side,
        seen,
        at_hand=known.at_exchanges(subject.tokens(side)[0].code),
        traded_cents=known.there.traded_cents,
    )


def _decided(
    subject: Subject,
    holding: Holding,
    known: Books,
    told: HedgingSettings,
    seen: Sequence[Seen],
    *,
    capital: int | None,
    gross: int,
    allowed: bool,
    now: datetime,
) -> tuple[deciding.Hedge, int] | Rest:
    if capital is None:
        return Rest(Reason.NO_CAPITAL, holding.exposure)
    side = Side.SELL if holding.exposure > 0 else Side.BUY
    inflow = sum(known.inflow.get(code, 0) for code in subject.aliases)
    one = 10**subject.asset.decimals
    band = band_of(
        subject,
        inflow_dollars=inflow * subject.usd // (E18 * one) / INFLOW_TIME.total_seconds(),
        band_cents=told.band_usd_cents,
        least_cents=told.least_band_usd_cents,
        most_cents=subject.snapshot.policy.inventory_bound_usd_cents,
    )
    plain = view_of(subject, ways_of(subject, side, amount_in=1, kinds=()))
    amount = abs(holding.exposure) if side is Side.SELL else plain.quote_units(holding.exposure)
    kinds = router_kinds(subject.chain.chain_id)
    ways = ways_of(subject, side, amount_in=max(1, amount), kinds=kinds)
    offers = exchange_offers(subject, side, seen, known)
    view = view_of(subject, ways, offers.values())
    answer = decide(
        holding=with_exchanges(holding, side, offers),
        view=view,
        band_units=band,
        policy=policy_of(told, subject),
        capital_cents=capital,
        gross_cents=gross,
        allowed=allowed,
        clock=time.monotonic,
        deadline=time.monotonic() + SEARCH_SECONDS,
        asks_makers=not view.outlets and _anyone_to_ask(subject.chain.chain_id, now=now),
    )
    return answer if isinstance(answer, Rest) else (answer, band)


def _anyone_to_ask(chain_id: int, *, now: datetime) -> bool:
    """Trouble with makers is no trouble for hedges; whoever asks them says what it is."""
    try:
        return anyone_to_ask(chain_id=chain_id, now=now)
    except TillwayError:
        return False


def _netted(
    subject: Subject,
    hedge: deciding.Hedge,
    told: HedgingSettings,
    *,
    lease: LeaseHandle,
    now: datetime,
) -> deciding.Hedge | None:
    """What is left of a hedge after our own order book; None: nothing worth a transaction."""
    kinds = router_kinds(subject.chain.chain_id)
    view = view_of(subject, ways_of(subject, hedge.side, amount_in=1, kinds=()))
    amount = hedge.units if hedge.side is Side.SELL else view.quote_units(hedge.units)
    ways = ways_of(subject, hedge.side, amount_in=max(1, amount), kinds=kinds)
    traded = hedge_net(subject, hedge, ways, lease=lease, now=now)
    if not traded:
        return hedge
    log.info("hedge_netted", asset=subject.code, side=hedge.side.value, units=traded)
    left = hedge_less(hedge, traded)
    if left is None or left.units < policy_of(told, subject).least_order_units:
        return None
    return left


def _write(
    subject: Subject,
    holding: Holding,
    hedge: deciding.Hedge,
    band: int,
    *,
    lease: LeaseHandle,
    now: datetime,
) -> Hedge | None:
    """The decision as a row; None if someone has decided about this need already."""
    token_in, token_out = subject.tokens(hedge.side)
    first = hedge.units - sum(hedge.later)
    number = Hedge.objects.filter(asset=subject.code).aggregate(last=Max("number"))["last"] or 0
    row = Hedge(
        id=uuid7(),
        asset=subject.code,
        number=number + 1,
        chain_id=subject.chain.chain_id,
        mode="test" if subject.chain.simulated else "live",
        side=hedge.side.value,
        style=hedge.style.value,
        reason=hedge.reason.value,
        asset_in=token_in.code,
        asset_out=token_out.code,
        exposure_units=holding.exposure,
        band_units=band,
        units=hedge.units,
        slices=[str(units) for units in (first, *hedge.later)],
        slice_seconds=hedge.slice_seconds,
        snapshot_version=subject.snapshot.version,
        next_at=now,
        decided_at=now,
    )
    try:
        with transaction.atomic():
            leases.check(handle=lease)
            row.save(force_insert=True)
            say_hedge(row, "hedge.planned", now=now)
    except IntegrityError:
        log.info("hedge_decided_elsewhere", asset=subject.code, number=row.number)
        return None
    log.info("hedge_planned", hedge=str(row.id), asset=row.asset, side=row.side, reason=row.reason)
    return row


def _tired(told: HedgingSettings, now: datetime) -> set[str]:
    """Assets whose last hedge failed just now, since trying on at once would only cost gas, or was
    called off by a person, who does not want it back in the next turn."""
    since = now - timedelta(seconds=told.rest_seconds)
    ended = Hedge.objects.filter(ended_at__gt=since)
    ended = ended.filter(Q(status="failed") | ~Q(ended_by=""))
    return set(ended.values_list("asset", flat=True))


def _cents(subject: Subject, holding: Holding, left: int = 0) -> int:
    one = 10**subject.asset.decimals
    return -(-abs(holding.exposure - left) * subject.usd * CENTS // (E18 * one))


def _gross_cents(found: list[tuple[Subject, Holding]], known: Books) -> dict[bool, int]:
    """All absolute positions, by whether their chain is simulated; what is in flight is closed."""
    sums = {True: 0, False: 0}
    for subject, holding in found:
        sums[subject.chain.simulated] += _cents(
            subject, holding, known.hedging.get(subject.code, 0)
        )
    return sums
