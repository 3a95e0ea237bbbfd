"""Idempotency keys as Stripe documents them (https://docs.stripe.com/api/idempotent_requests).

The first answer of an endpoint that had begun is kept for a day, refusals and errors of the server
included, and given again for the same key and parameters. Other parameters are refused; so is a
key whose first request is still being worked on.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tests.stripe_fake.answers import Refused

KEPT_SECONDS = 86_400
MAX_CHARACTERS = 255

Answer = tuple[int, dict[str, Any]]


@dataclass
class _Kept:
    fingerprint: str
    at: int
    answer: Answer | None = None


class Keys:
    def __init__(self, *, clock: Callable[[], int]) -> None:
        self._clock = clock
        self._kept: dict[tuple[str, str], _Kept] = {}

    def begin(self, *, account: str, key: str, fingerprint: str) -> Answer | None:
        """The kept answer; None when the request is to be worked on."""
        if len(key) > MAX_CHARACTERS:
            raise Refused("Idempotency keys are at most 255 characters.", kept=False)
        kept = self._kept.get((account, key))
        if kept is not None and self._clock() - kept.at >= KEPT_SECONDS:
            kept = None
        if kept is None:
            self._kept[account, key] = _Kept(fingerprint, self._clock())
            return None
        if kept.fingerprint != fingerprint:
            raise Refused(
                "Keys for idempotent requests can only be used with the same parameters they were"
                " first used with.",
                type="idempotency_error",
                kept=False,
            )
        if kept.answer is None:
            raise Refused(
                "There is currently another in-progress request using this Idempotent Key.",
                status=409,
                type="idempotency_error",
                code="idempotency_key_in_use",
                kept=False,
            )
        return kept.answer

    def end(self, *, account: str, key: str, answer: Answer | None) -> None:
        """Keep an answer; without one the key is as if it had never been used."""
        if answer is None:
            self._kept.pop((account, key), None)
        else:
            self._kept[account, key].answer = answer

    def in_use(self, *, account: str, key: str, fingerprint: str) -> None:
        """As if a request with this key were being worked on, for a test of that."""
        self._kept[account, key] = _Kept(fingerprint, self._clock())
