"""The client itself."""

import os
import time
from collections.abc import Callable
from types import TracebackType

import httpx

from tillway.errors import Misconfigured
from tillway.operations import Operations
from tillway.sending import RETRIES, TIMEOUT_SECONDS, Sender

KEY_VARIABLE = "TILLWAY_API_KEY"
URL_VARIABLE = "TILLWAY_URL"


class Tillway(Operations):
    """A shop's access to its gateway. May be shared by threads.

    Args:
        key: an API key, ``tw_test_…`` or ``tw_live_…``; of the environment's TILLWAY_API_KEY if
            unset.
        url: the gateway's address, ``https://pay.example.com``; of TILLWAY_URL if unset.
        retries: how often a request is sent again that got no answer, or a passing one (429, 502,
            503, 504).
        timeout_seconds: how long an answer is waited for.
        http: makes the requests in place of a client of our own, with its own timeout.
        sleep: waits for seconds between retries.

    Raises:
        Misconfigured: there is no key or no usable address.
    """

    def __init__(
        self,
        key: str | None = None,
        *,
        url: str | None = None,
        retries: int = RETRIES,
        timeout_seconds: float = TIMEOUT_SECONDS,
        http: httpx.Client | None = None,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        key = key or os.environ.get(KEY_VARIABLE)
        url = url or os.environ.get(URL_VARIABLE)
        if not key:
            raise Misconfigured(
                "There is no API key.",
                hint=f"Make one under Developers on the dashboard, and set {KEY_VARIABLE}.",
            )
        if not url:
            raise Misconfigured(
                "The gateway's address is not known.",
                hint=f"Set {URL_VARIABLE}, such as https://pay.example.com.",
            )
        self._http = http or httpx.Client(timeout=timeout_seconds)
        self._sender = Sender(key=key, url=url, http=self._http, retries=retries, sleep=sleep)
        super().__init__(self._sender)

    @property
    def url(self) -> str:
        """The gateway's address."""
        return self._sender.url

    def close(self) -> None:
        """Close its connections."""
        self._http.close()

    def __enter__(self) -> "Tillway":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()
