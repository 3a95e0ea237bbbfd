"""Make an XML file, element by element, always the same bytes for the same report. Pure."""

import xml.etree.ElementTree as ET
from collections.abc import Iterator
from typing import Final

DECLARATION: Final = b'<?xml version="1.0" encoding="UTF-8"?>\n'


class Numbered:
    """Elements of one document, those that group others numbered from 1 (``SeqNum``).

    Args:
        namespace: '' for none.
        numbers: the name of the attribute that numbers, '' where nothing is numbered.
    """

    def __init__(self, *, namespace: str = "", numbers: str = "") -> None:
        self._prefix = f"{{{namespace}}}" if namespace else ""
        self._numbers = numbers
        self._next = 0

    def group(self, parent: ET.Element | None, name: str, **attributes: str) -> ET.Element:
        """An element that holds others, numbered; ``parent`` None for the root, which is not."""
        if parent is None:
            return ET.Element(self._prefix + name, attributes)
        if self._numbers:
            self._next += 1
            attributes[self._numbers] = str(self._next)
        return ET.SubElement(parent, self._prefix + name, attributes)

    def text(self, parent: ET.Element, name: str, value: str) -> None:
        """An element with a text; none for an empty one."""
        if value:
            ET.SubElement(parent, self._prefix + name).text = value

    def texts(self, parent: ET.Element, **values: str) -> None:
        """Several, in the order in which they are given."""
        for name, value in values.items():
            self.text(parent, name, value)

    def flag(self, parent: ET.Element, name: str, is_set: bool) -> None:
        """FinCEN's way of saying yes: ``Y``, or nothing."""
        self.text(parent, name, "Y" if is_set else "")


def xml_bytes(root: ET.Element) -> bytes:
    """The file, indented, in UTF-8."""
    ET.indent(root)
    written: bytes = ET.tostring(root, encoding="utf-8")
    return DECLARATION + written + b"\n"


def one_line(text: str) -> str:
    """Without line ends, tabs and double blanks: forms refuse them within a value."""
    return " ".join(text.split())


def blocks(text: str, *, size: int) -> Iterator[str]:
    """A long text in pieces of at most ``size`` characters, parted at blanks if it has any."""
    rest = text
    while rest:
        if len(rest) <= size:
            yield rest
            return
        cut = rest.rfind(" ", 0, size + 1)
        cut = cut if cut > 0 else size
        yield rest[:cut]
        rest = rest[cut:].lstrip()
