"""Freeze what is known of a case: the evidence that people, and who checks them later, go by."""

from collections.abc import Sequence
from datetime import datetime
from hashlib import sha256
from typing import Any, Final
from uuid import UUID

from gateway.chains.addresses import checksum
from gateway.chains.models import Deposit
from gateway.compliance.alerts.abouts import about_of
from gateway.compliance.alerts.canonical import canonical
from gateway.compliance.alerts.models import Alert
from gateway.compliance.cases import evidence
from gateway.compliance.cases.configuration import deadlines_named
from gateway.compliance.cases.deadlines import due_of
from gateway.compliance.cases.models import Case, CaseSnapshot
from gateway.compliance.models import CheckedAddress, Hold, ListSource, Verdict
from gateway.compliance.traced import SOURCE as TRACE
from gateway.compliance.untold import SOURCE as PAYER
from gateway.shops.selectors import shop_views

SCHEMA: Final = 1
SHOWN_DEPOSITS: Final = 50
"""Of an address or a shop: the latest ones."""
BESIDE_THE_LISTS: Final = frozenset({TRACE, PAYER})
"""In the place of a list's name, in matches that no list gave."""


def register_ours() -> None:
    """What this room's neighbours below know."""
    evidence.register("shop", _shop_facts)


def snapshot_take(case: Case, moment: str, *, now: datetime) -> CaseSnapshot:
    """Write down what is known now. A dozen queries, in the caller's transaction."""
    text = canonical(evidence_of(case, now=now))
    return CaseSnapshot.objects.create(
        case=case,
        moment=moment,
        content=text,
        content_hash=sha256(text.encode()).digest(),
        taken_at=now,
    )


def evidence_of(case: Case, *, now: datetime) -> dict[str, Any]:
    """All that is known of a case, as canonical JSON can hold it."""
    about = about_of(case.about)
    deposits = _deposits(case)
    verdicts = _verdicts(deposits)
    alerts = list(Alert.objects.filter(in_case__case=case).order_by("id"))
    invoice_id = deposits[0].invoice_id if about.kind == "deposit" and deposits else None
    question = evidence.Question(
        about=about, mode=case.mode, shop_id=case.shop_id, invoice_id=invoice_id
    )
    clock = _clock(case)
    return {
        "schema": SCHEMA,
        "taken_at": now,
        "case": _case_facts(case) | clock["output"],
        "alerts": [_alert_facts(alert) for alert in alerts],
        **money_facts(deposits, verdicts),
        "lists": _lists_in_force(),
        "known": evidence.gathered(question),
        "machine": [clock, *_judged(verdicts), *_replayable(alerts)],
    }


def money_facts(
    deposits: Sequence[Deposit], verdicts: Sequence[Verdict] | None = None
) -> dict[str, list[dict[str, Any]]]:
    """Payments as the chain has them, what was said of them, and what became of their holds. Two
    queries, one where the verdicts are given."""
    ids = [one.id for one in deposits]
    holds = Hold.objects.filter(deposit_id__in=ids).select_related("verdict").order_by("id")
    said = _verdicts(deposits) if verdicts is None else verdicts
    return {
        "deposits": [_deposit_facts(one) for one in deposits],
        "verdicts": [_verdict_facts(one) for one in said],
        "holds": [_hold_facts(one) for one in holds],
    }


def _verdicts(deposits: Sequence[Deposit]) -> list[Verdict]:
    ids = [one.id for one in deposits]
    return list(Verdict.objects.filter(deposit_id__in=ids).order_by("id"))


def _deposits(case: Case) -> list[Deposit]:
    """The money that a case is about, newest first."""
    about = about_of(case.about)
    deposits = Deposit.objects.select_related("chain")
    if about.kind == "deposit":
        return list(deposits.filter(id=about.id))
    if about.kind == "address":
        address = bytes.fromhex(about.id.removeprefix("0x"))
        checked = CheckedAddress.objects.filter(address=address).order_by("-deposit_id")
        ids = list(checked.values_list("deposit_id", flat=True)[:SHOWN_DEPOSITS])
        return list(deposits.filter(id__in=ids, chain__mode=case.mode).order_by("-id"))
    if about.kind == "shop":
        held = Hold.objects.filter(shop_id=UUID(about.id)).order_by("-id")
        ids = list(held.values_list("deposit_id", flat=True)[:SHOWN_DEPOSITS])
        return list(deposits.filter(id__in=ids).order_by("-id"))
    return []


def _lists_in_force() -> list[dict[str, Any]]:
    return [
        {
            "source": source.name,
            "number": source.number,
            "hash": bytes(source.version_hash or b"").hex(),
            "checked_at": source.checked_at,
        }
        for source in ListSource.objects.filter(enabled=True).order_by("name")
    ]


