"""Whether an XML file is built as a form says: elements, their order, number and texts. Pure.

Written from the published tables of each form. It says what an authority's own schema says as far
as our files go; where that schema's file is configured, it is asked too (``schema_files``).
"""

import re
import xml.etree.ElementTree as ET
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

MOST_FLAWS: Final = 50


class XmlRefused(ValueError):
    """It is no XML, or has a document type, which could make its reader expand or fetch things."""


@dataclass(frozen=True, slots=True)
class Text:
    """What may stand in an element that holds a text.

    Attributes:
        most: characters.
        pattern: of the whole text; '' for any.
        values: the only ones, if there are any.
    """

    most: int = 255
    least: int = 1
    pattern: str = ""
    values: frozenset[str] = frozenset()

    def flaw(self, text: str) -> str:
        """'' for a text that may stand so."""
        if not self.least <= len(text) <= self.most:
            return f"has {len(text)} characters, not {self.least} to {self.most}"
        if self.values and text not in self.values:
            return f"is {text[:40]!r}, which is none of its codes"
        if self.pattern and re.fullmatch(self.pattern, text) is None:
            return f"is {text[:40]!r}, which is not written as it should be"
        return ""


@dataclass(frozen=True, slots=True)
class Node:
    """An element that holds others, in this order.

    Attributes:
        attributes: those that it must have, with what may stand in them.
    """

    parts: tuple["Part", ...]
    attributes: dict[str, Text] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Part:
    """An element at its place in the order.

    Attributes:
        least, most: how often it stands there.
    """

    name: str
    of: Node | Text
    least: int = 0
    most: int = 1


def parsed(xml: bytes) -> ET.Element:
    """The root of a file without a document type.

    Raises:
        XmlRefused
    """
    try:
        return ET.fromstring(xml, parser=ET.XMLParser(target=_NoDoctype()))  # noqa: S314
    except ET.ParseError as error:
        raise XmlRefused(f"It is no XML: {error}.") from error


class _NoDoctype(ET.TreeBuilder):
    def doctype(self, name: str, pubid: str | None, system: str | None) -> None:
        raise XmlRefused("It has a document type.")


def structure_check(xml: bytes, *, name: str, root: Node, namespace: str = "") -> list[str]:
    """Everything that is not as it should be, in words with the way to it; the first 50.

    Raises:
        XmlRefused
    """
    tree = parsed(xml)
    prefix = f"{{{namespace}}}" if namespace else ""
    if tree.tag != prefix + name:
        return [f"the root is {_local(tree.tag)}, not {name}"]
    flaws = []
    for flaw in _of_node(tree, root, prefix, name):
        flaws.append(flaw)
        if len(flaws) == MOST_FLAWS:
            break
    return flaws


def _of_node(element: ET.Element, node: Node, prefix: str, way: str) -> Iterator[str]:
    for name, text in node.attributes.items():
        if name not in element.attrib:
            yield f"{way} has no {name}"
        elif flaw := text.flaw(element.attrib[name]):
            yield f"{way}@{name} {flaw}"
    if (element.text or "").strip():
        yield f"{way} holds a text beside its elements"
    yield from _in_order(list(element), node.parts, prefix, way)


def _in_order(
    children: Sequence[ET.Element], parts: Sequence[Part], prefix: str, way: str
) -> Iterator[str]:
    place = 0
    for part in parts:
        count = 0
        while place < len(children) and children[place].tag == prefix + part.name:
            count += 1
            yield from _of_part(children[place], part, prefix, f"{way}/{part.name}")
            place += 1
        if count < part.least:
            yield f"{way} has {count} {part.name}, not {part.least} or more"
        if count > part.most:
            yield f"{way} has {count} {part.name}, not at most {part.most}"
    if place < len(children):
        yield f"{way} has {_local(children[place].tag)} where it may not stand"


def _of_part(element: ET.Element, part: Part, prefix: str, way: str) -> Iterator[str]:
    if isinstance(part.of, Node):
        yield from _of_node(element, part.of, prefix, way)
        return
    if len(element):
        yield f"{way} holds elements instead of a text"
    elif flaw := part.of.flaw(element.text or ""):
        yield f"{way} {flaw}"


def _local(tag: str) -> str:
    return tag.rpartition("}")[2]
