"""How an endpoint is spoken to: what it may choose to hear, what a message says, how it is signed,
and when it is made again.

There is one outbox, one queue and one deliverer. A style only puts what they carry into words.
``standard`` is ours (Standard Webhooks); a room above may bring another along when it starts.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Protocol
from uuid import UUID

from django.utils import timezone

from gateway.events.subscriptions import EventRecord
from merchants.webhooks.catalogue import FILTERS, SHOP_EVENTS, TEST_EVENT, wants
from merchants.webhooks.payloads import payload_make
from merchants.webhooks.schedule import Verdict, judge
from merchants.webhooks.signing import headers, secret_make

STANDARD: Final = "standard"
BTCPAY: Final = "btcpay"
STYLES: Final = (STANDARD, BTCPAY)


@dataclass(frozen=True, slots=True)
class ToSend:
    """One attempt: what the queue hands out of a delivery and its endpoint.

    Attributes:
        number: of the attempt, ever: 1, 2, …
        tries: of the present schedule; after a call for it by hand it begins again.
        retries: whether it may be made again by itself.
    """

    event_id: UUID
    endpoint_id: UUID
    number: int
    tries: int
    secrets: tuple[str, ...]
    payload: bytes
    retries: bool = True


class Style(Protocol):
    """One way to speak to endpoints. It decides; it reads and writes no queue."""

    filters: frozenset[str]
    """What an endpoint may choose to hear, "*" for everything among it."""

    def secret(self) -> str:
        """A new signing secret."""

    def types(self, filters: Collection[str]) -> frozenset[str]:
        """The event types that an endpoint with these filters may be told of: no others."""

    def word(self, event: EventRecord, *, filters: Collection[str]) -> str | None:
        """What an event is called to an endpoint with these filters, as filters name it; None if
        it isn't told of it. No query."""

    def told(self, event: EventRecord, *, filters: Collection[str]) -> bytes | None:
        """What is kept to be sent of an event; None if an endpoint with these filters isn't told
        of it."""

    def filled(self, payload: bytes) -> bytes:
        """What is kept to be sent, and with it what its own room keeps sealed; that stands in no
        log of deliveries. Asked for as an attempt is taken."""

    def message(self, sending: ToSend) -> tuple[bytes, dict[str, str]]:
        """The body and the headers of one attempt."""

    def judge(
        self,
        sending: ToSend,
        *,
        status: int | None,
        response_headers: Mapping[str, str],
        now: datetime,
        jitter: float,
    ) -> Verdict:
        """What the answer to it means; ``status`` is None when there was none."""


class Standard:
    """Standard Webhooks: the same bytes in every attempt, under the event's own id."""

    filters = FILTERS

    def secret(self) -> str:
        return secret_make()

    def types(self, filters: Collection[str]) -> frozenset[str]:
        return frozenset(type for type in SHOP_EVENTS if wants(filters, type))

    def word(self, event: EventRecord, *, filters: Collection[str]) -> str | None:
        is_told = event.type == TEST_EVENT or wants(filters, event.type)
        return event.type if is_told else None

    def told(self, event: EventRecord, *, filters: Collection[str]) -> bytes | None:
        if self.word(event, filters=filters) is None:
            return None
        return payload_make(
            event_id=str(event.id),
            type=event.type,
            subject=event.subject,
            sequence=event.sequence,
            mode=event.mode,
            at=event.occurred_at,
            data=event.body,
        )

    def filled(self, payload: bytes) -> bytes:
        return payload

    def message(self, sending: ToSend) -> tuple[bytes, dict[str, str]]:
        return sending.payload, headers(
            secrets_valid=sending.secrets,
            message_id=str(sending.event_id),
            timestamp=int(timezone.now().timestamp()),
            body=sending.payload,
        )

    def judge(self, sending: ToSend, **answer: Any) -> Verdict:
        return judge(attempt=sending.tries, **answer)


_styles: dict[str, Style] = {STANDARD: Standard()}


def style_register(name: str, style: Style) -> None:
    """Called when the room that brings it starts."""
    _styles[name] = style


def style_named(name: str) -> Style:
    return _styles[name]
