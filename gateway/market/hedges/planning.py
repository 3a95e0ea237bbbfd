"""Decide what is hedged, from the real positions; a decision is a row before anything is sent."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

import structlog
from django.db import IntegrityError, transaction
from django.db.models import Max, Q

from gateway.events import leases
from gateway.events.errors import TillwayError
from gateway.events.ids import uuid7
from gateway.events.leases import LeaseHandle
from gateway.market.hedges.configuration import HedgingSettings, hedging_settings
from gateway.market.hedges.decisions import (
    Limits,
    asked,
    decided,
    exchange_offers,
    policy_of,
    router_kinds,
    usual_band,
)
from gateway.market.hedges.models import ACTIVE, Hedge
from gateway.market.hedges.netting import (
    hedge_alone,
    hedge_less,
    hedge_net,
    places_alone,
)
from gateway.market.hedges.outside import Seen
from gateway.market.hedges.saying import say_hedge
from gateway.market.hedges.selectors import (
    Books,
    books,
    holding_of,
)
from gateway.market.hedges.viewing import (
    CENTS,
    Subject,
    Ways,
    outlets_by_class,
    own_cents,
    subjects_of,
    values_of,
    view_of,
    ways_of,
)
from gateway.market.hedging import deciding
from gateway.market.hedging.deciding import (
    Holding,
    Reason,
    Rest,
    Side,
    VenueClass,
)
from gateway.market.hedging.exchange_books import Offer
from gateway.market.makers.selectors import anyone_to_ask
from gateway.market.selectors import halted_scopes
from gateway.market.snapshots import E18, MarketSnapshot

log = structlog.get_logger(__name__)

ALONE = (Reason.NO_VENUE, Reason.TOO_DEAR)
"""Why pools and exchanges are no way out, so that our own book is asked alone."""


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
        limits = Limits(
            capital=own_cents(
                snapshot,
                capital=known.capital,
                inventory=known.inventory,
                values=values,
                simulated=simulated,
            ),
            gross=gross[simulated],
            allowed=subject.allowed(halts=halts, now_ms=now_ms),
        )
        side = Side.SELL if holding.exposure > 0 else Side.BUY
        markets = [market for market in seen if market.pair.base == subject.code]
        offers = exchange_offers(subject, side, markets, known)
        band = usual_band(subject, known, told)
        hedge = decided(subject, holding, told, offers, limits, band=band)
        if isinstance(hedge, Rest):
            hedge = _otherwise(
                subject, holding, told, limits, hedge, band=band, lease=lease, now=now
            )
        if isinstance(hedge, Rest):
            rests[subject.code] = hedge
            continue
        if subject.tokens(hedge.side)[0].code in spent:
            continue
        left = _netted(subject, hedge, told, offers, lease=lease, now=now)
        if left is None:
            rests[subject.code] = Rest(Reason.WITHIN_BAND, holding.exposure)
            continue
        row = _write(subject, holding, left, band, lease=lease, now=now)
        if row is not None:
            made.append(row)
            spent.add(row.asset_in)
    return made, rests


def _otherwise(
    subject: Subject,
    holding: Holding,
    told: HedgingSettings,
    limits: Limits,
    rest: Rest,
    *,
    band: int,
    lease: LeaseHandle,
    now: datetime,
) -> deciding.Hedge | Rest:
    """Where no pool and no exchange will do, our own book; where none trades the pair and it takes
    nothing either, a hedge for makers to sign."""
    if rest.reason not in ALONE:
        return rest
    traded = _in_book(subject, holding, told, limits, band=band, lease=lease, now=now)
    if traded or rest.reason is not Reason.NO_VENUE:
        return rest
    if not _anyone_to_ask(subject.chain.chain_id, now=now):
        return rest
    return decided(subject, holding, told, {}, limits, band=band, asks_makers=True)


def _in_book(
    subject: Subject,
    holding: Holding,
    told: HedgingSettings,
    limits: Limits,
    *,
    band: int,
    lease: LeaseHandle,
    now: datetime,
) -> int:
    """Trade what our own book alone takes well enough; how much of the asset, base units."""
    side = Side.SELL if holding.exposure > 0 else Side.BUY
    places = places_alone(subject, side, max_cost_ppm=told.max_cost_ppm, now=now)
    if not places:
        return 0
    room = {VenueClass.BOOK: sum(place.room for place in places.values())}
    plain = view_of(subject, Ways((), {}))
    hedge = asked(
        subject,
        replace(holding, at_hand=room, quote_at_hand=room),
        replace(plain, outlets={VenueClass.BOOK: [place.outlet for place in places.values()]}),
        told,
        limits,
        band=band,
    )
    if isinstance(hedge, deciding.Hedge):
        return hedge_alone(subject, hedge, places, lease=lease, now=now)
    return 0


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
    offers: Mapping[str, Offer],
    *,
    lease: LeaseHandle,
    now: datetime,
) -> deciding.Hedge | None:
    """What is left of a hedge after our own order book; None: nothing worth a transaction."""
    kinds = router_kinds(subject.chain.chain_id)
    view = view_of(subject, Ways((), {}))
    amount = hedge.units if hedge.side is Side.SELL else view.quote_units(hedge.units)
    ways = ways_of(subject, hedge.side, amount_in=max(1, amount), kinds=kinds)
    # Without what may not go in by the hedge's own choice of what is at hand.
    used = {kind for kind, _ in hedge.parts}
    outlets = [
        outlet
        for kind, group in outlets_by_class(ways, offers.values()).items()
        if kind in used
        for outlet in group
    ]
    traded = hedge_net(subject, hedge, outlets, lease=lease, now=now)
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
