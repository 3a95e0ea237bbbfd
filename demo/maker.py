"""An outside maker that is made up (simulated): key, inventory and prices are the demo's.

It knows the gateway by docs/reference/makers.md alone and imports nothing of it. It quotes both
sides of one pool's pair, a little worse than that pool's own price and better than whoever trades
there pays, as far as its inventory reaches. It does nothing until it is asked:

    MAKER_KEY=0x… python -m demo.maker --rpc-url http://127.0.0.1:8545 \\
        --contract 0x… --pool 0x… --port 8600

It prints one line of JSON when it is open, and ends when its standard input does.
"""

import argparse
import json
import os
import sys
import threading
import time
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from eth_account import Account
from eth_account.messages import encode_typed_data
from eth_account.signers.local import LocalAccount
from eth_typing import ChecksumAddress, HexStr
from web3 import HTTPProvider, Web3
from web3.types import TxParams

NAME = "demo maker (simulated)"
MARGIN_PPM = 100
"""What it keeps of each trade: a basis point. A pool of the demo keeps five at least."""
HOLDS_SECONDS = 60
"""How much longer than asked an order holds."""
MOST_QUESTION_BYTES = 64 * 1024
MILLION = 1_000_000
Q192 = 2**192
UNLIMITED = 2**256 - 1
DAY_SECONDS = 24 * 3600.0

APPROVE, BALANCE_OF = "095ea7b3", "70a08231"
TOKEN0, TOKEN1, SLOT0 = "0dfe1681", "d21220a7", "3850c7bd"
ORDER_TYPE = {
    "maker": "address",
    "taker": "address",
    "tokenIn": "address",
    "tokenOut": "address",
    "amountIn": "uint256",
    "amountOut": "uint256",
    "expiry": "uint64",
    "nonce": "uint256",
}
TEXTS = ("amountIn", "amountOut", "nonce")
"""Fields that go over the wire as decimal text."""

Json = dict[str, Any]


class NotForUs(Exception):
    """A question about another chain, contract or pair."""


def given_for(amount_in: int, *, sqrt_price_x96: int, sells_token0: bool) -> int:
    """Base units that the maker gives for ``amount_in``, by a pool's price less its margin.

    The price of a Uniswap V3 pool is (sqrtPriceX96 / 2^96)^2, base units of token1 for one of
    token0; rounded down.
    """
    squared = sqrt_price_x96**2
    above, below = (squared, Q192) if sells_token0 else (Q192, squared)
    return amount_in * above * (MILLION - MARGIN_PPM) // (below * MILLION)


class Chain:
    """What the maker reads of its chain, and the leave that it gives there."""

    def __init__(self, *, rpc_url: str, account: LocalAccount) -> None:
        self._web3 = Web3(HTTPProvider(rpc_url))
        self._account = account
        self.chain_id = self._web3.eth.chain_id

    def words(self, to: str, data: str) -> list[int]:
        call: TxParams = {"to": Web3.to_checksum_address(to), "data": HexStr("0x" + data)}
        answer = bytes(self._web3.eth.call(call))
        return [int.from_bytes(answer[at : at + 32], "big") for at in range(0, len(answer), 32)]

    def address(self, of: str, selector: str) -> ChecksumAddress:
        return Web3.to_checksum_address(f"0x{self.words(of, selector)[0]:040x}")

    def balance(self, token: str) -> int:
        return self.words(token, BALANCE_OF + self._account.address[2:].lower().rjust(64, "0"))[0]

    def let(self, spender: str, tokens: tuple[str, ...]) -> None:
        """Give the contract leave to take the tokens; mined when this returns."""
        nonce = self._web3.eth.get_transaction_count(self._account.address)
        sent = []
        for number, token in enumerate(tokens):
            data = APPROVE + spender[2:].lower().rjust(64, "0") + f"{UNLIMITED:064x}"
            signed = self._account.sign_transaction(
                {
                    "chainId": self.chain_id,
                    "nonce": nonce + number,
                    "to": Web3.to_checksum_address(token),
                    "value": 0,
                    "data": HexStr("0x" + data),
                    "gas": 100_000,
                    "maxFeePerGas": self._web3.eth.gas_price * 2 + 10**9,
                    "maxPriorityFeePerGas": 10**9,
                }
            )
            sent.append(self._web3.eth.send_raw_transaction(signed.raw_transaction))
        for hash_ in sent:
            if self._web3.eth.wait_for_transaction_receipt(hash_, poll_latency=0.2)["status"] != 1:
                raise SystemExit("the maker could not give leave")


