"""What became of a payout's instructions: the way goes on, and books and shop hear of it."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any, Final, cast
from uuid import UUID

import structlog
from django.db import transaction

from gateway.ledger import fiat
from gateway.ledger.journal import entry_reverse
from gateway.money.amounts import Amount
from gateway.settlement import locks
from gateway.settlement.fiat_life import FETCHING, Act, Happened, State, Way, step
from gateway.settlement.fiat_models import FiatWay
from gateway.settlement.fiat_sending import FETCH_AGAIN, way_fetch, way_instruct, way_to_fetch
from gateway.settlement.life import WaitingReason
from gateway.settlement.models import Payout
from gateway.settlement.payouts import amount_of, become, give_back, tell, wait_for

log = structlog.get_logger(__name__)

LATER: Final = timedelta(minutes=15)
LATER_REASONS: Final[dict[str, WaitingReason]] = {
    "balance_insufficient": "float_short",
    "insufficient_capabilities_for_transfer": "ramp_account",
    "account_invalid": "ramp_account",
    "payouts_not_allowed": "ramp_account",
}
"""Refusals of a transfer that end by themselves, or when somebody does something about them."""


@transaction.atomic
def instruction_heard(
    *, payout_id: UUID, type: str, body: Mapping[str, Any], now: datetime
) -> None:
    """What ``ramp.*`` says of one of a payout's instructions. Safe to be told again, in any order.

    Holds the float that it may free from the start: the caller may promise it to others.
    """
    seen = FiatWay.objects.select_related("payout").filter(pk=payout_id).first()
    if seen is None:
        return
    locks.float_of(seen.payout.asset)
    payout = locks.payout_for_update(payout_id)
    way = FiatWay.objects.select_for_update().get(pk=payout_id)
    way.payout = payout
    happened = _heard(way, type=type, body=body)
    if happened is not None:
        _go_on(way, happened, body=body, now=now)
    way.save()


def _heard(way: FiatWay, *, type: str, body: Mapping[str, Any]) -> Happened | None:
    kind, current = body["kind"], int(body["number"])
    if way.is_direct:
        return _heard_direct(way, type=type, body=body) if current == way.transfers else None
    match kind, type:
        case "transfer", "ramp.done" if current == way.transfers:
            way.transfer_id = body["remote_id"]
            return Happened.TRANSFERRED
        case "transfer", "ramp.refused" if current == way.transfers:
            later = body["failure_code"] in LATER_REASONS
            return Happened.TRANSFER_LATER if later else Happened.TRANSFER_REFUSED
        case "transfer", "ramp.reversed":
            return _came_back(way, int(body["reversed_units"]))
        case "payout", "ramp.sent":
            _charged(way, body)
            return Happened.BANK_SENT
        case "payout", "ramp.done":
            _charged(way, body)
            return Happened.BANK_HAS
        case "payout", "ramp.failed":
            _charged(way, body)
            return Happened.BANK_REFUSED
        case "payout", "ramp.refused":
            return Happened.BANK_REFUSED
        case "payout", "ramp.returned":
            return Happened.BANK_RETURNED
        case "reversal", "ramp.done" if current == way.fetches:
            return _came_back(way, way_to_fetch(way))
        case "reversal", "ramp.refused" if current == way.fetches:
            return Happened.NOT_BACK
        case _, "ramp.unclear":
            way.note = f"{kind} {current} is unclear: manage.py ramps unclear"
    return None


def _heard_direct(way: FiatWay, *, type: str, body: Mapping[str, Any]) -> Happened | None:
    """Of its only instruction that counts; what came back is the house's already."""
    match type:
        case "ramp.sent":
            _charged(way, body)
            return Happened.BANK_SENT
        case "ramp.done":
            _charged(way, body)
            return Happened.BANK_HAS
        case "ramp.refused" if body["failure_code"] in LATER_REASONS:
            return Happened.TRANSFER_LATER
        case "ramp.refused":
            return Happened.BANK_REFUSED
        case "ramp.failed" | "ramp.returned":
            back = int(body["reversed_units"]) or int(way.transfer_units)
            way.back_units = min(back, int(way.transfer_units))
            return Happened.BANK_RETURNED if type == "ramp.returned" else Happened.BANK_REFUSED
        case "ramp.unclear":
            way.note = "the payout is unclear: manage.py ramps unclear"
    return None


def _charged(way: FiatWay, body: Mapping[str, Any]) -> None:
    way.charged_units = int(body["fee_units"])
    if way.charged_units != way.fee_units:
        way.note = f"the ramp took {way.charged_units}, not {way.fee_units}"
        log.warning("ramp_fee_differs", payout=str(way.pk), note=way.note)


def _came_back(way: FiatWay, units: int) -> Happened | None:
    """All that can come back has; a part only is kept in mind."""
    way.back_units = max(int(way.back_units), min(units, int(way.transfer_units)))
    wanted = way_to_fetch(way) if way.state in FETCHING else int(way.transfer_units)
    if way.back_units >= wanted:
        return Happened.CAME_BACK
    way.note = f"{way.back_units} of {way.transfer_units} were taken back at the ramp"
    return None


def _go_on(way: FiatWay, happened: Happened, *, body: Mapping[str, Any], now: datetime) -> None:
    then, acts = step(Way(cast(State, way.state), way.is_back, way.is_direct), happened)
    way.state, way.is_back = then.state, then.is_back
    for act in acts:
        _ACTS[act](way, body, now)


