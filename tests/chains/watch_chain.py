"""Things a chain may do to us, made on anvil: reorgs, contracts that pay, nodes that lie."""

import json
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import httpx
from eth_account import Account
from eth_account.signers.local import LocalAccount

from gateway.chains.addresses import checksum
from gateway.supervisor.devchain.calls import call_data, created_address
from tests.chains.watch_kit import Till

SHOPPER: LocalAccount = Account.from_key(
    "0x8b3a350cf5c34c9194ca85829a2df0ec3153be0318b5e2d3348e872092edffba"
)
"""anvil's tenth account: it has ether."""


class Shopper:
    """Pays from a key of its own, with raw bytes that can be sent again."""

    def __init__(self, till: Till) -> None:
        self.till = till
        self.address = SHOPPER.address

    def nonce(self) -> int:
        return int(self.till.rpc.call("eth_getTransactionCount", [self.address, "latest"]), 16)

    def get(self, symbol: str, units: int) -> None:
        self.till.faucet.give(to=self.address, symbol=symbol, units=units)

    def sign(self, *, to: str | None, data: bytes = b"", value: int = 0, nonce: int | None = None):
        fields: dict[str, Any] = {
            "type": 2,
            "chainId": self.till.chain.id,
            "nonce": self.nonce() if nonce is None else nonce,
            "maxFeePerGas": 500 * 10**9,
            "maxPriorityFeePerGas": 10**9,
            "gas": 1_000_000,
            "value": value,
            "data": data,
        }
        if to is not None:
            fields["to"] = to
        return "0x" + bytes(SHOPPER.sign_transaction(fields).raw_transaction).hex()

    def sign_transfer(self, to: bytes, *, symbol: str, units: int, nonce: int | None = None) -> str:
        token = self.till.layout.token(symbol).address
        data = call_data("transfer(address,uint256)", checksum(bytes(to)), units)
        return self.sign(to=token, data=data, nonce=nonce)

    def send(self, raw: str) -> str:
        return self.till.mined(self.till.rpc.call("eth_sendRawTransaction", [raw]))

    def transfer_many(self, calls: list[tuple[str, bytes, int]]) -> str:
        """Several token transfers (symbol, to, units) in one transaction, by a contract."""
        maker = created_address(deployer=self.address, nonce=self.nonce())
        for symbol, _, units in calls:
            self.till.faucet.give(to=maker, symbol=symbol, units=units)
        data = [
            (
                bytes.fromhex(self.till.layout.token(symbol).address[2:]),
                call_data("transfer(address,uint256)", checksum(bytes(to)), units),
            )
            for symbol, to, units in calls
        ]
        return self.send(self.sign(to=None, data=call_each(data)))

    def pay_by_contract(self, to: bytes, *, units: int) -> str:
        """Native coin that a contract sends on: the transaction itself doesn't name ``to``."""
        forward = bytes.fromhex("60006000600060003473") + bytes(to) + bytes.fromhex("5af100")
        return self.send(self.sign(to=None, data=forward, value=units))


def call_each(calls: list[tuple[bytes, bytes]]) -> bytes:
    """Init code that makes these (contract, calldata of 68 bytes) calls."""
    each = 42
    tail = each * len(calls) + 1
    code = b""
    for place, (contract, _) in enumerate(calls):
        offset = tail + 68 * place
        code += bytes.fromhex("604461") + offset.to_bytes(2, "big") + bytes.fromhex("600039")
        code += bytes.fromhex("60006000604460006000") + b"\x73" + contract
        code += bytes.fromhex("5af150")
    code += b"\x00"
    assert len(code) == tail, (len(code), tail)
    return code + b"".join(data for _, data in calls)


Tamper = Callable[[str, list[Any], Any], Any]
"""(method, params, honest result) → what the node says; raise ``Silence`` to say nothing."""


REFUSED = Exception("refused")
"""What an honest node refused stays refused unless the test says otherwise."""


class Silence(Exception):
    """The node breaks the connection."""


class FakeNode:
    """A node between us and anvil that says what a test wants."""

    def __init__(self, upstream: str) -> None:
        self.tamper: Tamper = lambda method, params, result: result
        self.raw: bytes | None = None
        self.asked: list[str] = []
        client = httpx.Client(timeout=30)
        fake = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["content-length"]))
                requests = json.loads(body)
                fake.asked += [r["method"] for r in requests]
                try:
                    answer = (
                        fake.raw or json.dumps(fake._answer(client, upstream, requests)).encode()
                    )
                except Silence:
                    self.close_connection = True
                    return
                self.send_response(200)
                self.send_header("content-type", "application/json")
                self.send_header("content-length", str(len(answer)))
                self.end_headers()
                self.wfile.write(answer)

            def log_message(self, *args: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}"

    def _answer(self, client: httpx.Client, upstream: str, requests: list[dict]) -> list[dict]:
        answers = {a["id"]: a for a in client.post(upstream, json=requests).json()}
        for request in requests:
            answer = answers[request["id"]]
            told = self.tamper(request["method"], request["params"], answer.get("result", REFUSED))
            if isinstance(told, Exception):
                answer.pop("result", None)
                answer.setdefault("error", {"code": -32000, "message": str(told)})
            else:
                answer.pop("error", None)
                answer["result"] = told
        return list(answers.values())

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
