"""Pools, positions, places in a queue and what came, as the desk's pages show them."""

from datetime import UTC, datetime
from typing import Any, Final

from gateway.chains.addresses import checksum
from gateway.checkout.wording import asset_symbol
from gateway.market.liquidity.history import Point
from gateway.market.liquidity.lvr import constant_product_lvr
from gateway.market.measures.holdings import Mark
from gateway.market.measures.marks import mark_of
from gateway.market.measures.values import cents_of
from gateway.market.measures.valuing import value_usd_e6
from gateway.market.snapshots import MarketSnapshot
from gateway.treasury.providers.models import (
    FeesShare,
    LiquidityPool,
    LossShare,
    ProviderDeposit,
    WithdrawalPayment,
)
from gateway.treasury.providers.queueing import Place
from gateway.treasury.providers.selectors import PoolView, PositionView
from merchants.dashboard.desk import figures
from merchants.dashboard.desk.pool_wording import (
    deposit_sign,
    deposit_trouble,
    withdrawal_sign,
    withdrawal_why,
)
from merchants.dashboard.desk.wording import step_sign
from merchants.dashboard.selectors import time_text

SCALE: Final = 1_000
"""A bar's width in its own units."""
DAY_SECONDS: Final = 86_400
NEARLY_PPM: Final = 900_000


def mark_row(snapshot: MarketSnapshot | None, code: str, *, now_ms: int) -> dict[str, Any]:
    """The price that pages value a pool's token at: with who says so, and how long ago."""
    mark = mark_of(snapshot, code, now_ms=now_ms) if snapshot else None
    return {
        "mark": mark,
        "price": figures.price(mark.usd_e18 if mark else None),
        "sources": ", ".join(mark.sources) if mark else "",
        "simulated": mark.simulated if mark else False,
        "age": figures.duration(mark.age_ms) if mark else "",
    }


def pool_row(view: PoolView, mark: Mark | None) -> dict[str, Any]:
    """One pool: what its providers own, what of it is in use, who waits."""
    pool, used = view.pool, view.inventory

    def units(value: int) -> str:
        return figures.amount(value, code=pool.asset, decimals=pool.decimals)

    return {
        "id": pool.id,
        "name": pool.name,
        "asset": pool.asset,
        "symbol": asset_symbol(pool.asset),
        "account": f"pool:{pool.id}",
        "owned": units(used.owned),
        "owned_usd": dollars_of(used.owned, pool, mark),
        "principal": units(pool.principal_units),
        "fees": units(pool.fees_units),
        "leaving": units(pool.leaving_units),
        "idle": units(used.idle),
        "in_use": units(used.in_use),
        "utilisation": figures.percent(used.utilisation_ppm, places=1),
        "bar": figures.share_of(used.in_use, used.owned) if used.owned else 0,
        "tone": "wait" if used.utilisation_ppm >= NEARLY_PPM else "paid",
        "is_empty": used.owned == 0,
        "waiting": view.waiting,
        "waiting_units": units(view.waiting_units),
        "fee_share": figures.percent(pool.fee_share_ppm),
        "loss_share": figures.percent(pool.loss_share_ppm),
        "full_share": units(pool.full_share_units),
        "least_payment": units(pool.least_payment_units),
        "opened_by": pool.opened_by,
        "opened": time_text(pool.opened_at),
        "fees_through": time_text(pool.fees_through),
    }


def position_row(view: PositionView, mark: Mark | None) -> dict[str, Any]:
    """One provider's part: what it brought, is worth and made, in its token and in dollars."""

    def units(value: int, *, signed: bool = False) -> str:
        return figures.amount(value, code=view.asset, decimals=view.decimals, signed=signed)

    return {
        "id": view.position_id,
        "pool": view.pool,
        "pool_id": view.pool_id,
        "provider": view.provider,
        "symbol": asset_symbol(view.asset),
        "deposited": units(view.deposited_units),
        "value": units(view.value_units),
        "value_usd": dollars_of(view.value_units + view.fees_units, view, mark),
        "fees": units(view.fees_units),
        "fees_taken": units(view.fees_taken_units),
        "fees_all": units(view.fees_units + view.fees_taken_units),
        "withdrawn": units(view.withdrawn_units),
        "profit": units(view.profit_units, signed=True),
        "profit_usd": dollars_of(view.profit_units, view, mark, signed=True),
        "lost": view.profit_units < 0,
        "points": figures.count(view.points),
        "has_something": bool(view.shares or view.fees_units),
        "most": figures.exact(view.value_units, decimals=view.decimals),
    }


def place_row(place: Place) -> dict[str, Any]:
    """A withdrawal in its place."""
    row = place.withdrawal
    pool = row.pool

    def units(value: int) -> str:
        return figures.amount(value, code=pool.asset, decimals=pool.decimals)

    sign = withdrawal_sign(row.status)
    return {
        "id": row.id,
        "number": row.number,
        "provider": row.provider.name,
        "tone": sign.tone,
        "icon": sign.icon,
        "word": sign.word,
        "stuck": row.status == "stuck",
        "why": withdrawal_why(row.waiting_reason),
        "worth": units(place.worth_units),
        "leaving": units(place.leaving_units) if place.leaving_units else "",
        "ahead": place.ahead,
        "ahead_units": units(place.ahead_units),
        "fees_alone": row.shares == 0,
        "at": time_text(row.requested_at),
    }


