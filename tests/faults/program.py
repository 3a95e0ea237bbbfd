"""A shop's own program: it asks with idempotency keys until it is answered, and keeps what it
heard.

It also receives the shop's webhooks; now and then it fails after it took one, as programs do.
"""

import json
import random
import threading
import time
from collections import defaultdict
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from uuid import UUID

import httpx

Json = dict[str, Any]
AGAIN = frozenset({408, 425, 429, 500, 502, 503, 504})
ANSWER_SECONDS = 90.0


def _line() -> httpx.Client:
    """One for all requests: making it costs more than asking. Each still connects anew, as requests
    that meet a house whose processes die should."""
    return httpx.Client(timeout=15, limits=httpx.Limits(max_keepalive_connections=0))


class NeverAnswered(AssertionError):
    """A request got no answer in time, however often it was asked."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A request with its key, and the first answer to it."""

    path: str
    body: bytes
    key: str
    status: int
    content: bytes


@dataclass(slots=True)
class Program:
    """One shop's program."""

    url: str
    key: str
    shop_id: str
    rng: random.Random
    asked: list[Asked] = field(default_factory=list)
    line: httpx.Client = field(default_factory=_line)

    def ask(
        self, path: str, body: Json, *, passing: frozenset[str] = frozenset(), twice: bool = False
    ) -> Json:
        """The answer's body, however often it takes; refusals by a code of ``passing`` pass.

        Raises:
            NeverAnswered
        """
        key = str(UUID(int=self.rng.getrandbits(128), version=4))
        raw = json.dumps(body).encode()
        deadline = time.monotonic() + ANSWER_SECONDS
        said = ""
        while time.monotonic() < deadline:
            answer = self._post(path, raw, key)
            if answer is None:
                time.sleep(0.3)
                continue
            said = answer.text[:300]
            if answer.status_code in (200, 201):
                self.asked.append(Asked(path, raw, key, answer.status_code, answer.content))
                if twice:
                    self._post(path, raw, key)
                return dict(answer.json())
            code = answer.json().get("code", "") if answer.content[:1] == b"{" else ""
            if answer.status_code not in AGAIN and code not in passing:
                break
            time.sleep(0.5)
        raise NeverAnswered(f"{path} {body}: {said}")

    def get(self, path: str) -> Json:
        """What stands at a path, asked for until it is told.

        Raises:
            NeverAnswered
        """
        deadline = time.monotonic() + ANSWER_SECONDS
        while time.monotonic() < deadline:
            try:
                answer = self.line.get(f"{self.url}/v1/{path}", headers=self._headers())
            except httpx.HTTPError:
                time.sleep(0.3)
                continue
            if answer.status_code == 200:
                return dict(answer.json())
            time.sleep(0.5)
        raise NeverAnswered(path)

    def answers_differing(self) -> list[str]:
        """The keys whose request is answered otherwise now than it was first."""
        differing = []
        for asked in self.asked:
            answer = None
            for _ in range(20):
                answer = self._post(asked.path, asked.body, asked.key)
                if answer is not None and answer.status_code not in AGAIN:
                    break
                time.sleep(0.5)
            if answer is None or (answer.status_code, answer.content) != (
                asked.status,
                asked.content,
            ):
                differing.append(f"{asked.path} {asked.key}: {answer and answer.text[:200]}")
        return differing

    def _post(self, path: str, raw: bytes, key: str) -> httpx.Response | None:
        try:
            return self.line.post(
                f"{self.url}/v1/{path}",
                content=raw,
                headers={
                    **self._headers(),
                    "Content-Type": "application/json",
                    "Idempotency-Key": key,
                },
            )
        except httpx.HTTPError:
            return None  # no answer says nothing of what was done

    def _headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.key}"}


class Ear:
    """Takes the webhooks of many shops: ``/<shop's id>``. Each in ``fails_each`` it does not
    acknowledge: half of those it answers with an error, and half not at all."""

    def __init__(self, *, seed: int, fails_each: int = 12) -> None:
        self.heard: dict[str, dict[str, set[bytes]]] = defaultdict(lambda: defaultdict(set))
        self.count = 0
        self._rng = random.Random(seed)
        self._lock = threading.Lock()
        ear = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers.get("content-length", 0)))
                fault = ear.take(self.path.strip("/"), self.headers["webhook-id"], body, fails_each)
                if fault == 1:
                    self.close_connection = True
                    return
                self.send_response(500 if fault == 2 else 204)
                self.end_headers()

            def log_message(self, format: str, *arguments: Any) -> None:
                return  # what was heard is looked at, not printed

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def take(self, shop_id: str, event_id: str, body: bytes, fails_each: int) -> int:
        with self._lock:
            again = event_id in self.heard[shop_id]
            self.heard[shop_id][event_id].add(body)
            self.count += 1
            # A second attempt is let through: the next one would be minutes away.
            return 0 if again else {0: 1, 1: 2}.get(self._rng.randrange(2 * fails_each), 0)

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
