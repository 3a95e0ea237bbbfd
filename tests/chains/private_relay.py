"""A relay of private transactions in front of anvil: it keeps them until it builds a block."""

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from eth_hash.auto import keccak

from gateway.outside.errors import NodeError
from gateway.outside.rpc import JsonRpc


class PrivateRelay:
    """Takes raw transactions by HTTP; ``build`` puts them into a block of its own.

    Attributes:
        held: what it was given and did not build yet, in order, each once.
        given: everything that it was ever given, repetitions included.
        asked: (body, signature) of each request, as they came.
        swallows: it says yes, and forgets them.
        says: what it answers instead of the hash: a JSON-RPC answer, or an HTTP status.
    """

    def __init__(self, upstream: str) -> None:
        self.held: list[str] = []
        self.given: list[tuple[str, str]] = []
        self.asked: list[tuple[bytes, str]] = []
        self.swallows = False
        self.says: dict[str, Any] | int | None = None
        self._upstream = JsonRpc(upstream)
        relay = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                told = self.rfile.read(int(self.headers["content-length"]))
                relay.asked.append((told, self.headers.get("x-flashbots-signature", "")))
                status, answer = relay._answer(json.loads(told))
                body = json.dumps(answer).encode()
                self.send_response(status)
                self.send_header("content-length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *args: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}/"

    def _answer(self, asked: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        [told] = asked["params"]
        raw = told["tx"] if asked["method"] == "eth_sendPrivateTransaction" else told
        self.given.append((asked["method"], raw))
        if isinstance(self.says, int):
            return self.says, {}
        if self.says is not None:
            return 200, {"jsonrpc": "2.0", "id": asked["id"], **self.says}
        if not self.swallows and raw not in self.held:
            self.held.append(raw)
        tx_hash = "0x" + keccak(bytes.fromhex(raw[2:])).hex()
        return 200, {"jsonrpc": "2.0", "id": asked["id"], "result": tx_hash}

    def build(self) -> None:
        """A block with what is held; what can't go into one any more is dropped."""
        for raw in self.held:
            try:
                self._upstream.call("eth_sendRawTransaction", [raw])
            except NodeError:
                continue
        self.held.clear()
        self._upstream.call("anvil_mine", ["0x1"])

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._upstream.close()
