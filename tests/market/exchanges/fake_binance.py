"""A made-up exchange over real HTTP that speaks Binance's spot REST format, and fails on request.

It keeps books, balances, orders and trades, matches immediate-or-cancel orders against its book,
counts requests and checks their signatures. Format: developers.binance.com, "Spot API", sections
"General endpoints", "Market data", "Trading", "Account" and (for moves) "Wallet".
"""

import hashlib
import hmac
import json
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import ROUND_DOWN, Decimal
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

KEY, SECRET = "key-of-a-test", "secret-of-a-test"
EIGHT = Decimal("0.00000001")
UNKNOWN_ORDER = (400, {"code": -2013, "msg": "Order does not exist."})

Answer = tuple[int, Any]


@dataclass
class FakeBinance:
    """
    Attributes:
        bids, asks: of ETHUSDC, [price, size] as text, best first.
        fee_asset: what fees are taken in; None: what the order brings.
        fault: called with (method, path, words) before and after an answer is made; it may raise
            Drop to hang up, or return another answer.
    """

    bids: list[list[str]] = field(default_factory=lambda: [["2999.50", "100.0000"]])
    asks: list[list[str]] = field(default_factory=lambda: [["3000.50", "100.0000"]])
    balances: dict[str, Decimal] = field(default_factory=dict)
    taker: Decimal = Decimal("0.0001")
    fee_asset: str | None = None
    orders: dict[str, dict[str, Any]] = field(default_factory=dict)
    trades: list[dict[str, Any]] = field(default_factory=list)
    asked: list[tuple[str, str, dict[str, str]]] = field(default_factory=list)
    deposits: list[dict[str, Any]] = field(default_factory=list)
    withdrawals: list[dict[str, Any]] = field(default_factory=list)
    before: Callable[[str, str, dict[str, str]], Answer | None] = lambda *_: None
    after: Callable[[str, str, dict[str, str], Answer], Answer] = lambda *words: words[3]
    hide_trades: int = 0
    url: str = ""

    # ------------------------------------------------------------------ what a test looks at

    def placed(self) -> list[dict[str, str]]:
        return [words for method, path, words in self.asked if (method, path) == PLACE]

    # ------------------------------------------------------------------ what it answers

    def answer(self, method: str, path: str, words: dict[str, str]) -> Answer:
        self.asked.append((method, path, words))
        found = self.before(method, path, words)
        if found is None:
            found = self._answer(method, path, words)
        return self.after(method, path, words, found)

    def _answer(self, method: str, path: str, words: dict[str, str]) -> Answer:
        match method, path:
            case "GET", "/api/v3/exchangeInfo":
                return 200, {"timezone": "UTC", "symbols": [SYMBOL]}
            case "GET", "/api/v3/depth":
                return 200, {"lastUpdateId": 7, "bids": self.bids, "asks": self.asks}
            case "GET", "/api/v3/account":
                return 200, self._account()
            case "POST", "/api/v3/order":
                return self._place(words)
            case "GET", "/api/v3/order":
                order = self.orders.get(words["origClientOrderId"])
                return UNKNOWN_ORDER if order is None else (200, order)
            case "DELETE", "/api/v3/order":
                return self._cancel(words)
            case "GET", "/api/v3/myTrades":
                own = [t for t in self.trades if str(t["orderId"]) == words["orderId"]]
                return 200, own[: len(own) - self.hide_trades] if self.hide_trades else own
            case "GET", "/sapi/v1/capital/deposit/address":
                return 200, {"coin": words["coin"], "address": "0x" + "e2" * 20, "tag": ""}
            case "GET", "/sapi/v1/capital/deposit/hisrec":
                return 200, self.deposits
            case "POST", "/sapi/v1/capital/withdraw/apply":
                self.withdrawals.append(
                    {
                        "id": f"w{len(self.withdrawals)}",
                        "amount": words["amount"],
                        "transactionFee": "0",
                        "coin": words["coin"],
                        "status": 2,
                        "address": words["address"],
                        "txId": "",
                        "withdrawOrderId": words["withdrawOrderId"],
                        "applyTime": "2026-01-01 00:00:00",
                    }
                )
                return 200, {"id": self.withdrawals[-1]["id"]}
            case "GET", "/sapi/v1/capital/withdraw/history":
                return 200, self.withdrawals
        return 404, {"code": -1, "msg": f"no such path: {method} {path}"}

    def _account(self) -> dict[str, Any]:
        return {
            "makerCommission": 10,
            "takerCommission": 10,
            "canTrade": True,
            "accountType": "SPOT",
            "balances": [
                {"asset": asset, "free": str(held), "locked": "0.00000000"}
                for asset, held in self.balances.items()
            ],
        }

    def _place(self, words: dict[str, str]) -> Answer:
        name, side = words["newClientOrderId"], words["side"]
        size, bound = Decimal(words["quantity"]), Decimal(words["price"])
        gives = "ETH" if side == "SELL" else "USDC"
        needs = size if side == "SELL" else size * bound
        if self.balances.get(gives, Decimal(0)) < needs:
            return 400, {"code": -2010, "msg": "Account has insufficient balance."}
        order = {
            "symbol": "ETHUSDC",
            "orderId": 1_000 + len(self.orders),
            "orderListId": -1,
            "clientOrderId": name,
            "price": words["price"],
            "origQty": words["quantity"],
            "executedQty": "0.00000000",
            "cummulativeQuoteQty": "0.00000000",
            "status": "EXPIRED",
            "timeInForce": words["timeInForce"],
            "type": words["type"],
            "side": side,
            "time": now_ms(),
            "updateTime": now_ms(),
            "isWorking": True,
        }
        self.orders[name] = order
        book = self.bids if side == "SELL" else self.asks
        left = size
        for level in list(book):
            price, there = Decimal(level[0]), Decimal(level[1])
            if left <= 0 or (price < bound if side == "SELL" else price > bound):
                break
            taken = min(left, there)
            self.fill(name, price=price, size=taken)
            level[1] = str(there - taken)
            if there == taken:
                book.remove(level)
            left -= taken
        if not left:
            order["status"] = "FILLED"
        return 200, {key: order[key] for key in order if key != "time"} | {"fills": []}

    def _cancel(self, words: dict[str, str]) -> Answer:
        order = self.orders.get(words["origClientOrderId"])
        if order is None or order["status"] != "NEW":
            return 400, {"code": -2011, "msg": "Unknown order sent."}
        order["status"] = "CANCELED"
        return 200, order

    def fill(self, name: str, *, price: Decimal, size: Decimal) -> dict[str, Any]:
        """An order trades; its balances move with it."""
        order = self.orders[name]
        sells = order["side"] == "SELL"
        cost = (price * size).quantize(EIGHT, rounding=ROUND_DOWN)
        brings, gives = ("USDC", "ETH") if sells else ("ETH", "USDC")
        brought, given = (cost, size) if sells else (size, cost)
        fee_asset = self.fee_asset or brings
        fee = (brought * self.taker).quantize(EIGHT, rounding=ROUND_DOWN)
        if fee_asset not in (brings, gives):
            fee = Decimal("0.00010000")
        for asset, change in ((gives, -given), (brings, brought), (fee_asset, -fee)):
            self.balances[asset] = self.balances.get(asset, Decimal(0)) + change
        trade = {
            "symbol": "ETHUSDC",
            "id": 28_000 + len(self.trades),
            "orderId": order["orderId"],
            "orderListId": -1,
            "price": str(price),
            "qty": str(size),
            "quoteQty": str(cost),
            "commission": str(fee),
            "commissionAsset": fee_asset,
            "time": now_ms(),
            "isBuyer": not sells,
            "isMaker": False,
            "isBestMatch": True,
        }
        self.trades.append(trade)
        order["executedQty"] = str(Decimal(order["executedQty"]) + size)
        order["cummulativeQuoteQty"] = str(Decimal(order["cummulativeQuoteQty"]) + cost)
        return trade


