"""A node may be down, slow, wrong or refuse; each is told apart."""

import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import orjson
import pytest

from gateway.outside.errors import NodeDown, NodeError, NodeMalformed
from gateway.outside.rpc import JsonRpc
from tests.outside.servers import serving


def answer_with(*results: object):
    """A node that answers each call of a batch, or the one call, with the next result."""

    def reply(body: bytes, headers: dict[str, str]) -> tuple[int, dict[str, str], bytes]:
        asked = orjson.loads(body)
        calls = asked if isinstance(asked, list) else [asked]
        answers = [
            {"jsonrpc": "2.0", "id": call["id"], **result}
            for call, result in zip(calls, results, strict=False)
        ]
        # Out of order, as a node may answer.
        return 200, {}, orjson.dumps(answers[::-1] if isinstance(asked, list) else answers[0])

    return reply


def test_a_batch_comes_back_in_the_order_asked() -> None:
    with serving(answer_with({"result": "a"}, {"result": "b"})) as url, JsonRpc(url) as rpc:
        assert rpc.batch([("one", []), ("two", [])]) == ["a", "b"]
        assert rpc.batch([]) == []


def test_a_partial_batch_is_malformed() -> None:
    with serving(answer_with({"result": "a"})) as url, JsonRpc(url) as rpc:
        with pytest.raises(NodeMalformed):
            rpc.batch([("one", []), ("two", [])])


def test_a_refusal_keeps_the_nodes_words() -> None:
    error = {"error": {"code": -32000, "message": "nonce too low"}}
    with serving(answer_with(error)) as url, JsonRpc(url) as rpc:
        with pytest.raises(NodeError) as refusal:
            rpc.call("eth_sendRawTransaction", ["0x"])
    assert refusal.value.rpc_code == -32000
    assert refusal.value.rpc_message == "nonce too low"


@pytest.mark.parametrize("body", [b"<html>", b"[]", b"1", b'{"id":1}', b'{"id":99,"result":1}'])
def test_an_answer_that_is_no_json_rpc_is_malformed(body: bytes) -> None:
    with serving(lambda asked, headers: (200, {}, body)) as url, JsonRpc(url) as rpc:
        with pytest.raises(NodeMalformed):
            rpc.call("eth_blockNumber")


@pytest.mark.parametrize(
    "answer",
    [
        {"error": {"code": "many", "message": "no"}},
        {"error": {"code": None}},
        {"error": {"code": [1]}},
        {"id": [1], "result": 1},
        {"id": {"a": 1}, "result": 1},
    ],
)
def test_a_node_that_talks_nonsense_is_malformed_alone_and_in_a_batch(answer: object) -> None:
    with serving(answer_with(answer)) as url, JsonRpc(url) as rpc:
        with pytest.raises(NodeMalformed):
            rpc.call("eth_blockNumber")
        with pytest.raises(NodeMalformed):
            rpc.batch([("eth_blockNumber", [])])


@pytest.mark.parametrize("status", [429, 500, 503])
def test_a_struggling_node_counts_as_down(status: int) -> None:
    with serving(lambda body, headers: (status, {}, b"")) as url, JsonRpc(url) as rpc:
        with pytest.raises(NodeDown):
            rpc.call("eth_blockNumber")


def test_nobody_there_is_a_node_that_is_down() -> None:
    with JsonRpc("http://127.0.0.1:9", timeout_seconds=1) as rpc, pytest.raises(NodeDown):
        rpc.call("eth_blockNumber")


def test_a_node_that_drips_its_answer_is_slow_not_alive() -> None:
    """Each byte comes within the timeout; the thread that waits for the last one is lost."""
    ended = threading.Event()

    class Dripping(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.send_response(200)
            self.send_header("content-length", "2000")
            self.end_headers()
            while not ended.wait(0.05):
                self.wfile.write(b" ")

        def log_message(self, format: str, *arguments: object) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Dripping)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        url = f"http://127.0.0.1:{server.server_port}"
        began = time.monotonic()
        with JsonRpc(url, timeout_seconds=0.2) as rpc, pytest.raises(NodeDown):
            rpc.call("eth_blockNumber")
        assert time.monotonic() - began < 20, "the last byte comes after 100 seconds"
    finally:
        ended.set()
        server.shutdown()
        server.server_close()
