"""Card readers through Stripe Terminal, driven from here: no program of Stripe's on the till.

Fields: https://docs.stripe.com/api/terminal (locations, readers). The house charges in the shop's
name (``on_behalf_of``), so places and readers are the platform's own, with our row's id beside
them (https://docs.stripe.com/terminal/features/connect). Cards are authorised first and captured
after, as on a page of Stripe's.
"""

from collections.abc import Mapping
from typing import Any, Final, Protocol
from uuid import UUID

from gateway.outside.stripe_client import stripe_client
from gateway.ramps.card_terms import CardAsk, CardState, CardTold
from gateway.ramps.reader_terms import PlaceAsk, ReaderAsk, ReaderTold, Turn
from gateway.ramps.stripe import PAGE, ROW, answer_of

GONE: Final = "resource_missing"
"""The code of a refusal about what isn't there (any more)."""
OFFLINE: Final = "terminal_reader_offline"
BUSY: Final = "terminal_reader_busy"
STOPPED: Final = "customer_canceled"


class ReaderRamp(Protocol):
    """A ramp with card readers. Each method asks it over the network: never in a transaction.

    All raise ``RampDown`` (unknown whether it was done) and ``RampRefused`` (it was not).
    """

    def place_open(self, ask: PlaceAsk) -> str:
        """The ramp's name of a place; the same key is the same place."""
        ...

    def place_find(self, ask: PlaceAsk) -> str:
        """One that was made for that row, should the answer have been lost; "" for none."""
        ...

    def reader_register(self, ask: ReaderAsk) -> ReaderTold: ...

    def reader_find(self, ask: ReaderAsk) -> ReaderTold | None:
        """One that was registered under that row's id, should the answer have been lost."""
        ...

    def reader_look(self, reader: str) -> ReaderTold: ...

    def reader_remove(self, reader: str) -> None: ...

    def reader_card(self, ask: CardAsk) -> CardTold:
        """A payment that a reader may take; the same key is the same payment."""
        ...

    def reader_process(self, reader: str, *, intent: str, key: str) -> ReaderTold:
        """Have the reader ask for a card."""
        ...

    def reader_stop(self, reader: str) -> ReaderTold:
        """Have the reader ask for nothing any more."""
        ...


class StripeReaders:
    """See ``ReaderRamp``."""

    def __init__(self, *, key: str, mode: str, address: str, timeout_seconds: float) -> None:
        self._client = stripe_client(
            key=key,
            address=address,
            timeout_seconds=timeout_seconds,
            allow_loopback=mode == "test",
        )

    def place_open(self, ask: PlaceAsk) -> str:
        wanted: Any = {
            "display_name": ask.name,
            "address": {
                "line1": ask.line1,
                "city": ask.city,
                "postal_code": ask.postal_code,
                "country": ask.country,
            },
            "metadata": {ROW: str(ask.id)},
        }
        made = answer_of(
            lambda: self._client.v1.terminal.locations.create(
                wanted, options={"idempotency_key": ask.key}
            )
        )
        return made.id

    def place_find(self, ask: PlaceAsk) -> str:
        found = answer_of(
            lambda: [
                row.to_dict()
                for row in self._client.v1.terminal.locations.list(
                    {"limit": PAGE}
                ).auto_paging_iter()
            ]
        )
        return next((str(row["id"]) for row in found if _is_of(row, ask.id)), "")

    def reader_register(self, ask: ReaderAsk) -> ReaderTold:
        made = answer_of(
            lambda: self._client.v1.terminal.readers.create(
                {
                    "registration_code": ask.code,
                    "label": ask.label,
                    "location": ask.place,
                    "metadata": {ROW: str(ask.id)},
                },
                options={"idempotency_key": ask.key},
            )
        )
        return reader_of(made.to_dict())

    def reader_find(self, ask: ReaderAsk) -> ReaderTold | None:
        wanted: Any = {"location": ask.place, "limit": PAGE}
        found = answer_of(
            lambda: [
                row.to_dict()
                for row in self._client.v1.terminal.readers.list(wanted).auto_paging_iter()
            ]
        )
        return next((reader_of(row) for row in found if _is_of(row, ask.id)), None)

    def reader_look(self, reader: str) -> ReaderTold:
        found: Any = answer_of(lambda: self._client.v1.terminal.readers.retrieve(reader))
        return reader_of(found.to_dict())

    def reader_remove(self, reader: str) -> None:
        answer_of(lambda: self._client.v1.terminal.readers.delete(reader))

    def reader_card(self, ask: CardAsk) -> CardTold:
        wanted: Any = {
            "amount": ask.amount.units,
            "currency": ask.amount.asset.code.lower(),
            "payment_method_types": ["card_present"],
            "capture_method": "manual",
            "on_behalf_of": ask.account,
            "description": ask.title,
            "metadata": {ROW: str(ask.id)},
        }
        made = answer_of(
            lambda: self._client.v1.payment_intents.create(
                wanted, options={"idempotency_key": ask.key}
            )
        )
        return CardTold(CardState.OPEN, intent=made.id)

    def reader_process(self, reader: str, *, intent: str, key: str) -> ReaderTold:
        found = answer_of(
            lambda: self._client.v1.terminal.readers.process_payment_intent(
                reader,
                {
                    "payment_intent": intent,
                    "process_config": {"enable_customer_cancellation": True},
                },
                options={"idempotency_key": key},
            )
        )
        return reader_of(found.to_dict())

    def reader_stop(self, reader: str) -> ReaderTold:
        found = answer_of(lambda: self._client.v1.terminal.readers.cancel_action(reader))
        return reader_of(found.to_dict())


def _is_of(row: Mapping[str, Any], id: UUID) -> bool:
    return bool((row.get("metadata") or {}).get(ROW) == str(id))


def reader_of(row: Mapping[str, Any]) -> ReaderTold:
    """A reader as Stripe's JSON has it."""
    action = row.get("action") or {}
    about = action.get("process_payment_intent") or {}
    return ReaderTold(
        remote_id=row["id"],
        device=str(row.get("device_type") or ""),
        serial=str(row.get("serial_number") or ""),
        is_online=row.get("status") == "online",
        turn=_turn_of(action) if about else Turn.NONE,
        intent=str(about.get("payment_intent") or ""),
        why=str(action.get("failure_message") or "")[:300],
    )


def _turn_of(action: Mapping[str, Any]) -> Turn:
    """What fails at the card's bank carries an error of the API; what the device itself ends does
    not (https://docs.stripe.com/changelog/dahlia/2026-05-27/terminal-reader-action-failures-error-details);
    older devices only say the code."""
    if action["status"] == "in_progress":
        return Turn.WAITS
    if action["status"] == "succeeded":
        return Turn.DONE
    code = str(action.get("failure_code") or "")
    if (action.get("api_error") or {}).get("type") == "card_error" or "declined" in code:
        return Turn.DECLINED
    return Turn.STOPPED if code == STOPPED else Turn.FAILED