PLACE = ("POST", "/api/v3/order")
SYMBOL = {
    "symbol": "ETHUSDC",
    "status": "TRADING",
    "baseAsset": "ETH",
    "baseAssetPrecision": 8,
    "quoteAsset": "USDC",
    "quotePrecision": 8,
    "quoteAssetPrecision": 8,
    "orderTypes": ["LIMIT", "LIMIT_MAKER", "MARKET"],
    "isSpotTradingAllowed": True,
    "isMarginTradingAllowed": False,
    "permissions": ["SPOT"],
    "permissionSets": [["SPOT"]],
    "filters": [
        {
            "filterType": "PRICE_FILTER",
            "minPrice": "0.01000000",
            "maxPrice": "1000000.00000000",
            "tickSize": "0.01000000",
        },
        {
            "filterType": "LOT_SIZE",
            "minQty": "0.00010000",
            "maxQty": "9000.00000000",
            "stepSize": "0.00010000",
        },
        {"filterType": "NOTIONAL", "minNotional": "5.00000000", "applyMinToMarket": True},
    ],
}


class Drop(Exception):
    """Hang up without an answer."""


def now_ms() -> int:
    return time.time_ns() // 1_000_000


def serve(fake: FakeBinance) -> ThreadingHTTPServer:
    """Listen on this machine; whoever calls shuts it down."""
    lock = threading.Lock()

    class Handler(BaseHTTPRequestHandler):
        def _any(self) -> None:
            parts = urlsplit(self.path)
            body = self.rfile.read(int(self.headers.get("content-length") or 0)).decode()
            words = dict(parse_qsl(parts.query) + parse_qsl(body))
            try:
                if not self._signed(parts.query or body, words):
                    status, told = 401, {"code": -1022, "msg": "Signature is not valid."}
                else:
                    with lock:
                        status, told = fake.answer(self.command, parts.path, words)
            except Drop:
                self.close_connection = True
                self.connection.close()
                return
            content = told if isinstance(told, bytes) else json.dumps(told).encode()
            self.send_response(status)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def _signed(self, query: str, words: dict[str, str]) -> bool:
            if "signature" not in words:
                return self.path.startswith(("/api/v3/exchangeInfo", "/api/v3/depth"))
            signed, _, _ = query.rpartition("&signature=")
            due = hmac.new(SECRET.encode(), signed.encode(), hashlib.sha256).hexdigest()
            return due == words["signature"] and self.headers.get("x-mbx-apikey") == KEY

        do_GET = do_POST = do_DELETE = _any

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    fake.url = f"http://127.0.0.1:{server.server_port}"
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server
