"""Which events people are told of, who they are, and who is told next if nobody takes it on. Pure.

A *notice* is a matter that somebody has to look after: a payout that failed, a chain that stands
still. An event opens it, another event settles it, a person takes it on; until then it goes from
one step to the next.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from merchants.accounts.actions import (
    ACCOUNTANT,
    COMPLIANCE_OFFICER,
    DESK,
    DEVELOPER,
    HOUSE_ROLES,
    MANAGER,
    OPERATOR,
    OWNER,
)

Body = Mapping[str, Any]
AT_ONCE: Final = timedelta(0)
CASE_CLOSE: Final = "case_close"
"""The kind of act that ends a case: nobody but the officers hears of one."""
OFFICERS_ACTS: Final = frozenset(
    {
        *("scenario_live", "scenario_retire", "list_give_up", "list_load", "good_guy"),
        *("hold_release", "hold_return", "hold_block", "destination_release", "shop_approval"),
    }
)
DESK_ACTS: Final = frozenset({"desk_resume"})
"""Kinds of act that officers alone, or the desk and operators, may open and decide about: nobody is
told of what they can't open. A test holds both to what each kind asks of who decides."""
QUIET_AFTER_SETTLING: Final = timedelta(minutes=15)
"""A matter that comes back this soon is looked at again before anybody is told: what comes and
goes every minute would fill mailboxes that then nobody reads."""


@dataclass(frozen=True, slots=True)
class Step:
    """Who is told, and how long after the notice was opened."""

    after: timedelta
    roles: frozenset[str]


@dataclass(frozen=True, slots=True)
class Rule:
    """A kind of notice.

    Attributes:
        opens, settles: event types.
        is_open: by the body of an event of ``opens``, whether there is something to look after;
            if not, that event settles.
        steps: in the order of their times. Roles of a shop hear of their own shop's matters only.
    """

    kind: str
    opens: frozenset[str]
    settles: frozenset[str]
    steps: tuple[Step, ...]
    is_open: Callable[[Body], bool] = lambda body: True

    @property
    def roles(self) -> frozenset[str]:
        """Everyone who may ever be told: who may see the notice and take it on."""
        return frozenset().union(*(step.roles for step in self.steps))

    @property
    def of_house(self) -> bool:
        return self.roles <= HOUSE_ROLES


def _rule(
    kind: str,
    *steps: tuple[timedelta, Collection[str]],
    opens: Collection[str],
    settles: Collection[str] = (),
    is_open: Callable[[Body], bool] = lambda body: True,
) -> Rule:
    return Rule(
        kind=kind,
        opens=frozenset(opens),
        settles=frozenset(settles),
        steps=tuple(Step(after, frozenset(roles)) for after, roles in steps),
        is_open=is_open,
    )


_MINUTES, _HOURS, _DAYS = (
    lambda n: timedelta(minutes=n),
    lambda n: timedelta(hours=n),
    lambda n: timedelta(days=n),
)

_DECIDED: Final = (
    *("approval.approved", "approval.carried_out", "approval.cancelled"),
    *("approval.rejected", "approval.expired", "approval.failed"),
)


def _is_at_house(body: Body) -> bool:
    """Whether the second person of an act is the house's."""
    return body.get("decider") == "house"


def _is_anything_due(body: Body) -> bool:
    """Whether the bank's partner, or whoever approves shops, asks a shop for something now: not
    while the shop is still filling it in."""
    if body.get("kind") == "business" and body.get("status") in ("draft", "reopened"):
        return bool(body["requirements"]["past_due"])
    asked = body.get("requirements") or {}
    return bool(asked.get("due") or asked.get("past_due"))


