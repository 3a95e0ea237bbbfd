"""Raise an alert about somebody's behaviour, with all it takes to judge it anew."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Final, Literal
from uuid import UUID

from gateway.compliance.alerts.models import Alert
from gateway.compliance.alerts.services import alert_raise
from gateway.compliance.alerts.severities import Severity
from gateway.compliance.behaviour.hours import hours_again
from gateway.compliance.behaviour.newness import network_again, session_again
from gateway.compliance.behaviour.rules import BehaviourRules
from gateway.compliance.behaviour.scores import score_again
from gateway.compliance.behaviour.spikes import spike_again

Rule = Literal[
    "key_new_network",
    "sign_in_new_network",
    "sign_in_apart",
    "destination_new_network",
    "access_refused",
    "refund_spike",
    "void_spike",
    "till_outside_hours",
    "stream_anomaly",
]
RULES: Final[tuple[Rule, ...]] = (
    "key_new_network",
    "sign_in_new_network",
    "sign_in_apart",
    "destination_new_network",
    "access_refused",
    "refund_spike",
    "void_spike",
    "till_outside_hours",
    "stream_anomaly",
)
"""The kinds of alerts that this room raises."""

VERSION: Final = "1"
AGAIN: Final[dict[str, Callable[[Mapping[str, Any]], dict[str, Any]]]] = {
    "behaviour_network": network_again,
    "behaviour_session": session_again,
    "behaviour_spike": spike_again,
    "behaviour_hours": hours_again,
    "behaviour_score": score_again,
}
"""How each judgement of ``VERSION`` is computed anew."""


def behaviour_alert(
    rule: Rule,
    *,
    about: str,
    fingerprint: str,
    mode: str,
    shop_id: UUID | None,
    severity: Severity,
    facts: Mapping[str, Any],
    judged_by: str = "",
    judged: Mapping[str, Any] | None = None,
    rules: BehaviourRules,
    now: datetime,
) -> Alert:
    """For the officers alone, in the transaction that judged.

    Args:
        judged_by, judged: a key of ``AGAIN``, and the input that it takes but for the rules; the
            output is computed here, by what will compute it years later.
    """
    evidence = dict(facts)
    if judged is not None:
        told = {**judged, "rules": rules.as_plain()}
        evidence["replay"] = {
            "kind": judged_by,
            "version": VERSION,
            "input": told,
            "output": AGAIN[judged_by](told),
        }
    return alert_raise(
        kind=rule,
        about=about,
        fingerprint=fingerprint,
        mode=mode,
        shop_id=shop_id,
        severity=severity,
        evidence=evidence,
        versions={"behaviour": rules.version},
        now=now,
    )
