"""Our people decide about what another provider asks."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from gateway.chains.addresses import checksum
from gateway.compliance.naming.selectors import name_standing
from gateway.compliance.travelling import locks
from gateway.compliance.travelling.asking import CONFIRMATIONS, become, callback_url, tell
from gateway.compliance.travelling.errors import ExchangeOver, OriginatorNotClear, TravelError
from gateway.compliance.travelling.keeping import message_keep
from gateway.compliance.travelling.life import State
from gateway.compliance.travelling.models import Exchange
from gateway.compliance.travelling.trp import Approved, Rejected, resolution_write

NEUTRAL = "This transfer is not accepted."
"""All that the other side is told: why is ours to know."""


def exchange_approve(*, exchange_id: UUID, by: str, now: datetime) -> Exchange:
    """Say yes, and where to; the task tells the other side.

    Raises:
        ExchangeUnknown
        ExchangeOver: it was decided, or is not ours to decide.
        OriginatorNotClear: who sends it is called like one on a list; or, with real money, was not
            asked about yet.
    """
    return _decide(exchange_id, then="approving", by=by, now=now)


def exchange_reject(*, exchange_id: UUID, by: str, now: datetime) -> Exchange:
    """Say no, in neutral words. Raises as ``exchange_approve``."""
    return _decide(exchange_id, then="rejecting", by=by, now=now)


@transaction.atomic
def _decide(exchange_id: UUID, *, then: State, by: str, now: datetime) -> Exchange:
    if not by.strip():
        raise TravelError("A decision is somebody's.")
    exchange = locks.exchange_for_update(exchange_id)
    if exchange.direction != "in" or exchange.state != "received" or exchange.address is None:
        raise ExchangeOver
    if then == "approving":
        _check_originator(exchange)
    said = (
        Approved(
            address=checksum(bytes(exchange.address)),
            callback=callback_url(CONFIRMATIONS, exchange.id),
        )
        if then == "approving"
        else Rejected(comment=NEUTRAL)
    )
    message_keep(exchange, kind="resolution", plain=resolution_write(said), is_ours=True, now=now)
    exchange.decided_by = by
    become(exchange, then, now=now)
    exchange.save()
    tell(exchange, f"travel.{then}", now=now)
    return exchange


def _check_originator(exchange: Exchange) -> None:
    """Raises OriginatorNotClear."""
    standing = name_standing(f"subject:{exchange.subject_id}")
    if standing == "match" or (standing == "unknown" and exchange.mode == "live"):
        raise OriginatorNotClear