@dataclass
class Maker:
    """Answers questions, one at a time.

    Attributes:
        tokens: of its pool, in the pool's order.
    """

    account: LocalAccount
    chain: Chain
    contract: str
    pool: str
    tokens: tuple[str, str]
    _nonce: int = 0
    _promised: dict[str, list[tuple[int, int]]] = field(default_factory=dict)
    _turn: threading.Lock = field(default_factory=threading.Lock)

    def answer(self, question: Json) -> Json | None:
        """Its orders for a question, or None where it has nothing to offer.

        Raises:
            NotForUs
        """
        asked = tuple(question[name].lower() for name in ("token_in", "token_out"))
        known = tuple(token.lower() for token in self.tokens)
        where = (question["chain_id"], question["contract"].lower())
        if where != (self.chain.chain_id, self.contract.lower()) or set(asked) != set(known):
            raise NotForUs
        with self._turn:
            price = self.chain.words(self.pool, SLOT0)[0]
            free = self._free(question["token_out"])
            expiry = question["least_expiry"] + HOLDS_SECONDS
            orders = []
            for units in (int(text) for text in question["amounts_in"]):
                given = given_for(units, sqrt_price_x96=price, sells_token0=asked[0] == known[0])
                if 0 < given <= free:
                    orders.append(self._order(question, units, given, expiry))
            if not orders:
                return None
            # Of one answer one order at most is taken: the largest is what it may have to give.
            most = max(int(order["amountOut"]) for order in orders)
            self._promised.setdefault(asked[1], []).append((expiry, most))
        return {"id": question["id"], "orders": orders}

    def _free(self, token: str) -> int:
        """What it holds of a token and has not promised to orders that still hold."""
        still = [each for each in self._promised.get(token.lower(), []) if each[0] >= time.time()]
        self._promised[token.lower()] = still
        return self.chain.balance(token) - sum(units for _, units in still)

    def _order(self, question: Json, units: int, given: int, expiry: int) -> Json:
        self._nonce += 1
        order = {
            "maker": self.account.address,
            "taker": question["taker"],
            "tokenIn": question["token_in"],
            "tokenOut": question["token_out"],
            "amountIn": units,
            "amountOut": given,
            "expiry": expiry,
            "nonce": self._nonce,
        }
        return {
            **order,
            **{name: str(order[name]) for name in TEXTS},
            "signature": "0x" + bytes(self._signed(order)).hex(),
        }

    def _signed(self, order: Json) -> bytes:
        domain = {
            "name": "Tillway Firm Orders",
            "version": "1",
            "chainId": self.chain.chain_id,
            "verifyingContract": self.contract,
        }
        types = {"FirmOrder": [{"name": name, "type": kind} for name, kind in ORDER_TYPE.items()]}
        return bytes(self.account.sign_message(encode_typed_data(domain, types, order)).signature)


def served(maker: Maker, *, port: int) -> ThreadingHTTPServer:
    """The maker's server on loopback, bound and not yet serving."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            length = int(self.headers.get("content-length", 0))
            if length > MOST_QUESTION_BYTES:
                self._say(413)
                return
            try:
                answer = maker.answer(json.loads(self.rfile.read(length)))
            except NotForUs:
                answer = None
            except (ValueError, KeyError, TypeError, AttributeError):
                self._say(400)
                return
            self._say(204) if answer is None else self._say(200, json.dumps(answer).encode())

        def _say(self, status: int, body: bytes = b"") -> None:
            self.send_response(status)
            self.send_header("x-maker", NAME)
            self.send_header("content-type", "application/json")
            if status != 204:
                self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *arguments: Any) -> None:
            return  # the demo narrates by itself

    return ThreadingHTTPServer(("127.0.0.1", port), Handler)


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rpc-url", required=True)
    parser.add_argument("--contract", required=True, help="that settles its orders")
    parser.add_argument("--pool", required=True, help="a Uniswap V3 pool whose price it goes by")
    parser.add_argument("--port", type=int, required=True)
    options = parser.parse_args()

    account = Account.from_key(os.environ["MAKER_KEY"])
    chain = Chain(rpc_url=options.rpc_url, account=account)
    tokens = (chain.address(options.pool, TOKEN0), chain.address(options.pool, TOKEN1))
    chain.let(options.contract, tokens)
    server = served(
        Maker(account, chain, options.contract, options.pool, tokens), port=options.port
    )
    # It wakes up for questions, and once a day.
    threading.Thread(target=server.serve_forever, args=(DAY_SECONDS,), daemon=True).start()
    print(json.dumps({"maker": NAME, "address": account.address}), flush=True)
    sys.stdin.buffer.read()  # whoever started it is gone when this returns
    return 0


if __name__ == "__main__":
    sys.exit(main())
