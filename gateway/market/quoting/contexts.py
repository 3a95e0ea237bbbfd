"""What all assets of one demand share: the market, the demand, its currency, its settlement."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from gateway.market.desk.fair_value import fresh_sources
from gateway.market.errors import (
    CurrencyNotPriced,
    OffPeg,
    PriceNotFresh,
    QuoteRefused,
    SourcesDisagree,
    UnknownAsset,
)
from gateway.market.quoting.answers import asset_of
from gateway.market.quoting.values import agreed_value
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
from gateway.money.assets import FIAT
from gateway.money.rates import BPS, Rate

DOLLAR = "USD"


@dataclass(frozen=True, slots=True)
class Context:
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
    strategic_share_ppm: int


def context_of(
    *,
    snapshot: MarketSnapshot,
    demand: Amount,
    settlement_code: str,
    lock_seconds: int,
    fee_bps: int,
    now: datetime,
    strategic_share_ppm: int | None = None,
) -> Context:
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
        pricing_usd, pricing_sources = currency_price(snapshot, pricing.code, now_ms)
    except QuoteRefused as refused:
        # Priced and pegged in one currency: at par its price cancels out and needs no witness.
        if pricing.code != settlement.peg:
            raise
        pricing_refused = refused
    asset = asset_of(settlement.code, settlement.decimals)
    if pricing.code == settlement.peg:
        rate, peg_usd = Rate(asset.one, pricing.one, pricing, asset), pricing_usd
    else:
        peg_usd, settlement_sources = currency_price(snapshot, settlement.peg, now_ms)
        rate = Rate(pricing_usd * asset.one, peg_usd * pricing.one, pricing, asset)
        settlement_sources = (*pricing_sources, *settlement_sources)
    if peg_usd:
        check_peg(settlement, peg_usd, now_ms=now_ms, policy=policy)
    return Context(
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
        strategic_share_ppm=(
            policy.strategic_share_ppm if strategic_share_ppm is None else strategic_share_ppm
        ),
    )


def currency_price(
    snapshot: MarketSnapshot, code: str, now_ms: int
) -> tuple[int, tuple[Source, ...]]:
    """US dollars (e18) for one whole unit of a currency, and who says so."""
    if code == DOLLAR:
        return E18, ()
    sources = snapshot.currencies.get(code)
    if code not in FIAT or not sources:
        raise CurrencyNotPriced(f"There is no source for the price of {code}.")
    try:
        value, _ = agreed_value(
            snapshot,
            key=code,
            sources=sources,
            now_ms=now_ms,
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


def check_peg(state: AssetState, peg_usd: int, *, now_ms: int, policy: DeskPolicy) -> None:
    """Refuse a stablecoin that fresh witnesses see away from its peg; none says nothing."""
    fresh = fresh_sources(
        state.sources, now_ms=now_ms, future_tolerance_ms=policy.future_tolerance_ms
    )
    for source in fresh:
        # Both at once must be off: neither one pushed block nor one slow average breaks a peg.
        nearest = min(abs(source.price - peg_usd), abs(source.average - peg_usd))
        if nearest * BPS > peg_usd * policy.peg_band_bps:
            raise OffPeg(f"{state.code} is away from its peg.")


def asset_in(context: Context, code: str) -> tuple[AssetState, ChainState]:
    if context.pricing_refused is not None:
        raise context.pricing_refused
    state = context.snapshot.assets.get(code)
    chain = context.snapshot.chains.get(state.chain_id) if state else None
    if state is None or chain is None:
        raise UnknownAsset
    return state, chain
