"""The house's own format: an address a line, or CSV with titles. Pure."""

import csv
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from gateway.compliance.listed.countries import country_code
from gateway.compliance.listed.dates import iso_date
from gateway.compliance.listed.entities import (
    EntityKind,
    ListedEntity,
    ListedId,
    ListedName,
    ListedWallet,
    PartialDate,
)
from gateway.compliance.listed.errors import ListUnreadable
from gateway.compliance.listed.wallets import address_bytes, wallet_key

MAX_LISTED_BAD = 3
UNTITLED = {"address": 0, "name": 1, "program": 2}
TITLES = (
    *("id", "name", "aliases", "weak_aliases", "kind", "program", "address", "chain"),
    *("birth_dates", "countries", "documents", "remarks"),
)
KINDS: Mapping[str, EntityKind] = {
    "": "unknown",
    "unknown": "unknown",
    "person": "person",
    "organisation": "organisation",
    "vessel": "vessel",
    "aircraft": "aircraft",
}


@dataclass(slots=True)
class _Entity:
    """What several lines say about one entity."""

    kind: EntityKind = "unknown"
    names: list[ListedName] = field(default_factory=list)
    birth_dates: list[PartialDate] = field(default_factory=list)
    countries: list[str] = field(default_factory=list)
    ids: list[ListedId] = field(default_factory=list)
    wallets: list[ListedWallet] = field(default_factory=list)
    programs: list[str] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)


def read_plain(lines: Iterable[str], *, source: str) -> Iterator[ListedEntity]:
    """Entities of a plain list: one address a line, or CSV whose titles are among ``TITLES``.

    Lines with the same ``id`` are one entity; without ids, those with the same name; an address
    without a name is an entity of its own. Cells that hold several things part them by ``;``, a
    document is ``kind|number|country``. Blank lines and lines that begin with ``#`` are passed
    over. Nothing else is: a line that can't be read may be the one that matters.

    Raises:
        ListUnreadable: lines name neither an address nor a name, or hold what can't be read.
    """
    columns = UNTITLED
    found: dict[str, _Entity] = {}
    bad: list[str] = []
    for number, row in enumerate(_rows(lines), start=1):
        cells = [cell.lstrip("\ufeff").strip() for cell in row]
        titles = [cell.lower() for cell in cells]
        if number == 1 and {"address", "name"} & set(titles):
            columns = {name: titles.index(name) for name in TITLES if name in titles}
            continue
        try:
            _add(found, {name: _cell(cells, index) for name, index in columns.items()})
        except ListUnreadable as error:
            bad.append(f"entry {number}, {row[0][:60] if row else ''!r}: {error.message}")
    if bad:
        listed = " ".join(bad[:MAX_LISTED_BAD])
        raise ListUnreadable(f"{len(bad)} entries can't be read. {listed}")
    for entity_id, entity in found.items():
        yield ListedEntity(
            source=source,
            id=entity_id,
            kind=entity.kind,
            names=tuple(entity.names),
            birth_dates=tuple(entity.birth_dates),
            countries=tuple(entity.countries),
            ids=tuple(entity.ids),
            wallets=tuple(entity.wallets),
            programs=tuple(entity.programs),
            remarks="; ".join(dict.fromkeys(entity.remarks)),
        )


def _rows(lines: Iterable[str]) -> Iterable[list[str]]:
    kept = (line for line in lines if (text := line.lstrip("\ufeff").strip()) and text[0] != "#")
    try:
        yield from csv.reader(kept)
    except csv.Error as error:
        raise ListUnreadable(f"The CSV is broken: {error}.") from error


def _cell(cells: list[str], index: int) -> str:
    return cells[index] if index < len(cells) else ""


def _add(found: dict[str, _Entity], cells: Mapping[str, str]) -> None:
    name, address = cells.get("name", ""), cells.get("address", "")
    key = wallet_key(address) if address else ""
    if key.startswith("text:") and not cells.get("chain"):
        raise ListUnreadable("It holds no address that we know; name its chain.")
    if not name and not address:
        raise ListUnreadable("It holds neither a name nor an address.")
    entity_id = cells.get("id") or (f"name:{name.upper()}" if name else key)
    kind = KINDS.get(cells.get("kind", "").lower())
    if kind is None:
        raise ListUnreadable(f"{cells['kind'][:30]!r} is no kind of entity.")
    names = [ListedName(name)] if name else []
    names += [ListedName(one, "strong") for one in _several(cells, "aliases")]
    names += [ListedName(one, "weak") for one in _several(cells, "weak_aliases")]
    dates = [iso_date(one) for one in _several(cells, "birth_dates")]
    countries = [country_code(one) for one in _several(cells, "countries")]
    documents = [_document(one) for one in _several(cells, "documents")]
    # Only what can be read whole is kept at all.
    entity = found.setdefault(entity_id, _Entity())
    entity.kind = kind if kind != "unknown" else entity.kind
    entity.names += names
    entity.birth_dates += dates
    entity.countries += [country for country in countries if country]
    entity.ids += documents
    if address:
        chain = cells.get("chain") or ("ETH" if address_bytes(address) else "")
        entity.wallets.append(ListedWallet(chain=chain, text=address))
    entity.programs += _several(cells, "program")
    entity.remarks += [cells["remarks"]] if cells.get("remarks") else []


def _several(cells: Mapping[str, str], name: str) -> list[str]:
    return [one.strip() for one in cells.get(name, "").split(";") if one.strip()]


def _document(text: str) -> ListedId:
    kind, _, rest = text.partition("|")
    number, _, country = rest.partition("|")
    if not kind.strip() or not number.strip():
        raise ListUnreadable(f"{text[:40]!r} is no document: kind|number|country.")
    return ListedId(kind.strip(), number.strip(), country_code(country.strip()))
