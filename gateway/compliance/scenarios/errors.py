"""What can be refused about a scenario, each with a stable code."""

from gateway.events.errors import TillwayError


class ScenarioError(TillwayError):
    """Base of this room's errors."""

    code = "scenario_refused"
    status = 409


class ScenarioUnknown(ScenarioError):
    code = "scenario_not_found"
    message = "There is no such scenario, or no such version of it."
    status = 404


class TableRefused(ScenarioError):
    """A table that can't be judged by. Says where: ``row`` and ``column`` count from 1, 0 for none.

    The ``reason`` is a code of its own, so that a page can say it in its reader's language.
    """

    code = "scenario_table_refused"
    status = 422
    message = "This table can't be used."

    def __init__(self, reason: str, told: str = "", *, row: int = 0, column: int = 0) -> None:
        where = f" (row {row}, column {column})" if row else ""
        super().__init__(f"{told or reason}{where}", field="table")
        self.reason, self.row, self.column = reason, row, column


class ScenarioNameTaken(ScenarioError):
    code = "scenario_name_taken"
    message = "There is a scenario of this name, in force, laid aside or yet to come."
    field = "scenario"
    status = 422


class VersionNotThere(ScenarioError):
    code = "scenario_version_state"
    message = "A version in this state can't go there."


class VersionUnchanged(ScenarioError):
    code = "scenario_version_unchanged"
    message = "This is the same table as the version before."


class VersionReasonMissing(ScenarioError):
    code = "scenario_reason_missing"
    message = "Say why: it is written down with your name."
    field = "reason"
    status = 422


class PeriodRefused(ScenarioError):
    code = "scenario_period_refused"
    message = "A period begins before it ends, lasts at most two years and is over."
    field = "since"
    status = 422


class BandRefused(ScenarioError):
    code = "scenario_band_refused"
    message = "The band under the line is 1 to 50 per cent."
    field = "band"
    status = 422


class BacktestUnknown(ScenarioError):
    code = "scenario_backtest_not_found"
    message = "There is no such backtest."
    status = 404


class AuthorCannotDecide(ScenarioError):
    code = "second_person_needed"
    message = "Another person than its author and its proposer must put a version in force."
    status = 403
