"""Decide again what was decided: from the stored inputs and versions, to the same bits or not.

Four things are looked at. Whether the evidence is what it was: its canonical text, its hash, and
the commitment to it in the record. Whether what was sealed in it for somebody opens to what was
committed to; once that was erased the commitment alone remains, and says so. Whether the machines'
part comes out again: each score, verdict and deadline in it is computed anew by the replayer of its
kind and version. Whether the outcome follows from all that and from what two people said, by the
rules of its day.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, Final, Literal

import msgspec

from gateway.compliance.alerts.canonical import canonical
from gateway.compliance.cases import outcomes
from gateway.compliance.cases.chaining import entry_hash
from gateway.compliance.cases.closing import said_of
from gateway.compliance.cases.errors import CaseError
from gateway.compliance.cases.models import CaseDecision
from gateway.compliance.cases.opening import snapshot_named
from gateway.compliance.cases.record_models import RecordEntry, RecordOpening
from gateway.compliance.cases.recording import line_of
from gateway.compliance.sealed.committing import commitment
from gateway.compliance.sealed.errors import KeyGone, SealedWrong
from gateway.compliance.sealed.keys import keys_of
from gateway.compliance.sealed.sealing import opened_whole
from gateway.compliance.sealed.tokens import abouts_in, opened_with

Replayer = Callable[[Mapping[str, Any]], Mapping[str, Any]]
"""From a part's stored input to its output. Raises NotReplayable."""

Result = Literal["equal", "differs", "unknown"]
"""``unknown``: nothing here can compute it anew. Never taken for equal."""

ERASED: Final = "what it was made from was erased; the commitment to it stands"

_replayers: Final[dict[tuple[str, str], Replayer]] = {}


class NotReplayable(Exception):
    """What the part was computed from is not here any more; says what."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was compared: what, how it came out, and what differs."""

    what: str
    result: Result
    difference: str = ""


def register(kind: str, version: str, replayer: Replayer) -> None:
    """Called in ``AppConfig.ready`` by the room whose machine it is."""
    if _replayers.get((kind, version), replayer) is not replayer:
        raise ValueError(f"{kind} {version} is replayed by another room")
    _replayers[kind, version] = replayer


def decision_replay(decision: CaseDecision) -> list[Finding]:
    """All that can be compared about a decision; it is the same if all are ``equal``."""
    evidence = decision.snapshot.evidence
    return [
        _evidence(decision),
        _committed(decision),
        *_sealed(evidence),
        *(part_replay(part) for part in evidence["machine"]),
        _outcome(decision, evidence),
    ]


def overall(findings: list[Finding]) -> Result:
    """The worst of them."""
    results = {finding.result for finding in findings}
    if "differs" in results:
        return "differs"
    return "unknown" if "unknown" in results else "equal"


def part_replay(part: Mapping[str, Any]) -> Finding:
    """Compute a machine's part anew."""
    what = f"{part['kind']} {part['version']}"
    replayer = _replayers.get((part["kind"], part["version"]))
    if replayer is None:
        return Finding(what, "unknown", "no replayer of this kind and version")
    try:
        told = opened_whole({"input": part["input"], "output": part["output"]})
        anew = canonical(replayer(told["input"]))
    except KeyGone:
        return Finding(what, "unknown", ERASED)
    except NotReplayable as why:
        return Finding(what, "unknown", str(why))
    return _compared(what, before=canonical(told["output"]), anew=anew)


def _sealed(evidence: Mapping[str, Any]) -> list[Finding]:
    """Whether each value that was sealed for somebody is what the evidence committed to."""
    findings = []
    for about in sorted(set(abouts_in(evidence))):
        what = f"sealed for {about}"
        try:
            opened_with(evidence, keys=keys_of([about]))
        except SealedWrong:
            findings.append(Finding(what, "differs", "it is not what was committed to"))
            continue
        erased = not keys_of([about])
        findings.append(Finding(what, "unknown", ERASED) if erased else Finding(what, "equal"))
    return findings


def _evidence(decision: CaseDecision) -> Finding:
    content = decision.snapshot.content
    if sha256(content.encode()).digest() != bytes(decision.snapshot.content_hash):
        return Finding("evidence", "differs", "its text has another hash than was kept of it")
    return _compared("evidence", before=content, anew=canonical(decision.snapshot.evidence))


def _committed(decision: CaseDecision) -> Finding:
    """Whether the record, when the case was closed, named this evidence and this outcome."""
    what = "record"
    entry = next(
        (
            one
            for one in RecordEntry.objects.filter(about=str(decision.case_id), verb="closed")
            if line_of(one).facts["decision"] == str(decision.id)
        ),
        None,
    )
    if entry is None:
        return Finding(what, "differs", "the record has no entry of it")
    line = line_of(entry)
    if entry_hash(line) != entry.hash:
        return Finding(what, "differs", f"entry {entry.number} has another hash than it should")
    values = {
        "snapshot": snapshot_named(decision.snapshot),
        "outcome_sha256": bytes(decision.outcome_hash).hex(),
    }
    salts = {
        opening.name: bytes(opening.salt)
        for opening in RecordOpening.objects.filter(number=entry.number)
    }
    for name, value in values.items():
        if name not in salts:
            return Finding(what, "unknown", f"what opens its commitment to {name} is erased")
        if commitment(value, salt=salts[name]) != line.commitments.get(name):
            return Finding(what, "differs", f"it committed to another {name}")
    return Finding(what, "equal")


def _outcome(decision: CaseDecision, evidence: Mapping[str, Any]) -> Finding:
    said = said_of(
        disposition=decision.disposition,
        reason=decision.reason,
        maker=decision.maker,
        checker=decision.checker,
        decided_at=decision.decided_at,
    )
    try:
        anew = canonical(outcomes.outcome_of(evidence, said, rules=decision.rules))
    except LookupError:
        return Finding("outcome", "unknown", f"no rules of version {decision.rules} are known")
    except CaseError as refused:
        return Finding("outcome", "differs", f"refused now: {refused.code}")
    if sha256(decision.outcome.encode()).digest() != bytes(decision.outcome_hash):
        return Finding("outcome", "differs", "its text has another hash than was kept of it")
    return _compared("outcome", before=decision.outcome, anew=anew)


def _compared(what: str, *, before: str, anew: str) -> Finding:
    if before == anew:
        return Finding(what, "equal")
    return Finding(what, "differs", _first_difference(before, anew))


def _first_difference(before: str, anew: str) -> str:
    """Where two values part, as a path into them."""
    path, one, other = _parting(msgspec.json.decode(before), msgspec.json.decode(anew), "")
    return f"{path or 'all'}: {canonical(one)[:200]} before, {canonical(other)[:200]} anew"


def _parting(one: Any, other: Any, path: str) -> tuple[str, Any, Any]:
    if isinstance(one, dict) and isinstance(other, dict):
        for key in sorted(set(one) | set(other)):
            if one.get(key) != other.get(key) or (key in one) != (key in other):
                return _parting(one.get(key), other.get(key), f"{path}.{key}".lstrip("."))
    if isinstance(one, list) and isinstance(other, list) and len(one) == len(other):
        for index, (mine, theirs) in enumerate(zip(one, other, strict=True)):
            if mine != theirs:
                return _parting(mine, theirs, f"{path}[{index}]")
    return path, one, other
