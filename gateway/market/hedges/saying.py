"""The events of hedges and moves: one body for each kind, which stands on its own."""

from datetime import datetime

from gateway.events.services import emit
from gateway.market.hedges.exchange_models import ExchangeOrder
from gateway.market.hedges.models import Hedge, InventoryMove


def say_hedge(hedge: Hedge, type: str, *, now: datetime) -> None:
    """In the caller's transaction."""
    emit(
        type=type,
        subject=f"hedge:{hedge.id}",
        body={
            "hedge_id": str(hedge.id),
            "asset": hedge.asset,
            "number": hedge.number,
            "chain_id": hedge.chain_id,
            "side": hedge.side,
            "style": hedge.style,
            "reason": hedge.reason,
            "status": hedge.status,
            "units": str(hedge.units),
            "exposure_units": str(hedge.exposure_units),
            "band_units": str(hedge.band_units),
            "asset_in": hedge.asset_in,
            "asset_out": hedge.asset_out,
            "sold_units": str(hedge.sold_units),
            "bought_units": str(hedge.bought_units),
            "fee_units": str(hedge.fee_units),
            "cost_cents": str(hedge.cost_cents),
            "last_error": hedge.last_error,
            "asked_by": hedge.asked_by,
            "asked_because": hedge.asked_because,
            "ended_by": hedge.ended_by,
            "ended_because": hedge.ended_because,
        },
        mode=hedge.mode,
        now=now,
    )


def say_order(order: ExchangeOrder, hedge: Hedge, *, now: datetime) -> None:
    """An order on an exchange is over. In the caller's transaction."""
    emit(
        type=f"exchange.order_{order.status}",
        subject=f"hedge:{hedge.id}",
        body={
            "order_id": str(order.id),
            "hedge_id": str(hedge.id),
            "exchange": order.exchange,
            "client_id": order.client_id,
            "base": order.base,
            "quote": order.quote,
            "side": "sell" if order.sells else "buy",
            "status": order.status,
            "size_e18": str(order.size),
            "filled_e18": str(order.filled),
            "sold_units": str(order.sold_units),
            "bought_units": str(order.bought_units),
            "failure_code": order.failure_code,
        },
        mode=hedge.mode,
        now=now,
    )


def say_float_filled(hedge: Hedge, *, reference: str, now: datetime) -> None:
    """There is more of what it took: whoever waits for the float may go."""
    emit(
        type="float.filled",
        subject=f"float:{hedge.asset_out}",
        body={"asset": hedge.asset_out, "chain_id": hedge.chain_id, "reference": reference},
        mode=hedge.mode,
        now=now,
    )


def say_move(move: InventoryMove, type: str, *, now: datetime) -> None:
    """In the caller's transaction."""
    emit(
        type=type,
        subject=f"move:{move.id}",
        body={
            "move_id": str(move.id),
            "chain_id": move.chain_id,
            "exchange": move.exchange,
            "is_deposit": move.is_deposit,
            "asset": move.asset,
            "state": move.state,
            "units": str(move.units),
            "left_units": str(move.left_units),
            "arrived_units": str(move.arrived_units),
            "reason": move.reason,
            "decided_by": move.decided_by,
            "ended_by": move.ended_by,
            "ended_because": move.ended_because,
            "overdue": move.overdue,
        },
        mode=move.mode,
        now=now,
    )
