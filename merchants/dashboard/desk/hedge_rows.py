"""Hedges and moves as lists and pages show them."""

from collections.abc import Sequence
from typing import Any

from gateway.chains.models import Token
from gateway.checkout.wording import asset_symbol
from gateway.market.hedges.models import ExchangeOrder, Hedge, HedgeStep, InventoryMove
from gateway.market.makers.selectors import makers_of
from gateway.treasury.floats.services import BY as FLOAT
from merchants.dashboard.desk import figures
from merchants.dashboard.desk.wording import (
    exchange_order_sign,
    hedge_reason,
    hedge_sign,
    move_sign,
    side_word,
    step_sign,
    step_word,
    style_word,
)
from merchants.dashboard.selectors import assets_by_code, time_text


def hedge_row(hedge: Hedge, decimals: dict[str, int] | None = None) -> dict[str, Any]:
    """One line. One query, unless the decimals are known."""
    known = decimals if decimals is not None else decimals_of([hedge])
    sign = hedge_sign(hedge.status)
    return {
        "id": hedge.id,
        "asset": hedge.asset,
        "symbol": asset_symbol(hedge.asset),
        "number": hedge.number,
        "tone": sign.tone,
        "icon": sign.icon,
        "word": sign.word,
        "side": side_word(hedge.side),
        "style": style_word(hedge.style),
        "units": _amount(hedge.units, hedge.asset, known),
        "sold": _amount(hedge.sold_units, hedge.asset_in, known),
        "bought": _amount(hedge.bought_units, hedge.asset_out, known),
        "reason": hedge_reason(hedge.reason),
        "by_hand": bool(hedge.asked_by),
        "asked_by": hedge.asked_by,
        "cost": figures.dollars(hedge.cost_cents),
        "at": time_text(hedge.decided_at),
        "note": hedge_reason(hedge.last_error) if hedge.last_error else "",
    }


def hedge_detail(hedge: Hedge) -> dict[str, Any]:
    """A hedge with its steps and its orders on exchanges. Five queries."""
    known = decimals_of([hedge])
    steps = list(hedge.steps.order_by("id"))
    makers = makers_of(transaction_ids=[step.transaction_id for step in steps])
    coin = Token.objects.get(chain_id=hedge.chain_id, kind="native")
    return {
        **hedge_row(hedge, known),
        "status": hedge.status,
        "exposure": _amount(hedge.exposure_units, hedge.asset, known, signed=True),
        "band": _amount(hedge.band_units, hedge.asset, known) if hedge.band_units else "",
        "asset_in": hedge.asset_in,
        "asset_out": hedge.asset_out,
        "slices": len(hedge.slices),
        "slice": min(hedge.slice_number + 1, len(hedge.slices)),
        "snapshot_version": hedge.snapshot_version,
        "attempts": hedge.attempts,
        "gas": figures.amount(hedge.fee_units, code=coin.code, decimals=coin.decimals),
        "asked_because": hedge.asked_because,
        "ended_by": hedge.ended_by,
        "ended_because": hedge.ended_because,
        "ended": time_text(hedge.ended_at),
        "steps": [
            _step(step, hedge, known, maker=makers.get(step.transaction_id, "")) for step in steps
        ],
        "orders": [_exchange_order(order, hedge, known) for order in hedge.orders.order_by("id")],
    }


def _exchange_order(order: ExchangeOrder, hedge: Hedge, known: dict[str, int]) -> dict[str, Any]:
    """A part of a hedge that was traded on an exchange; its fills are entries."""
    sign = exchange_order_sign(order.status)
    return {
        "id": order.id,
        "exchange": order.exchange,
        "tone": sign.tone,
        "icon": sign.icon,
        "state": sign.word,
        "gives": _amount(order.units_in, hedge.asset_in, known),
        "worth": _amount(order.worth_units, hedge.asset_out, known),
        "sold": _amount(order.sold_units, hedge.asset_in, known),
        "bought": _amount(order.bought_units, hedge.asset_out, known),
        "failure": order.failure_code,
        "at": time_text(order.created_at),
    }


def _step(step: HedgeStep, hedge: Hedge, known: dict[str, int], *, maker: str) -> dict[str, Any]:
    sign = step_sign(step.status)
    return {
        "id": step.id,
        "word": step_word(step.kind),
        "is_swap": step.kind == "swap",
        "maker": maker,
        "tone": sign.tone,
        "icon": sign.icon,
        "state": sign.word,
        "units_in": _amount(step.units_in, hedge.asset_in, known),
        "worth": _amount(step.worth_units, hedge.asset_out, known),
        "expected": _amount(step.expected_units, hedge.asset_out, known),
        "least": _amount(step.min_out_units, hedge.asset_out, known),
        "bought": _amount(step.bought_units, hedge.asset_out, known)
        if step.bought_units
        else figures.NOTHING,
        "gas": figures.plain(step.fee_units, decimals=18),
        "failure": step.failure_code,
        "transaction_id": step.transaction_id,
        "at": time_text(step.created_at),
        "entry_key": f"hedge:{step.id}" if step.status == "done" and step.kind == "swap" else "",
    }


def move_row(move: InventoryMove) -> dict[str, Any]:
    """One line; its decimals are its own. No query."""
    sign = move_sign(move.state, overdue=move.overdue)
    known = {move.asset: move.decimals}
    return {
        "id": move.id,
        "asset": move.asset,
        "symbol": asset_symbol(move.asset),
        "tone": sign.tone,
        "icon": sign.icon,
        "word": sign.word,
        "state": move.state,
        "units": _amount(move.units, move.asset, known),
        "left": _amount(move.left_units, move.asset, known),
        "arrived": _amount(move.arrived_units, move.asset, known),
        "exchange": move.exchange,
        "chain_id": move.chain_id,
        "is_deposit": move.is_deposit,
        "reason": hedge_reason(move.reason) if move.decided_by == FLOAT else move.reason,
        "by": move.decided_by,
        "at": time_text(move.planned_at),
        "asked": time_text(move.asked_at),
        "ended": time_text(move.ended_at),
        "ended_by": move.ended_by,
        "ended_because": move.ended_because,
        "tx_hash": move.tx_hash,
        "note": move.last_error,
        "overdue": move.overdue,
    }


def decimals_of(hedges: Sequence[Hedge]) -> dict[str, int]:
    """Of every token that these hedges name. One query."""
    codes = {code for hedge in hedges for code in (hedge.asset, hedge.asset_in, hedge.asset_out)}
    return {code: asset.decimals for code, asset in assets_by_code(sorted(codes)).items()}


def _amount(units: int, code: str, decimals: dict[str, int], *, signed: bool = False) -> str:
    if code not in decimals:
        return f"{figures.count(units)} × {code}"
    return figures.amount(units, code=code, decimals=decimals[code], signed=signed)
