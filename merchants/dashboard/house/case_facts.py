"""One case with all that is known of it, as its page shows it."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from gateway.chains.models import Deposit
from gateway.compliance.alerts.abouts import about_of
from gateway.compliance.alerts.models import Alert
from gateway.compliance.cases.exporting import record_lines
from gateway.compliance.cases.models import Case, CaseDecision, CaseSnapshot
from gateway.compliance.cases.opening import ACT_KIND
from gateway.compliance.cases.outcomes import OF_MONEY
from gateway.compliance.cases.record_models import RecordEntry
from gateway.compliance.cases.replaying import decision_replay, overall
from gateway.compliance.cases.selectors import (
    alerts_of,
    decisions_of,
    facts_of,
    later_cases,
    record_of,
    snapshots_of,
)
from gateway.compliance.cases.verifying import export_check
from gateway.compliance.models import Hold
from gateway.compliance.reporting.kinds import KINDS
from gateway.compliance.reporting.selectors import reports_of
from gateway.custody.approvals.models import Act
from gateway.custody.approvals.selectors import acts_about
from gateway.money.amounts import Amount, format_amount
from gateway.money.assets import fiat
from gateway.shops.selectors import shop_views
from merchants.accounts.selectors import house_people, people_named
from merchants.dashboard.approvals.rows import rows_of
from merchants.dashboard.house.book_rows import known_assets
from merchants.dashboard.house.case_reading import reading_of
from merchants.dashboard.house.case_rows import title_of
from merchants.dashboard.house.case_words import (
    HIDDEN,
    about_words,
    due_sign,
    due_what,
    ending_word,
    entry_sign,
    entry_words,
    field_word,
    kind_word,
    known_words,
    moment_word,
    part_word,
    result_sign,
    severity_sign,
    state_sign,
    value_words,
)
from merchants.dashboard.house.hold_rows import amount_of, deposits_of, payment_facts
from merchants.dashboard.house.hold_words import hold_sign, match_words
from merchants.dashboard.house.report_words import kind_word as report_kind
from merchants.dashboard.house.report_words import state_sign as report_state
from merchants.dashboard.selectors import time_text

RAW_SHOWN = 60_000
"""Characters of a snapshot's text that a page shows; the record's file has all of it."""


def case_facts(
    case: Case, *, person: UUID, roles: Collection[str], now: datetime
) -> dict[str, Any]:
    """About thirty queries."""
    alerts, entries = alerts_of(case), record_of(case)
    facts, reports = facts_of(alerts), reports_of(case)
    acts = acts_about(kinds=[ACT_KIND], subjects=[f"case:{case.id}"])
    decisions, snapshots = decisions_of(case), snapshots_of(case)
    shops = shop_views(shop_ids={case.shop_id} if case.shop_id else set())
    names = people_named(_people(case, entries, decisions))
    by_text = {str(one): name for one, name in names.items()}
    waiting = next((act for act in acts if act.state in ("proposed", "approved")), None)
    money = _money(case, snapshots)
    colleagues = house_people(action="case.work")
    return {
        "case": case,
        "title": title_of(_kinds(alerts)),
        "about": about_words(case.about),
        "about_id": about_of(case.about).id,
        "about_kind": about_of(case.about).kind,
        "shop": shops.get(case.shop_id) if case.shop_id else None,
        "state": state_sign(case),
        "severity": severity_sign(case.severity),
        "due": due_sign(case, now=now),
        "due_what": due_what(case),
        "opened": time_text(case.opened_at),
        "first_look_due": time_text(case.first_look_due),
        "decide_due": time_text(case.decide_due),
        "assignee": by_text.get(str(case.assignee), "") if case.assignee else "",
        "is_mine": case.assignee == person,
        "colleagues": [
            {"id": one, "name": name}
            for one, name in sorted(colleagues.items(), key=lambda told: told[1])
            if one != case.assignee
        ],
        "reports": [
            {"id": one.id, "word": report_kind(one.kind), "state": report_state(one.state).word}
            for one in reports
        ],
        "may_report": _may_report(case, {one.kind for one in reports}),
        "alerts": [_alert(alert, facts[alert.id]) for alert in alerts],
        "money": money,
        "is_held": about_of(case.about).kind in OF_MONEY and any(one["is_open"] for one in money),
        "waiting": rows_of([waiting], person=person, roles=roles)[0] if waiting else None,
        "ending": ending_word(case.disposition) if case.disposition else "",
        "decisions": [_decision(one, by_text) for one in reversed(decisions)],
        "snapshots": [_snapshot(one) for one in reversed(snapshots)],
        "timeline": [_entry(entry, values, by_text) for entry, values in reversed(entries)],
        "later": later_cases(case),
    }


def record_checked(case: Case) -> dict[str, Any]:
    """The case's part of the record, exported and checked as anybody outside would."""
    checked = export_check(record_lines(case_id=case.id))
    return {
        "is_good": checked.is_good,
        "entries": checked.entries,
        "proven": checked.proven,
        "openings": checked.openings,
        "problems": checked.problems[:20],
    }


