"""Send what is due to other providers, from its rows: never in a transaction, again until it is
taken, the same bytes each time."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, cast
from uuid import UUID

import structlog
from django.conf import settings
from django.db import transaction

from gateway.compliance.alerts.services import alert_raise
from gateway.compliance.travelling import locks
from gateway.compliance.travelling.asking import become, tell
from gateway.compliance.travelling.configuration import travel_settings
from gateway.compliance.travelling.counterparties import check_host
from gateway.compliance.travelling.errors import TravelError
from gateway.compliance.travelling.keeping import message_keep, message_open
from gateway.compliance.travelling.life import (
    DELIVERED,
    GIVE_UP_TRIES,
    SILENT_TRIES,
    Direction,
    State,
    may_become,
    wait_seconds,
)
from gateway.compliance.travelling.models import Exchange
from gateway.compliance.travelling.trp import (
    Acknowledged,
    Approved,
    Rejected,
    answer_read,
    headers_write,
)
from gateway.compliance.travelling.trp_fields import MAX_BYTES
from gateway.events.errors import TillwayError
from gateway.events.points import point
from gateway.outside.errors import OutsideFailed, OutsideRefused
from gateway.outside.http import Answer, request

log = structlog.get_logger(__name__)

AT_ONCE: Final = 20
LEASE_SECONDS: Final = 60
"""A message in the hands of a worker that died is tried again after this long."""
TIMEOUT_SECONDS: Final = 10.0
KIND: Final[dict[str, str]] = {
    "asking": "inquiry",
    "approving": "resolution",
    "rejecting": "resolution",
    "confirming": "confirmation",
    "cancelling": "confirmation",
}
FINAL_STATUSES: Final = frozenset({400, 401, 403, 404, 405, 409, 410, 413, 415, 422})
"""They have read it and will not take it: to ask again would change nothing."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a try came to: an answer, or why there is none (a code)."""

    answer: Answer | None
    trouble: str = ""


def exchanges_deliver(*, now: datetime) -> int:
    """Send what is due, each on its own; how many were taken by the other side."""
    due = Exchange.objects.filter(due_at__lte=now).order_by("due_at")
    return sum(
        exchange_deliver(exchange_id=exchange_id, now=now)
        for exchange_id in list(due.values_list("id", flat=True)[:AT_ONCE])
    )


def exchange_deliver(*, exchange_id: UUID, now: datetime) -> bool:
    """One try; whether the other side took it. Whoever comes second finds nothing due."""
    held = _held(exchange_id, now=now)
    if held is None:
        return False
    try:
        plain = message_open(held, kind=KIND[held.state])
    except TillwayError as error:
        _failed(held, trouble=error.code, now=now)
        return False
    outcome = _send(held, plain or b"")
    point("travel.delivered")
    if outcome.answer is None:
        _failed(held, trouble=outcome.trouble, now=now)
        return False
    if outcome.answer.status in FINAL_STATUSES:
        _refused(held, trouble=f"status_{outcome.answer.status}", now=now)
        return False
    if not 200 <= outcome.answer.status < 300:
        _failed(held, trouble=f"status_{outcome.answer.status}", now=now)
        return False
    try:
        _taken(held, outcome.answer, now=now)
    except TravelError as error:
        _failed(held, trouble=error.code, now=now)
        return False
    return True


@transaction.atomic
def _held(exchange_id: UUID, *, now: datetime) -> Exchange | None:
    """The exchange, ours to try for a while."""
    exchange = locks.exchange_for_update(exchange_id)
    if exchange.due_at is None or exchange.due_at > now:
        return None
    exchange.tries += 1
    exchange.due_at = now + timedelta(seconds=max(LEASE_SECONDS, wait_seconds(exchange.tries)))
    exchange.save(update_fields=["tries", "due_at"])
    return exchange


def _send(exchange: Exchange, plain: bytes) -> Outcome:
    told = travel_settings()
    try:
        check_host(exchange.counterparty, exchange.url)
        answer = request(
            method="POST",
            url=exchange.url,
            body=plain,
            headers=headers_write(request_identifier=str(exchange.request_identifier)),
            timeout_seconds=TIMEOUT_SECONDS,
            max_answer_bytes=MAX_BYTES,
            allow_loopback=settings.WEBHOOKS_ALLOW_LOOPBACK,
            certificate=(told.certificate, told.certificate_key) if told.certificate else None,
        )
    except (OutsideFailed, OutsideRefused, TravelError) as error:
        log.warning("travel_not_delivered", exchange=str(exchange.id), code=error.code)
        return Outcome(answer=None, trouble=error.code)
    return Outcome(answer=answer)


