"""A case's row as the pure core sees it, and back."""

from typing import cast

from gateway.compliance.cases.life import CaseLife, Disposition, State
from gateway.compliance.cases.models import Case


def life_of(case: Case) -> CaseLife:
    """The row as a value."""
    return CaseLife(
        state=cast(State, case.state),
        assignee=case.assignee,
        is_escalated=case.is_escalated,
        maker=case.maker,
        checker=case.checker,
        disposition=cast(Disposition, case.disposition) if case.disposition else None,
    )


def keep_life(case: Case, then: CaseLife) -> None:
    """Write how far a locked case is now, and what is due next. One query."""
    was_overdue_of = case.due_at
    case.state, case.assignee = then.state, then.assignee
    case.is_escalated = then.is_escalated
    case.maker, case.checker = then.maker, then.checker
    case.disposition = then.disposition or ""
    case.due_at = case.first_look_due if then.state == "open" else case.decide_due
    if case.due_at != was_overdue_of:
        case.overdue_told_at = None
    case.save()
