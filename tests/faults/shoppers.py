"""Shoppers with wallets of their own, and what a network does for them: it keeps what was sent."""

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from eth_account import Account
from eth_account.signers.local import LocalAccount

from gateway.outside.errors import OutsideFailed
from gateway.outside.rpc import JsonRpc
from gateway.supervisor.devchain.calls import call_data

BURIED = 14
"""Blocks after which no reorg of these tests takes a transaction out again."""
HELD = {"USDC": 10**6 * 10**6, "WETH": 300 * 10**18, "DAI": 10**5 * 10**18, "EURC": 10**9}


@dataclass(slots=True)
class _Sent:
    """A transaction, and what gives it to the node again; the hash that it has then."""

    tx_hash: str
    again: Callable[[JsonRpc], str]


class Mempool:
    """Gives what a reorg dropped to the node again, as other nodes of a network would."""

    def __init__(self, *, rpc_url: str) -> None:
        self._rpc_url = rpc_url
        self._waiting: list[_Sent] = []
        self._lock = threading.Lock()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    @property
    def kept(self) -> list[str]:
        """Hashes of what isn't buried yet."""
        with self._lock:
            return [sent.tx_hash for sent in self._waiting]

    def keep(self, *, raw: str, tx_hash: str) -> None:
        """Keep a signed transaction."""

        def again(rpc: JsonRpc) -> str:
            _send(rpc, raw)
            return tx_hash

        self._keep(_Sent(tx_hash, again))

    def send_as(self, sender: str, *, to: str, data: bytes) -> None:
        """Send and keep a transaction of an address whose key nobody here has.

        What is given to the node again is the same transaction, under the same hash: with its nonce
        and fees, which the node would else choose anew.
        """
        fields = {
            **{"from": sender, "to": to, "data": "0x" + data.hex(), "gas": hex(150_000)},
            "maxFeePerGas": hex(50 * 10**9),
            "maxPriorityFeePerGas": hex(10**9),
        }

        def send(rpc: JsonRpc) -> str:
            rpc.call("anvil_impersonateAccount", [sender])
            rpc.call("anvil_setBalance", [sender, hex(10**18)])
            return str(rpc.call("eth_sendTransaction", [fields]))

        with JsonRpc(self._rpc_url) as rpc:
            tx_hash = send(rpc)
            sent: Any = rpc.call("eth_getTransactionByHash", [tx_hash])
        fields["nonce"] = sent["nonce"]
        self._keep(_Sent(tx_hash, send))

    def _keep(self, sent: _Sent) -> None:
        with self._lock:
            self._waiting.append(sent)

    def close(self) -> None:
        self._stop.set()
        self._thread.join(timeout=10)

    def _run(self) -> None:
        with JsonRpc(self._rpc_url) as rpc:
            while not self._stop.wait(1.0):
                try:
                    self._look(rpc)
                except OutsideFailed:
                    continue  # the node is away; the transactions are still kept

    def _look(self, rpc: JsonRpc) -> None:
        head = int(str(rpc.call("eth_blockNumber")), 16)
        with self._lock:
            waiting = list(self._waiting)
        for sent in waiting:
            receipt: Any = rpc.call("eth_getTransactionReceipt", [sent.tx_hash])
            if receipt is None:
                if rpc.call("eth_getTransactionByHash", [sent.tx_hash]) is None:
                    sent.tx_hash = sent.again(rpc)
            elif head - int(receipt["blockNumber"], 16) > BURIED:
                with self._lock:
                    self._waiting.remove(sent)


def _send(rpc: JsonRpc, raw: str) -> None:
    try:
        rpc.call("eth_sendRawTransaction", [raw])
    except OutsideFailed:
        return  # it has it already, or not yet what comes before


@dataclass(slots=True)
class Shopper:
    """One account; used by one story at a time."""

    account: LocalAccount
    chain_id: int
    rpc_url: str
    mempool: Mempool
    nonce: int = 0
    sent: list[str] = field(default_factory=list)

    def transfer(self, *, token: str | None, to: str, units: int) -> str:
        """Send base units of a token's contract, or of the native coin; the transaction's hash."""
        data = b"" if token is None else call_data("transfer(address,uint256)", to, units)
        fields: dict[str, Any] = {
            "chainId": self.chain_id,
            "nonce": self.nonce,
            "gas": 150_000,
            "maxFeePerGas": 50 * 10**9,
            "maxPriorityFeePerGas": 10**9,
            "to": to if token is None else token,
            "value": units if token is None else 0,
            "data": data,
        }
        signed = self.account.sign_transaction(fields)
        self.nonce += 1
        raw, tx_hash = "0x" + signed.raw_transaction.hex(), "0x" + signed.hash.hex()
        self.mempool.keep(raw=raw, tx_hash=tx_hash)
        with JsonRpc(self.rpc_url) as rpc:
            _send(rpc, raw)
        self.sent.append(tx_hash)
        return tx_hash


def crowd(place: Any, mempool: Mempool, *, count: int) -> Sequence[Shopper]:
    """Shoppers who hold some of everything."""
    chain = place.shop.chain
    shoppers = [
        Shopper(Account.create(), chain.chain_id, place.shop.rpc_url, mempool) for _ in range(count)
    ]
    for shopper in shoppers:
        place.rpc.call("anvil_setBalance", [shopper.account.address, hex(10**21)])
    bank = shoppers[0]
    place.shop.give(to=bank.account.address, **{s: n * count for s, n in HELD.items()})
    last = ""
    for shopper in shoppers[1:]:
        for symbol, units in HELD.items():
            last = bank.transfer(
                token=chain.token(symbol).address, to=shopper.account.address, units=units
            )
    if last:
        place.mined(last, seconds=60)
    return shoppers
