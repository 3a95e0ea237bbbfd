"""Records of a large XML file, one after the other: the whole is never in memory. Pure.

No document type is taken, so no entity is expanded and nothing is fetched; depth and text are
bounded.
"""

import xml.etree.ElementTree as ET
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO, Final
from xml.parsers import expat

from gateway.compliance.listed.errors import ListTruncated, ListUnreadable

CHUNK_BYTES: Final = 256 * 1024
MAX_DEPTH: Final = 64
MAX_RECORD_ELEMENTS: Final = 200_000


@dataclass(frozen=True, slots=True)
class Record:
    """An element with all that is in it, named without namespaces, and the line it begins on."""

    element: ET.Element
    line: int

    @property
    def name(self) -> str:
        return self.element.tag


def read_records(stream: BinaryIO, *, root: str, names: frozenset[str]) -> Iterator[Record]:
    """The outermost elements called one of ``names``, in their order in the file.

    Raises:
        ListUnreadable: it is no XML, has a document type, another root, or is too deep.
        ListTruncated: it ends before its root does.
    """
    reader = _Reader(root=root, names=names)
    while True:
        chunk = stream.read(CHUNK_BYTES)
        reader.feed(chunk)
        while reader.finished:
            yield reader.finished.popleft()
        if not chunk:
            return


class _Reader:
    def __init__(self, *, root: str, names: frozenset[str]) -> None:
        self.finished: deque[Record] = deque()
        self._root, self._names = root, names
        self._tree: ET.TreeBuilder | None = None
        self._depth = self._inside = self._elements = self._line = 0
        parser = expat.ParserCreate(namespace_separator=" ")
        parser.buffer_text = True
        parser.StartDoctypeDeclHandler = self._doctype
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._data
        self._parser = parser

    def feed(self, chunk: bytes) -> None:
        try:
            self._parser.Parse(chunk, not chunk)
        except expat.ExpatError as error:
            if not chunk:
                raise ListTruncated(
                    f"The file ends in line {error.lineno}, within its root."
                ) from error
            raise ListUnreadable(f"The file is no XML: {error}.") from error

    def _doctype(self, *what: object) -> None:
        raise ListUnreadable("The file has a document type, which no list has.")

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        local = name.rpartition(" ")[2]
        self._depth += 1
        if self._depth == 1 and local != self._root:
            raise ListUnreadable(f"The file is a {local[:60]!r}, not a {self._root!r}.")
        if self._depth > MAX_DEPTH:
            raise ListUnreadable(f"Line {self._parser.CurrentLineNumber} is too deep.")
        if self._tree is None and local in self._names:
            self._tree = ET.TreeBuilder()
            self._inside, self._line = self._depth, self._parser.CurrentLineNumber
            self._elements = 0
        if self._tree is not None:
            self._elements += 1
            if self._elements > MAX_RECORD_ELEMENTS:
                raise ListUnreadable(f"What begins in line {self._line} is too large.")
            self._tree.start(
                local, {key.rpartition(" ")[2]: value for key, value in attributes.items()}
            )

    def _end(self, name: str) -> None:
        if self._tree is not None:
            self._tree.end(name.rpartition(" ")[2])
            if self._depth == self._inside:
                self.finished.append(Record(self._tree.close(), self._line))
                self._tree = None
        self._depth -= 1

    def _data(self, text: str) -> None:
        if self._tree is not None:
            self._tree.data(text)


def text_of(element: ET.Element, path: str) -> str:
    """The text of an element below, its blanks made single; '' where there is none."""
    return " ".join((element.findtext(path) or "").split())


def texts_of(element: ET.Element, path: str) -> list[str]:
    """The texts of all elements below at ``path`` that have any."""
    found = (" ".join((one.text or "").split()) for one in element.iterfind(path))
    return [text for text in found if text]
