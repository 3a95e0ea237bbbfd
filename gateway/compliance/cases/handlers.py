"""What cases do when something happens."""

from uuid import UUID

from django.db import transaction
from django.utils import timezone

from gateway.compliance.alerts.services import alert_raise
from gateway.compliance.alerts.severities import Severity
from gateway.compliance.cases import locks, opening
from gateway.compliance.cases.models import Case
from gateway.compliance.cases.recording import record
from gateway.compliance.models import Hold, ListSource
from gateway.compliance.screening import UNKNOWN_PAYER
from gateway.compliance.untold import UNTOLD
from gateway.custody.approvals.configuration import house_mode
from gateway.events.subscriptions import EventRecord

NOBODY_LISTED = (UNKNOWN_PAYER["program"], UNTOLD)
"""Money that is held though no list names anybody."""


def on_alert_raised(event: EventRecord) -> None:
    """It opens a case, or joins one."""
    opening.alert_gather(alert_id=UUID(event.body["alert_id"]), now=timezone.now())


def on_hold_opened(event: EventRecord) -> None:
    """Held money is looked at by people: an alert, which opens its case."""
    hold = Hold.objects.select_related("verdict").get(id=event.body["hold_id"])
    verdict = hold.verdict
    is_listed = any(match.get("program") not in NOBODY_LISTED for match in verdict.matches)
    severity: Severity = "high" if is_listed else "medium"
    alert_raise(
        kind="held_payment",
        about=f"deposit:{hold.deposit_id}",
        fingerprint=f"hold:{hold.id}",
        mode=event.mode,
        shop_id=hold.shop_id,
        severity=severity,
        evidence={
            "hold_id": hold.id,
            "verdict_id": verdict.id,
            "checked": verdict.checked,
            "matches": verdict.matches,
        },
        versions={told["source"]: str(told["number"]) for told in verdict.versions},
        now=event.occurred_at,
    )


@transaction.atomic
def on_hold_decided(event: EventRecord) -> None:
    """What became of held money is written into every case about it that is not closed."""
    about = f"deposit:{event.body['deposit_id']}"
    cases = Case.objects.filter(mode=event.mode, about=about).exclude(state="closed")
    for case_id in list(cases.order_by("id").values_list("id", flat=True)):
        case = locks.case_for_update(case_id)
        record(
            case,
            "hold_decided",
            actor="system:holds",
            now=timezone.now(),
            facts={"hold": event.body["hold_id"], "outcome": event.type.removeprefix("hold.")},
        )


def on_list_refused(event: EventRecord) -> None:
    """A list that can't be taken is a case of the house's: payments are judged by an old one."""
    if event.mode != house_mode():
        return  # told once for each mode, and looked at once
    source = ListSource.objects.get(name=event.body["source"])
    alert_raise(
        kind="list_refused",
        about=f"list:{source.name}",
        fingerprint=f"{source.name}:{event.body['refusal']}",
        mode=event.mode,
        shop_id=None,
        severity="high",
        evidence={
            "source": source.name,
            "refusal": event.body["refusal"],
            "in_force": source.number,
            "checked_at": source.checked_at,
        },
        versions={source.name: str(source.number)},
        now=event.occurred_at,
    )
