"""An alert comes in: it opens a case, joins the one that gathers alerts about the same, or opens
one that follows it."""

from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, transaction

from gateway.compliance.alerts.models import Alert
from gateway.compliance.alerts.severities import is_more_severe
from gateway.compliance.cases import life, locks
from gateway.compliance.cases.configuration import deadlines_in_force, deadlines_named
from gateway.compliance.cases.deadlines import due_of
from gateway.compliance.cases.gathering import snapshot_take
from gateway.compliance.cases.grouping import Gathering, way_of_alert
from gateway.compliance.cases.models import Case, CaseAlert, CaseSnapshot
from gateway.compliance.cases.recording import record
from gateway.compliance.cases.states import keep_life, life_of
from gateway.custody.approvals.locks import open_act_for_update
from gateway.custody.approvals.services import act_withdraw

ACTOR = "system:alerts"
ACT_KIND = "case_close"


@transaction.atomic
def alert_gather(*, alert_id: UUID, now: datetime) -> Case:
    """Bring an alert to the case it belongs to. Safe to call again; one that got worse since tells
    its case so."""
    alert = Alert.objects.get(id=alert_id)
    gathered = CaseAlert.objects.filter(alert=alert).first()
    if gathered is not None:
        case = _locked(gathered.case_id)
        _worsen(case, alert, now=now)
        return case
    while True:
        latest = Case.objects.filter(mode=alert.mode, about=alert.about, gathers=True).first()
        # A closed case gathers nothing more, yet the next one names it.
        before = latest or _latest(alert)
        try:
            with transaction.atomic():
                return _gather(alert, before, now=now)
        except IntegrityError as error:
            if "compliance_case_gathers_alone" not in str(error):
                raise  # else another alert about the same opened it in this moment: join that one


def _latest(alert: Alert) -> Case | None:
    return Case.objects.filter(mode=alert.mode, about=alert.about).order_by("-id").first()


def _gather(alert: Alert, before: Case | None, *, now: datetime) -> Case:
    case = _locked(before.id) if before else None
    gathering = (
        Gathering(is_closed=case.state == "closed", last_alert_at=case.last_alert_at)
        if case
        else None
    )
    if case is not None and way_of_alert(gathering, at=alert.raised_at) == "join":
        _join(case, alert, now=now)
        return case
    if case is not None and case.gathers:
        case.gathers = False
        case.save(update_fields=["gathers"])
    return _open(alert, follows=case, now=now)


def _locked(case_id: UUID) -> Case:
    """The case, after the act that may wait about it: everybody takes them in that order."""
    open_act_for_update(kind=ACT_KIND, subject=f"case:{case_id}")
    return locks.case_for_update(case_id)


def _open(alert: Alert, *, follows: Case | None, now: datetime) -> Case:
    rules = deadlines_in_force()
    due = due_of(rules, opened_at=now, severity=alert.severity)
    case = Case.objects.create(
        about=alert.about,
        mode=alert.mode,
        shop_id=alert.shop_id,
        severity=alert.severity,
        follows=follows,
        opened_at=now,
        counted_from=now,
        last_alert_at=alert.raised_at,
        deadlines=rules.version,
        first_look_due=due.first_look,
        decide_due=due.decide,
        due_at=due.first_look,
    )
    CaseAlert.objects.create(alert=alert, case=case, joined_at=now)
    snapshot = snapshot_take(case, "opened", now=now)
    record(
        case,
        "opened",
        actor=ACTOR,
        now=now,
        facts={
            "alert": alert.id,
            "kind": alert.kind,
            "severity": alert.severity,
            "deadlines": rules.version,
            "follows": follows.id if follows else None,
        },
        personal={"about": case.about, "snapshot": snapshot_named(snapshot)},
    )
    return case


def snapshot_named(snapshot: CaseSnapshot) -> dict[str, str]:
    """What is committed to of a snapshot: which one, and the hash of all its content."""
    return {"id": str(snapshot.id), "sha256": bytes(snapshot.content_hash).hex()}


def _join(case: Case, alert: Alert, *, now: datetime) -> None:
    CaseAlert.objects.create(alert=alert, case=case, joined_at=now)
    case.last_alert_at = max(case.last_alert_at, alert.raised_at)
    case.save(update_fields=["last_alert_at"])
    _weigh(case, alert, now=now)
    _send_back(case, now=now)
    _tell(case, "alert_joined", alert, now=now)


def _worsen(case: Case, alert: Alert, *, now: datetime) -> None:
    """An alert that the case knows was raised again with more weight."""
    if case.state == "closed" or not is_more_severe(alert.severity, case.severity):
        return
    _weigh(case, alert, now=now)
    _send_back(case, now=now)
    _tell(case, "alert_worsened", alert, now=now)


def _weigh(case: Case, alert: Alert, *, now: datetime) -> None:
    """A case is as severe as the worst of its alerts, and due accordingly."""
    if not is_more_severe(alert.severity, case.severity):
        return
    case.severity = alert.severity
    due = due_of(
        deadlines_named(case.deadlines), opened_at=case.counted_from, severity=case.severity
    )
    case.first_look_due, case.decide_due = due.first_look, due.decide
    case.due_at = due.first_look if case.state == "open" else due.decide
    case.overdue_told_at = None
    case.save(
        update_fields=[
            "severity",
            "first_look_due",
            "decide_due",
            "due_at",
            "overdue_told_at",
        ]
    )


def _send_back(case: Case, *, now: datetime) -> None:
    """What was proposed on less evidence is proposed no longer."""
    if case.state != "proposed":
        return
    act_withdraw(kind=ACT_KIND, subject=f"case:{case.id}", reason="new evidence")
    keep_life(case, life.sent_back(life_of(case)))
    record(case, "sent_back", actor=ACTOR, now=now, facts={"because": "new evidence"})


def _tell(case: Case, verb: str, alert: Alert, *, now: datetime) -> None:
    record(
        case,
        verb,
        actor=ACTOR,
        now=now,
        facts={"alert": alert.id, "kind": alert.kind, "severity": alert.severity},
        personal={"evidence_sha256": bytes(alert.evidence_hash).hex()},
    )
