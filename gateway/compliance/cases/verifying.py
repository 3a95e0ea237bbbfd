"""Check an export of the record, line by line. Pure: no database, no settings, no network."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from typing import Any

from gateway.compliance.cases.chaining import (
    FORMAT,
    GENESIS,
    ChainEntry,
    entry_hash,
    merkle_root,
    root_of_path,
)
from gateway.compliance.sealed.committing import commitment


@dataclass(slots=True)
class Checked:
    """What was looked at, and everything that is wrong, in words."""

    whole: bool = False
    entries: int = 0
    days: int = 0
    proven: int = 0
    openings: int = 0
    snapshots: int = 0
    problems: list[str] = field(default_factory=list)

    @property
    def is_good(self) -> bool:
        return not self.problems


def export_check(lines: Iterable[str]) -> Checked:
    """Whether an export is what its chain, its roots and its commitments say.

    Of a whole one: no entry is missing, none was changed, each sealed day has its root. Of one
    case's: each entry is in its day's tree. Each opened value is what was committed to, and each
    snapshot what an entry named.
    """
    checked = Checked()
    told: dict[str, list[dict[str, Any]]] = {"day": [], "entry": [], "opening": [], "snapshot": []}
    for number, text in enumerate(lines, start=1):
        if not text.strip():
            continue
        try:
            line = json.loads(text)
            if line["type"] == "record":
                checked.whole = bool(line["whole"])
                if line["format"] != FORMAT:
                    checked.problems.append(f"format {line['format']} is not known here")
            else:
                told[line["type"]].append(line)
        except (ValueError, KeyError, TypeError):
            checked.problems.append(f"line {number} can't be read")
    try:
        _check(checked, told)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        checked.problems.append(f"something in it is not what it should be: {error!r}")
    if not checked.entries:
        checked.problems.append("it has no entry")
    return checked


def _check(checked: Checked, told: Mapping[str, list[dict[str, Any]]]) -> None:
    entries = told["entry"]
    for line in entries:
        _check_hash(checked, line)
    if checked.whole:
        _check_chain(checked, entries)
        _check_roots(checked, told["day"], entries)
    else:
        _check_paths(checked, {day["day"]: day for day in told["day"]}, entries)
    by_number = {line["number"]: line for line in entries}
    for opening in told["opening"]:
        _check_opening(checked, by_number, opening)
    named = {
        opening["value"]["id"]: opening["value"]["sha256"]
        for opening in told["opening"]
        if opening["name"] == "snapshot"
    }
    for snapshot in told["snapshot"]:
        checked.snapshots += 1
        if named.get(snapshot["id"]) != sha256(snapshot["content"].encode()).hexdigest():
            checked.problems.append(f"snapshot {snapshot['id']} is not what an entry named")


def _check_hash(checked: Checked, line: Mapping[str, Any]) -> None:
    checked.entries += 1
    entry = ChainEntry(
        number=line["number"],
        previous=line["previous"],
        at=datetime.fromisoformat(line["at"]),
        about=line["about"],
        actor=line["actor"],
        verb=line["verb"],
        facts=line["facts"],
        commitments=line["commitments"],
    )
    if entry_hash(entry) != line["hash"]:
        checked.problems.append(f"entry {line['number']} was changed: its hash is another")


def _check_chain(checked: Checked, entries: list[dict[str, Any]]) -> None:
    previous, moment = GENESIS, ""
    for number, line in enumerate(entries, start=1):
        if line["number"] != number:
            checked.problems.append(f"entry {number} is missing: {line['number']} stands there")
            return
        if line["previous"] != previous:
            checked.problems.append(f"entry {number} does not follow the one before it")
        if moment and datetime.fromisoformat(line["at"]) < datetime.fromisoformat(moment):
            checked.problems.append(f"entry {number} is earlier than the one before it")
        previous, moment = line["hash"], line["at"]


def _check_roots(
    checked: Checked, days: list[dict[str, Any]], entries: list[dict[str, Any]]
) -> None:
    for day in days:
        checked.days += 1
        hashes = [
            bytes.fromhex(line["hash"])
            for line in entries
            if day["first"] <= line["number"] <= day["last"]
        ]
        of_day = [line["number"] for line in entries if line["at"][:10] == day["day"]]
        if of_day != list(range(day["first"], day["last"] + 1)):
            checked.problems.append(f"{day['day']} has other entries than were sealed")
        elif merkle_root(hashes).hex() != day["root"]:
            checked.problems.append(f"{day['day']} comes to another root than was sealed")


def _check_paths(
    checked: Checked, days: Mapping[str, Mapping[str, Any]], entries: list[dict[str, Any]]
) -> None:
    checked.days = len({line["day"] for line in entries if "day" in line})
    for line in entries:
        if "day" not in line:
            continue  # of a day that is not over: shown by its hash alone
        day = days[line["day"]]
        root = root_of_path(
            bytes.fromhex(line["hash"]),
            index=line["number"] - day["first"],
            size=day["last"] - day["first"] + 1,
            path=[bytes.fromhex(step) for step in line["path"]],
        )
        if root is None or root.hex() != day["root"]:
            checked.problems.append(f"entry {line['number']} is not in the tree of {line['day']}")
        else:
            checked.proven += 1


def _check_opening(
    checked: Checked, entries: Mapping[int, Mapping[str, Any]], opening: Mapping[str, Any]
) -> None:
    checked.openings += 1
    salt = bytes.fromhex(opening["salt"])
    committed = entries[opening["number"]]["commitments"].get(opening["name"])
    if commitment(opening["value"], salt=salt) != committed:
        checked.problems.append(
            f"entry {opening['number']} committed to another {opening['name']} than is shown"
        )
