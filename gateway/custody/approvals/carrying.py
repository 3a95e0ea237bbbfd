"""Do what two people agreed to, once its delay has passed: act and verb in one transaction."""

import hashlib
from collections.abc import Callable
from uuid import UUID

import structlog
from django.db import transaction

from gateway.custody.approvals import life
from gateway.custody.approvals.configuration import house_mode
from gateway.custody.approvals.errors import ActChanged
from gateway.custody.approvals.kinds import kind_named
from gateway.custody.approvals.locks import act_for_update, database_moment
from gateway.custody.approvals.models import Act
from gateway.custody.approvals.services import end, life_of
from gateway.events.errors import TillwayError
from gateway.shops.selectors import shop_view

log = structlog.get_logger(__name__)

AT_ONCE = 100


@transaction.atomic
def act_carry_out(*, act_id: UUID) -> Act:
    """Do it, if two people agreed and its delay has passed; killed anywhere, it is done whole
    later or not at all.

    A refusal by its verb ends it as failed, unless it passes by itself: then it stays approved.

    Raises:
        ActUnknown, ActNotApproved, ActTooEarly, ActExpired, ActOver
    """
    act = act_for_update(act_id)
    moment = database_moment()
    life.carried_out(life_of(act), at=moment)
    try:
        with transaction.atomic():
            _check_unchanged(act)
            kind_named(act.kind).carry_out(act, moment)
            return end(act, state="carried_out")
    except TillwayError as refused:
        act.refresh_from_db()
        if refused.passes:
            log.warning("act_waits", act_id=str(act.id), kind=act.kind, code=refused.code)
            return act
        log.warning("act_failed", act_id=str(act.id), kind=act.kind, code=refused.code)
        return end(act, state="failed", reason=f"{refused.code}: {refused.message}")


@transaction.atomic
def act_expire(*, act_id: UUID) -> Act:
    """Nobody decided in time, or nobody could do it in time. Raises ActNotExpired, ActOver."""
    act = act_for_update(act_id)
    life.expired(life_of(act), at=database_moment())
    return end(act, state="expired")


def acts_carry_out_due() -> int:
    """Do what is due, oldest first, each in a transaction of its own; how many were done.

    One that breaks keeps none of the others from being done.
    """
    moment = database_moment()
    due = Act.objects.filter(state="approved", not_before__lte=moment, expires_at__gt=moment)
    return sum(
        _tried(act_id, act_carry_out) == "carried_out"
        for act_id in list(due.order_by("not_before").values_list("id", flat=True)[:AT_ONCE])
    )


def acts_expire_due() -> int:
    """End what expired; how many were ended."""
    due = Act.objects.filter(state__in=life.OPEN, expires_at__lte=database_moment())
    return sum(
        _tried(act_id, act_expire) == "expired"
        for act_id in list(due.order_by("expires_at").values_list("id", flat=True)[:AT_ONCE])
    )


def _tried(act_id: UUID, verb: Callable[..., Act]) -> str:
    try:
        return verb(act_id=act_id).state
    except TillwayError as refused:
        # Somebody else was quicker: it is over, or was called off.
        log.info("act_not_due", act_id=str(act_id), code=refused.code)
    except Exception:
        log.exception("act_broke", act_id=str(act_id))
    return ""


def _check_unchanged(act: Act) -> None:
    """Two people agreed to this payload, and to a shop of this mode."""
    mode = shop_view(shop_id=act.shop_id).mode if act.shop_id else house_mode()
    content = hashlib.sha256(act.payload.encode()).digest()
    if mode != act.mode or content != bytes(act.payload_hash):
        raise ActChanged