# --- acts ----------------------------------------------------------------------------------------


def _post_left(way: FiatWay, body: Mapping[str, Any], now: datetime) -> None:
    payout = way.payout
    named: dict[str, Any] = {
        "payout_id": payout.id,
        "shop_id": payout.shop_id,
        "ramp": way.ramp,
        "now": now,
    }
    fiat.post_fiat_left(**named, way=way.ramp, amount=amount_of(payout))
    if way.fee_bearer == "house" and way.fee_units:
        fiat.post_fiat_fee(**named, fee=_units(way, int(way.fee_units)))


def _ask_bank(way: FiatWay, body: Mapping[str, Any], now: datetime) -> None:
    way_instruct(way, "payout", amount=_units(way, int(way.bank_units)), number=1, now=now)


def _say_sent(way: FiatWay, body: Mapping[str, Any], now: datetime) -> None:
    payout = way.payout
    become(payout, "sent")
    payout.sent_at = now
    payout.save(update_fields=["status", "waiting_reason", "sent_at"])
    tell(payout, "payout.sent", now=now)


def _post_arrived(way: FiatWay, body: Mapping[str, Any], now: datetime) -> None:
    payout = way.payout
    within = _units(way, int(way.charged_units)) if way.fee_bearer == "shop" else None
    fiat.post_fiat_arrived(
        payout_id=payout.id,
        shop_id=payout.shop_id,
        way=way.ramp,
        amount=amount_of(payout),
        fee_within=within if within and within.is_positive else None,
        now=now,
    )
    become(payout, "completed")
    payout.ended_at = now
    payout.save(update_fields=["status", "waiting_reason", "ended_at"])
    tell(payout, "payout.completed", now=now)


def _fetch(way: FiatWay, body: Mapping[str, Any], now: datetime) -> None:
    _keep_why(way, body, now)
    way_fetch(way, now=now)


def _keep_why(way: FiatWay, body: Mapping[str, Any], now: datetime) -> None:
    payout = way.payout
    payout.failure_code = body["failure_code"] or "bank_refused"
    payout.failure_reason = body["failure_reason"]
    payout.save(update_fields=["failure_code", "failure_reason"])


def _fetch_later(way: FiatWay, body: Mapping[str, Any], now: datetime) -> None:
    way.retry_at = now + FETCH_AGAIN
    way.note = f"the ramp does not give it back: {body['failure_code']}"[:300]
    log.error("ramp_keeps_money", payout=str(way.pk), code=body["failure_code"])


def _post_failed(way: FiatWay, body: Mapping[str, Any], now: datetime) -> None:
    payout = way.payout
    fiat.post_fiat_failed(**_ended(way, now=now), way=way.ramp)
    become(payout, "failed")
    _end(payout, "payout.failed", now=now)


def _post_returned(way: FiatWay, body: Mapping[str, Any], now: datetime) -> None:
    payout = way.payout
    fiat.post_fiat_returned(**_ended(way, now=now))
    become(payout, "returned")
    _end(payout, "payout.returned", now=now)


def _give_back(way: FiatWay, body: Mapping[str, Any], now: datetime) -> None:
    payout = way.payout
    payout.failure_code = body["failure_code"] or "ramp_refused"
    payout.failure_reason = body["failure_reason"]
    give_back(payout, status="failed", type="payout.failed", now=now)


def _wait(way: FiatWay, body: Mapping[str, Any], now: datetime) -> None:
    way.retry_at = now + LATER
    way.note = f"the ramp won't transfer it yet: {body['failure_code']}"[:300]
    wait_for(way.payout, LATER_REASONS[body["failure_code"]])


def _ended(way: FiatWay, *, now: datetime) -> dict[str, Any]:
    """What the entry of an end says: the house's fee is taken back where the ramp took none."""
    payout = way.payout
    if way.fee_bearer == "house" and way.fee_units and not way.charged_units:
        entry_reverse(key=f"payout:{payout.id}:fee", now=now)
    kept = int(payout.units) - min(int(way.back_units), int(payout.units))
    return {
        "payout_id": payout.id,
        "shop_id": payout.shop_id,
        "ramp": way.ramp,
        "amount": amount_of(payout),
        "kept": _units(way, kept),
        "bearer": way.fee_bearer,
        "now": now,
    }


def _end(payout: Payout, type: str, *, now: datetime) -> None:
    payout.ended_at = now
    payout.failure_code = payout.failure_code or "taken_back"
    payout.save()
    tell(payout, type, now=now)


def _units(way: FiatWay, units: int) -> Amount:
    return Amount(units, amount_of(way.payout).asset)


_ACTS: Final[dict[Act, Callable[[FiatWay, Mapping[str, Any], datetime], None]]] = {
    Act.POST_LEFT: _post_left,
    Act.ASK_BANK: _ask_bank,
    Act.SAY_SENT: _say_sent,
    Act.POST_ARRIVED: _post_arrived,
    Act.KEEP_WHY: _keep_why,
    Act.FETCH: _fetch,
    Act.FETCH_LATER: _fetch_later,
    Act.POST_FAILED: _post_failed,
    Act.POST_RETURNED: _post_returned,
    Act.GIVE_BACK: _give_back,
    Act.WAIT: _wait,
}
