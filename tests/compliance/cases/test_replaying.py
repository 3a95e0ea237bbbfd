"""A decision comes out again from what was kept, to the bit; and what differs is named."""

import json
from collections.abc import Callable, Iterator
from datetime import timedelta
from hashlib import sha256
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction

from gateway.chains.models import Deposit
from gateway.compliance.cases import replaying
from gateway.compliance.cases.models import Case, CaseDecision
from gateway.compliance.cases.record_models import RecordOpening
from gateway.compliance.cases.replaying import Finding, decision_replay, overall
from gateway.compliance.cases.services import case_reopen
from gateway.compliance.holds import hold_block
from gateway.events.ids import uuid7
from tests.compliance.cases.conftest import ADA, NOW, closed, held_case, taken
from tests.invoices.conftest import World

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("chain")]
CaseOf = Callable[..., Case]


@pytest.fixture
def blocked(world: World) -> CaseDecision:
    """Listed money was held, kept for good, and its case closed so."""
    case = taken(held_case(world))
    world.decide(Deposit.objects.get(id=case.about.partition(":")[2]), hold_block)
    return CaseDecision.objects.get(case=closed(case, "block"))


def results(decision: CaseDecision) -> dict[str, str]:
    decision = CaseDecision.objects.select_related("snapshot").get(id=decision.id)
    return {finding.what: finding.result for finding in decision_replay(decision)}


def difference(decision: CaseDecision, what: str) -> str:
    decision = CaseDecision.objects.select_related("snapshot").get(id=decision.id)
    return next(one for one in decision_replay(decision) if one.what == what).difference


