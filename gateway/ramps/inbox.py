"""Events that a ramp sends: checked, kept as rows, acted on after that was committed.

An event is a hint to look, and no more: it may come late, twice, before an earlier one, or be about
something that has changed meanwhile. What it says of an object's state is not read; the object is
asked for. So there is no order to keep, and what is lost is found by looking now and then.
"""

import hashlib
import hmac
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

import orjson
import structlog
from django.db import transaction
from django.db.models import Count, F

from gateway.events.points import point
from gateway.events.services import emit
from gateway.ramps.accounts import account_look
from gateway.ramps.errors import EventRefused
from gateway.ramps.models import RampAccount, RampEvent, RampInstruction

log = structlog.get_logger(__name__)

MAX_BYTES: Final = 256 * 1024
TOLERANCE_SECONDS: Final = 300
"""A signature older than this is somebody's copy."""


@dataclass(frozen=True, slots=True)
class Said:
    """What of an event is kept."""

    remote_id: str
    type: str
    account: str
    object_id: str
    live: bool
    said_at: datetime


def event_read(*, body: bytes, signature: str, secrets: Sequence[str], now: datetime) -> Said:
    """An event of Stripe's, if one of the secrets signed it within the tolerance.

    Raises:
        EventRefused: it is too long, not signed, old, or no event.
    """
    if len(body) > MAX_BYTES:
        raise EventRefused("This event is too long.", code="ramp_event_too_long", status=413)
    _check_signature(body, signature=signature, secrets=secrets, now=now)
    try:
        told = orjson.loads(body)
        about = told["data"]["object"]
        return Said(
            remote_id=_text(told["id"]),
            type=_text(told["type"]),
            account=_text(told.get("account") or ""),
            object_id=_text(_name_of(about)),
            live=told["livemode"] is True,
            said_at=datetime.fromtimestamp(int(told["created"]), UTC),
        )
    except (orjson.JSONDecodeError, KeyError, TypeError, ValueError, AttributeError) as error:
        raise EventRefused("This is no event.", code="ramp_event_malformed") from error


@transaction.atomic
def event_keep(*, ramp: str, mode: str, said: Said, now: datetime) -> RampEvent:
    """Write an event down, once, and have it handled after that has committed.

    One of the other mode, or of an account that is none of our shops', is kept and refused.
    """
    why = _why_refused(ramp=ramp, mode=mode, said=said)
    row, created = RampEvent.objects.get_or_create(
        ramp=ramp,
        remote_id=said.remote_id,
        defaults={
            "type": said.type,
            "account": said.account,
            "object_id": said.object_id,
            "status": "refused" if why else "waiting",
            "reason": why,
            "said_at": said.said_at,
            "received_at": now,
        },
    )
    if not created:
        RampEvent.objects.filter(id=row.id).update(times=F("times") + 1)
        return row
    if why:
        log.warning("ramp_event_refused", ramp=ramp, type=said.type, reason=why)
        return row
    point("inbox.kept")
    emit(
        type="ramp.event_received",
        subject=f"ramp_event:{row.id}",
        body={"ramp": ramp, "type": said.type},
        mode=mode,
        now=now,
    )
    return row


@transaction.atomic
def event_handle(*, event_id: str, now: datetime) -> RampEvent:
    """Have looked at what an event is about. Once."""
    row = RampEvent.objects.select_for_update().get(id=event_id)
    if row.status != "waiting":
        return row
    act = ACTS.get(row.type)
    if act is None:
        row.status = "unknown"
    else:
        act(row, now)
        row.status = "handled"
    point("inbox.handled")
    row.handled_at = now
    row.save(update_fields=["status", "handled_at"])
    return row


def event_counts() -> list[tuple[str, str, int]]:
    """How many events of each type and status there are. One query."""
    rows = RampEvent.objects.values_list("type", "status").annotate(count=Count("id"))
    return sorted((type, status, count) for type, status, count in rows)