def _kinds(alerts: Sequence[Alert]) -> list[tuple[str, int]]:
    kinds = [alert.kind for alert in alerts]
    return [(kind, kinds.count(kind)) for kind in dict.fromkeys(sorted(kinds))]


def _people(
    case: Case,
    entries: Iterable[tuple[RecordEntry, Mapping[str, Any]]],
    decisions: Iterable[CaseDecision],
) -> set[UUID]:
    found = {case.assignee, case.maker, case.checker}
    for decision in decisions:
        found |= {decision.maker, decision.checker}
    for entry, _values in entries:
        kind, _, named = entry.actor.partition(":")
        if kind == "user":
            found.add(UUID(named))
        if entry.verb == "assigned":
            facts = msgspec.json.decode(entry.facts)
            found |= {UUID(facts[part]) for part in ("from", "to") if facts[part]}
    return {one for one in found if one is not None}


def _may_report(case: Case, begun: Collection[str]) -> list[dict[str, str]]:
    """What else a closed case can be reported by."""
    if case.state != "closed":
        return []
    return [
        {"name": kind.name, "word": report_kind(kind.name)}
        for kind in KINDS.values()
        if case.disposition in kind.dispositions and kind.name not in begun
    ]


def _alert(alert: Alert, facts: Mapping[str, Any]) -> dict[str, Any]:
    reading = reading_of(facts)
    held = alert.kind == "held_payment"
    return {
        "id": alert.id,
        "word": kind_word(alert.kind),
        "severity": severity_sign(alert.severity),
        "times": alert.times,
        "raised": time_text(alert.raised_at),
        "last": time_text(alert.last_at) if alert.times > 1 else "",
        "versions": ", ".join(
            f"{name} #{told}" if told.isdigit() else f"{name} {told}"
            for name, told in sorted(alert.versions.items())
        ),
        "listed": [match_words(match) for match in facts["matches"]] if held else [],
        "hold_id": facts["hold_id"] if held else "",
        "matches": []
        if held
        else [
            {
                "title": one.title,
                "score": one.score,
                "facts": worded(one.facts),
                "reasons": one.reasons,
            }
            for one in reading.matches
        ],
        "values": [] if held else worded(reading.values),
        "left_out": reading.left_out,
    }