def forced(sql: str, *values: Any) -> None:
    """As somebody who is above the triggers."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute(sql, values)
        cursor.execute("SET LOCAL session_replication_role = DEFAULT")


ALL_EQUAL = {
    "evidence": "equal",
    "record": "equal",
    "case_deadlines 1": "equal",
    "deposit_verdict 1": "equal",
    "outcome": "equal",
}


def test_a_decision_comes_out_again_to_the_bit(blocked: CaseDecision) -> None:
    assert results(blocked) == ALL_EQUAL
    outcome = json.loads(blocked.outcome)
    assert outcome["disposition"] == "block"
    assert outcome["holds"][0]["state"] == "blocked"
    assert outcome["report_due"] > blocked.decided_at.isoformat()


def test_it_does_so_after_the_lists_and_the_deadlines_have_changed(
    blocked: CaseDecision, world: World, settings: Any
) -> None:
    world.load_list(b"\x17" * 20)
    settings.CASES = {
        "deadlines": [
            {
                "version": "later",
                "source": "test",
                "time_zone": "UTC",
                "opens": "10:00",
                "closes": "12:00",
                "holidays": [],
                "first_look_minutes": {"high": 1, "medium": 1, "low": 1},
                "decide_days": {"high": 1, "medium": 1, "low": 1},
            }
        ]
    }
    assert results(blocked) == ALL_EQUAL


def test_evidence_that_was_changed_is_found_whoever_changed_it(blocked: CaseDecision) -> None:
    content = blocked.snapshot.content.replace("Café Amélie", "Café Emilie")
    assert content != blocked.snapshot.content
    forced(
        "UPDATE compliance_cases_casesnapshot SET content = %s WHERE id = %s",
        content,
        blocked.snapshot_id,
    )
    assert results(blocked)["evidence"] == "differs"
    # with a hash made to fit, the record tells
    forced(
        "UPDATE compliance_cases_casesnapshot SET content_hash = %s WHERE id = %s",
        sha256(content.encode()).digest(),
        blocked.snapshot_id,
    )
    found = results(blocked)
    assert (found["evidence"], found["record"]) == ("equal", "differs")
    assert "snapshot" in difference(blocked, "record")


def test_a_list_that_was_changed_afterwards_gives_another_verdict(blocked: CaseDecision) -> None:
    forced("UPDATE compliance_listedaddress SET name = 'Somebody else'")
    assert results(blocked)["deposit_verdict 1"] == "differs"
    told = difference(blocked, "deposit_verdict 1")
    assert told.startswith("matches[0].name: ")
    assert "Somebody else" in told


def test_a_list_that_is_not_kept_is_not_taken_for_equal(blocked: CaseDecision) -> None:
    forced("UPDATE compliance_listversion SET hash = %s", b"\0" * 32)
    assert results(blocked)["deposit_verdict 1"] == "unknown"


def test_an_outcome_that_was_changed_is_found(blocked: CaseDecision) -> None:
    outcome = blocked.outcome.replace('"in_time":true', '"in_time":false')
    assert outcome != blocked.outcome
    forced(
        "UPDATE compliance_cases_casedecision SET outcome = %s, outcome_hash = %s",
        outcome,
        sha256(outcome.encode()).digest(),
    )
    found = results(blocked)
    assert (found["outcome"], found["record"]) == ("differs", "differs")
    assert difference(blocked, "outcome") == "in_time: false before, true anew"


def test_rules_that_nobody_knows_any_more_are_unknown(blocked: CaseDecision) -> None:
    forced("UPDATE compliance_cases_casedecision SET rules = '0'")
    assert results(blocked)["outcome"] == "unknown"


def test_what_was_erased_is_unknown_and_not_wrong(blocked: CaseDecision) -> None:
    RecordOpening.objects.all().delete()
    assert results(blocked)["record"] == "unknown"


@pytest.fixture
def doubling() -> Iterator[None]:
    replaying.register("doubling", "7", lambda told: {"score": told["n"] * 2})
    yield
    del replaying._replayers["doubling", "7"]


def part(version: str, n: int, score: int) -> dict[str, Any]:
    return {"kind": "doubling", "version": version, "input": {"n": n}, "output": {"score": score}}


@pytest.mark.usefixtures("doubling")
@pytest.mark.parametrize(
    ("told", "result"),
    [(part("7", 2, 4), "equal"), (part("7", 2, 5), "differs"), (part("8", 2, 4), "unknown")],
)
def test_an_alerts_own_machine_is_asked_again(
    case_of: CaseOf, told: dict[str, Any], result: str
) -> None:
    case = closed(taken(case_of(evidence={"replay": told})))
    found = results(CaseDecision.objects.get(case=case))
    assert found[f"doubling {told['version']}"] == result


def test_the_worst_finding_counts() -> None:
    equal, unknown, differs = (Finding("x", one) for one in ("equal", "unknown", "differs"))
    assert overall([equal]) == "equal"
    assert overall([equal, unknown]) == "unknown"
    assert overall([unknown, differs, equal]) == "differs"


def test_the_command_says_equal_or_what_differs(blocked: CaseDecision) -> None:
    out = StringIO()
    call_command("cases", "replay", str(blocked.case_id), stdout=out)
    assert f"decision {blocked.id} (block): EQUAL" in out.getvalue()
    assert bytes(blocked.outcome_hash).hex() in out.getvalue()
    forced("UPDATE compliance_listedaddress SET name = 'Somebody else'")
    out = StringIO()
    with pytest.raises(SystemExit) as end:
        call_command("cases", "replay", str(blocked.id), stdout=out)
    assert end.value.code == 1
    assert "DIFFERS" in out.getvalue()
    assert "matches[0].name" in out.getvalue()
    with pytest.raises(CommandError, match="Nothing was decided"):
        call_command("cases", "replay", str(uuid7()))


def test_each_decision_of_a_reopened_case_comes_out_again(case_of: CaseOf) -> None:
    case = closed(taken(case_of()))
    case_reopen(case_id=case.id, by=ADA, reason="more", now=NOW + timedelta(days=1))
    case.refresh_from_db()
    closed(case, "report")
    decisions = CaseDecision.objects.filter(case=case).select_related("snapshot")
    assert [overall(decision_replay(one)) for one in decisions.order_by("id")] == ["equal"] * 2
