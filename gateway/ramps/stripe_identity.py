"""Stripe Identity: sessions in which somebody shows a document."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from gateway.outside.stripe_client import stripe_client
from gateway.ramps.stripe import ROW, answer_of


class StripeIdentity:
    def __init__(self, *, key: str, mode: str, address: str, timeout_seconds: float) -> None:
        self._client = stripe_client(
            key=key,
            address=address,
            timeout_seconds=timeout_seconds,
            allow_loopback=mode == "test",
        )

    def identity_open(self, *, id: UUID, key: str, return_url: str) -> Mapping[str, Any]:
        """A session as Stripe's JSON has it; the same key is the same session. Raises as
        ``answer_of``."""
        wanted: Any = {
            "type": "document",
            "client_reference_id": str(id),
            "metadata": {ROW: str(id)},
            "return_url": return_url,
        }
        made = answer_of(
            lambda: self._client.v1.identity.verification_sessions.create(
                wanted, options={"idempotency_key": key}
            )
        )
        return made.to_dict()

    def identity_session(self, remote_id: str) -> Mapping[str, Any]:
        found = answer_of(
            lambda: self._client.v1.identity.verification_sessions.retrieve(remote_id)
        )
        return found.to_dict()
