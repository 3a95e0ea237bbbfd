"""The node in between does to a house what it says."""

import json
import threading
import urllib.error
import urllib.request
from collections.abc import Iterator
from http.client import HTTPException
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from tests.faults.node_between import NodeBetween


class Counting:
    """A node that answers how often it was asked."""

    def __init__(self) -> None:
        self.asked = 0
        node = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                self.rfile.read(int(self.headers["content-length"]))
                node.asked += 1
                body = json.dumps(node.asked).encode()
                self.send_response(200)
                self.send_header("content-length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, format: str, *arguments: Any) -> None:
                return

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()


@pytest.fixture
def node() -> Iterator[Counting]:
    node = Counting()
    yield node
    node.server.shutdown()
    node.server.server_close()


@pytest.fixture
def between(node: Counting) -> Iterator[NodeBetween]:
    between = NodeBetween(rpc_url=f"http://127.0.0.1:{node.server.server_port}", seed=1)
    yield between
    between.close()


def ask(url: str) -> int | None:
    try:
        with urllib.request.urlopen(urllib.request.Request(url, b"{}"), timeout=5) as answer:
            return int(answer.read())
    except (urllib.error.URLError, HTTPException, OSError):
        return None


def test_without_trouble_it_passes_everything_on(between: NodeBetween) -> None:
    assert [ask(between.url) for _ in range(5)] == [1, 2, 3, 4, 5]


def test_of_a_lost_answer_the_node_knows(between: NodeBetween, node: Counting) -> None:
    between.begin("lost", seconds=60)
    answers = [ask(between.url) for _ in range(40)]
    assert 2 < answers.count(None) < 25
    assert node.asked == 40


def test_asked_twice_the_second_answer_comes(between: NodeBetween, node: Counting) -> None:
    between.begin("twice", seconds=60)
    answers = [ask(between.url) for _ in range(40)]
    assert None not in answers
    assert 42 < node.asked < 65
    assert answers[-1] == node.asked
