"""Ask a table about features, in the decision engine.

An evaluation is bounded by what a table may be (``tables``, ``cells``): at most fifty rows of
twelve comparisons, nothing that loops or calls. How long one takes is measured all the same, and
one that takes too long is an error and no answer.
"""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, cast

import orjson
import zen

from gateway.compliance.scenarios.catalogue import Value
from gateway.compliance.scenarios.jdm import jdm_of
from gateway.compliance.scenarios.tables import Table, plain_of, table_hash

MAX_SECONDS: Final = 0.25
"""Of this thread's processor time: some hundred times what the largest table takes."""
JUDGE: Final = "scenario"
JUDGE_VERSION: Final = "1"


class JudgingFailed(RuntimeError):
    """The engine gave no answer, or none in time: whoever asks tries again or tells people."""


@dataclass(frozen=True, slots=True)
class Judgement:
    """What a table says.

    Attributes:
        row: which one fitted, from 1; 0 for none.
        severity: ``none`` where nobody is to be alerted.
    """

    is_alert: bool
    severity: str
    reason: str
    row: int


NOTHING: Final = Judgement(False, "none", "", 0)


class Judge:
    """One table, compiled."""

    def __init__(self, table: Table) -> None:
        self.table = table
        self.hash = table_hash(table)
        self._decision = zen.ZenEngine().create_decision(orjson.dumps(jdm_of(table)).decode())

    def judge(self, features: Mapping[str, Value]) -> Judgement:
        """What the first row that fits says; each column's feature is given, if as None.

        Raises:
            JudgingFailed
        """
        asked = {name: _plain(features[name]) for name in self.table.columns}
        began = time.thread_time()
        try:
            answer = cast(dict[str, Any], self._decision.evaluate(asked))
        except (
            Exception
        ) as error:  # the binding raises what its Rust side says, in no class of its own
            raise JudgingFailed(f"{self.table.scenario}: {str(error)[:300]}") from error
        if time.thread_time() - began > MAX_SECONDS:
            raise JudgingFailed(f"{self.table.scenario} took longer than {MAX_SECONDS} s")
        told = answer["result"]
        if not told:
            return NOTHING
        return Judgement(
            is_alert=told["alert"],
            severity=told["severity"],
            reason=told["reason"],
            row=int(told["row"]),
        )


def replay_part(
    table: Table, features: Mapping[str, Value], judgement: Judgement
) -> dict[str, Any]:
    """What stands in an alert's evidence, so that the case can have it computed anew."""
    return {
        "kind": JUDGE,
        "version": JUDGE_VERSION,
        "input": {
            "table": plain_of(table),
            "features": {name: _plain(features[name]) for name in table.columns},
        },
        "output": judgement_plain(judgement),
    }


def judgement_plain(judgement: Judgement) -> dict[str, Any]:
    return {
        "alert": judgement.is_alert,
        "severity": judgement.severity,
        "reason": judgement.reason,
        "row": judgement.row,
    }


def _plain(value: Value) -> Any:
    return list(value) if isinstance(value, tuple) else value