@transaction.atomic
def _taken(held: Exchange, answer: Answer, *, now: datetime) -> None:
    """The other side has it. Its answer to an inquiry may be the resolution already; that may have
    come by the callback before it, too: then that counts.

    Raises:
        TrpInvalid: it answered an inquiry with nothing that can be read.
        ExchangeConflict: with something else than by the callback.
    """
    exchange = locks.exchange_for_update(held.id)
    if exchange.state != held.state:
        return
    exchange.trouble = ""
    if exchange.state == "asking":
        _answered(exchange, answer.body, now=now)
    else:
        become(exchange, DELIVERED[cast(State, exchange.state)], now=now)
    exchange.save()
    point("travel.recorded")
    tell(exchange, f"travel.{exchange.state}", now=now)


def _answered(exchange: Exchange, body: bytes, *, now: datetime) -> None:
    said = answer_read(body)
    if isinstance(said, Acknowledged):
        become(exchange, "asked", now=now)
        return
    resolution_apply(exchange, said, plain=body, now=now)


def resolution_apply(
    exchange: Exchange, said: Approved | Rejected, *, plain: bytes, now: datetime
) -> None:
    """What the other side decided, kept and followed. Under the exchange's lock; the caller saves.

    It may name another address than the one that we were told of: then nothing goes anywhere, and
    people are told.

    Raises:
        CounterpartyUnknown: it wants to be told elsewhere than at its own address.
        ExchangeConflict: it said something else before.
    """
    if isinstance(said, Approved):
        check_host(exchange.counterparty, said.callback)
    message_keep(exchange, kind="resolution", plain=plain, is_ours=False, now=now)
    if isinstance(said, Rejected):
        become(exchange, "rejected", now=now)
        return
    told = said.address.lower().removeprefix("0x")
    if exchange.address is not None and told != bytes(exchange.address).hex():
        become(exchange, "rejected", now=now)
        exchange.trouble = "other_address"
        return
    exchange.url = said.callback
    become(exchange, "approved", now=now)


@transaction.atomic
def _failed(held: Exchange, *, trouble: str, now: datetime) -> None:
    """Nobody took it: it is tried again, until it makes no sense any more."""
    exchange = locks.exchange_for_update(held.id)
    if exchange.state != held.state:
        return
    exchange.trouble = trouble
    gives_up = exchange.tries >= GIVE_UP_TRIES
    if gives_up and may_become(
        cast(Direction, exchange.direction), cast(State, exchange.state), "expired"
    ):
        become(exchange, "expired", now=now)
        tell(exchange, "travel.expired", now=now)
    exchange.save()
    if exchange.tries == SILENT_TRIES or exchange.state == "expired":
        _tell_officers(exchange, now=now)


@transaction.atomic
def _refused(held: Exchange, *, trouble: str, now: datetime) -> None:
    """They will not have it. An inquiry is rejected by that; of the rest nothing more is due."""
    exchange = locks.exchange_for_update(held.id)
    if exchange.state != held.state:
        return
    then: State = (
        "rejected" if exchange.state == "asking" else DELIVERED[cast(State, exchange.state)]
    )
    become(exchange, then, now=now)
    exchange.trouble = trouble
    exchange.save()
    tell(exchange, f"travel.{exchange.state}", now=now)


def _tell_officers(exchange: Exchange, *, now: datetime) -> None:
    """A provider does not answer. Counted in one alert while it is open; no shop hears of it."""
    alert_raise(
        kind="counterparty_silent",
        about=f"shop:{exchange.shop_id}",
        fingerprint=f"counterparty:{exchange.counterparty_name}",
        mode=exchange.mode,
        shop_id=exchange.shop_id,
        severity="medium",
        evidence={
            "counterparty": exchange.counterparty_name,
            "exchange_id": exchange.id,
            "about": exchange.about,
            "state": exchange.state,
            "tries": exchange.tries,
            "trouble": exchange.trouble,
        },
        versions={},
        now=now,
    )
