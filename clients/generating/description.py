"""An OpenAPI 3.1 description as the clients' writers need it. Pure.

Only what ours makes use of is read, and anything else is refused: a number that isn't whole above
all, since the first thing a client must not do is read money into a float.
https://spec.openapis.org/oas/v3.1.0
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import zip_longest
from typing import Any, Final, Literal, TypeAlias

IDEMPOTENCY_KEY: Final = "Idempotency-Key"
LISTED_CHOICES: Final = re.compile(r"\n*^\* `.*\Z", re.DOTALL | re.MULTILINE)
"""The words of a choice, which stand in its type already."""


class NotDescribable(ValueError):
    """The description holds what no client of ours can say yet."""


@dataclass(frozen=True, slots=True)
class Plain:
    """One value. A moment is RFC 3339 with its offset, a day ISO 8601; both come as text."""

    name: Literal["text", "moment", "day", "whole", "truth", "anything", "null"]


@dataclass(frozen=True, slots=True)
class Words:
    """One of a few texts."""

    choices: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Named:
    """What stands under its name among the shapes or the choices."""

    name: str


@dataclass(frozen=True, slots=True)
class Listed:
    of: "Kind"


@dataclass(frozen=True, slots=True)
class Mapped:
    """An object with whatever names."""

    of: "Kind"


@dataclass(frozen=True, slots=True)
class Either:
    of: "tuple[Kind, ...]"


Kind: TypeAlias = Plain | Words | Named | Listed | Mapped | Either


@dataclass(frozen=True, slots=True)
class Field:
    name: str
    kind: Kind
    required: bool
    description: str

    @property
    def takes_null(self) -> bool:
        return isinstance(self.kind, Either) and Plain("null") in self.kind.of


@dataclass(frozen=True, slots=True)
class Shape:
    """An object with its fields, those that are required first."""

    name: str
    description: str
    fields: tuple[Field, ...]
    is_sent: bool
    """Whether it is part of a request; else of an answer."""


@dataclass(frozen=True, slots=True)
class Choice:
    """A named set of words."""

    name: str
    choices: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Answer:
    """What comes back: a shape, a page of them, text, bytes, or nothing."""

    form: Literal["shape", "page", "text", "bytes", "nothing"]
    shape: str = ""


@dataclass(frozen=True, slots=True)
class Operation:
    group: str
    """As the clients call the resource: ``card_refunds``."""
    name: str
    """What is done with it: ``request``."""
    method: str
    path: str
    summary: str
    description: str
    scope: str
    in_path: tuple[str, ...]
    query: tuple[Field, ...]
    body: Shape | None
    answer: Answer


@dataclass(frozen=True, slots=True)
class Description:
    version: str
    shapes: tuple[Shape, ...]
    choices: tuple[Choice, ...]
    operations: tuple[Operation, ...]

    @property
    def groups(self) -> dict[str, tuple[Operation, ...]]:
        names = sorted({each.group for each in self.operations})
        return {
            name: tuple(each for each in self.operations if each.group == name) for name in names
        }


def described(document: Mapping[str, Any]) -> Description:
    """The description that ``document`` holds, in an order that doesn't depend on its own.

    Raises:
        NotDescribable
    """
    schemas = document["components"]["schemas"]
    pages = {name for name, schema in schemas.items() if _is_page(schema)}
    shapes = {
        name: _shape(name, schema)
        for name, schema in sorted(schemas.items())
        if "properties" in schema and name not in pages
    }
    choices = {
        name: Choice(name, _texts(schema, name))
        for name, schema in sorted(schemas.items())
        if "enum" in schema
    }
    operations = []
    for path, methods in sorted(document["paths"].items()):
        for method, found in sorted(methods.items()):
            operation, asked = _operation(path, method, found, shapes=shapes, schemas=schemas)
            operations.append(operation)
            choices |= asked
    _unambiguous(operations)
    return Description(
        version=document["info"]["version"],
        shapes=tuple(shapes.values()),
        choices=tuple(choices[name] for name in sorted(choices)),
        operations=tuple(operations),
    )


def _is_page(schema: Mapping[str, Any]) -> bool:
    return set(schema.get("properties", ())) == {"data", "next_cursor"}


def _shape(name: str, schema: Mapping[str, Any]) -> Shape:
    required = set(schema.get("required", ()))
    fields = [
        Field(
            field,
            _kind(found, f"{name}.{field}"),
            field in required,
            prose(found.get("description", "")),
        )
        for field, found in sorted(schema["properties"].items())
    ]
    is_sent = name.endswith("Request")
    return Shape(
        name=name,
        description="" if is_sent else prose(schema.get("description", "")),
        fields=tuple(sorted(fields, key=lambda field: not field.required)),
        is_sent=is_sent,
    )


def prose(description: str) -> str:
    """A description without the words of its choices."""
    return LISTED_CHOICES.sub("", description).strip()


def _kind(schema: Mapping[str, Any], where: str) -> Kind:
    if "$ref" in schema:
        return _named(schema, where)
    for several in ("oneOf", "anyOf", "allOf"):
        if several in schema:
            kinds = tuple(_kind(each, where) for each in schema[several])
            if len(kinds) == 1:
                return kinds[0]
            if several == "allOf":
                raise NotDescribable(f"{where} is several shapes at once")
            return Either(kinds)
    if "enum" in schema:
        return Words(_texts(schema, where))
    types = schema.get("type")
    if isinstance(types, list):
        kinds = tuple(_kind({**schema, "type": each}, where) for each in types)
        return Either(kinds)
    return _typed(schema, where)


def _typed(schema: Mapping[str, Any], where: str) -> Kind:
    match schema.get("type"):
        case "string":
            formats: dict[str, Kind] = {"date-time": Plain("moment"), "date": Plain("day")}
            return formats.get(schema.get("format", ""), Plain("text"))
        case "integer":
            return Plain("whole")
        case "boolean":
            return Plain("truth")
        case "null":
            return Plain("null")
        case "array":
            return Listed(_kind(schema["items"], where))
        case "object" if "properties" not in schema:
            return Mapped(_kind(schema.get("additionalProperties") or {}, where))
        case None if not set(schema) - {"description", "title"}:
            return Plain("anything")
    raise NotDescribable(f"{where} is {schema.get('type')!r}, which no client of ours reads")


def _named(schema: Mapping[str, Any], where: str) -> Kind:
    name = schema["$ref"].rpartition("/")[2]
    return Plain("null") if name == "NullEnum" else Named(name)


def _texts(schema: Mapping[str, Any], where: str) -> tuple[str, ...]:
    if not all(isinstance(each, str) for each in schema["enum"]):
        raise NotDescribable(f"{where} chooses among what is no text")
    return tuple(schema["enum"])


def _operation(
    path: str,
    method: str,
    found: Mapping[str, Any],
    *,
    shapes: Mapping[str, Shape],
    schemas: Mapping[str, Any],
) -> tuple[Operation, dict[str, Choice]]:
    """The operation, and the choices that its query names."""
    operation_id = found["operationId"]
    choices: dict[str, Choice] = {}
    query = []
    for parameter in found.get("parameters", ()):
        if parameter["in"] != "query":
            continue
        kind = _kind(parameter["schema"], operation_id)
        if isinstance(kind, Words):
            name = pascal(f"{operation_id}_{parameter['name']}")
            choices[name] = Choice(name, kind.choices)
            kind = Named(name)
        query.append(
            Field(
                parameter["name"],
                kind,
                parameter.get("required", False),
                prose(parameter.get("description", "")),
            )
        )
    content = found.get("requestBody", {}).get("content", {})
    body = content.get("application/json", {}).get("schema")
    [tag] = found["tags"]
    group = tag.replace("-", "_")
    return (
        Operation(
            group=group,
            name=_verb(operation_id, group=group),
            method=method.upper(),
            path=path,
            summary=found.get("summary", ""),
            description=prose(found.get("description", "")),
            scope=found["x-scope"],
            in_path=tuple(re.findall(r"\{(\w+)\}", path)),
            query=tuple(sorted(query, key=lambda field: not field.required)),
            body=shapes[body["$ref"].rpartition("/")[2]] if body else None,
            answer=_answer(found["responses"], schemas=schemas),
        ),
        choices,
    )


def _answer(responses: Mapping[str, Any], *, schemas: Mapping[str, Any]) -> Answer:
    [success] = [found for status, found in responses.items() if status.startswith("2")]
    for media_type, found in success.get("content", {}).items():
        if media_type == "application/json":
            name = found["schema"]["$ref"].rpartition("/")[2]
            if _is_page(schemas[name]):
                of = schemas[name]["properties"]["data"]["items"]["$ref"]
                return Answer("page", of.rpartition("/")[2])
            return Answer("shape", name)
        return Answer("bytes" if found["schema"].get("format") == "binary" else "text")
    return Answer("nothing")


def _verb(operation_id: str, *, group: str) -> str:
    """What an operation is called within its group: ``card_refund_get`` of ``card_refunds`` is
    ``get``, ``webhook_deliveries_list`` of ``webhook_endpoints`` is ``deliveries_list``."""
    words = operation_id.split("_")
    shared = 0
    for word, of_group in zip_longest(words, group.split("_")):
        if of_group is None or word not in {of_group, of_group.removesuffix("s")}:
            break
        shared += 1
    return "_".join(words[shared:]) or words[-1]


def _unambiguous(operations: list[Operation]) -> None:
    names = [(each.group, each.name) for each in operations]
    for name in names:
        if names.count(name) > 1:
            raise NotDescribable(f"two operations would be called {'.'.join(name)}")


def pascal(name: str) -> str:
    """``events_list_type`` as ``EventsListType``."""
    return "".join(word[:1].upper() + word[1:] for word in name.split("_"))


def names_in(kind: Kind) -> Iterator[str]:
    """The shapes and choices that it names."""
    match kind:
        case Named(name):
            yield name
        case Listed(of) | Mapped(of):
            yield from names_in(of)
        case Either(several):
            for each in several:
                yield from names_in(each)
