"""Webhooks: events signed as Stripe signs them, which a test delivers in whatever order it likes.

The signature is HMAC-SHA256 over ``timestamp.body`` (https://docs.stripe.com/webhooks#verify-manually);
while a secret is being changed there are two ``v1`` in one header.
"""

import hashlib
import hmac
import json
import random
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from tests.stripe_fake.state import Json, State

Post = Callable[[bytes, str], int]
"""Takes a body and the value of the Stripe-Signature header; the status of the answer."""


@dataclass(frozen=True)
class Delivery:
    event: Json
    body: bytes
    signature: str


class Webhooks:
    """Events that wait to be delivered to one endpoint."""

    def __init__(self, state: State, *, secrets: Sequence[str]) -> None:
        self._state = state
        self.secrets = list(secrets)
        self.waiting: list[Json] = []
        state.on_event.append(self.waiting.append)

    def signed(self, event: Json, *, at: int | None = None) -> Delivery:
        body = json.dumps(event, indent=2).encode()
        moment = self._state.clock() if at is None else at
        parts = [f"t={moment}"]
        for secret in self.secrets:
            mac = hmac.new(secret.encode(), b"%d.%s" % (moment, body), hashlib.sha256)
            parts.append(f"v1={mac.hexdigest()}")
        return Delivery(event, body, ",".join(parts))

    def deliver(
        self,
        post: Post,
        *,
        shuffled: random.Random | None = None,
        times: int = 1,
        held_back: Iterable[str] = (),
        at: int | None = None,
    ) -> list[int]:
        """Deliver what waits.

        Args:
            shuffled: in any order.
            times: each so often.
            held_back: types that stay waiting.
            at: Unix seconds of the signatures; by default the fake's own clock.
        """
        kept = set(held_back)
        now = [event for event in self.waiting if event["type"] not in kept]
        self.waiting[:] = [event for event in self.waiting if event["type"] in kept]
        now = now * times
        if shuffled is not None:
            shuffled.shuffle(now)
        answers = []
        for event in now:
            delivery = self.signed(event, at=at)
            answers.append(post(delivery.body, delivery.signature))
        return answers
