"""What a decision comes to, from the frozen evidence and what two people said. Pure, and versioned:
a decision of years ago is computed anew by the rules of its day.
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Final

from gateway.compliance.cases.errors import DispositionUnfit, HoldStillOpen

RULES: Final = "1"
"""The version that new decisions are made by."""
OF_MONEY: Final = frozenset({"deposit", "address"})


def outcome_of(
    evidence: Mapping[str, Any], said: Mapping[str, Any], *, rules: str = RULES
) -> dict[str, Any]:
    """What follows from a decision, as canonical JSON can hold it.

    Args:
        evidence: the case's snapshot, as it was when the end was proposed.
        said: ``disposition``, ``reason``, ``maker``, ``checker`` and ``decided_at`` (ISO 8601).

    Raises:
        HoldStillOpen, DispositionUnfit
        LookupError: no rules of that version are known.
    """
    return _RULES[rules](evidence, said)


def fits(evidence: Mapping[str, Any], disposition: str) -> None:
    """Whether a case with this evidence may end so. Raises HoldStillOpen, DispositionUnfit."""
    states = {hold["state"] for hold in own_holds(evidence)}
    if "open" in states:
        raise HoldStillOpen
    is_blocked = "blocked" in states
    if disposition == "block" and not is_blocked:
        raise DispositionUnfit
    if disposition in ("no_action", "false_positive", "watch") and is_blocked:
        raise DispositionUnfit


def own_holds(evidence: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The holds of the very money that a case is about: a payment's, or a payer's. A shop's held
    payments stand in its case as evidence; each of them has a case of its own."""
    kind = evidence["case"]["about"].partition(":")[0]
    return list(evidence["holds"]) if kind in OF_MONEY else []


def _first(evidence: Mapping[str, Any], said: Mapping[str, Any]) -> dict[str, Any]:
    fits(evidence, said["disposition"])
    case = evidence["case"]
    due = datetime.fromisoformat(case["decide_due"])
    return {
        "rules": "1",
        "disposition": said["disposition"],
        "reason": said["reason"],
        "maker": said["maker"],
        "checker": said["checker"],
        "alerts_closed": sorted(alert["id"] for alert in evidence["alerts"]),
        "holds": sorted(
            ({"id": hold["id"], "state": hold["state"]} for hold in own_holds(evidence)),
            key=lambda hold: hold["id"],
        ),
        "in_time": datetime.fromisoformat(said["decided_at"]) <= due,
        "report_due": case["reports_due"].get(said["disposition"], ""),
    }


_RULES: Final[dict[str, Callable[[Mapping[str, Any], Mapping[str, Any]], dict[str, Any]]]] = {
    "1": _first
}