RULES: Final = (
    _rule(
        "payout_failed",
        (AT_ONCE, {OWNER, ACCOUNTANT}),
        (_HOURS(24), {MANAGER}),
        opens={"payout.failed", "payout.returned"},
    ),
    _rule(
        "payout_failed_at_house",
        (AT_ONCE, {OPERATOR}),
        (_HOURS(4), {COMPLIANCE_OFFICER}),
        opens={"payout.failed", "payout.returned"},
    ),
    _rule(
        "requirement_due",
        (AT_ONCE, {OWNER}),
        (_DAYS(3), {ACCOUNTANT, MANAGER}),
        opens={"shop.requirements_changed"},
        is_open=_is_anything_due,
    ),
    _rule(
        "difference_found",
        (AT_ONCE, {OPERATOR}),
        (_MINUTES(30), {COMPLIANCE_OFFICER, DESK}),
        opens={"reconciliation.differed"},
        settles={"reconciliation.explained", "reconciliation.corrected", "exchange.resumed"},
    ),
    _rule(
        "chain_stalled",
        (AT_ONCE, {OPERATOR}),
        (_MINUTES(15), {DESK}),
        opens={"chain.stalled"},
        settles={"chain.resumed"},
    ),
    _rule(
        "float_low",
        (AT_ONCE, {OPERATOR}),
        (_MINUTES(30), {DESK}),
        opens={"float.short", "float.low", "float.stuck"},
        settles={"float.filled", "float.enough"},
    ),
    _rule(
        "gas_low",
        (AT_ONCE, {OPERATOR}),
        (_MINUTES(30), {DESK}),
        opens={"gas.low"},
        settles={"gas.enough"},
    ),
    _rule(
        "desk_halted",
        (AT_ONCE, {DESK}),
        (_MINUTES(15), {OPERATOR}),
        opens={"desk.halted"},
        settles={"desk.resumed"},
    ),
    _rule(
        "money_held",
        (AT_ONCE, {COMPLIANCE_OFFICER}),
        (_HOURS(4), {OPERATOR}),
        opens={"hold.opened"},
        settles={"hold.released", "hold.returned", "hold.blocked"},
    ),
    _rule(
        "list_refused",
        (AT_ONCE, {COMPLIANCE_OFFICER}),
        (_HOURS(2), {OPERATOR}),
        opens={"list.refused"},
        settles={"list.updated", "list.checked"},
    ),
    _rule(
        "list_ageing",
        (AT_ONCE, {COMPLIANCE_OFFICER}),
        (_HOURS(2), {OPERATOR}),
        opens={"list.ageing"},
        settles={"list.updated", "list.checked", "list.stale"},
    ),
    _rule(
        "list_stale",
        (AT_ONCE, {COMPLIANCE_OFFICER, OPERATOR}),
        opens={"list.stale"},
        settles={"list.updated", "list.checked"},
    ),
    _rule(
        "move_overdue",
        (AT_ONCE, {DESK}),
        (_HOURS(1), {OPERATOR}),
        opens={"move.overdue"},
        settles={"move.arrived", "move.refused", "move.returned", "move.lost"},
    ),
    _rule(
        "shortfall_opened",
        (AT_ONCE, {OPERATOR}),
        opens={"shortfall.opened"},
        settles={"shortfall.netted", "shortfall.covered", "shortfall.recovered"},
    ),
    _rule(
        "approval_waits",
        (AT_ONCE, {OWNER, MANAGER}),
        opens={"approval.proposed"},
        settles=_DECIDED,
        is_open=lambda body: body.get("decider") == "shop",
    ),
    _rule(
        "approval_waits_at_house",
        (AT_ONCE, {OPERATOR, COMPLIANCE_OFFICER}),
        opens={"approval.proposed"},
        settles=_DECIDED,
        is_open=lambda body: (
            _is_at_house(body) and body.get("kind") not in OFFICERS_ACTS | DESK_ACTS | {CASE_CLOSE}
        ),
    ),
    _rule(
        "approval_waits_for_officers",
        (AT_ONCE, {COMPLIANCE_OFFICER}),
        opens={"approval.proposed"},
        settles=_DECIDED,
        is_open=lambda body: _is_at_house(body) and body.get("kind") in OFFICERS_ACTS,
    ),
    _rule(
        "approval_waits_at_desk",
        (AT_ONCE, {DESK, OPERATOR}),
        opens={"approval.proposed"},
        settles=_DECIDED,
        is_open=lambda body: _is_at_house(body) and body.get("kind") in DESK_ACTS,
    ),
    _rule(
        "bank_unclear",
        (AT_ONCE, {OPERATOR}),
        (_HOURS(1), {COMPLIANCE_OFFICER}),
        opens={"ramp.unclear"},
        settles={"ramp.sent", "ramp.done", "ramp.failed", "ramp.refused"},
    ),
    _rule(
        "case_opened",
        (AT_ONCE, {COMPLIANCE_OFFICER}),
        opens={"case.opened"},
        settles={"case.assigned", "case.closed"},
    ),
    _rule(
        "case_overdue",
        (AT_ONCE, {COMPLIANCE_OFFICER}),
        opens={"case.overdue"},
        settles={"case.assigned", "case.closed"},
    ),
    _rule(
        "key_new_network",
        (AT_ONCE, {OWNER}),
        opens={"key.new_network"},
        settles={"key.revoked"},
    ),
    _rule(
        "shift_left_open",
        (AT_ONCE, {MANAGER}),
        (_HOURS(8), {OWNER}),
        opens={"shift.left_open"},
        settles={"shift.closed"},
    ),
    _rule(
        "sign_in_new_network",
        (AT_ONCE, {OWNER}),
        opens={"sign_in.new_network"},
    ),
    _rule(
        "webhook_failing",
        (AT_ONCE, {DEVELOPER}),
        (_DAYS(1), {OWNER, MANAGER}),
        opens={"webhook.failing"},
        settles={"webhook.recovered", "webhook.disabled", "webhook.attended"},
    ),
    _rule(
        "webhook_disabled",
        (AT_ONCE, {DEVELOPER, OWNER}),
        (_DAYS(1), {MANAGER}),
        opens={"webhook.disabled"},
        settles={"webhook.attended"},
    ),
    _rule(
        "case_decision_waits",
        (AT_ONCE, {COMPLIANCE_OFFICER}),
        opens={"approval.proposed"},
        settles=_DECIDED,
        is_open=lambda body: body.get("kind") == CASE_CLOSE,
    ),
    _rule(
        "report_due",
        (AT_ONCE, {COMPLIANCE_OFFICER}),
        opens={"report.due_soon", "report.overdue"},
        settles={"report.filed"},
    ),
    _rule(
        "report_waits",
        (AT_ONCE, {COMPLIANCE_OFFICER}),
        opens={"report.proposed"},
        settles={"report.approved", "report.sent_back"},
    ),
)
RULE_OF: Final = {rule.kind: rule for rule in RULES}
KINDS: Final = tuple(RULE_OF)
EVENTS: Final = tuple(sorted(frozenset().union(*(rule.opens | rule.settles for rule in RULES))))


def opened_by(event_type: str, body: Body) -> tuple[Rule, ...]:
    """The kinds of notice that this event opens, or tells of once more."""
    return tuple(rule for rule in RULES if event_type in rule.opens and rule.is_open(body))


def settled_by(event_type: str, body: Body) -> tuple[Rule, ...]:
    """The kinds of notice that this event settles."""
    return tuple(
        rule
        for rule in RULES
        if event_type in rule.settles or (event_type in rule.opens and not rule.is_open(body))
    )


def first_step_at(*, opened_at: datetime, settled_before: datetime | None) -> datetime:
    """When the first people are told: at once, unless the matter was settled a moment ago."""
    if settled_before is None or opened_at - settled_before >= QUIET_AFTER_SETTLING:
        return opened_at
    return settled_before + QUIET_AFTER_SETTLING


def step_due_at(rule: Rule, *, step: int, told_from: datetime) -> datetime | None:
    """When this step (0 is the first) is due, counted from when the first people were told."""
    return told_from + rule.steps[step].after if step < len(rule.steps) else None
