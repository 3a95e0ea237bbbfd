"""Orders of our own book, schedules and levels as pages show them. No query."""

from typing import Any

from django.utils.translation import gettext as _

from gateway.checkout.wording import asset_symbol, grouped
from gateway.market.orders.models import BookMarket, Order, Trade, Twap
from gateway.market.orders.schedules import moment
from gateway.market.orders.selectors import DepthView, PositionView
from merchants.dashboard.desk import figures
from merchants.dashboard.desk.wording import order_sign, side_word, time_in_force_word, twap_sign
from merchants.dashboard.selectors import time_text


def market_row(market: BookMarket, *, depth: DepthView) -> dict[str, Any]:
    """One market with its best levels."""
    terms = market.terms
    return {
        "name": market.name,
        "status": market.status,
        "open": market.status == "open",
        "base": asset_symbol(market.base),
        "quote": asset_symbol(market.quote),
        "lot": _base(terms.lot_units, market),
        "tick": terms.price_text(1),
        "bids": [_level(level.price, level.lots, market) for level in depth.bids],
        "asks": [_level(level.price, level.lots, market) for level in depth.asks],
    }


def _level(price: int, lots: int, market: BookMarket) -> dict[str, str]:
    terms = market.terms
    return {
        "price": grouped(terms.price_text(price)),
        "units": _base(terms.base_units(lots), market),
    }


def order_row(order: Order) -> dict[str, Any]:
    market, terms = order.market, order.market.terms
    sign = order_sign(order.status)
    return {
        "id": order.id,
        "market": market.name,
        "tone": sign.tone,
        "icon": sign.icon,
        "word": sign.word,
        "open": order.status == "open",
        "side": side_word(order.side),
        "units": _base(terms.base_units(order.lots), market),
        "units_plain": figures.exact(terms.base_units(order.lots), decimals=market.base_decimals),
        "filled": _base(terms.base_units(order.filled), market),
        "left": _base(terms.base_units(order.open), market),
        "shown": _base(terms.base_units(order.shown), market) if order.shown else "",
        "price": grouped(terms.price_text(order.price)),
        "price_plain": terms.price_text(order.price),
        "quote": asset_symbol(market.quote),
        "time": time_in_force_word(order.time_in_force),
        "by": order.by,
        "reason": order.reason.replace("_", " "),
        "scheduled": order.twap_id is not None,
        "at": time_text(order.placed_at),
        "changed": time_text(order.changed_at),
    }


def twap_row(twap: Twap) -> dict[str, Any]:
    market, terms = twap.market, twap.market.terms
    sign = twap_sign(twap.state)
    return {
        "id": twap.id,
        "market": market.name,
        "tone": sign.tone,
        "icon": sign.icon,
        "word": sign.word,
        "side": side_word(twap.side),
        "units": _base(terms.base_units(twap.lots), market),
        "price": grouped(terms.price_text(twap.worst_price)),
        "quote": asset_symbol(market.quote),
        "parts": twap.parts,
        "until": time_text(moment(twap.end_ms)),
        "by": twap.by,
    }


def trade_row(trade: Trade, order: Order) -> dict[str, Any]:
    market, terms = order.market, order.market.terms
    took = trade.taker_order_id == order.id
    return {
        "at": time_text(trade.traded_at),
        "units": _base(trade.base_units, market),
        "price": grouped(terms.price_text(trade.price)),
        "how": _("arrived") if took else _("rested"),
        "entry_key": trade.entry_key,
    }


def book_position_row(position: PositionView) -> dict[str, Any]:
    market = position.market
    return {
        "market": market.name,
        "units": figures.amount(
            position.base_units, code=market.base, decimals=market.base_decimals, signed=True
        ),
        "quote": figures.amount(
            position.quote_units, code=market.quote, decimals=market.quote_decimals, signed=True
        ),
        "held_base": _base(position.base_held, market),
        "held_quote": figures.amount(
            position.quote_held, code=market.quote, decimals=market.quote_decimals
        ),
    }


def _base(units: int, market: BookMarket) -> str:
    return figures.amount(units, code=market.base, decimals=market.base_decimals)
