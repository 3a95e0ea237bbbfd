"""A shop whose money can be held, and cases about it."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest

from gateway.compliance.alerts.models import Alert
from gateway.compliance.alerts.services import alert_raise
from gateway.compliance.cases.models import Case
from gateway.compliance.cases.services import case_assign, case_close_propose
from gateway.custody.approvals.carrying import acts_carry_out_due
from gateway.custody.approvals.models import Act
from gateway.custody.approvals.services import act_agree
from gateway.events.ids import uuid7
from tests.custody.approvals.conftest import ADA, BEA, delay_passed
from tests.invoices.conftest import World, chain, world

__all__ = ["ADA", "BEA", "chain", "world"]

NOW = datetime(2026, 11, 30, 9, 0, tzinfo=UTC)
SHOP = UUID("0198c0de-0000-7000-8000-000000000001")


def raised(**told: Any) -> Alert:
    return alert_raise(
        **{
            "kind": "name_match",
            "about": f"shop:{SHOP}",
            "fingerprint": str(uuid7()),
            "mode": "test",
            "shop_id": SHOP,
            "severity": "medium",
            "evidence": {"score": 0.91, "name": "Zwiebelkuchen"},
            "versions": {"ofac": "3"},
            "now": NOW,
            **told,
        }
    )


@pytest.fixture
def case_of(drain: Callable[[], int]) -> Callable[..., Case]:
    """The case that an alert is brought to."""

    def gathered(**told: Any) -> Case:
        alert = raised(**told)
        drain()
        return Case.objects.get(gathered__alert=alert)

    return gathered


def taken(case: Case, by: UUID = ADA) -> Case:
    return case_assign(case_id=case.id, by=by, expected=case.assignee, to=by, now=NOW)


def proposed(case: Case, disposition: str = "no_action", by: UUID = ADA) -> Act:
    return case_close_propose(
        case_id=case.id, by=by, disposition=disposition, reason="looked at", now=NOW
    )


def closed(case: Case, disposition: str = "no_action") -> Case:
    """Taken by Ada, proposed, agreed to by Bea, waited for and done."""
    if case.assignee != ADA:
        taken(case)
    act = proposed(case, disposition)
    act_agree(act_id=act.id, by=BEA)
    delay_passed(act.id)
    assert acts_carry_out_due() == 1
    case.refresh_from_db()
    assert case.state == "closed"
    return case


def held_case(world: World, **facts: Any) -> Case:
    """A payment by somebody on a list, and the case that it opened."""
    from tests.invoices.conftest import LISTED

    world.load_list()
    deposit = world.confirmed(world.issue(), sender=LISTED, **facts)
    return Case.objects.get(about=f"deposit:{deposit.id}")
