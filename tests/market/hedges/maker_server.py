"""An outside maker: a real HTTP server with its own key, honest unless a test says otherwise."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import orjson
from eth_account import Account

from gateway.chains.addresses import checksum
from gateway.supervisor.devchain.artifacts import artifact
from gateway.supervisor.devchain.calls import call_data
from tests.market.firm.signing import signed_by
from tests.market.hedges.conftest import Hedging
from tests.outside.servers import Reply

KEY = "0x" + "a1" * 32
ETHER = 10**18
PLENTY = 10**40


@dataclass
class MakerServer:
    """Quotes every size at ``price_e6`` dollars (1e-6) for an ether.

    Attributes:
        change: what it changes of each order before it signs; of the signed one with ``after``.
        domain: what it signs over instead of what it was asked to.
    """

    price_e6: int = 3_000_000_000
    key: str = KEY
    signs_with: str = ""
    name: str = "acme"
    wait_seconds: float = 0.0
    status: int = 200
    body: bytes | None = None
    change: dict[str, Any] = field(default_factory=dict)
    after: dict[str, Any] = field(default_factory=dict)
    domain: dict[str, Any] = field(default_factory=dict)
    sizes: slice = field(default_factory=lambda: slice(None))
    next_nonce: int = 1
    repeats_nonce: bool = False
    asked: list[dict[str, Any]] = field(default_factory=list)
    on_asked: Callable[[], None] = lambda: None
    _turn: threading.Lock = field(default_factory=threading.Lock)

    @property
    def address(self) -> str:
        return str(Account.from_key(self.key).address)

    def reply(self, body: bytes, _headers: dict[str, str]) -> Reply:
        with self._turn:
            question = orjson.loads(body)
            self.asked.append(question)
            self.on_asked()
        time.sleep(self.wait_seconds)
        answer = self.body if self.body is not None else self.answer(question)
        return self.status, {"content-type": "application/json"}, answer

    def answer(self, question: dict[str, Any]) -> bytes:
        orders = [self.order(question, int(units)) for units in question["amounts_in"][self.sizes]]
        return orjson.dumps({"id": question["id"], "orders": orders})

    def order(self, question: dict[str, Any], units: int) -> dict[str, Any]:
        sells = question["side"] == "sell"
        message = {
            "maker": self.address,
            "taker": question["taker"],
            "tokenIn": question["token_in"],
            "tokenOut": question["token_out"],
            "amountIn": units,
            "amountOut": units * self.price_e6 // ETHER
            if sells
            else units * ETHER // self.price_e6,
            "expiry": question["least_expiry"] + 60,
            "nonce": self.next_nonce,
        } | self.change
        if not self.repeats_nonce:
            self.next_nonce += 1
        where = {"chain_id": question["chain_id"], "contract": question["contract"]} | self.domain
        signature = signed_by(self.signs_with or self.key, message, **where)
        told = message | {name: str(message[name]) for name in ("amountIn", "amountOut", "nonce")}
        return told | {"signature": "0x" + signature.hex()} | self.after

    def entry(self, url: str, **terms: Any) -> dict[str, Any]:
        """This maker in MAKERS."""
        return {"name": self.name, "address": self.address, "url": url, **terms}


def open_shop(hedging: Hedging, makers: list[MakerServer]) -> str:
    """The contract on the chain, and each maker with dollars and ether that it may take."""
    rpc = hedging.desk.till.rpc
    for maker in makers:
        rpc.call("anvil_setBalance", [maker.address, hex(100 * ETHER)])
    code = "0x" + artifact("FirmOrders").creation_code().hex()
    receipt = act(hedging, makers[0].address, {"data": code})
    contract = str(receipt["contractAddress"])
    for maker in makers:
        hedging.desk.till.pay(bytes.fromhex(maker.address[2:]), units=10**12, symbol="USDC")
        hedging.desk.till.pay(bytes.fromhex(maker.address[2:]), units=50 * ETHER, symbol="WETH")
        for symbol in ("USDC", "WETH"):
            allow(hedging, maker, contract, symbol=symbol, units=PLENTY)
    return checksum(contract)


def allow(hedging: Hedging, maker: MakerServer, contract: str, *, symbol: str, units: int) -> None:
    data = "0x" + call_data("approve(address,uint256)", contract, units).hex()
    token = hedging.desk.till.layout.token(symbol).address
    act(hedging, maker.address, {"to": token, "data": data})


def act(hedging: Hedging, sender: str, call: dict[str, str]) -> dict[str, Any]:
    """Mine a call as its sender. The receipt."""
    rpc = hedging.desk.till.rpc
    rpc.call("anvil_impersonateAccount", [sender])
    sent = rpc.call("eth_sendTransaction", [{"from": sender, "gas": hex(5_000_000), **call}])
    hedging.desk.till.mined(sent)
    return dict(rpc.call("eth_getTransactionReceipt", [sent]))
