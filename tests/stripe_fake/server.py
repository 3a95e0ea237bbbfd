"""The server: one thread a connection, one lock around what is remembered."""

import json
import re
import threading
from collections.abc import Callable, Iterable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import ModuleType, TracebackType
from typing import Any
from urllib.parse import urlsplit

from tests.stripe_fake import (
    account_links,
    accounts,
    balances,
    checkout_sessions,
    disputes,
    events,
    identity_sessions,
    onramp_sessions,
    payment_intents,
    payouts,
    readers,
    transfers,
)
from tests.stripe_fake.answers import Refused
from tests.stripe_fake.faults import Fault, Faults
from tests.stripe_fake.keys import Answer, Keys
from tests.stripe_fake.requests import Request, parse_form
from tests.stripe_fake.state import State, snapshot
from tests.stripe_fake.webhooks import Webhooks

RESOURCES: tuple[ModuleType, ...] = (
    accounts,
    account_links,
    transfers,
    payouts,
    payment_intents,
    checkout_sessions,
    disputes,
    readers,
    onramp_sessions,
    identity_sessions,
    balances,
    events,
)
"""Every module with ``ROUTES``: (method, pattern of the path, what answers)."""
KEY = "sk_test_fake0000000000000000"
SECRET = "whsec_fake"


class Fake:
    """Stripe, as far as we use it: ``with Fake() as fake: … fake.url …``."""

    def __init__(
        self,
        *,
        clock: Callable[[], int] | None = None,
        resources: Iterable[ModuleType] = RESOURCES,
        key: str = KEY,
    ) -> None:
        self.state = State(clock=clock)
        self.state.livemode = key.startswith(("sk_live_", "rk_live_"))
        self.faults = Faults()
        self.keys = Keys(clock=self.state.clock)
        self.webhooks = Webhooks(self.state, secrets=[SECRET])
        self.key = key
        self.calls: list[Request] = []
        self._routes = [
            (method, re.compile(pattern), answer)
            for module in resources
            for method, pattern, answer in module.ROUTES
        ]
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler_of(self))
        self._server.daemon_threads = True

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}"

    def __enter__(self) -> "Fake":
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.faults.released.set()
        self._server.shutdown()
        self._server.server_close()

    def sent(self, line: str) -> list[Request]:
        """The requests of that kind that came: "POST /v1/transfers"."""
        return [call for call in self.calls if re.fullmatch(line, f"{call.method} {call.path}")]

    def answer(self, request: Request) -> Answer:
        """Work on a request once for its idempotency key."""
        if request.method != "POST" or not request.idempotency_key:
            return self._worked(request)
        whose = {"account": request.account, "key": request.idempotency_key}
        with self.state.lock:
            kept = self.keys.begin(**whose, fingerprint=fingerprint(request))
        if kept is not None:
            return kept
        try:
            answer = self._worked(request)
        except Refused as refused:
            self.keys.end(**whose, answer=(refused.status, refused.body) if refused.kept else None)
            raise
        self.keys.end(**whose, answer=answer)
        return answer

    def _worked(self, request: Request) -> Answer:
        for method, pattern, answers in self._routes:
            match = pattern.fullmatch(request.path)
            if match and method == request.method:
                with self.state.lock:
                    return 200, snapshot(answers(self.state, request, *match.groups()))
        raise Refused(
            f"Unrecognized request URL ({request.method}: {request.path}).", status=404, kept=False
        )


def fingerprint(request: Request) -> str:
    return json.dumps([request.method, request.path, request.params], sort_keys=True)


def _handler_of(fake: Fake) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            self._serve(self.rfile.read(int(self.headers.get("content-length", 0))).decode())

        def do_DELETE(self) -> None:
            self._serve(urlsplit(self.path).query)

        def do_GET(self) -> None:
            self._serve(urlsplit(self.path).query)

        def _serve(self, form: str) -> None:
            request = Request(
                method=self.command,
                path=urlsplit(self.path).path,
                params=parse_form(form),
                account=self.headers.get("stripe-account", ""),
                idempotency_key=self.headers.get("idempotency-key", ""),
                livemode=fake.state.livemode,
            )
            fake.calls.append(request)
            fault = fake.faults.next_for(request.method, request.path)
            try:
                self._check_key()
                if fault is not None and fault.is_before:
                    self._strike(fault, request)
                    return
                status, body = fake.answer(request)
                headers: dict[str, str] = {}
            except Refused as refused:
                status, body, headers = refused.status, refused.body, refused.headers
            if fault in (Fault.TIMEOUT_AFTER, Fault.CUT_AFTER):
                self._silence(fault)
                return
            if fault is Fault.ERROR_AFTER:
                status, body = _broken(request)
            self._say(status, body, headers)

        def _strike(self, fault: Fault, request: Request) -> None:
            if fault in (Fault.TIMEOUT_BEFORE, Fault.CUT_BEFORE):
                self._silence(fault)
            elif fault is Fault.CONFLICT:
                error = {
                    "message": "This object can't be accessed right now.",
                    "type": "invalid_request_error",
                    "code": "lock_timeout",
                }
                self._say(409, {"error": error}, {})
            elif fault is Fault.BUSY:
                wait = {"Retry-After": str(fake.faults.retry_after_seconds)}
                error = {"message": "Too many requests.", "type": "invalid_request_error"}
                error["code"] = "rate_limit"
                self._say(429, {"error": error}, wait)
            else:
                self._say(*_broken(request), {})

        def _silence(self, fault: Fault | None) -> None:
            if fault in (Fault.TIMEOUT_BEFORE, Fault.TIMEOUT_AFTER):
                fake.faults.hold()
            self.close_connection = True

        def _check_key(self) -> None:
            if self.headers.get("authorization") != f"Bearer {fake.key}":
                raise Refused("Invalid API Key provided.", status=401, kept=False)

        def _say(self, status: int, body: dict[str, Any], headers: dict[str, str]) -> None:
            content = json.dumps(body).encode()
            self.send_response(status)
            for name, value in {
                "content-type": "application/json",
                "content-length": str(len(content)),
                "request-id": fake.state.new_id("req"),
                **headers,
            }.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, format: str, *arguments: object) -> None:
            return

    def _broken(request: Request) -> Answer:
        """An error of the server, which is kept under the key like any other answer."""
        answer = (500, {"error": {"message": "Something broke.", "type": "api_error"}})
        if request.idempotency_key:
            whose = {"account": request.account, "key": request.idempotency_key}
            fake.keys.in_use(**whose, fingerprint=fingerprint(request))
            fake.keys.end(**whose, answer=answer)
        return answer

    return Handler
