"""Lists of addresses as their publishers write them, and when one must not be taken. Pure."""

import csv
import re
from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256

from gateway.compliance.errors import ListEmpty, ListShrunken, ListUnreadable

BPS = 10_000
MAX_SHRINK_BPS = 2_000
MAX_LISTED_BAD = 3

# Publishers write 0x or 0X or nothing, any capitals, and sometimes the chain before a colon.
_ADDRESS = re.compile(r"(?:[A-Za-z0-9-]{1,32}:)?(?:0[xX])?([0-9a-fA-F]{40})", re.ASCII)


@dataclass(frozen=True, slots=True)
class ListEntry:
    """An address on a list, with the name and program its publisher gives."""

    address: bytes
    name: str = ""
    program: str = ""


@dataclass(frozen=True, slots=True)
class ListContent:
    """A parsed list: one entry an address, sorted, and the hash of just that."""

    entries: tuple[ListEntry, ...]
    hash: bytes


def address_bytes(text: str) -> bytes | None:
    """The 20 bytes of an address in any spelling; None if it is none."""
    match = _ADDRESS.fullmatch(text.strip())
    return bytes.fromhex(match[1]) if match else None


def parse_list(lines: Iterable[str]) -> ListContent:
    """Read one address a line, or CSV whose header names ``address`` (``name``, ``program``).

    Blank lines and lines that begin with ``#`` are passed over. Nothing else is: a line that
    can't be read may be the one that matters.

    Raises:
        ListUnreadable: a line holds no address.
    """
    rows = csv.reader(
        line for line in lines if (kept := line.lstrip("\ufeff").strip()) and kept[0] != "#"
    )
    columns = {"address": 0, "name": 1, "program": 2}
    found: dict[bytes, list[ListEntry]] = {}
    bad: list[str] = []
    for number, row in enumerate(_rows(rows), start=1):
        cells = [cell.lstrip("\ufeff").strip() for cell in row]
        titles = [cell.lower() for cell in cells]
        if number == 1 and "address" in titles:
            columns = {name: titles.index(name) for name in columns if name in titles}
            continue
        entry = _entry(cells, columns)
        if entry is None:
            bad.append(f"entry {number}: {row[0][:60] if row else ''!r}")
            continue
        found.setdefault(entry.address, []).append(entry)
    if bad:
        listed = "; ".join(bad[:MAX_LISTED_BAD])
        raise ListUnreadable(f"{len(bad)} entries hold no address ({listed}).")
    entries = tuple(_merged(same) for _, same in sorted(found.items()))
    return ListContent(entries=entries, hash=_hash(entries))


def _rows(rows: Iterable[list[str]]) -> Iterable[list[str]]:
    try:
        yield from rows
    except csv.Error as error:
        raise ListUnreadable(f"The CSV is broken: {error}.") from error


def _entry(cells: list[str], columns: dict[str, int]) -> ListEntry | None:
    def cell(name: str) -> str:
        index = columns.get(name)
        return cells[index] if index is not None and index < len(cells) else ""

    address = address_bytes(cell("address"))
    if address is None:
        return None
    return ListEntry(address=address, name=cell("name"), program=cell("program"))


def _merged(same: list[ListEntry]) -> ListEntry:
    """One entry for an address that is listed several times, with all its names."""
    return ListEntry(
        address=same[0].address,
        name="; ".join(sorted({entry.name for entry in same if entry.name})),
        program="; ".join(sorted({entry.program for entry in same if entry.program})),
    )


def _hash(entries: tuple[ListEntry, ...]) -> bytes:
    digest = sha256()
    for entry in entries:
        for part in (entry.address, entry.name.encode(), entry.program.encode()):
            digest.update(len(part).to_bytes(4, "big") + part)
    return digest.digest()


def check_feed(*, entries: int, before: int | None, forced: bool) -> None:
    """Refuse what a broken feed looks like; ``before`` is the size of the list now in force.

    Raises:
        ListEmpty: even if forced.
        ListShrunken: more than a fifth is gone, and nobody forced it.
    """
    if entries == 0:
        raise ListEmpty
    if before is None or forced:
        return
    if (before - entries) * BPS > before * MAX_SHRINK_BPS:
        raise ListShrunken(
            f"This list has {entries} addresses; the one in force has {before}: "
            "more than a fifth is gone."
        )
