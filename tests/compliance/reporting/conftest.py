"""Cases that two people decided to report, and the reports that they begin."""

from collections.abc import Callable
from typing import Any

import pytest

from gateway.chains.models import Deposit
from gateway.compliance.cases.models import Case
from gateway.compliance.holds import hold_block
from gateway.compliance.reporting.models import Report
from gateway.compliance.reporting.services import (
    report_acknowledge,
    report_approve,
    report_file,
    report_fill,
    report_propose,
)
from tests.compliance.cases.conftest import (
    ADA,
    BEA,
    NOW,
    case_of,
    chain,
    closed,
    held_case,
    taken,
    world,
)
from tests.compliance.reporting.answered import BLOCKING, REPORTING, SAR
from tests.invoices.conftest import World

__all__ = ["ADA", "BEA", "NOW", "case_of", "chain", "world"]


@pytest.fixture(autouse=True)
def _the_house(settings: Any) -> None:
    settings.REPORTING = REPORTING


@pytest.fixture
def reported(case_of: Callable[..., Case], drain: Callable[[], int]) -> Report:
    """The SAR that a case about a shop begins."""
    case = closed(taken(case_of()), "report")
    drain()
    return Report.objects.get(case=case)


@pytest.fixture
def kept(world: World, drain: Callable[[], int]) -> Report:
    """The report to OFAC about a listed owner's payment that is kept for good."""
    case = taken(held_case(world))
    world.decide(Deposit.objects.get(id=case.about.partition(":")[2]), hold_block)
    closed(case, "block")
    drain()
    return Report.objects.get(case=case)


def fresh(report: Report) -> Report:
    return Report.objects.get(id=report.id)


def filled(report: Report, told: dict[str, str] | None = None) -> Report:
    """Everything answered, by Ada."""
    if told is None:
        told = SAR if report.kind == "fincen_sar" else BLOCKING
    return report_fill(
        report_id=report.id, by=ADA, told=told, version=fresh(report).version, now=NOW
    )


def proposed(report: Report) -> Report:
    report = filled(report)
    return report_propose(report_id=report.id, by=ADA, version=report.version, now=NOW)


def approved(report: Report) -> Report:
    report = proposed(report)
    return report_approve(report_id=report.id, by=BEA, version=report.version, now=NOW)


def filed(report: Report) -> Report:
    return report_file(report_id=approved(report).id, by=BEA, now=NOW)


def acknowledged(report: Report, number: str = "31000123456789") -> Report:
    return report_acknowledge(report_id=filed(report).id, by=BEA, number=number, now=NOW)
