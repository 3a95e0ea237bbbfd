"""The rows this room locks: a version; before it, for a new one, all of its scenario."""

from uuid import UUID

from gateway.compliance.scenarios.errors import BacktestUnknown, ScenarioUnknown
from gateway.compliance.scenarios.models import Backtest, ScenarioVersion


def version_for_update(version_id: UUID) -> ScenarioVersion:
    """Raises ScenarioUnknown. One query."""
    version = ScenarioVersion.objects.select_for_update().filter(id=version_id).first()
    if version is None:
        raise ScenarioUnknown
    return version


def versions_for_update(scenario: str) -> list[ScenarioVersion]:
    """All of a scenario's versions, the newest first. One query."""
    rows = ScenarioVersion.objects.select_for_update().filter(scenario=scenario)
    return list(rows.order_by("-number"))


def backtest_for_update(test_id: UUID) -> Backtest:
    """Raises BacktestUnknown. One query."""
    test = Backtest.objects.select_for_update().filter(id=test_id).first()
    if test is None:
        raise BacktestUnknown
    return test
