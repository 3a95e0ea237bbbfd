"""Stop trading on an exchange, and let it trade again."""

from datetime import datetime

import structlog
from django.db import transaction

from gateway.events.services import emit
from gateway.market.exchanges.configured import settings_of
from gateway.market.hedges import locks
from gateway.market.hedges.exchange_models import ExchangeStanding
from gateway.market.persons import check_person

log = structlog.get_logger(__name__)

BY_HAND = "by_hand"
"""The reason of a stop that a person wanted."""


@transaction.atomic
def exchange_stop(*, exchange: str, reason: str, detail: str, now: datetime, by: str = "") -> bool:
    """Place no more orders there until a person lets it; False if it was stopped already.

    What was asked for is followed to its end, and its fills are booked.

    Args:
        reason: a stable code.
        by: the person who wants it; '': it was judged.

    Raises:
        ExchangeUnknown: the settings name none of that name.
    """
    standing = locks.exchange_for_update(exchange)
    if standing.stopped_at is not None:
        return False
    standing.stopped_at, standing.reason, standing.detail = now, reason, detail[:300]
    standing.save(update_fields=["stopped_at", "reason", "detail"])
    _say(standing, "exchange.stopped", now=now, by=by)
    log.error("exchange_stopped", exchange=exchange, reason=reason, detail=detail[:300])
    return True


def exchange_stop_by_hand(*, exchange: str, by: str, because: str, now: datetime) -> bool:
    """A person stops it; False if it was stopped already.

    Raises:
        ExchangeUnknown: the settings name none of that name.
        ReasonMissing: nobody, or for no reason.
    """
    check_person(because, by)
    name = settings_of(exchange).name
    return exchange_stop(exchange=name, reason=BY_HAND, detail=because, by=by, now=now)


@transaction.atomic
def exchange_resume(*, exchange: str, by: str, because: str, now: datetime) -> bool:
    """Let it be traded on again; False if it was not stopped.

    Its balance is compared again at its next rest: one that still differs is stopped again.

    Raises:
        ExchangeUnknown: the settings name none of that name.
        ReasonMissing: nobody, or for no reason.
    """
    check_person(because, by)
    standing = locks.exchange_for_update(settings_of(exchange).name)
    if standing.stopped_at is None:
        return False
    _say(standing, "exchange.resumed", now=now, by=by, because=because)
    standing.stopped_at, standing.reason, standing.detail = None, "", ""
    standing.resumed_by = by
    standing.save(update_fields=["stopped_at", "reason", "detail", "resumed_by"])
    return True


def say_difference(*, exchange: str, currency: str, booked: str, told: str, now: datetime) -> None:
    """The exchange holds something else than the books say. In the caller's transaction."""
    emit(
        type="reconciliation.differed",
        subject=f"exchange:{exchange}",
        body={
            "exchange": exchange,
            "account": f"exchange:{exchange}",
            "currency": currency,
            "booked": booked,
            "told": told,
        },
        mode=_mode(exchange),
        now=now,
    )


def _say(
    standing: ExchangeStanding, type: str, *, now: datetime, by: str, because: str = ""
) -> None:
    emit(
        type=type,
        subject=f"exchange:{standing.exchange}",
        body={
            "exchange": standing.exchange,
            "reason": standing.reason,
            "detail": standing.detail,
            "by": by,
            "because": because,
        },
        mode=_mode(standing.exchange),
        now=now,
    )


def _mode(exchange: str) -> str:
    return "test" if settings_of(exchange).simulated else "live"
