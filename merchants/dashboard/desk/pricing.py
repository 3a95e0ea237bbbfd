"""A token's spread, part by part, as a quote drawn now would keep it. No query."""

from typing import Any, Final

from django.utils.translation import gettext as _

from gateway.market.quotes import Quote, quote_assets
from gateway.market.snapshots import AssetState, MarketSnapshot
from gateway.money.amounts import Amount
from gateway.money.assets import FIAT
from merchants.dashboard.desk import figures
from merchants.dashboard.desk.market import Clock

ASKED_CENTS: Final = 10_000
"""The sale that the parts are shown for: a hundred dollars."""
LOCK_SECONDS: Final = 900
_SPREAD: Final = (
    "base_ppm",
    "skew_ppm",
    "age_ppm",
    "flow_ppm",
    "toxicity_ppm",
    "deviation_ppm",
    "widened_ppm",
)


def parts_now(snapshot: MarketSnapshot, state: AssetState, *, clock: Clock) -> dict[str, Any]:
    """What lies between fair value and rate of a sale of a hundred dollars, or why there is none.

    The sale is settled in the chain's dollar token, promised for a quarter of an hour, or for as
    long as the state of risk allows.
    """
    settlement = snapshot.chains[state.chain_id].anchor
    if state.code == settlement:
        return {"at_par": True}
    (answer,) = quote_assets(
        snapshot=snapshot,
        demand=Amount(ASKED_CENTS, FIAT["USD"]),
        settlement_asset=settlement,
        assets=[state.code],
        lock_seconds=LOCK_SECONDS,
        fee_bps=0,
        now=clock.now,
        shorten_lock=True,
    )
    if not isinstance(answer, Quote):
        return {"refused": answer.message, "code": answer.code}
    parts = answer.parts
    total = parts.spread_ppm + parts.lock_premium_ppm + parts.fill_ppm
    rows = [(name, getattr(parts, name)) for name in _SPREAD]
    rows += [("lock_premium_ppm", parts.lock_premium_ppm), ("fill_ppm", parts.fill_ppm)]
    most = max((abs(value) for _name, value in rows), default=0)
    return {
        "rows": [
            {
                "word": _part_word(name),
                "text": figures.basis_points(value, signed=name == "skew_ppm"),
                "bar": figures.share_of(abs(value), most),
                "below": value < 0,
                "zero": value == 0,
            }
            for name, value in rows
        ],
        "spread": figures.basis_points(parts.spread_ppm),
        "total": figures.basis_points(total),
        "gas": figures.amount(parts.gas_units, code=state.code, decimals=state.decimals),
        "lock": figures.duration(round((answer.lock_end - clock.now).total_seconds()) * 1000),
        "due": figures.amount(answer.units, code=state.code, decimals=state.decimals),
    }


def signals(state: AssetState) -> list[dict[str, str]]:
    """What the parts are made from: volatility, flow, informed flow."""
    return [
        {"word": _("Volatility of a year, slow"), "text": figures.percent(state.volatility_ppm)},
        {
            "word": _("Volatility of a year, fast"),
            "text": figures.percent(state.fast_volatility_ppm or None),
        },
        {"word": _("Order-flow imbalance"), "text": figures.percent(state.imbalance_ppm)},
        {"word": _("Informed flow (VPIN)"), "text": figures.percent(state.toxicity_ppm)},
    ]


def _part_word(name: str) -> str:
    return {
        "base_ppm": _("Base"),
        "skew_ppm": _("Inventory skew"),
        "age_ppm": _("Age of the sources"),
        "flow_ppm": _("One-sided flow"),
        "toxicity_ppm": _("Informed flow"),
        "deviation_ppm": _("Sources that differ"),
        "widened_ppm": _("State of risk"),
        "lock_premium_ppm": _("Price lock"),
        "fill_ppm": _("Pools' fee and impact"),
    }[name]