def _money(case: Case, snapshots: Sequence[CaseSnapshot]) -> list[dict[str, Any]]:
    """The deposits that the latest evidence names, as they stand now."""
    if not snapshots:
        return []
    ids = [UUID(told["id"]) for told in snapshots[-1].evidence["deposits"]]
    deposits: dict[UUID, Deposit] = deposits_of(ids)
    known = known_assets(deposit.asset for deposit in deposits.values())
    holds: dict[UUID, Hold] = {}
    for hold in Hold.objects.filter(deposit_id__in=ids).select_related("verdict").order_by("id"):
        holds[hold.deposit_id] = hold
    return [
        {
            "amount": amount_of(deposits[one], known),
            "payment": payment_facts(deposits[one]),
            "invoice_id": deposits[one].invoice_id,
            "shop_id": deposits[one].shop_id,
            "hold_id": holds[one].id if one in holds else None,
            "hold": hold_sign(holds[one].verdict.state, None) if one in holds else None,
            "is_open": one in holds and holds[one].approved_at is None,
        }
        for one in ids
        if one in deposits
    ]


def _decision(decision: CaseDecision, names: Mapping[str, str]) -> dict[str, Any]:
    findings = decision_replay(decision)
    outcome = msgspec.json.decode(decision.outcome)
    return {
        "id": decision.id,
        "word": ending_word(decision.disposition),
        "reason": decision.reason,
        "maker": names.get(str(decision.maker), ""),
        "checker": names.get(str(decision.checker), ""),
        "at": time_text(decision.decided_at),
        "rules": decision.rules,
        "in_time": outcome.get("in_time", False),
        "report_due": outcome.get("report_due", "")[:10],
        "evidence_hash": bytes(decision.snapshot.content_hash).hex(),
        "outcome_hash": bytes(decision.outcome_hash).hex(),
        "result": result_sign(overall(findings)),
        "findings": [
            {
                "word": part_word(finding.what),
                "sign": result_sign(finding.result),
                "difference": finding.difference,
            }
            for finding in findings
        ],
    }


def _snapshot(snapshot: CaseSnapshot) -> dict[str, Any]:
    evidence = snapshot.evidence
    raw = msgspec.json.format(snapshot.content, indent=2)
    return {
        "id": snapshot.id,
        "word": moment_word(snapshot.moment),
        "at": time_text(snapshot.taken_at),
        "hash": bytes(snapshot.content_hash).hex(),
        "counts": {name: len(evidence[name]) for name in ("alerts", "deposits", "verdicts")},
        "lists": [
            {"source": one["source"], "number": one["number"], "hash": one["hash"]}
            for one in evidence["lists"]
        ],
        "deadlines": evidence["machine"][0]["input"]["rules"],
        "known": [
            (known_words(name), _known(facts)) for name, facts in sorted(evidence["known"].items())
        ],
        "raw": raw[:RAW_SHOWN],
        "is_cut": len(raw) > RAW_SHOWN,
    }


def _known(facts: Mapping[str, Any]) -> list[tuple[str, str]]:
    """What a room told of a case, in words; amounts with their currency."""
    money = []
    if "amount_units" in facts and "currency" in facts:
        amount = Amount(int(facts["amount_units"]), fiat(facts["currency"]))
        money = [(field_word("amount"), f"{format_amount(amount)} {facts['currency']}")]
    return money + worded(
        (name, value) for name, value in reading_of(facts).values if name not in HIDDEN
    )


def worded(values: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    """Names and values of evidence in the reader's language, as far as they have words."""
    return [(field_word(name), value_words(value)) for name, value in values]


def _entry(
    entry: RecordEntry, values: Mapping[str, Any], names: Mapping[str, str]
) -> dict[str, Any]:
    facts = msgspec.json.decode(entry.facts)
    said = values.get("text") or values.get("reason") or ""
    kind, _, named = entry.actor.partition(":")
    return {
        "sign": entry_sign(entry.verb),
        "words": entry_words(entry.verb, facts, names),
        "said": said,
        "by": names.get(named, named) if kind == "user" else "",
        "at": time_text(entry.at),
        "number": entry.number,
        "hash": entry.hash,
    }


def act_of(case: Case) -> Act | None:
    """The proposal that waits about the case. One query."""
    acts = acts_about(kinds=[ACT_KIND], subjects=[f"case:{case.id}"])
    return next((act for act in acts if act.state in ("proposed", "approved")), None)
