"""The formats that lists are read in, by name. Pure."""

import io
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import BinaryIO, Final

from gateway.compliance.listed.entities import ListedEntity
from gateway.compliance.listed.errors import FormatUnknown, ListUnreadable
from gateway.compliance.listed.eu_xml import read_eu_xml
from gateway.compliance.listed.ofac_csv import read_ofac_csv
from gateway.compliance.listed.ofac_xml import read_ofac_xml
from gateway.compliance.listed.plain import read_plain
from gateway.compliance.listed.uk_conlist import read_conlist_csv, read_conlist_xml
from gateway.compliance.listed.uk_list import read_uk_csv, read_uk_xml
from gateway.compliance.listed.un_xml import read_un_xml

Reader = Callable[..., Iterator[ListedEntity]]
"""``(parts, *, source)``: the open binary files of a list by the names of its parts."""


@dataclass(frozen=True, slots=True)
class Format:
    """How a list is written.

    Attributes:
        parts: the files it consists of; the first is the one that a single file is.
        optional: files that may be missing.
    """

    name: str
    what: str
    read: Reader
    parts: tuple[str, ...] = ("list",)
    optional: tuple[str, ...] = ()

    def check_parts(self, given: Mapping[str, object]) -> None:
        """Raises ListUnreadable: a file is missing, or is none of this format's."""
        for part in self.parts:
            if part not in given:
                raise ListUnreadable(f"{self.name} needs the file {part!r} too.")
        for part in given:
            if part not in (*self.parts, *self.optional):
                raise ListUnreadable(f"{self.name} has no file {part!r}.")


def _read_plain(parts: Mapping[str, BinaryIO], *, source: str) -> Iterator[ListedEntity]:
    lines = io.TextIOWrapper(parts["list"], encoding="utf-8-sig", newline="")
    try:
        yield from read_plain(lines, source=source)
    except UnicodeDecodeError as error:
        raise ListUnreadable("The file is not in UTF-8.") from error
    finally:
        lines.detach()


FORMATS: Final[Mapping[str, Format]] = {
    one.name: one
    for one in (
        Format("plain", "an address a line, or CSV with titles", _read_plain),
        Format(
            "ofac-csv",
            "OFAC's SDN list, legacy CSV",
            read_ofac_csv,
            parts=("sdn", "alt", "add"),
            optional=("comments",),
        ),
        Format("ofac-xml", "OFAC's lists, SDN_ADVANCED.XML", read_ofac_xml),
        Format("eu-xml", "the EU's consolidated list, XML of FSF 1.1", read_eu_xml),
        Format("un-xml", "the UN's consolidated list, XML", read_un_xml),
        Format("uk-csv", "the UK Sanctions List, CSV", read_uk_csv),
        Format("uk-xml", "the UK Sanctions List, XML", read_uk_xml),
        Format("uk-conlist-csv", "OFSI's consolidated list, CSV", read_conlist_csv),
        Format("uk-conlist-xml", "OFSI's consolidated list, XML", read_conlist_xml),
    )
}


def format_named(name: str) -> Format:
    """Raises FormatUnknown."""
    found = FORMATS.get(name)
    if found is None:
        raise FormatUnknown(f"{name[:40]!r} is none of {', '.join(FORMATS)}.")
    return found
