"""Write down what a batch did: commands, orders, trades, positions, entries and the event.

One statement for each, however many commands there were.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson
from django.db import connection

from gateway.events.ids import uuid7
from gateway.events.services import emit
from gateway.ledger import postings
from gateway.ledger.journal import NewEntry
from gateway.ledger.postings import Posting
from gateway.ledger.trades import post_trades, trades_entry, trades_key
from gateway.market.orders import kept
from gateway.market.orders.funds import account_of
from gateway.market.orders.kept import Change, Outcome
from gateway.market.orders.models import BookMarket, Command
from gateway.market.orders.terms import MarketTerms
from gateway.money.amounts import Amount

# By the ids a second time: a set made of JSON has no size that a plan could go by, and a table that
# was small when the plan was made would be read through for as long as that is kept.
COMMANDS_SQL = """
UPDATE orders_command c
   SET number = x.number, status = x.status, code = x.code, result = x.result,
       batch = %(batch)s, applied_at = %(now)s
  FROM jsonb_to_recordset(%(rows)s::jsonb)
       AS x (id uuid, number bigint, status text, code text, result jsonb)
 WHERE c.id = ANY (%(ids)s) AND c.id = x.id
"""

_ORDER_COLUMNS = {
    "id": "uuid",
    "book_id": "bigint",
    "owner": "text",
    "client_id": "text",
    "by": "text",
    "twap_id": "uuid",
    "side": "text",
    "asked_price": "numeric",
    "asked_lots": "numeric",
    "shown": "numeric",
    "time_in_force": "text",
    "self_trade": "text",
    "price": "numeric",
    "lots": "numeric",
    "open": "numeric",
    "hidden": "numeric",
    "filled": "numeric",
    "value": "numeric",
    "fee_units": "numeric",
    "held_units": "numeric",
    "joined": "bigint",
    "status": "text",
    "reason": "text",
    "placed_at": "timestamptz",
}
_CHANGING = (
    *("price", "lots", "open", "hidden", "filled", "value", "fee_units", "held_units", "joined"),
    *("status", "reason"),
)


def _names(columns: Iterable[str], prefix: str = "") -> str:
    return ", ".join(f'{prefix}"{name}"' for name in columns)


_TYPES = ", ".join(f'"{name}" {kind}' for name, kind in _ORDER_COLUMNS.items())

NEW_ORDERS_SQL = f"""
INSERT INTO orders_order (market_id, changed_at, {_names(_ORDER_COLUMNS)})
SELECT %(market)s, %(now)s, {_names(_ORDER_COLUMNS, "x.")}
  FROM jsonb_to_recordset(%(rows)s::jsonb) AS x ({_TYPES})
"""  # noqa: S608 (names of columns, all of them above)

CHANGED_ORDERS_SQL = f"""
UPDATE orders_order o
   SET ({_names(_CHANGING)}, changed_at) = ({_names(_CHANGING, "x.")}, %(now)s)
  FROM jsonb_to_recordset(%(rows)s::jsonb) AS x ({_TYPES})
 WHERE o.id = ANY (%(ids)s) AND o.id = x.id
"""  # noqa: S608 (names of columns, all of them above)

TRADES_SQL = """
INSERT INTO orders_trade (
    id, market_id, sequence, taker_order_id, maker_order_id, taker, maker, side, price, lots,
    base_units, quote_units, taker_fee_units, maker_fee_units, entry_key, traded_at)
SELECT x.id, %(market)s, x.sequence, x.taker_order_id, x.maker_order_id, x.taker, x.maker, x.side,
       x.price, x.lots, x.base_units, x.quote_units, x.taker_fee_units, x.maker_fee_units,
       x.entry_key, %(now)s
  FROM jsonb_to_recordset(%(rows)s::jsonb) AS x (
       id uuid, sequence bigint, taker_order_id uuid, maker_order_id uuid, taker text, maker text,
       side text, price numeric, lots numeric, base_units numeric, quote_units numeric,
       taker_fee_units numeric, maker_fee_units numeric, entry_key text)
"""

# The market is held: nobody else writes its positions between reading and writing them.
POSITIONS_SQL = """
INSERT INTO orders_position (
    market_id, owner, base_units, quote_units, fee_units, base_held, quote_held)
SELECT %(market)s, x.owner, coalesce(p.base_units, 0) + x.base,
       coalesce(p.quote_units, 0) + x.quote, coalesce(p.fee_units, 0) + x.fee,
       coalesce(p.base_held, 0) + x.base_held, coalesce(p.quote_held, 0) + x.quote_held
  FROM jsonb_to_recordset(%(rows)s::jsonb) AS x (
       owner text, base numeric, quote numeric, fee numeric, base_held numeric, quote_held numeric)
  LEFT JOIN orders_position p ON p.market_id = %(market)s AND p.owner = x.owner
ON CONFLICT (market_id, owner) DO UPDATE
   SET base_units = excluded.base_units, quote_units = excluded.quote_units,
       fee_units = excluded.fee_units, base_held = excluded.base_held,
       quote_held = excluded.quote_held
