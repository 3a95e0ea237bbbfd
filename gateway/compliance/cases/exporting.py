"""Write the record out for somebody who checks it without this house: one JSON object a line.

``verify`` reads it. All of it shows that nothing was left out; one case's entries come with paths
to the roots of their days, and show nothing of the others.
"""

from collections.abc import Iterator
from datetime import date
from typing import Any
from uuid import UUID

import msgspec

from gateway.compliance.alerts.canonical import canonical
from gateway.compliance.cases.chaining import FORMAT, merkle_path
from gateway.compliance.cases.models import CaseSnapshot
from gateway.compliance.cases.record_models import RecordDay, RecordEntry, RecordOpening
from gateway.compliance.cases.recording import line_of


def record_lines(*, case_id: UUID | None = None) -> Iterator[str]:
    """The lines of an export: all of the record, or one case's part of it with its proofs and what
    opens its commitments."""
    whole = case_id is None
    yield canonical({"type": "record", "format": FORMAT, "whole": whole})
    for day in RecordDay.objects.order_by("day"):
        yield canonical(
            {"type": "day", "day": day.day, "first": day.first, "last": day.last, "root": day.root}
        )
    entries = RecordEntry.objects.order_by("number")
    if case_id is None:
        for entry in entries.iterator():
            yield canonical(_entry_line(entry))
        return
    hashes: dict[date, list[bytes]] = {}
    for entry in entries.filter(about=str(case_id)):
        yield canonical(_entry_line(entry) | _proof(entry, hashes))
        for opening in RecordOpening.objects.filter(number=entry.number).order_by("name"):
            yield canonical(
                {
                    "type": "opening",
                    "number": entry.number,
                    "name": opening.name,
                    "salt": bytes(opening.salt).hex(),
                    "value": msgspec.json.decode(opening.value),
                }
            )
    for snapshot in CaseSnapshot.objects.filter(case_id=case_id).order_by("id"):
        yield canonical({"type": "snapshot", "id": snapshot.id, "content": snapshot.content})


def _entry_line(entry: RecordEntry) -> dict[str, Any]:
    line = line_of(entry)
    return {
        "type": "entry",
        "number": line.number,
        "previous": line.previous,
        "hash": entry.hash,
        "at": line.at,
        "about": line.about,
        "actor": line.actor,
        "verb": line.verb,
        "facts": line.facts,
        "commitments": line.commitments,
    }


def _proof(entry: RecordEntry, hashes: dict[date, list[bytes]]) -> dict[str, Any]:
    """The path from the entry to its day's root; nothing for a day that is not sealed yet."""
    day = RecordDay.objects.filter(day=entry.day).first()
    if day is None:
        return {}
    if entry.day not in hashes:
        named = RecordEntry.objects.filter(day=entry.day).order_by("number")
        hashes[entry.day] = [bytes.fromhex(text) for text in named.values_list("hash", flat=True)]
    path = merkle_path(hashes[entry.day], entry.number - day.first)
    return {"day": day.day, "path": [step.hex() for step in path]}
