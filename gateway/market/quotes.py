"""What each asset would have to pay for an invoice. Pure: a snapshot and a time in, answers out."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache

import msgspec

from gateway.market.amm.errors import AmmError
from gateway.market.desk.fair_value import FairValue, fair_value, fresh_sources
from gateway.market.desk.lock import lock_premium_ppm
from gateway.market.desk.spread import half_spread_ppm
from gateway.market.errors import (
    AboveMaximum,
    BelowMinimum,
    CurrencyNotPriced,
    LockCapReached,
    NoDepth,
    OffPeg,
    PriceNotFresh,
    QuoteRefused,
    SourcesDisagree,
    UnknownAsset,
)
from gateway.market.routing.best import best_in
from gateway.market.routing.venues import Venues, venues_of
from gateway.market.snapshots import (
    E18,
    AssetState,
    ChainState,
    DeskPolicy,
    MarketSnapshot,
    Source,
)
from gateway.money.amounts import Amount
from gateway.money.assets import FIAT, WALLET_PLACES_MAX, Asset, wallet_places
from gateway.money.errors import NotPositive
from gateway.money.rates import BPS, PPM, Rate, Rounding

DOLLAR = "USD"
# The same few assets are named over and over; checking a code's shape costs more than the lookup.
_asset_of = lru_cache(maxsize=4_096)(Asset)
# A wallet's last digit may cost the shopper this share of the amount before we show one more.
_LAST_DIGIT_SHARE = 5_000


class SourceUsed(msgspec.Struct, frozen=True, omit_defaults=True):
    """A witness of the price, as the invoice remembers it."""

    name: str
    age_ms: int
    simulated: bool = False


class QuoteParts(msgspec.Struct, frozen=True, omit_defaults=True):
    """What lies between the fair value and the rate.

    Attributes:
        fair: price of one whole token in the pricing currency, in words.
        spread_ppm, lock_premium_ppm, fill_ppm: millionths kept for the desk, for the promise,
            and for the venue's fee and impact.
        gas_units: base units of the token for collecting and swapping it.
        fee_bps: the gateway's fee, taken from the shop's credit, not added to what is due.
    """

    fair: str
    spread_ppm: int = 0
    lock_premium_ppm: int = 0
    fill_ppm: int = 0
    gas_units: int = 0
    fee_bps: int = 0

    @property
    def spread_bps(self) -> str:
        return f"{self.spread_ppm / 100:.2f}"

    @property
    def lock_premium_bps(self) -> str:
        return f"{self.lock_premium_ppm / 100:.2f}"


class Quote(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A promised rate: ``units`` of ``asset`` pay ``pricing_units`` in full, until ``lock_end``.

    Attributes:
        units: base units due, gas included, rounded up to what a wallet can show.
        places: decimals of the token that the amount uses at most.
        token_pricing: pricing units per token unit, as (numerator, denominator); exact.
        pricing_settlement: settlement units per pricing unit, likewise.
        settlement_units: what a full payment credits before the fee.
        minimum, maximum: pricing units that one invoice in this asset may be of; 0: unbounded.
        grace_seconds: how long after ``lock_end`` a first block is still in time.
    """

    asset: str
    decimals: int
    units: int
    places: int
    pricing: str
    pricing_units: int
    settlement: str
    settlement_decimals: int
    settlement_units: int
    token_pricing: tuple[int, int]
    pricing_settlement: tuple[int, int]
    parts: QuoteParts
    sources: tuple[SourceUsed, ...] = ()
    minimum: int = 0
    maximum: int = 0
    snapshot_version: int
    priced_at: datetime
    lock_end: datetime
    grace_seconds: int = 0

    @property
    def token_asset(self) -> Asset:
        return _asset_of(self.asset, self.decimals)

    @property
    def pricing_asset(self) -> Asset:
        return FIAT[self.pricing]

    @property
    def settlement_asset(self) -> Asset:
        return _asset_of(self.settlement, self.settlement_decimals)

    @property
    def due(self) -> Amount:
        return Amount(self.units, self.token_asset)

    @property
    def token_rate(self) -> Rate:
        """Token to pricing currency."""
        return Rate(*self.token_pricing, self.token_asset, self.pricing_asset)

    @property
    def settlement_rate(self) -> Rate:
        """Pricing currency to settlement asset."""
        return Rate(*self.pricing_settlement, self.pricing_asset, self.settlement_asset)

    def pricing_value(self, units: int) -> Amount:
        """What ``units`` of the token count toward the invoice, rounded down."""
        numerator, denominator = self.token_pricing
        return Amount(units * numerator // denominator, self.pricing_asset)

    def credit(self, units: int) -> Amount:
        """Settlement units for ``units`` of the token at the lock, before the fee, rounded down.

        Parts of a payment never add up to more than the whole would have credited.
        """
        return Amount(units * self.settlement_units // self.units, self.settlement_asset)

    def fee(self, credit: Amount) -> Amount:
        """The gateway's part of a credit, rounded down."""
        return credit.share_bps(self.parts.fee_bps)

    def in_time(self, first_block_time: datetime) -> bool:
        """Whether a deposit first mined then is owed this quote."""
        return first_block_time <= self.lock_end + timedelta(seconds=self.grace_seconds)


class QuoteRefusal(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Why an asset isn't offered, with a stable code."""

    asset: str
    code: str
    message: str
    hint: str = ""
    minimum: int = 0
    maximum: int = 0


@dataclass(frozen=True, slots=True)
class _Context:
    """What all assets of one call share."""

    snapshot: MarketSnapshot
    policy: DeskPolicy
    venues: Venues
    now: datetime
    now_ms: int
    demand: Amount
    pricing_usd: int
    pricing_sources: tuple[Source, ...]
    pricing_refused: QuoteRefused | None
    settlement: AssetState
    settlement_rate: Rate
    settlement_sources: tuple[Source, ...]
    lock_seconds: int
    lock_end: datetime
    fee_bps: int


@dataclass(frozen=True, slots=True)
class _Priced:
    """A token's rate before gas, and its parts."""

    state: AssetState
    chain: ChainState
    value: FairValue
    buy_usd: int
    spread_ppm: int
    lock_premium_ppm: int
    fill_ppm: int
    gas_units: int

    @property
    def keep_ppm(self) -> int:
        return PPM - self.spread_ppm - self.lock_premium_ppm - self.fill_ppm


def quote_assets(
    *,
    snapshot: MarketSnapshot,
    demand: Amount,
    settlement_asset: str | Asset,
    assets: Iterable[str | Asset],
    lock_seconds: int,
    fee_bps: int,
    now: datetime,
) -> list[Quote | QuoteRefusal]:
    """A quote or a refusal for each asset, in their order.

    The settlement asset is taken at par, without spread, premium, gas or bounds; it too is
    refused when the pricing currency has no fresh price or it is known to be off its peg.

    Raises:
        NotPositive: the demand is zero or less.
        UnknownCurrency: the demand is not in a currency.
    """
    if demand.units <= 0:
        raise NotPositive("The amount must be more than zero.")
    codes = [asset if isinstance(asset, str) else asset.code for asset in assets]
    try:
        context = _context(
            snapshot=snapshot,
            demand=demand,
            settlement_code=(
                settlement_asset if isinstance(settlement_asset, str) else settlement_asset.code
            ),
            lock_seconds=lock_seconds,
            fee_bps=fee_bps,
            now=now,
        )
    except QuoteRefused as refused:
        return [_refusal(code, refused) for code in codes]
    answers: list[Quote | QuoteRefusal] = []
    for code in codes:
        try:
            if code == context.settlement.code:
                answers.append(_at_par(context))
            else:
                answers.append(_quote(context, code))
        except QuoteRefused as refused:
            answers.append(_refusal(code, refused))
    return answers


def appraise(
    *,
    snapshot: MarketSnapshot,
    token: Amount,
    pricing: Asset,
    settlement_asset: str | Asset,
    fee_bps: int,
    now: datetime,
    buy_usd_e18: int | None = None,
) -> Quote:
    """What a token amount is worth: for late money, which no lock covers.

    The quote's ``units`` are the token's, its ``pricing_units`` and ``settlement_units`` their
    worth after today's spread and gas; it locks nothing (``lock_end`` is ``now``).

    Args:
        buy_usd_e18: what a whole token was worth at its first block
            (``selectors.buy_price_at``); without it, today's value.

    Raises:
        QuoteRefused: no fresh price, no depth, or less than collecting it costs.
        NotPositive: no tokens.
    """
    if token.units <= 0:
        raise NotPositive("The amount must be more than zero.")
    context = _context(
        snapshot=snapshot,
        demand=Amount(1, pricing),
        settlement_code=(
            settlement_asset if isinstance(settlement_asset, str) else settlement_asset.code
        ),
        lock_seconds=0,
        fee_bps=fee_bps,
        now=now,
    )
    code = token.asset.code
    if code == context.settlement.code:
        worth = context.settlement_rate.inverse().convert_units(token.units, rounding=Rounding.DOWN)
        if worth <= 0:
            raise BelowMinimum
        return _par_quote(context, units=token.units, pricing_units=worth)
    state, chain = _asset(context, code)
    priced = _price(context, state, chain, units=token.units, locked=False, buy_usd=buy_usd_e18)
    units = token.units - priced.gas_units
    net = units * priced.keep_ppm * priced.buy_usd * pricing.one
    worth = net // (PPM * context.pricing_usd * 10**state.decimals)
    if units <= 0 or worth <= 0:
        raise BelowMinimum
    return _built(
        context,
        priced,
        units=token.units,
        places=state.decimals,
        pricing_units=worth,
        minimum=0,
        maximum=0,
    )


def _context(
    *,
    snapshot: MarketSnapshot,
    demand: Amount,
    settlement_code: str,
    lock_seconds: int,
    fee_bps: int,
    now: datetime,
) -> _Context:
    policy = snapshot.policy
    now_ms = int(now.timestamp() * 1000)
    settlement = snapshot.assets.get(settlement_code)
    if settlement is None or not settlement.peg:
        raise UnknownAsset("The settlement asset isn't a stablecoin we know.")
    pricing = demand.asset
    pricing_usd = 0
    pricing_sources: tuple[Source, ...] = ()
    settlement_sources: tuple[Source, ...] = ()
    pricing_refused: QuoteRefused | None = None
    try:
        pricing_usd, pricing_sources = _currency(snapshot, pricing.code, now_ms)
    except QuoteRefused as refused:
        # Priced and pegged in one currency: at par its price cancels out and needs no witness.
        if pricing.code != settlement.peg:
            raise
        pricing_refused = refused
    asset = _asset_of(settlement.code, settlement.decimals)
    if pricing.code == settlement.peg:
        rate, peg_usd = Rate(asset.one, pricing.one, pricing, asset), pricing_usd
    else:
        peg_usd, settlement_sources = _currency(snapshot, settlement.peg, now_ms)
        rate = Rate(pricing_usd * asset.one, peg_usd * pricing.one, pricing, asset)
        settlement_sources = (*pricing_sources, *settlement_sources)
    if peg_usd:
        _check_peg(settlement, peg_usd, now_ms=now_ms, policy=policy)
    return _Context(
        snapshot=snapshot,
        policy=policy,
        venues=venues_of(snapshot),
        now=now,
        now_ms=now_ms,
        demand=demand,
        pricing_usd=pricing_usd,
        pricing_sources=pricing_sources,
        pricing_refused=pricing_refused,
        settlement=settlement,
        settlement_rate=rate,
        settlement_sources=settlement_sources,
        lock_seconds=lock_seconds,
        lock_end=now + timedelta(seconds=lock_seconds),
        fee_bps=fee_bps,
    )


def _currency(snapshot: MarketSnapshot, code: str, now_ms: int) -> tuple[int, tuple[Source, ...]]:
    """US dollars (e18) for one whole unit of a currency, and who says so."""
    if code == DOLLAR:
        return E18, ()
    sources = snapshot.currencies.get(code)
    if code not in FIAT or not sources:
        raise CurrencyNotPriced(f"There is no source for the price of {code}.")
    try:
        value = fair_value(
            sources,
            now_ms=now_ms,
            policy=snapshot.policy,
            min_sources=snapshot.policy.min_currency_sources,
        )
    except PriceNotFresh as stale:
        raise PriceNotFresh(f"The price of {code} is too old.") from stale
    if len(value.sources) == 1:
        _check_lone_currency(snapshot, code, value.price, now_ms=now_ms)
    return value.price, value.sources


def _check_lone_currency(snapshot: MarketSnapshot, code: str, price: int, *, now_ms: int) -> None:
    """Hold a currency's only feed against the pools of the stablecoins that are pegged to it.

    They have a veto, no vote: a shop's euro is not the price of a thin pool. As with a peg, last
    price and average must both be off.
    """
    policy = snapshot.policy
    for state in snapshot.assets.values():
        if state.peg != code:
            continue
        for source in fresh_sources(
            state.sources, now_ms=now_ms, future_tolerance_ms=policy.future_tolerance_ms
        ):
            nearest = min(abs(source.price - price), abs(source.average - price))
            if nearest * BPS > price * policy.max_disagreement_bps:
                raise SourcesDisagree(f"Sources of the price of {code} disagree.")


def _check_peg(state: AssetState, peg_usd: int, *, now_ms: int, policy: DeskPolicy) -> None:
    """Refuse a stablecoin that fresh witnesses see away from its peg; none says nothing."""
    fresh = fresh_sources(
        state.sources, now_ms=now_ms, future_tolerance_ms=policy.future_tolerance_ms
    )
    for source in fresh:
        # Both at once must be off: neither one pushed block nor one slow average breaks a peg.
        nearest = min(abs(source.price - peg_usd), abs(source.average - peg_usd))
        if nearest * BPS > peg_usd * policy.peg_band_bps:
            raise OffPeg(f"{state.code} is away from its peg.")


def _asset(context: _Context, code: str) -> tuple[AssetState, ChainState]:
    if context.pricing_refused is not None:
        raise context.pricing_refused
    state = context.snapshot.assets.get(code)
    chain = context.snapshot.chains.get(state.chain_id) if state else None
    if state is None or chain is None:
        raise UnknownAsset
    return state, chain


def _value(context: _Context, state: AssetState) -> tuple[FairValue, int]:
    """Fair value and what we buy at: a pegged asset never above its peg."""
    policy = context.policy
    value = fair_value(
        state.sources,
        now_ms=context.now_ms,
        policy=policy,
        min_sources=policy.min_stable_sources if state.peg else policy.min_sources,
    )
    if not state.peg:
        return value, value.buy
    peg_usd, _ = _currency(context.snapshot, state.peg, context.now_ms)
    _check_peg(state, peg_usd, now_ms=context.now_ms, policy=policy)
    return value, min(value.buy, peg_usd)


def _price(
    context: _Context,
    state: AssetState,
    chain: ChainState,
    *,
    units: int,
    locked: bool,
    buy_usd: int | None = None,
) -> _Priced:
    """The parts of a rate for about ``units`` of a token; 0 means as many as the demand is."""
    value, today_usd = _value(context, state)
    buy_usd = buy_usd or today_usd
    policy = context.policy
    volatility = state.volatility_ppm or (
        policy.initial_stable_volatility_ppm if state.peg else policy.initial_volatility_ppm
    )
    if not units:
        units = (
            context.demand.units
            * context.pricing_usd
            * 10**state.decimals
            // (buy_usd * context.demand.asset.one)
        )
    premium = 0
    if locked:
        premium = lock_premium_ppm(
            volatility_ppm=volatility,
            seconds=(
                context.lock_seconds
                + chain.grace_seconds
                + chain.confirm_seconds
                + policy.hedge_seconds
            ),
            strategic_share_ppm=policy.strategic_share_ppm,
            completion_ppm=policy.completion_ppm,
            max_ppm=policy.max_lock_premium_ppm,
        )
    return _Priced(
        state=state,
        chain=chain,
        value=value,
        buy_usd=buy_usd,
        spread_ppm=half_spread_ppm(value=value, volatility_ppm=volatility, policy=policy),
        lock_premium_ppm=premium,
        fill_ppm=_fill_ppm(context, state, chain, units=max(units, 1), buy_usd=buy_usd),
        gas_units=_gas_units(context, state, chain, buy_usd=buy_usd),
    )


def _fill_ppm(
    context: _Context, state: AssetState, chain: ChainState, *, units: int, buy_usd: int
) -> int:
    """Fee and impact of selling ``units`` on the token's own chain, in millionths.

    Measured against the way's own spot, so that a pool below the other witnesses is not charged
    for twice; and never more than what is missing to the value, when the way sells above it.
    """
    settlement = context.settlement
    target = settlement.code if settlement.chain_id == state.chain_id else chain.anchor
    token = chain.wrapped if state.code == chain.native else state.code
    if token == target:
        return 0
    if state.depth_units <= 0 or target not in context.snapshot.assets:
        raise NoDepth
    try:
        route = best_in(
            context.venues,
            token_in=token,
            token_out=target,
            # An amount beyond the depth is refused by the maximum, with the maximum told.
            amount_in=min(units, state.depth_units),
        )
    except AmmError:
        # Too small for the venue to give anything: its fee on the depth stands for it.
        try:
            route = best_in(
                context.venues, token_in=token, token_out=target, amount_in=state.depth_units
            )
        except AmmError:
            raise NoDepth from None
    ideal = route.amount_in * buy_usd * int(10 ** context.snapshot.assets[target].decimals)
    brings = route.amount_out * E18 * int(10**state.decimals)
    missing_ppm = max(0, -(-(ideal - brings) * PPM // ideal))
    return min(route.cost_ppm, missing_ppm)


def _gas_units(context: _Context, state: AssetState, chain: ChainState, *, buy_usd: int) -> int:
    """Base units of the token that collecting and swapping it costs, rounded up."""
    policy = context.policy
    native = context.snapshot.assets.get(chain.native)
    if native is None:
        raise PriceNotFresh
    if state.code == native.code:
        native_usd = buy_usd
    else:
        value = fair_value(
            native.sources,
            now_ms=context.now_ms,
            policy=policy,
            min_sources=policy.min_sources,
        )
        native_usd = value.buy  # a pushed pool must not make collecting look dear either
    wei = chain.gas_price_wei * (policy.collect_gas + policy.swap_gas_share)
    worth = wei * native_usd * int(10**state.decimals)
    return -(-worth // (int(10**native.decimals) * buy_usd))


def _quote(context: _Context, code: str) -> Quote:
    state, chain = _asset(context, code)
    priced = _price(context, state, chain, units=0, locked=True)
    demand, keep = context.demand, priced.keep_ppm
    if keep <= 0:
        raise NoDepth
    whole = demand.units * context.pricing_usd * 10**state.decimals
    unit = priced.buy_usd * demand.asset.one
    units = -(-whole * PPM // (keep * unit)) + priced.gas_units
    units, places = _shown(units, _asset_of(state.code, state.decimals))
    minimum, maximum = _bounds(context, priced)
    if demand.units < minimum:
        raise _Bounded(BelowMinimum(), minimum, maximum)
    if demand.units > maximum:
        error = AboveMaximum() if maximum > 0 else LockCapReached()
        raise _Bounded(error, minimum, maximum)
    return _built(
        context,
        priced,
        units=units,
        places=places,
        pricing_units=demand.units,
        minimum=minimum,
        maximum=maximum,
    )


class _Bounded(QuoteRefused):
    """A refusal that can say between what the amount would have to lie."""

    def __init__(self, cause: QuoteRefused, minimum: int, maximum: int) -> None:
        super().__init__(cause.message, code=cause.code, hint=cause.hint)
        self.minimum = minimum
        self.maximum = maximum


def _shown(units: int, asset: Asset) -> tuple[int, int]:
    """``units`` rounded up to as few decimals as a wallet shows without costing the shopper."""
    places = wallet_places(asset)
    while (
        places < min(asset.decimals, WALLET_PLACES_MAX)
        and 10 ** (asset.decimals - places) * _LAST_DIGIT_SHARE > units
    ):
        places += 1
    step = int(10 ** (asset.decimals - places))
    return -(-units // step) * step, places


def _bounds(context: _Context, priced: _Priced) -> tuple[int, int]:
    """The least and the most pricing units that one invoice may be of in this asset."""
    policy, state, demand = context.policy, priced.state, context.demand
    # Pricing units per token unit at the value we buy at.
    numerator = priced.buy_usd * demand.asset.one
    denominator = context.pricing_usd * 10**state.decimals
    minimum = -(-priced.gas_units * numerator * BPS // (denominator * policy.max_gas_share_bps))
    cap = policy.asset_cap_usd_cents * E18 * 10**state.decimals // (100 * priced.buy_usd)
    lockable = max(0, cap - state.open_units)
    if priced.fill_ppm:
        lockable = min(lockable, state.depth_units * policy.depth_share_bps // BPS)
    return minimum, lockable * numerator * priced.keep_ppm // (denominator * PPM)


def _used(context: _Context, sources: Iterable[Source]) -> tuple[SourceUsed, ...]:
    used = {source.name: source for source in sources}
    return tuple(
        SourceUsed(source.name, max(0, context.now_ms - source.at_ms), source.simulated)
        for source in used.values()
    )


def _built(
    context: _Context,
    priced: _Priced,
    *,
    units: int,
    places: int,
    pricing_units: int,
    minimum: int,
    maximum: int,
) -> Quote:
    state = priced.state
    pricing, rate = context.demand.asset, context.settlement_rate
    fair = Rate(
        priced.buy_usd * pricing.one,
        context.pricing_usd * 10**state.decimals,
        _asset_of(state.code, state.decimals),
        pricing,
    )
    return Quote(
        asset=state.code,
        decimals=state.decimals,
        units=units,
        places=places,
        pricing=pricing.code,
        pricing_units=pricing_units,
        settlement=context.settlement.code,
        settlement_decimals=context.settlement.decimals,
        settlement_units=rate.convert_units(pricing_units, rounding=Rounding.DOWN),
        token_pricing=(pricing_units, units),
        pricing_settlement=(rate.numerator, rate.denominator),
        parts=QuoteParts(
            fair=fair.price_text(8),
            spread_ppm=priced.spread_ppm,
            lock_premium_ppm=priced.lock_premium_ppm,
            fill_ppm=priced.fill_ppm,
            gas_units=priced.gas_units,
            fee_bps=context.fee_bps,
        ),
        sources=_used(
            context,
            (*priced.value.sources, *context.pricing_sources, *context.settlement_sources),
        ),
        minimum=minimum,
        maximum=maximum,
        snapshot_version=context.snapshot.version,
        priced_at=context.now,
        lock_end=context.lock_end,
        grace_seconds=priced.chain.grace_seconds,
    )


def _at_par(context: _Context) -> Quote:
    units = context.settlement_rate.convert_units(context.demand.units, rounding=Rounding.UP)
    return _par_quote(context, units=units, pricing_units=context.demand.units)


def _par_quote(context: _Context, *, units: int, pricing_units: int) -> Quote:
    """The settlement asset itself: what comes in is what is credited, unit for unit."""
    state, pricing, rate = context.settlement, context.demand.asset, context.settlement_rate
    chain = context.snapshot.chains.get(state.chain_id)
    return Quote(
        asset=state.code,
        decimals=state.decimals,
        units=units,
        places=state.decimals,
        pricing=pricing.code,
        pricing_units=pricing_units,
        settlement=state.code,
        settlement_decimals=state.decimals,
        settlement_units=units,
        token_pricing=(pricing_units, units),
        pricing_settlement=(rate.numerator, rate.denominator),
        parts=QuoteParts(fair=rate.inverse().price_text(8), fee_bps=context.fee_bps),
        sources=_used(context, context.settlement_sources),
        snapshot_version=context.snapshot.version,
        priced_at=context.now,
        lock_end=context.lock_end,
        grace_seconds=chain.grace_seconds if chain else 0,
    )


def _refusal(code: str, refused: QuoteRefused) -> QuoteRefusal:
    bounded = refused if isinstance(refused, _Bounded) else None
    return QuoteRefusal(
        asset=code,
        code=refused.code,
        message=refused.message,
        hint=refused.hint,
        minimum=bounded.minimum if bounded else 0,
        maximum=bounded.maximum if bounded else 0,
    )


def decode_quotes(content: bytes | str) -> list[Quote]:
    """Quotes from their stored JSON."""
    return msgspec.json.decode(content, type=list[Quote])


def encode_quotes(quotes: Iterable[Quote]) -> bytes:
    """Quotes as the JSON that an invoice's one column keeps."""
    return msgspec.json.encode(list(quotes))
