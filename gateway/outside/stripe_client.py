"""Stripe's own program, on our way out: one address that is checked, one time limit, no retries.

What is asked a second time is asked by us, from a row and under its key: a program that retries by
itself would hide how often something was asked. Its log stays silent (``gateway.settings.logs``):
bodies hold names and bank accounts.
"""

from collections.abc import Mapping
from typing import Any, ClassVar, Final

import stripe

from gateway.outside.errors import OutsideFailed, OutsideRefused
from gateway.outside.http import request

TIMEOUT_SECONDS: Final = 20.0
MAX_ANSWER_BYTES: Final = 2 * 1024 * 1024
ADDRESS: Final = "https://api.stripe.com"
SECRET_STEMS: Final = ("sk", "rk")
"""Of secret and restricted keys; a publishable one can't move money and is none for us."""

stripe.enable_telemetry = False


class _Guarded(stripe.HTTPClient):
    """Carries the program's requests through ``gateway.outside.http``."""

    name: ClassVar[str] = "tillway"

    def __init__(self, *, timeout_seconds: float, allow_loopback: bool) -> None:
        super().__init__()
        self._timeout_seconds = timeout_seconds
        self._allow_loopback = allow_loopback

    def request(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str] | None,
        post_data: Any = None,
        *,
        _usage: list[str] | None = None,
    ) -> tuple[str, int, Mapping[str, str]]:
        body = post_data.encode() if isinstance(post_data, str) else post_data or b""
        try:
            answer = request(
                method=method.upper(),
                url=url,
                body=body,
                headers=dict(headers or {}),
                timeout_seconds=self._timeout_seconds,
                max_answer_bytes=MAX_ANSWER_BYTES,
                allow_loopback=self._allow_loopback,
            )
        except (OutsideFailed, OutsideRefused) as error:
            raise stripe.APIConnectionError(error.message, should_retry=False) from error
        if answer.truncated:
            raise stripe.APIConnectionError("The answer was too long.", should_retry=False)
        return answer.body.decode(errors="replace"), answer.status, answer.headers

    def close(self) -> None:
        """Nothing is kept open."""


def mode_of_key(key: str) -> str | None:
    """``test`` or ``live`` by a secret key's own words; None for what is no such key."""
    stem, _, rest = key.partition("_")
    mode = rest.partition("_")[0]
    return mode if stem in SECRET_STEMS and mode in {"test", "live"} else None


def stripe_client(
    *,
    key: str,
    address: str = ADDRESS,
    timeout_seconds: float = TIMEOUT_SECONDS,
    allow_loopback: bool = False,
) -> stripe.StripeClient:
    """A client that asks ``address`` for everything.

    Args:
        address: https and public, unless loopback is allowed; checked at each request.
    """
    return stripe.StripeClient(
        key,
        base_addresses={"api": address, "connect": address, "files": address},
        http_client=_Guarded(timeout_seconds=timeout_seconds, allow_loopback=allow_loopback),
        max_network_retries=0,
    )