def _case_facts(case: Case) -> dict[str, Any]:
    return {
        "id": case.id,
        "about": case.about,
        "mode": case.mode,
        "shop_id": case.shop_id,
        "severity": case.severity,
        "is_escalated": case.is_escalated,
        "opened_at": case.opened_at,
        "counted_from": case.counted_from,
        "follows": case.follows_id,
    }


def _clock(case: Case) -> dict[str, Any]:
    """By when it is due, as a machine's part: it is computed anew when a decision is replayed."""
    rules = deadlines_named(case.deadlines)
    due = due_of(rules, opened_at=case.counted_from, severity=case.severity)
    return {
        "kind": "case_deadlines",
        "version": "1",
        "input": {
            "rules": rules.as_plain(),
            "counted_from": case.counted_from,
            "severity": case.severity,
        },
        "output": {
            "first_look_due": due.first_look,
            "decide_due": due.decide,
            "reports_due": {"report": due.report, "block": due.blocking_report},
        },
    }


def _alert_facts(alert: Alert) -> dict[str, Any]:
    return {
        "id": alert.id,
        "kind": alert.kind,
        "about": alert.about,
        "fingerprint": alert.fingerprint,
        "severity": alert.severity,
        "versions": alert.versions,
        "evidence": alert.facts,
        "raised_at": alert.raised_at,
        "times": alert.times,
    }


def _deposit_facts(deposit: Deposit) -> dict[str, Any]:
    return {
        "id": deposit.id,
        "chain": deposit.chain_id,
        "asset": deposit.asset,
        "units": str(int(deposit.units)),
        "block_number": str(deposit.block_number),
        "block_hash": bytes(deposit.block_hash),
        "tx_hash": bytes(deposit.tx_hash),
        "log_index": deposit.log_index,
        "trace_path": deposit.trace_path,
        "first_block_time": deposit.first_block_time,
        "sender": checksum(bytes(deposit.sender)),
        "tx_sender": checksum(bytes(deposit.tx_sender)),
        "address": checksum(bytes(deposit.address)),
        "state": deposit.state,
        "shop_id": deposit.shop_id,
        "invoice_id": deposit.invoice_id,
    }


def _verdict_facts(verdict: Verdict) -> dict[str, Any]:
    return {
        "id": verdict.id,
        "deposit_id": verdict.deposit_id,
        "state": verdict.state,
        "current": verdict.current,
        "versions": verdict.versions,
        "checked": verdict.checked,
        "matches": verdict.matches,
        "given_at": verdict.given_at,
    }


def _hold_facts(hold: Hold) -> dict[str, Any]:
    is_open = hold.approved_at is None
    return {
        "id": hold.id,
        "deposit_id": hold.deposit_id,
        "state": "open" if is_open else hold.verdict.state,
        "decision": "" if is_open else hold.decision,
        "reason": "" if is_open else hold.reason,
        "decided_at": hold.approved_at,
        "opened_at": hold.opened_at,
        "delisted_at": hold.delisted_at,
    }


def _judged(verdicts: Sequence[Verdict]) -> list[dict[str, Any]]:
    """Each verdict as a machine's part: the lists' versions and addresses it was given by, and
    whom they name. What a trace or a missing payer held is not the lists' to say again."""
    return [
        {
            "kind": "deposit_verdict",
            "version": "1",
            "input": {"checked": verdict.checked, "versions": verdict.versions},
            "output": {
                "matches": matches_plain(
                    [one for one in verdict.matches if one.get("source") not in BESIDE_THE_LISTS]
                )
            },
        }
        for verdict in verdicts
    ]


def matches_plain(matches: Sequence[dict[str, Any]]) -> list[dict[str, str]]:
    """What a match says of itself, in one order."""
    named = ("address", "source", "name", "program")
    plain = [{name: str(match.get(name, "")) for name in named} for match in matches]
    return sorted(plain, key=lambda match: tuple(match[name] for name in named))


def _replayable(alerts: Sequence[Alert]) -> list[dict[str, Any]]:
    """What those who raised the alerts left to be computed anew: ``evidence["replay"]``."""
    named = {"kind", "version", "input", "output"}
    parts = [alert.facts.get("replay") for alert in alerts]
    return [part for part in parts if isinstance(part, dict) and set(part) == named]


def _shop_facts(question: evidence.Question) -> dict[str, Any] | None:
    if question.shop_id is None:
        return None
    shop = shop_views(shop_ids={question.shop_id}).get(question.shop_id)
    if shop is None:
        return None
    return {
        "id": shop.id,
        "name": shop.name,
        "mode": shop.mode,
        "status": shop.status,
        "pricing_currency": shop.pricing_currency,
        "settlement_asset": shop.settlement_asset,
        "payout_address": checksum(shop.payout_address) if shop.payout_address else None,
    }
