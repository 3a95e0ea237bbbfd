"""What ccxt's structures say, as ours. Pure; KeyError, TypeError or ValueError where they don't."""

from collections.abc import Mapping
from typing import Any

from gateway.market.exchanges.numbers import E18, e18_of, ppm_of
from gateway.market.exchanges.places import (
    Depth,
    Level,
    MarketRules,
    OrderProgress,
    OrderTold,
    Progress,
    Told,
    Trade,
)

ENDED = {"closed", "canceled", "expired", "rejected"}
PROGRESS = {"ok": Progress.DONE, "failed": Progress.REFUSED, "canceled": Progress.REFUSED}


def rules_read(market: Mapping[str, Any], *, taker_fee_ppm: int | None) -> MarketRules:
    limits, precision = market["limits"], market["precision"]
    return MarketRules(
        lot=_e18(precision["amount"]),
        tick=_e18(precision["price"]),
        least_size=_e18(limits["amount"]["min"]),
        least_cost=_e18(limits["cost"]["min"]),
        taker_fee_ppm=ppm_of(market["taker"]) if taker_fee_ppm is None else taker_fee_ppm,
    )


def depth_read(book: Mapping[str, Any], *, asked_ms: int, now_ms: int) -> Depth:
    """A book can't be made younger than its answer, nor older than what it says."""
    bids, asks = (
        [Level(e18_of(price), e18_of(size)) for price, size in book[side]]
        for side in ("bids", "asks")
    )
    told = book.get("timestamp")
    return Depth(
        tuple(sorted(bids, key=lambda level: -level.price)),
        tuple(sorted(asks, key=lambda level: level.price)),
        asked_ms if told is None else min(int(told), now_ms),
    )


def balances_read(told: Mapping[str, Any]) -> dict[str, int]:
    """Whatever ccxt could not read of an answer is a balance of nothing: look at the answer too."""
    if not isinstance(told["info"], dict) or not told["info"]:
        raise ValueError("an account that says nothing")
    return {code: e18_of(held) for code, held in told["total"].items()}


def order_read(told: Mapping[str, Any]) -> OrderTold:
    progress = OrderProgress.OVER if told["status"] in ENDED else OrderProgress.OPEN
    return OrderTold(progress, _name(told["id"]), e18_of(told["filled"]))


def trade_read(row: Mapping[str, Any]) -> Trade:
    fee = row["fee"] or {}
    return Trade(
        id=_name(row["id"]),
        sells={"sell": True, "buy": False}[row["side"]],
        size=e18_of(row["amount"]),
        price=e18_of(row["price"]),
        cost=e18_of(row["cost"]),
        fee=_e18(fee.get("cost")),
        fee_currency=str(fee.get("currency") or ""),
        at_ms=int(row["timestamp"]),
    )


def transfer_read(row: Mapping[str, Any], *, decimals: int, with_fee: bool) -> Told:
    """A deposit, or a withdrawal, whose fee left the balance beside its amount."""
    progress = PROGRESS.get(row["status"], Progress.PENDING)
    moved = e18_of(row["amount"])
    if with_fee:
        moved += _e18((row.get("fee") or {}).get("cost"))
    tx_hash = str(row.get("txid") or "").lower()
    if with_fee and progress is Progress.DONE and not tx_hash:
        progress = Progress.PENDING
    return Told(progress, moved * int(10**decimals) // E18, tx_hash)


def _e18(text: object) -> int:
    return 0 if text is None else e18_of(text)


def _name(told: object) -> str:
    if not isinstance(told, str) or not told:
        raise ValueError("something without a name")
    return told
