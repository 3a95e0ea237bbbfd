"""OFAC's SDN list in its legacy CSV files: entries, aliases, addresses, comments. Pure.

No titles, ``-0-`` for what is empty, and a SUB character (1A) at each file's end. Remarks are cut
at 1,000 characters; ``sdn_comments.csv`` goes on with them, and whoever reads only ``sdn.csv``
loses the digital currency addresses that are listed last. Source: OFAC's data specification
(``dat_spec.txt``).
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import BinaryIO, Final

from gateway.compliance.listed.countries import country_code
from gateway.compliance.listed.csv_rows import read_rows
from gateway.compliance.listed.entities import EntityKind, ListedEntity, ListedName
from gateway.compliance.listed.errors import ListTruncated, ListUnreadable
from gateway.compliance.listed.ofac_remarks import read_remarks

END_MARK: Final = "\x1a"
EMPTY: Final = "-0-"
MAX_REMARKS: Final = 1_000
KINDS: Final[Mapping[str, EntityKind]] = {
    "": "organisation",
    "individual": "person",
    "vessel": "vessel",
    "aircraft": "aircraft",
}


@dataclass(frozen=True, slots=True)
class Sdn:
    """A line of ``sdn.csv``, as far as it is used."""

    line: int
    id: str
    name: str
    kind: EntityKind
    programs: tuple[str, ...]
    flag: str
    remarks: str


@dataclass(frozen=True, slots=True)
class Alias:
    """A line of ``alt.csv``."""

    line: int
    id: str
    name: ListedName


def read_ofac_csv(parts: Mapping[str, BinaryIO], *, source: str) -> Iterator[ListedEntity]:
    """Entities from ``sdn``, ``alt`` and ``add``, and ``comments`` where it is given.

    Raises:
        ListUnreadable: a line can't be read, belongs to no entry, or remarks are cut off.
        ListTruncated: a file lacks its end mark.
    """
    entries = list(read_sdn(parts["sdn"]))
    known = {entry.id for entry in entries}
    aliases: dict[str, list[ListedName]] = defaultdict(list)
    for alias in read_alt(parts["alt"]):
        _check_known(known, file="alt", line=alias.line, entity_id=alias.id)
        aliases[alias.id].append(alias.name)
    countries: dict[str, list[str]] = defaultdict(list)
    for line, entity_id, country in read_add(parts["add"]):
        _check_known(known, file="add", line=line, entity_id=entity_id)
        countries[entity_id].append(country)
    comments = dict(read_comments(parts["comments"])) if "comments" in parts else {}
    for entry in entries:
        remarks = _whole(entry, comments)
        try:
            said = read_remarks(remarks)
        except ListUnreadable as error:
            raise ListUnreadable(f"sdn line {entry.line}: {error.message}") from error
        found = [*said.countries, *countries[entry.id], country_code(entry.flag)]
        yield ListedEntity(
            source=source,
            id=entry.id,
            kind=entry.kind,
            names=(ListedName(entry.name), *aliases[entry.id], *said.names),
            birth_dates=tuple(said.birth_dates),
            countries=tuple(country for country in found if country),
            ids=tuple(said.ids),
            wallets=tuple(said.wallets),
            programs=entry.programs,
            remarks=remarks,
        )


def read_sdn(stream: BinaryIO) -> Iterator[Sdn]:
    """The entries. Raises ListUnreadable, ListTruncated."""
    for line, cells in _rows(stream, file="sdn", columns=12):
        kind = KINDS.get(cells[2].strip().lower())
        if kind is None or not cells[1].strip():
            raise ListUnreadable(f"sdn line {line}: {cells[2][:30]!r} is no type, or has no name.")
        yield Sdn(
            line=line,
            id=cells[0].strip(),
            name=cells[1].strip(),
            kind=kind,
            programs=tuple(part for text in cells[3].split("] [") if (part := text.strip("[] "))),
            flag=cells[9].strip(),
            remarks=cells[11],
        )


def read_alt(stream: BinaryIO) -> Iterator[Alias]:
    """The aliases. One in quotes, or called weak in its remarks, is weak. Raises ListUnreadable,
    ListTruncated."""
    for line, cells in _rows(stream, file="alt", columns=5):
        name, weak = cells[3].strip(), "weak" in cells[4].lower()
        if len(name) > 2 and name[0] == name[-1] and name[0] in "'\"":
            name, weak = name[1:-1], True
        if not name:
            raise ListUnreadable(f"alt line {line} names nobody.")
        yield Alias(
            line=line, id=cells[0].strip(), name=ListedName(name, "weak" if weak else "strong")
        )


def read_add(stream: BinaryIO) -> Iterator[tuple[int, str, str]]:
    """Line, entry and country of each address. Raises ListUnreadable, ListTruncated."""
    for line, cells in _rows(stream, file="add", columns=6):
        yield line, cells[0].strip(), country_code(cells[4])


def read_comments(stream: BinaryIO) -> Iterator[tuple[str, str]]:
    """Entry and what its remarks go on with. Raises ListUnreadable, ListTruncated."""
    for _, cells in _rows(stream, file="comments", columns=2):
        yield cells[0].strip(), cells[1]


def _rows(stream: BinaryIO, *, file: str, columns: int) -> Iterator[tuple[int, list[str]]]:
    ended = False
    for line, row in read_rows(stream):
        if ended:
            raise ListUnreadable(f"{file} line {line} comes after the end mark.")
        if [cell.strip() for cell in row] == [END_MARK]:
            ended = True
            continue
        if len(row) != columns or not row[0].strip().isdecimal():
            raise ListUnreadable(
                f"{file} line {line} has {len(row)} cells of {columns}, or begins with no number."
            )
        # A blank at the end of cut remarks stands before the word that they go on with.
        yield line, ["" if cell.strip() == EMPTY else cell for cell in row]
    if not ended:
        raise ListTruncated(f"{file} has no end mark (1A).")


def _check_known(known: set[str], *, file: str, line: int, entity_id: str) -> None:
    if entity_id not in known:
        raise ListUnreadable(
            f"{file} line {line} is of entry {entity_id}, which sdn doesn't hold: the files are "
            "not of one day."
        )


def _whole(entry: Sdn, comments: Mapping[str, str]) -> str:
    more = comments.get(entry.id)
    if more is not None:
        return entry.remarks + more
    if len(entry.remarks) >= MAX_REMARKS and not entry.remarks.endswith("."):
        raise ListUnreadable(
            f"sdn line {entry.line}: the remarks of entry {entry.id} are cut off, and what they go "
            "on with isn't there: give sdn_comments.csv as `comments`."
        )
    return entry.remarks
