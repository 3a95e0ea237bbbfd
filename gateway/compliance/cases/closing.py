"""End a case: one officer proposes how, another agrees, and after a delay it is done.

The act (``gateway.custody.approvals``) holds the two people, the delay and the calling off; the
case holds what was decided on: the evidence frozen at the proposal, to whose hash both agree.
"""

from datetime import UTC, datetime
from hashlib import sha256
from typing import Final
from uuid import UUID

from django.db import transaction

from gateway.compliance.alerts.canonical import canonical
from gateway.compliance.alerts.services import alerts_close
from gateway.compliance.cases import life, locks, outcomes
from gateway.compliance.cases.errors import EvidenceChanged, HoldStillOpen
from gateway.compliance.cases.gathering import snapshot_take
from gateway.compliance.cases.models import Case, CaseAlert, CaseDecision, CaseSnapshot
from gateway.compliance.cases.opening import ACT_KIND, snapshot_named
from gateway.compliance.cases.recording import person, record
from gateway.compliance.cases.states import keep_life, life_of
from gateway.compliance.cases.working import reason_of
from gateway.compliance.models import Hold
from gateway.custody.approvals.kinds import ActKind
from gateway.custody.approvals.models import Act
from gateway.custody.approvals.services import act_propose


@transaction.atomic
def case_close_propose(
    *, case_id: UUID, by: UUID, disposition: str, reason: str, now: datetime
) -> Act:
    """Say how a case should end, on what is known now.

    Raises:
        CaseReasonMissing, DispositionUnknown, CaseUnknown, CaseClosed, CaseNotYours, CaseNotReady
        HoldStillOpen: its money waits for a decision of its own.
        DispositionUnfit: what became of its money says otherwise.
    """
    why = reason_of(reason)
    case = locks.case_for_update(case_id)
    then = life.proposed(life_of(case), by=by, disposition=disposition)
    snapshot = snapshot_take(case, "proposed", now=now)
    outcomes.fits(snapshot.evidence, disposition)
    keep_life(case, then)
    act = act_propose(
        kind=ACT_KIND,
        subject=f"case:{case.id}",
        payload={
            "case_id": str(case.id),
            "reference": case.reference,
            "disposition": disposition,
            "snapshot_id": str(snapshot.id),
            "sha256": bytes(snapshot.content_hash).hex(),
        },
        reason=why,
        maker=by,
    )
    record(
        case,
        "proposed",
        actor=person(by),
        now=now,
        facts={"act": act.id, "disposition": disposition},
        personal={"reason": why, "snapshot": snapshot_named(snapshot)},
    )
    return act


def _close(act: Act, now: datetime) -> None:
    """Do what two people agreed to.

    Raises:
        CaseUnknown, CaseNotProposed, SamePerson
        EvidenceChanged, HoldStillOpen: something happened since.
    """
    assert act.maker is not None and act.checker is not None and act.decided_at is not None
    case = locks.case_for_update(UUID(act.body["case_id"]))
    then = life.closed(life_of(case), by=act.checker)
    snapshot = CaseSnapshot.objects.get(id=act.body["snapshot_id"], case=case)
    _check_unchanged(case, snapshot, act)
    said = said_of(
        disposition=act.body["disposition"],
        reason=act.reason,
        maker=act.maker,
        checker=act.checker,
        decided_at=act.decided_at,
    )
    outcome = canonical(outcomes.outcome_of(snapshot.evidence, said))
    decision = CaseDecision.objects.create(
        case=case,
        act_id=act.id,
        snapshot=snapshot,
        disposition=act.body["disposition"],
        reason=act.reason,
        maker=act.maker,
        checker=act.checker,
        rules=outcomes.RULES,
        outcome=outcome,
        outcome_hash=sha256(outcome.encode()).digest(),
        decided_at=act.decided_at,
    )
    case.closed_at, case.gathers = now, False
    keep_life(case, then)
    gathered = CaseAlert.objects.filter(case=case).values_list("alert_id", flat=True)
    alerts_close(alert_ids=list(gathered), now=now)
    record(
        case,
        "closed",
        actor=person(act.checker),
        now=now,
        facts={
            "act": act.id,
            "decision": decision.id,
            "disposition": decision.disposition,
            "maker": act.maker,
            "checker": act.checker,
            "rules": decision.rules,
        },
        personal={
            "snapshot": snapshot_named(snapshot),
            "outcome_sha256": bytes(decision.outcome_hash).hex(),
        },
    )


def said_of(
    *, disposition: str, reason: str, maker: UUID, checker: UUID, decided_at: datetime
) -> dict[str, str]:
    """What two people said, as the rules of outcomes read it."""
    return {
        "disposition": disposition,
        "reason": reason,
        "maker": str(maker),
        "checker": str(checker),
        "decided_at": decided_at.astimezone(UTC).isoformat(),
    }


def _check_unchanged(case: Case, snapshot: CaseSnapshot, act: Act) -> None:
    content = sha256(snapshot.content.encode()).hexdigest()
    latest = case.snapshots.order_by("-id").values_list("id", flat=True).first()
    if content != act.body["sha256"] or latest != snapshot.id:
        raise EvidenceChanged
    known = {alert["id"] for alert in snapshot.evidence["alerts"]}
    now_known = CaseAlert.objects.filter(case=case).values_list("alert_id", flat=True)
    if known != {str(alert_id) for alert_id in now_known}:
        raise EvidenceChanged
    is_of_money = case.about.partition(":")[0] in outcomes.OF_MONEY
    deposits = [deposit["id"] for deposit in snapshot.evidence["deposits"]] if is_of_money else []
    if Hold.objects.filter(deposit_id__in=deposits, approved_at__isnull=True).exists():
        raise HoldStillOpen


def _called_off(act: Act, now: datetime) -> None:
    """Rejected, cancelled, expired or failed: the case is worked on again."""
    case = locks.case_for_update(UUID(act.body["case_id"]))
    if case.state != "proposed":
        return
    keep_life(case, life.sent_back(life_of(case)))
    actor = person(act.ended_by) if act.ended_by else "system:approvals"
    record(
        case,
        "sent_back",
        actor=actor,
        now=now,
        facts={"act": act.id, "because": act.state},
        personal={"reason": act.end_reason},
    )


ACT: Final = ActKind(
    name=ACT_KIND, carry_out=_close, call_off=_called_off, decide_action="case.decide"
)