# --- what events make us look at -----------------------------------------------------------------


def _look_at_account(row: RampEvent, now: datetime) -> None:
    found = RampAccount.objects.filter(ramp=row.ramp, remote_id=row.account).first()
    if found is not None:
        account_look(account_id=found.id, now=now)


def _look_at_instruction(row: RampEvent, now: datetime) -> None:
    """Ours by its name at the ramp; one whose answer we still wait for is asked about anyway."""
    RampInstruction.objects.filter(ramp=row.ramp, remote_id=row.object_id).update(due_at=now)


Act = Callable[[RampEvent, datetime], None]
ACTS: Final[dict[str, Act]] = {
    "account.updated": _look_at_account,
    "account.external_account.created": _look_at_account,
    "account.external_account.updated": _look_at_account,
    "account.external_account.deleted": _look_at_account,
    "capability.updated": _look_at_account,
    "payout.created": _look_at_instruction,
    "payout.updated": _look_at_instruction,
    "payout.paid": _look_at_instruction,
    "payout.failed": _look_at_instruction,
    "payout.canceled": _look_at_instruction,
    "payout.reconciliation_completed": _look_at_instruction,
    "transfer.created": _look_at_instruction,
    "transfer.updated": _look_at_instruction,
    "transfer.reversed": _look_at_instruction,
}
"""By type. Further ones are added where they are handled (``act_on``)."""


def act_on(types: Mapping[str, Act]) -> None:
    """Have events of these types handled, beside those above. Called while apps are made ready."""
    for type, act in types.items():
        if ACTS.get(type, act) is not act:
            raise ValueError(f"two handle {type}")
        ACTS[type] = act


# --- parts ---------------------------------------------------------------------------------------


def _why_refused(*, ramp: str, mode: str, said: Said) -> str:
    if said.live != (mode == "live"):
        return "other_mode"
    if said.account:
        ours = RampAccount.objects.filter(ramp=ramp, remote_id=said.account)
        if not ours.exists():
            return "other_account"
    return ""


def _check_signature(body: bytes, *, signature: str, secrets: Sequence[str], now: datetime) -> None:
    """``t=…,v1=…``: HMAC-SHA256 over "timestamp.body" (docs.stripe.com/webhooks)."""
    if not secrets:
        raise EventRefused("This ramp's events can't be checked: no secret is set.", status=503)
    moment, signed = _parts(signature)
    if abs(now.timestamp() - moment) > TOLERANCE_SECONDS:
        raise EventRefused("This event's signature is too old.", code="ramp_event_old")
    if not any(_is_signed(body, moment, signed, secret) for secret in secrets):
        raise EventRefused("This event's signature is wrong.", code="ramp_event_unsigned")


def _parts(signature: str) -> tuple[int, tuple[str, ...]]:
    pairs = [part.strip().partition("=")[::2] for part in signature.split(",")]
    moments = [value for name, value in pairs if name == "t"]
    if len(moments) != 1 or not (moments[0].isascii() and moments[0].isdigit()):
        raise EventRefused("This event isn't signed.", code="ramp_event_unsigned")
    return int(moments[0][:12]), tuple(value for name, value in pairs if name == "v1")


def _is_signed(body: bytes, moment: int, signed: Sequence[str], secret: str) -> bool:
    expected = hmac.new(secret.encode(), b"%d.%s" % (moment, body), hashlib.sha256).hexdigest()
    return any(hmac.compare_digest(expected.encode(), one.encode()) for one in signed)


def _name_of(about: Mapping[str, Any]) -> Any:
    """The object's name; of a charge or a dispute the payment's, by which we know them."""
    if about.get("object") in ("charge", "dispute"):
        return about.get("payment_intent") or about.get("id") or ""
    return about.get("id") or ""


def _text(value: Any) -> str:
    if not isinstance(value, str) or len(value) > 255 or not value.isprintable():
        raise ValueError("no text of an event")
    return value
