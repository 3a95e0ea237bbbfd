"""Stripe Identity: sessions in which somebody shows a document."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from gateway.outside.stripe_client import stripe_client
from gateway.ramps.stripe import ROW, answer_of


class StripeIdentity:
    def __init__(self, *, key: str, mode: str, address: str, timeout_seconds: float) -> None:
        # A date of birth is told to restricted keys only.
        self._told = ["verified_outputs"]
        if key.startswith("rk_"):
            self._told.append("verified_outputs.dob")
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
            "options": {
                "document": {"require_live_capture": True, "require_matching_selfie": True}
            },
        }
        made = answer_of(
            lambda: self._client.v1.identity.verification_sessions.create(
                wanted, options={"idempotency_key": key}
            )
        )
        return made.to_dict()

    def identity_session(self, remote_id: str) -> Mapping[str, Any]:
        """How far it is, with what was read of the document once it is verified."""
        asked: Any = {"expand": self._told}
        found = answer_of(
            lambda: self._client.v1.identity.verification_sessions.retrieve(remote_id, asked)
        )
        return found.to_dict()

    def identity_cancel(self, remote_id: str, *, key: str) -> Mapping[str, Any]:
        """End a session that nobody finished; the same key is the same cancelling."""
        sessions = self._client.v1.identity.verification_sessions
        done = answer_of(lambda: sessions.cancel(remote_id, options={"idempotency_key": key}))
        return done.to_dict()

    def identity_redact(self, remote_id: str, *, key: str) -> Mapping[str, Any]:
        """Have everything forgotten that was shown; it takes Stripe up to four days."""
        sessions = self._client.v1.identity.verification_sessions
        done = answer_of(lambda: sessions.redact(remote_id, options={"idempotency_key": key}))
        return done.to_dict()
