"""All that this shop says to Tillway and hears from it. To use a client library, change this file.

Amounts are texts such as ``12.50``. https://www.standardwebhooks.com/ says how messages are signed.
"""

import base64
import hmac
import json
import time
import urllib.error
import urllib.request
from collections.abc import Mapping
from typing import Any

from django.conf import settings

TIMEOUT_SECONDS = 15
MOST_SECONDS_OLD = 300


class GatewayRefused(Exception):
    """The gateway said no, and what to do about it."""


class BadSignature(Exception):
    """A message that the gateway didn't send, or sent long ago."""


def ask_for_money(*, number: str, attempt: int, amount: str, return_url: str) -> dict[str, Any]:
    """An invoice for an order. Asked twice for the same attempt, it is the same invoice."""
    body = {"amount": amount, "currency": "EUR", "order_id": number, "return_url": return_url}
    return call("POST", "/v1/invoices", body, once=f"order-{number}-{attempt}")


def listen_at(url: str) -> str:
    """Have messages sent there; the secret that signs them."""
    wanted = {"url": url, "events": ["invoice.*", "refund.*"]}
    secret: str = call("POST", "/v1/webhook_endpoints", wanted, once=f"hook-{url}")["secret"]
    return secret


def whole(message: dict[str, Any]) -> dict[str, Any]:
    """The message with its data, which is fetched where it was too large to be sent along.

    Raises:
        GatewayRefused
    """
    return call("GET", f"/v1/events/{message['id']}") if message.get("truncated") else message


def call(
    method: str, path: str, body: dict[str, Any] | None = None, *, once: str = ""
) -> dict[str, Any]:
    """The gateway's answer.

    Args:
        once: names what is done: said twice, it is done once. "": nothing is done.

    Raises:
        GatewayRefused: with its own words; also when it doesn't answer.
    """
    request = urllib.request.Request(
        settings.GATEWAY_URL + path,
        method=method,
        data=None if body is None else json.dumps(body).encode(),
        headers={
            "Authorization": f"Bearer {settings.GATEWAY_KEY}",
            "Content-Type": "application/json",
            **({"Idempotency-Key": once} if once else {}),
        },
    )
    try:
        with urllib.request.urlopen(request, timeout=TIMEOUT_SECONDS) as answer:
            return dict(json.load(answer))
    except urllib.error.HTTPError as refused:
        raise GatewayRefused(_words(refused.read())) from refused
    except OSError as silent:
        raise GatewayRefused("Payments can't be reached just now. Try again.") from silent


def verified(body: bytes, headers: Mapping[str, str], secret: str) -> dict[str, Any]:
    """The message, once its signature and its age were checked.

    Raises:
        BadSignature
    """
    sent_at = headers.get("webhook-timestamp", "")
    if not sent_at.isdecimal() or abs(time.time() - int(sent_at)) > MOST_SECONDS_OLD:
        raise BadSignature
    signed = b".".join([headers.get("webhook-id", "").encode(), sent_at.encode(), body])
    key = base64.b64decode(secret.removeprefix("whsec_"))
    ours = "v1," + base64.b64encode(hmac.digest(key, signed, "sha256")).decode()
    theirs = headers.get("webhook-signature", "").split()
    if not any(hmac.compare_digest(ours.encode(), one.encode()) for one in theirs):
        raise BadSignature
    return dict(json.loads(body))


def _words(answer: bytes) -> str:
    try:
        problem = json.loads(answer)
        return f"{problem['detail']} {problem.get('hint', '')}".strip()
    except (ValueError, KeyError, TypeError):
        return "Payments can't be taken just now. Try again."
