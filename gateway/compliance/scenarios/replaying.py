"""Judge again what a table judged once, from the stored table and features alone."""

from collections.abc import Mapping
from typing import Any

from gateway.compliance.scenarios.catalogue import FEATURES, Value
from gateway.compliance.scenarios.errors import TableRefused
from gateway.compliance.scenarios.judging import Judge, judgement_plain
from gateway.compliance.scenarios.tables import table_of


class InputUnreadable(ValueError):
    """The stored input is of no table that this version of the program can read."""


def judged_again(told: Mapping[str, Any]) -> dict[str, Any]:
    """The output that belongs to a stored input.

    Raises:
        InputUnreadable
    """
    try:
        table = table_of(told["table"])
        features = {name: _value(name, told["features"][name]) for name in table.columns}
    except (TableRefused, KeyError, TypeError, ValueError) as error:
        raise InputUnreadable(str(error)) from error
    return judgement_plain(Judge(table).judge(features))


def _value(name: str, told: Any) -> Value:
    """As the table saw it: evidence writes lists for tuples and large numbers as text."""
    if isinstance(told, list):
        return tuple(str(one) for one in told)
    if FEATURES[name].sort == "number" and isinstance(told, str):
        return int(told)
    found: Value = told
    return found
