"""How this room, and the screening below it, compute anew what stands in a decision's evidence."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from gateway.chains.addresses import checksum
from gateway.compliance.behaviour import raising as behaviour
from gateway.compliance.cases.deadlines import Deadlines, due_of
from gateway.compliance.cases.gathering import matches_plain
from gateway.compliance.cases.replaying import NotReplayable, register
from gateway.compliance.models import ListedAddress, ListVersion
from gateway.compliance.scenarios.judging import JUDGE, JUDGE_VERSION
from gateway.compliance.scenarios.replaying import InputUnreadable, judged_again
from gateway.compliance.screening import UNKNOWN_PAYER


def register_ours() -> None:
    """Called when the room starts."""
    register("case_deadlines", "1", case_deadlines)
    register("deposit_verdict", "1", deposit_verdict)
    register(JUDGE, JUDGE_VERSION, scenario_judgement)
    for kind, again in behaviour.AGAIN.items():
        register(kind, behaviour.VERSION, again)


def case_deadlines(told: Mapping[str, Any]) -> dict[str, Any]:
    """By when a case was due, by the rules that stand in the evidence itself."""
    due = due_of(
        Deadlines.from_plain(told["rules"]),
        opened_at=datetime.fromisoformat(told["counted_from"]),
        severity=told["severity"],
    )
    return {
        "first_look_due": due.first_look,
        "decide_due": due.decide,
        "reports_due": {"report": due.report, "block": due.blocking_report},
    }


def deposit_verdict(told: Mapping[str, Any]) -> dict[str, Any]:
    """Whom the lists' versions of that day name among the addresses that were looked up.

    Two queries. A version is known by its source, number and hash.

    Raises:
        NotReplayable: a version is not here, or is not what it was.
    """
    sources: dict[Any, str] = {}
    for version in told["versions"]:
        row = ListVersion.objects.filter(
            source_id=version["source"], number=version["number"]
        ).first()
        if row is None or bytes(row.hash).hex() != version["hash"]:
            raise NotReplayable(f"{version['source']}#{version['number']} is not kept as it was")
        sources[row.id] = row.source_id
    checked = [bytes.fromhex(address.removeprefix("0x")) for address in told["checked"]]
    if not checked:
        return {"matches": matches_plain([UNKNOWN_PAYER])}
    listed = ListedAddress.objects.filter(address__in=checked, version_id__in=list(sources))
    return {
        "matches": matches_plain(
            [
                {
                    "address": checksum(bytes(row.address)),
                    "source": sources[row.version_id],
                    "name": row.name,
                    "program": row.program,
                }
                for row in listed
            ]
        )
    }


def scenario_judgement(told: Mapping[str, Any]) -> dict[str, Any]:
    """What a scenario's table says to the features that stand beside it. No query.

    Raises:
        NotReplayable: this version of the program can't read the table.
    """
    try:
        return judged_again(told)
    except InputUnreadable as error:
        raise NotReplayable(str(error)) from error
