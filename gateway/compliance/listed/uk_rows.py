"""What the United Kingdom's lists say of an entity, row by row: each of its names is a row. Pure.

Two publications have the same shape under other titles: OFSI's consolidated list (``ConList``, its
last edition of January 2026) and the UK Sanctions List, which took its place. Source: their titles
and the guidance that the Foreign, Commonwealth & Development Office gives with them.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from gateway.compliance.listed.countries import country_code
from gateway.compliance.listed.dates import day_first_date
from gateway.compliance.listed.entities import (
    EntityKind,
    ListedEntity,
    ListedId,
    ListedName,
    NameStrength,
    PartialDate,
)
from gateway.compliance.listed.errors import ListUnreadable
from gateway.compliance.listed.wallets_in_text import wallets_in

KINDS: Final[Mapping[str, EntityKind]] = {
    "individual": "person",
    "entity": "organisation",
    "ship": "vessel",
}
_NUMBERED: Final = re.compile(r"\(\d{1,2}\)|\([a-z]\)(?=\s)")
NAME_TYPES: Final = frozenset(
    {
        *("primary name", "primary name variation"),
        *("alias", "aka", "fka", "a.k.a", "f.k.a", "a.k.a.", "f.k.a."),
    }
)


@dataclass(frozen=True, slots=True)
class Row:
    """One row, under titles of ours; a cell may hold several things, numbered (1), (2) …"""

    line: int
    id: str
    kind: str
    name: str
    name_type: str
    quality: str = ""
    other_names: tuple[str, ...] = ()
    birth_dates: tuple[str, ...] = ()
    countries: tuple[str, ...] = ()
    documents: tuple[tuple[str, str], ...] = ()
    programs: tuple[str, ...] = ()
    remarks: tuple[str, ...] = ()


@dataclass(slots=True)
class _Entity:
    kind: EntityKind
    names: list[ListedName] = field(default_factory=list)
    birth_dates: list[PartialDate] = field(default_factory=list)
    countries: list[str] = field(default_factory=list)
    ids: list[ListedId] = field(default_factory=list)
    programs: list[str] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)


def entities_of_rows(rows: Iterable[Row], *, source: str) -> Iterator[ListedEntity]:
    """The entities of all rows, in the order in which they first come.

    Raises:
        ListUnreadable: a row without an id or a name, of a kind or a type of name that we don't
            know.
    """
    found: dict[str, _Entity] = {}
    for row in rows:
        kind = KINDS.get(row.kind.lower())
        if kind is None or not row.id or not row.name:
            raise ListUnreadable(f"Line {row.line} has no id, no name or no kind that we know.")
        _add(found.setdefault(row.id, _Entity(kind)), row)
    for entity_id, entity in found.items():
        remarks = "; ".join(dict.fromkeys(entity.remarks))
        yield ListedEntity(
            source=source,
            id=entity_id,
            kind=entity.kind,
            names=tuple(entity.names),
            birth_dates=tuple(entity.birth_dates),
            countries=tuple(dict.fromkeys(entity.countries)),
            ids=tuple(dict.fromkeys(entity.ids)),
            wallets=tuple(wallets_in(remarks)),
            programs=tuple(dict.fromkeys(entity.programs)),
            remarks=remarks,
        )


def _add(entity: _Entity, row: Row) -> None:
    name_type = row.name_type.lower()
    if name_type not in NAME_TYPES:
        raise ListUnreadable(f"Line {row.line}: {row.name_type[:30]!r} is no type of name.")
    strength: NameStrength = "weak" if "low" in row.quality.lower() else "strong"
    entity.names.append(
        ListedName(row.name, "primary" if name_type == "primary name" else strength)
    )
    entity.names += [ListedName(name, "strong") for name in row.other_names if name]
    for cell in row.birth_dates:
        for text in _several(cell):
            try:
                entity.birth_dates.append(day_first_date(text))
            except ListUnreadable:
                entity.remarks.append(f"DOB: {text}")
    for cell in row.countries:
        for text in _several(cell):
            code = country_code(text)
            entity.countries += [code] if code else []
    for kind, cell in row.documents:
        entity.ids += [ListedId(kind, number) for number in _several(cell)]
    entity.programs += [program for program in row.programs if program]
    entity.remarks += [remark for remark in row.remarks if remark]


def _several(cell: str) -> list[str]:
    """``(1) one (2) two`` as the things that it numbers."""
    return [text for part in _NUMBERED.split(cell) if (text := part.strip(" .;,"))]


def full_name(parts: Iterable[str]) -> str:
    """A name from its cells in the order in which it is said."""
    return " ".join(part for text in parts if (part := " ".join(text.split())))


def by_title(
    rows: Iterator[tuple[int, list[str]]], *, needed: Iterable[str]
) -> Iterator[tuple[int, dict[str, str]]]:
    """Each row under its titles, which stand in the first row that holds all ``needed``.

    Raises:
        ListUnreadable: no row of the first ten does, or a row has not as many cells as titles.
    """
    wanted = {title.lower() for title in needed}
    titles: list[str] = []
    for number, (line, cells) in enumerate(rows):
        if not titles:
            plain = [" ".join(cell.split()).lower() for cell in cells]
            if wanted <= set(plain):
                titles = plain
            elif number >= 9:
                break
            continue
        if len(cells) != len(titles):
            raise ListUnreadable(f"Line {line} has {len(cells)} cells under {len(titles)} titles.")
        named: dict[str, str] = defaultdict(str)
        named.update(zip(titles, (cell.strip() for cell in cells), strict=False))
        yield line, named
    if not titles:
        raise ListUnreadable(f"No row has the titles {', '.join(sorted(wanted))}.")
