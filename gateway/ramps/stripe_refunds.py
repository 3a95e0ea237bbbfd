"""Money back to a card through Stripe. Fields: https://docs.stripe.com/api/refunds.

Stripe's own fee for the payment does not come back with it.
"""

from collections.abc import Mapping
from typing import Any, Final, Protocol

from gateway.outside.stripe_client import stripe_client
from gateway.ramps.refund_terms import Back, BackAsk, BackTold
from gateway.ramps.stripe import PAGE, ROW, answer_of

_BACK: Final = {"succeeded": Back.DONE, "failed": Back.FAILED, "canceled": Back.FAILED}
"""By the status of the refund; any other: it is on its way."""


class RefundRamp(Protocol):
    """A ramp that pays cards back. Each method asks it over the network: never in a transaction.

    All raise ``RampDown`` (unknown whether it was done) and ``RampRefused`` (it was not).
    """

    def back_make(self, ask: BackAsk) -> BackTold:
        """Pay it back; the same key is the same refund."""
        ...

    def back_find(self, ask: BackAsk) -> BackTold | None:
        """One that was made for that row, should the answer have been lost."""
        ...

    def back_look(self, remote_id: str) -> BackTold: ...


class StripeRefunds:
    """See ``RefundRamp``."""

    def __init__(self, *, key: str, mode: str, address: str, timeout_seconds: float) -> None:
        self._client = stripe_client(
            key=key,
            address=address,
            timeout_seconds=timeout_seconds,
            allow_loopback=mode == "test",
        )

    def back_make(self, ask: BackAsk) -> BackTold:
        made = answer_of(
            lambda: self._client.v1.refunds.create(
                {
                    "payment_intent": ask.intent,
                    "amount": ask.units,
                    "metadata": {ROW: str(ask.id)},
                },
                options={"idempotency_key": ask.key},
            )
        )
        return back_of(made.to_dict())

    def back_find(self, ask: BackAsk) -> BackTold | None:
        wanted: Any = {"payment_intent": ask.intent, "limit": PAGE}
        found = answer_of(
            lambda: [
                row.to_dict() for row in self._client.v1.refunds.list(wanted).auto_paging_iter()
            ]
        )
        for row in found:
            if (row.get("metadata") or {}).get(ROW) == str(ask.id):
                return back_of(row)
        return None

    def back_look(self, remote_id: str) -> BackTold:
        return back_of(answer_of(lambda: self._client.v1.refunds.retrieve(remote_id)).to_dict())


def back_of(row: Mapping[str, Any]) -> BackTold:
    """A refund as Stripe's JSON has it."""
    return BackTold(
        remote_id=row["id"],
        back=_BACK.get(str(row["status"]), Back.LEFT),
        units=int(row["amount"]),
        is_taken=bool(row.get("balance_transaction")),
        why=str(row.get("failure_reason") or ""),
    )
