"""The market as one process saw it at one time: a value that any process can quote from.

Prices are integers of 1e-18 quote currency for one whole base ("e18"). Times are milliseconds of
Unix time as told by the source itself, so that a price ages whatever our own clock does.
"""

import msgspec

from gateway.market.errors import SnapshotUnreadable

E18 = 10**18


class DeskPolicy(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What the desk charges and how far it goes; travels in the snapshot, so all quote alike.

    Attributes:
        min_sources: fresh independent sources a price needs.
        min_stable_sources: the same for a pegged asset, which is never taken above its peg.
        min_currency_sources: the same for a fiat currency.
        max_disagreement_bps: sources further apart than this are a refusal.
        future_tolerance_ms: a source may be this far ahead of our clock.
        base_spread_ppm: what we earn on a fill at least.
        deviation_weight_ppm: share of half the sources' range that is charged.
        age_weight_ppm: share of what the price may have moved since the oldest witness spoke.
        flow_weight_ppm: charged when all of the recent flow goes one way.
        toxicity_weight_ppm: charged when every bucket of volume was one-sided (VPIN of one).
        least_spread_ppm: inventory never lets the half spread fall below this.
        max_spread_ppm: the half spread is clamped here; disagreement and age alone above it are a
            refusal.
        lot_usd_cents: the unit that inventory is counted in for its skew.
        inventory_bound_usd_cents: Q: nothing more is bought beyond it.
        daily_loss_usd_cents: L: all stops at this loss of a UTC day.
        risk_aversion_e9: gamma, 1e-9 for a lot and a basis point.
        fills_per_hour: A, at a half spread of zero.
        wide_factor_ppm: the half spread's and the lock premium's factor in WIDE.
        wide_lock_seconds: the longest new lock where an asset isn't in NORMAL.
        max_silence_ms: an asset that nobody judged for longer is only reduced.
        peg_band_bps: a stablecoin further from its peg than this is not taken.
        strategic_share_ppm: share of shoppers taken to exercise the lock as an option.
        completion_ppm: probability that one of the others pays.
        max_lock_premium_ppm: cap of the lock premium.
        hedge_seconds: from confirmation to the fill.
        initial_volatility_ppm: a year's, until we have measured it.
        initial_stable_volatility_ppm: the same for a pegged asset.
        min_volatility_ppm, min_stable_volatility_ppm, max_volatility_ppm: bounds of the measured.
        average_blocks: blocks of the moving average against pushed pools.
        min_average_blocks: fewer known blocks than this are no average.
        depth_impact_bps: the largest quote moves no more than this against us.
        depth_share_bps: share of that depth that one invoice may lock.
        max_gas_share_bps: collecting may cost this share of an invoice; the minimum follows.
        collect_gas: gas units of sweeping one deposit in a batch.
        swap_gas_share: gas units of one deposit's share in a batched swap.
        asset_cap_usd_cents: open locks per asset.
        book_share_bps: share of each resting order in our own book that quotes count on.
        book_gap_bps: a book whose best price is further from the fair value counts nothing.
        book_weight_ppm: share of what the book saves that a quote passes on.
    """

    min_sources: int = 2
    min_stable_sources: int = 1
    min_currency_sources: int = 1
    max_disagreement_bps: int = 300
    future_tolerance_ms: int = 5_000
    base_spread_ppm: int = 500
    deviation_weight_ppm: int = 1_000_000
    age_weight_ppm: int = 1_000_000
    flow_weight_ppm: int = 200
    toxicity_weight_ppm: int = 300
    least_spread_ppm: int = 100
    max_spread_ppm: int = 30_000
    lot_usd_cents: int = 100_000
    inventory_bound_usd_cents: int = 50_000_000
    daily_loss_usd_cents: int = 1_000_000
    risk_aversion_e9: int = 8_000
    fills_per_hour: int = 10
    wide_factor_ppm: int = 2_500_000
    wide_lock_seconds: int = 300
    max_silence_ms: int = 30_000
    peg_band_bps: int = 100
    strategic_share_ppm: int = 1_000_000
    completion_ppm: int = 900_000
    max_lock_premium_ppm: int = 30_000
    hedge_seconds: int = 60
    initial_volatility_ppm: int = 800_000
    initial_stable_volatility_ppm: int = 20_000
    min_volatility_ppm: int = 200_000
    min_stable_volatility_ppm: int = 5_000
    max_volatility_ppm: int = 5_000_000
    average_blocks: int = 30
    min_average_blocks: int = 3
    depth_impact_bps: int = 200
    depth_share_bps: int = 5_000
    max_gas_share_bps: int = 500
    collect_gas: int = 50_000
    swap_gas_share: int = 15_000
    asset_cap_usd_cents: int = 10_000_000
    book_share_bps: int = 2_500
    book_gap_bps: int = 100
    book_weight_ppm: int = 500_000


class Source(msgspec.Struct, frozen=True, omit_defaults=True):
    """One independent witness of a price.

    Attributes:
        name: "pools:8453", "feed:kraken", …; two of the same name are one witness.
        price: last price, e18 US dollars for one whole unit.
        average: over the blocks before the last one; for a feed the price itself.
        at_ms: when the source says so: the block's timestamp or the feed's own.
        max_age_ms: older than this it does not count.
        simulated: made up for a demo, and says so wherever it is shown.
        half_spread_ppm: half the distance between its bid and ask, in millionths.
        fee_ppm: the fee within which nobody would correct it.
    """

    name: str
    price: int
    average: int
    at_ms: int
    max_age_ms: int
    simulated: bool = False
    half_spread_ppm: int = 0
    fee_ppm: int = 0


class RiskMark(msgspec.Struct, frozen=True, omit_defaults=True):
    """An asset's state of risk as the market process judged it.

    Attributes:
        state: 0 NORMAL, 1 WIDE, 2 REDUCE_ONLY, 3 HALT.
        trigger: the code of what led there.
        since_ms, seen_ms: when it was entered, and last confirmed.
    """

    state: int
    trigger: str
    since_ms: int
    seen_ms: int


class ValueMark(msgspec.Struct, frozen=True):
    """The fair value at the snapshot's time (e18 dollars) with its own deviation."""

    price: int
    buy: int
    deviation_ppm: int
    error_ppm: int
    sources: int


class AssetState(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A token as the desk sees it.

    Attributes:
        peg: the currency it promises to be worth one of, or "".
        sources: witnesses of its price in US dollars.
        volatility_ppm: standard deviation of a year's log return, slow.
        fast_volatility_ppm: the same with a short memory; 0 is unknown.
        imbalance_ppm: order flow, from all sold (-1e6) to all bought.
        toxicity_ppm: VPIN.
        inventory_units: what the desk holds beyond its target, below zero what it is short.
        risk: its state; None where nobody judges (a snapshot made by hand).
        value: the agreed value; None if there is none.
        depth_units: the most base units the venues take within the policy's impact; 0 is none.
        open_units: base units in open locks.
    """

    code: str
    decimals: int
    chain_id: int
    peg: str = ""
    sources: tuple[Source, ...] = ()
    volatility_ppm: int = 0
    fast_volatility_ppm: int = 0
    imbalance_ppm: int = 0
    toxicity_ppm: int = 0
    inventory_units: int = 0
    risk: RiskMark | None = None
    value: ValueMark | None = None
    depth_units: int = 0
    open_units: int = 0


class ChainState(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A chain's clock and costs.

    Attributes:
        native: code of its native coin.
        wrapped: code of the token that wraps it one to one, or "".
        anchor: code of the dollar stablecoin that its pools are priced in, or "".
        gas_price_wei: of a transaction that is mined soon.
        confirm_seconds: usual time until a deposit of ordinary size is confirmed.
        grace_seconds: how long after a lock's end a first block is still in time.
        simulated: a development chain.
    """

    chain_id: int
    native: str
    wrapped: str = ""
    anchor: str = ""
    number: int
    at_ms: int
    gas_price_wei: int
    confirm_seconds: int
    grace_seconds: int
    simulated: bool = False


class V2State(msgspec.Struct, frozen=True, kw_only=True, tag="v2"):
    """A constant-product pair at the snapshot's block; tokens by asset code."""

    address: str
    chain_id: int
    token0: str
    token1: str
    fee_bps: int
    reserve0: int
    reserve1: int


class V3State(msgspec.Struct, frozen=True, kw_only=True, tag="v3"):
    """A concentrated pool at the snapshot's block, with the ticks known around its price."""

    address: str
    chain_id: int
    token0: str
    token1: str
    fee_ppm: int
    tick_spacing: int
    sqrt_price: int
    tick: int
    liquidity: int
    ticks: tuple[tuple[int, int], ...]
    known_from: int
    known_to: int


PoolState = V2State | V3State


class BookState(msgspec.Struct, frozen=True, kw_only=True):
    """What a market of our own order book offers the desk: its own orders are left out.

    Attributes:
        base, quote: asset codes.
        lot_units, tick_units: base units of the base in a lot, and of the quote that a tick adds
            to the price of a lot.
        at_ms: when it was read.
        bids, asks: (ticks, lots) of the best levels, as they are shown; best first.
    """

    market: str
    base: str
    quote: str
    lot_units: int
    tick_units: int
    at_ms: int
    bids: tuple[tuple[int, int], ...] = ()
    asks: tuple[tuple[int, int], ...] = ()


class MarketSnapshot(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Everything a quote needs. ``version`` grows by one with each publication."""

    version: int
    at_ms: int
    policy: DeskPolicy = DeskPolicy()
    chains: dict[int, ChainState] = {}
    assets: dict[str, AssetState] = {}
    currencies: dict[str, tuple[Source, ...]] = {}
    pools: tuple[PoolState, ...] = ()
    books: tuple[BookState, ...] = ()


# Raised whenever a field changes its meaning: whoever can't read it refuses.
FORMAT = 2
_MARK = b"tillway-market/%d\n"
_encoder = msgspec.json.Encoder()
_decoder = msgspec.json.Decoder(MarketSnapshot)


def encode_snapshot(snapshot: MarketSnapshot) -> bytes:
    return _MARK % FORMAT + _encoder.encode(snapshot)


def decode_snapshot(content: bytes) -> MarketSnapshot:
    """The snapshot of its stored bytes.

    Raises:
        SnapshotUnreadable: it was written in another format.
        msgspec.MsgspecError: it is no snapshot at all.
    """
    mark, _, body = content.partition(b"\n")
    if mark + b"\n" != _MARK % FORMAT:
        raise SnapshotUnreadable(f"The market's snapshot is not in format {FORMAT}.")
    return _decoder.decode(body)