def payment_row(payment: WithdrawalPayment, pool: LiquidityPool) -> dict[str, Any]:
    """One transaction that pays a provider."""
    sign = step_sign(payment.status)

    def units(value: int) -> str:
        return figures.amount(value, code=pool.asset, decimals=pool.decimals)

    return {
        "number": payment.number,
        "tone": sign.tone,
        "icon": sign.icon,
        "word": sign.word,
        "units": units(payment.units),
        "fees": units(payment.fees_units),
        "failure": payment.failure_code,
        "tx_hash": payment.tx_hash,
        "at": time_text(payment.created_at),
        "entry_key": f"pool_out:{payment.id}" if payment.status == "done" else "",
    }


def deposit_row(deposit: ProviderDeposit, *, decimals: int) -> dict[str, Any]:
    """What a provider brought, or says that they did."""
    sign = deposit_sign(deposit.status)
    keys = {
        "arrived": "pool_decided" if deposit.decided_by else "pool_in",
        "held": "pool_held",
        "blocked": "pool_decided",
    }
    key = keys.get(deposit.status)
    return {
        "provider": deposit.provider.name,
        "tone": sign.tone,
        "icon": sign.icon,
        "word": sign.word,
        "units": figures.amount(deposit.units, code=deposit.asset, decimals=decimals)
        if deposit.units
        else figures.NOTHING,
        "tx_hash": "0x" + bytes(deposit.tx_hash).hex(),
        "trouble": deposit_trouble(deposit.last_error),
        "decided_by": deposit.decided_by,
        "at": time_text(deposit.announced_at),
        "entry_key": f"{key}:{deposit.id}" if key else "",
    }


def fees_row(share: FeesShare, pool: LiquidityPool) -> dict[str, Any]:
    """A day's fees, shared."""
    return {
        "from": time_text(share.starts_at),
        "to": time_text(share.ends_at),
        "earned": figures.amount(
            share.earned_units, code=pool.asset, decimals=pool.decimals, signed=True
        ),
        "shared": figures.amount(share.shared_units, code=pool.asset, decimals=pool.decimals),
        "entry_key": f"fees_shared:{share.id}" if share.shared_units else "",
    }


def loss_row(loss: LossShare, pool: LiquidityPool) -> dict[str, Any]:
    """What a pool bore of a loss."""
    return {
        "borne": figures.amount(loss.borne_units, code=pool.asset, decimals=pool.decimals),
        "lost": figures.amount(loss.lost_units, code=pool.asset, decimals=pool.decimals),
        "by": loss.shared_by,
        "at": time_text(loss.shared_at),
        "came_back": time_text(loss.recovered_at) if loss.recovered_at else "",
        "entry_key": f"pool_loss:{loss.id}",
        "cause_key": loss.entry_key,
    }


def against_arbitrage(
    pool: LiquidityPool, latest: FeesShare | None, snapshot: MarketSnapshot | None
) -> dict[str, Any] | None:
    """A day's fees beside what arbitrage would take in a day of the same money in a
    constant-product pool (LVR); None while the token's volatility is not known."""
    state = snapshot.assets.get(pool.asset) if snapshot else None
    if snapshot is None or state is None:
        return None
    usual = 0 if state.peg else snapshot.policy.initial_volatility_ppm
    volatility_ppm = state.volatility_ppm or usual
    lost = constant_product_lvr(
        value_units=pool.principal_units, volatility_ppm=volatility_ppm, seconds=DAY_SECONDS
    )
    shared = latest.shared_units if latest else 0
    most = max(lost, shared)

    def units(value: int) -> str:
        return figures.amount(value, code=pool.asset, decimals=pool.decimals)

    return {
        "volatility": figures.percent(volatility_ppm, places=1),
        "lost": units(lost),
        "lost_bar": figures.share_of(lost, most) if most else 0,
        "shared": units(shared),
        "shared_bar": figures.share_of(shared, most) if most else 0,
        "shared_day": time_text(latest.starts_at) if latest else "",
    }


def share_rows(points: list[Point], pool: LiquidityPool, *, shown: int) -> list[dict[str, str]]:
    """The latest points of a share's history, newest first, for the table under its chart."""

    def units(value: int) -> str:
        return figures.amount(value, code=pool.asset, decimals=pool.decimals)

    return [
        {
            "at": time_text(datetime.fromtimestamp(point.at_s, UTC)),
            "price": units(point.price),
            "earned": units(point.earned),
        }
        for point in reversed(points[-shown:])
    ]


def wallet_text(wallet: bytes | memoryview) -> str:
    """An address, with its checksum."""
    return checksum(bytes(wallet))


def dollars_of(
    units: int, of: LiquidityPool | PositionView, mark: Mark | None, *, signed: bool = False
) -> str:
    """What base units are worth at the mark; a dash without one."""
    if mark is None:
        return figures.NOTHING
    worth = value_usd_e6(units, price_e18=mark.usd_e18, decimals=of.decimals)
    return figures.dollars(cents_of(worth), signed=signed)
