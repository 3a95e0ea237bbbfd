"""What a payment costs the shop all in, in basis points of what the shopper sent.

On a cheap chain, in the token below, through the product's own quotes: the token at its fair value
less what the shop is credited after the fee, by part.
"""

from datetime import UTC, datetime
from typing import Any

import msgspec

from bench.quote import ANCHOR, CHAIN, base_market
from gateway.market.quotes import Quote, quote_assets
from gateway.market.risk.states import RiskState
from gateway.market.risk.watch import agreed
from gateway.market.snapshots import E18, MarketSnapshot, RiskMark
from gateway.money.amounts import Amount
from gateway.money.assets import FIAT
from gateway.money.rates import PPM

ASSET = f"WETH@{CHAIN}"
DOLLARS = (5, 25, 500)
BAR_DOLLARS, BAR_BP = 25, 100.0
LOCK_SECONDS, FEE_BPS = 900, 50
# A shop whose payers were measured, beside a new one that is taken for all strategic.
KNOWN_SHARE_PPM = 200_000
STRESSED_VOLATILITY_PPM, STRESSED_FAST_PPM = 1_500_000, 2_000_000
STRESSED_GAS = 20
STRESSED_FLOW_PPM = 800_000
PARTS = ("fee", "spread", "lock", "gas", "slippage", "valuation")


def run(seed: int) -> dict[str, Any]:
    now = datetime.now(UTC)
    # Pools alone: what our own book saves depends on who has orders there.
    calm = msgspec.structs.replace(base_market(int(now.timestamp() * 1000)), books=())
    figures: dict[str, Any] = {}
    for suffix, snapshot in (("", calm), ("_stressed", _stressed(calm))):
        for dollars in DOLLARS:
            parts = _parts(snapshot, dollars, now)
            name = f"usd{dollars}"
            figures[f"{name}_bp{suffix}"] = round(sum(parts.values()), 1)
            for part in PARTS:
                figures[f"{name}_{part}_bp{suffix}"] = round(parts[part], 1)
        known = _parts(snapshot, BAR_DOLLARS, now, share_ppm=KNOWN_SHARE_PPM)
        figures[f"usd{BAR_DOLLARS}_known_shop_bp{suffix}"] = round(sum(known.values()), 1)
    held = figures[f"usd{BAR_DOLLARS}_bp"] < BAR_BP
    return {
        "figures": figures,
        "conditions": {
            "simulated": True,
            "asset": ASSET,
            "settlement": ANCHOR,
            "bar": f"${BAR_DOLLARS} calm < {BAR_BP:.0f} bp: {'held' if held else 'missed'}",
            "fee_bps": FEE_BPS,
            "lock_seconds": LOCK_SECONDS,
            "lock_seconds_stressed": calm.policy.wide_lock_seconds,
            "gas_price_wei": calm.chains[CHAIN].gas_price_wei,
            "shop": f"new (all strategic); known_shop: {KNOWN_SHARE_PPM / PPM:.0%} strategic",
            "calm": "volatility 50 %, sources 10 bp apart",
            "stressed": f"state WIDE, volatility {STRESSED_VOLATILITY_PPM / PPM:.0%} (fast "
            f"{STRESSED_FAST_PPM / PPM:.0%}), gas × {STRESSED_GAS}, flow and VPIN "
            f"{STRESSED_FLOW_PPM / PPM:.0%}",
            "valuation": "the worse witness for what is bought, and rounding for a wallet",
        },
    }


def _stressed(calm: MarketSnapshot) -> MarketSnapshot:
    wide = RiskMark(int(RiskState.WIDE), "price_jump", calm.at_ms, calm.at_ms)
    asset = msgspec.structs.replace(
        calm.assets[ASSET],
        volatility_ppm=STRESSED_VOLATILITY_PPM,
        fast_volatility_ppm=STRESSED_FAST_PPM,
        imbalance_ppm=-STRESSED_FLOW_PPM,
        toxicity_ppm=STRESSED_FLOW_PPM,
        risk=wide,
    )
    chain = calm.chains[CHAIN]
    dear = msgspec.structs.replace(chain, gas_price_wei=chain.gas_price_wei * STRESSED_GAS)
    return msgspec.structs.replace(calm, assets={**calm.assets, ASSET: asset}, chains={CHAIN: dear})


def _parts(
    snapshot: MarketSnapshot, dollars: int, now: datetime, *, share_ppm: int | None = None
) -> dict[str, float]:
    """Basis points of the value sent, by part; they add up to all that the shop goes without."""
    (quote,) = quote_assets(
        snapshot=snapshot,
        demand=Amount(dollars * 100, FIAT["USD"]),
        settlement_asset=ANCHOR,
        assets=[ASSET],
        lock_seconds=LOCK_SECONDS,
        fee_bps=FEE_BPS,
        now=now,
        strategic_share_ppm=share_ppm,
        # As an invoice asks: WIDE shortens the lock rather than refuse.
        shorten_lock=True,
    )
    value = agreed(snapshot, snapshot.assets[ASSET])
    if not isinstance(quote, Quote) or value is None:
        raise AssertionError(quote)
    sent = quote.units * value.price / E18 / 10**quote.decimals
    credit = quote.credit(quote.units)
    one = 10**quote.settlement_decimals
    net, fee = (credit.units - quote.fee(credit).units) / one, quote.fee(credit).units / one
    gas = quote.parts.gas_units * value.price / E18 / 10**quote.decimals
    # The rates apply to what is left after gas.
    kept = (sent - gas) / sent / 100
    parts = {
        "fee": fee / sent * 10_000,
        "spread": quote.parts.spread_ppm * kept,
        "lock": quote.parts.lock_premium_ppm * kept,
        "gas": gas / sent * 10_000,
        "slippage": quote.parts.fill_ppm * kept,
    }
    return parts | {"valuation": (1 - net / sent) * 10_000 - sum(parts.values())}