"""


@dataclass(slots=True)
class Done:
    """A command that was carried out or refused (``code``), and what it did."""

    command: Command
    outcome: Outcome | None
    code: str


def batch_keep(
    market: BookMarket,
    done: Sequence[Done],
    orders: Sequence[kept.Order],
    changes: Mapping[str, Change],
    *,
    known_sequence: int,
    now: datetime,
) -> None:
    """Write a batch. In the caller's transaction, which holds the market.

    Args:
        orders: all that changed; those above ``known_sequence`` are new.
    """
    by_id = {each.command.id: each.command for each in done}
    trades = [
        (each.command, trade) for each in done if each.outcome for trade in each.outcome.trades
    ]
    run = _Statements(market, now)
    run.many(
        COMMANDS_SQL,
        [
            {
                "id": each.command.id,
                "number": each.command.number,
                "status": "refused" if each.outcome is None else "done",
                "code": each.code,
                "result": result_of(each.outcome),
            }
            for each in done
        ],
    )
    new = [order for order in orders if order.book_id > known_sequence]
    changed = [order for order in orders if order.book_id <= known_sequence]
    run.many(NEW_ORDERS_SQL, [_order_row(order, by_id[order.id]) for order in new])
    run.many(CHANGED_ORDERS_SQL, [_order_row(order, None) for order in changed])
    run.many(TRADES_SQL, [_trade_row(command, trade) for command, trade in trades])
    run.many(
        POSITIONS_SQL,
        [
            {
                "owner": owner,
                "base": str(change.base),
                "quote": str(change.quote),
                "fee": str(change.fee),
                "base_held": str(change.base_held),
                "quote_held": str(change.quote_held),
            }
            for owner, change in sorted(changes.items())
        ],
    )
    post_trades(_entries(market, done), now=now)
    if trades:
        _say_traded(market, [trade for _, trade in trades], now=now)


def result_of(outcome: Outcome | None) -> dict[str, str] | None:
    """What is kept of a command's outcome: lots and ticks × lots, as text."""
    if outcome is None:
        return None
    told = {"cancelled_orders": str(outcome.cancelled), "rest": str(outcome.rest)}
    receipt = outcome.receipt
    if receipt is not None:
        told |= {
            "placed": str(receipt.filled + receipt.resting + receipt.cancelled),
            "filled": str(receipt.filled),
            "value": str(receipt.value),
            "resting": str(receipt.resting),
            "cancelled": str(receipt.cancelled),
        }
    return told


class _Statements:
    def __init__(self, market: BookMarket, now: datetime) -> None:
        self._bounds: dict[str, Any] = {"market": market.id, "batch": market.batch, "now": now}

    def many(self, sql: str, rows: list[dict[str, Any]]) -> None:
        if rows:
            ids = [row.get("id") for row in rows]
            told: dict[str, Any] = {"rows": orjson.dumps(rows).decode(), "ids": ids, **self._bounds}
            with connection.cursor() as cursor:
                cursor.execute(sql, told)


def _order_row(order: kept.Order, command: Command | None) -> dict[str, Any]:
    row: dict[str, Any] = {
        "id": order.id,
        "price": str(order.price),
        "lots": str(order.lots),
        "open": str(order.open),
        "hidden": str(order.hidden),
        "filled": str(order.filled),
        "value": str(order.value),
        "fee_units": str(order.fee),
        "held_units": str(order.held),
        "joined": order.joined,
        "status": order.status.value,
        "reason": order.reason,
    }
    if command is None:
        return row
    return row | {
        "book_id": order.book_id,
        "owner": order.owner,
        "client_id": command.client_id,
        "by": command.by,
        "twap_id": command.twap_id,
        "side": order.side.value,
        "asked_price": str(order.asked_price),
        "asked_lots": str(order.asked_lots),
        "shown": None if order.shown is None else str(order.shown),
        "time_in_force": order.time_in_force.value,
        "self_trade": order.self_trade.value,
        "placed_at": command.placed_at,
    }


def _trade_row(command: Command, trade: kept.Trade) -> dict[str, Any]:
    return {
        "id": uuid7(),
        "sequence": trade.sequence,
        "taker_order_id": trade.taker_order,
        "maker_order_id": trade.maker_order,
        "taker": trade.taker,
        "maker": trade.maker,
        "side": trade.side.value,
        "price": str(trade.price),
        "lots": str(trade.lots),
        "base_units": str(trade.base_units),
        "quote_units": str(trade.quote_units),
        "taker_fee_units": str(trade.taker_fee),
        "maker_fee_units": str(trade.maker_fee),
        "entry_key": trades_key(command.id),
    }


def _entries(market: BookMarket, done: Sequence[Done]) -> list[NewEntry]:
    terms = market.terms
    return [
        trades_entry(
            command_id=each.command.id,
            market=market.name,
            by=each.command.by,
            sequences=[trade.sequence for trade in each.outcome.trades],
            lines=[line for trade in each.outcome.trades for line in _lines(terms, trade)],
        )
        for each in done
        if each.outcome is not None and each.outcome.trades
    ]


def _lines(terms: MarketTerms, trade: kept.Trade) -> tuple[Posting, ...]:
    return postings.trade(
        seller=account_of(trade.seller),
        buyer=account_of(trade.buyer),
        base=Amount(trade.base_units, terms.base),
        quote=Amount(trade.quote_units, terms.quote),
        seller_fee=Amount(trade.seller_fee, terms.quote),
        buyer_fee=Amount(trade.buyer_fee, terms.quote),
    )


def _say_traded(market: BookMarket, trades: Sequence[kept.Trade], *, now: datetime) -> None:
    emit(
        type="book.traded",
        subject=f"book:{market.id}",
        body={
            "market": market.name,
            "base": market.base,
            "quote": market.quote,
            "number": market.number,
            "trades": len(trades),
            "base_units": str(sum(trade.base_units for trade in trades)),
            "quote_units": str(sum(trade.quote_units for trade in trades)),
            "last_price": market.terms.price_text(trades[-1].price),
        },
        mode=market.mode,
        now=now,
    )
