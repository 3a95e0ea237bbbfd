"""The Python client's shapes and operations, as ``ruff format`` would have them. Pure."""

import keyword
from collections.abc import Iterable, Iterator
from typing import Final

from clients.generating.description import (
    Choice,
    Description,
    Either,
    Field,
    Kind,
    Listed,
    Mapped,
    Named,
    NotDescribable,
    Operation,
    Plain,
    Shape,
    Words,
    names_in,
    pascal,
)
from clients.generating.wrapping import LINE_LENGTH, wrapped

WRITTEN_BY: Final = "Written by ``python -m clients.generating``: change the API, not this file."
ANSWERED: Final = {
    "text": "str",
    "moment": "datetime",
    "day": "date",
    "whole": "int",
    "truth": "bool",
    "anything": "Any",
    "null": "None",
}
SENT: Final = {**ANSWERED, "moment": "datetime | str", "day": "date | str"}
OURS: Final = ("given", "part", "said")
TAKEN: Final = frozenset({"self", "idempotency_key", "shapes"})
"""What a method's text calls otherwise."""
PLAIN_ANSWERS: Final = {"text": "str", "bytes": "bytes", "nothing": "None"}


def python_files(description: Description) -> dict[str, str]:
    """Each file's text by its name within the package."""
    return {
        "shapes.py": "\n".join(_shapes_file(description)) + "\n",
        "operations.py": "\n".join(_operations_file(description)) + "\n",
    }


def _shapes_file(description: Description) -> Iterator[str]:
    yield '"""What the API answers, and the parts of what is sent.'
    yield ""
    yield from wrapped(
        "Amounts are decimals as text and units whole numbers as text: no money is ever a float."
        " A word that this version doesn't know yet comes as it is.",
        indent=0,
    )
    yield ""
    yield WRITTEN_BY
    yield '"""'
    yield ""
    yield "from __future__ import annotations"
    yield ""
    yield "from dataclasses import dataclass"
    yield "from datetime import date, datetime"
    yield "from typing import Any, Literal, NotRequired, TypeAlias, TypedDict"
    for choice in description.choices:
        yield ""
        yield from _choice(choice)
    parts = _parts_of_requests(description)
    for shape in description.shapes:
        if not shape.is_sent:
            yield from ("", "")
            yield from _answered(shape)
        elif shape.name in parts:
            yield from ("", "")
            yield from _sent(shape)


def _parts_of_requests(description: Description) -> set[str]:
    """A request's own fields are arguments; what they hold has a name."""
    return {
        name
        for shape in description.shapes
        if shape.is_sent
        for field in shape.fields
        for name in names_in(field.kind)
    }


def _choice(choice: Choice) -> Iterator[str]:
    line = f"{choice.name}: TypeAlias = {_literal(choice.choices)}"
    if len(line) <= LINE_LENGTH:
        yield line
        return
    yield f"{choice.name}: TypeAlias = Literal["
    yield from (f'    "{each}",' for each in choice.choices)
    yield "]"


def _literal(choices: tuple[str, ...]) -> str:
    return "Literal[{}]".format(", ".join(f'"{each}"' for each in choices))


def _answered(shape: Shape) -> Iterator[str]:
    yield "@dataclass(frozen=True, slots=True, kw_only=True)"
    yield f"class {shape.name}:"
    if shape.description:
        yield from _quoted(shape.description, indent=4)
        yield ""
    for field in shape.fields:
        kind = _text(field.kind, ANSWERED)
        if field.required:
            yield f"    {field.name}: {kind}"
        else:
            yield f"    {field.name}: {_or_none(kind)} = None"
        if field.description:
            yield from _quoted(field.description, indent=4)


def _sent(shape: Shape) -> Iterator[str]:
    yield f"class {shape.name}(TypedDict):"
    for field in shape.fields:
        kind = _text(field.kind, SENT)
        yield f"    {field.name}: {kind if field.required else f'NotRequired[{kind}]'}"
        if field.description:
            yield from _quoted(field.description, indent=4)


def _or_none(kind: str) -> str:
    return kind if kind == "Any" or kind.endswith("| None") else f"{kind} | None"


def _text(kind: Kind, plain: dict[str, str], *, prefix: str = "") -> str:
    def inner(kind: Kind) -> str:
        return _text(kind, plain, prefix=prefix)

    match kind:
        case Plain(name):
            return plain[name]
        case Words(choices):
            return _literal(choices)
        case Named(name):
            return prefix + name
        case Listed(of):
            return f"{'Sequence' if prefix and plain is SENT else 'list'}[{inner(of)}]"
        case Mapped(of):
            return f"{'Mapping' if prefix and plain is SENT else 'dict'}[str, {inner(of)}]"
        case Either(several):
            return " | ".join(inner(each) for each in several)


def _quoted(text: str, *, indent: int) -> Iterator[str]:
    """A docstring."""
    space = " " * indent
    text = text.replace("\\", "\\\\").replace('"""', '\\"\\"\\"')
    # A quote before the closing ones would run into them; room for those is kept.
    lines = wrapped(text, indent=indent + 3, first='"""')
    closing = ' """' if lines[-1].endswith('"') else '"""'
    if len(lines) == 1:
        yield f"{space}{lines[0]}{closing}"
        return
    yield from (f"{space}{line}".rstrip() for line in lines)
    yield f'{space}"""'


def _operations_file(description: Description) -> Iterator[str]:
    yield '"""What the API can do: one class per resource, one method per operation.'
    yield ""
    yield WRITTEN_BY
    yield '"""'
    yield ""
    yield "from __future__ import annotations"
    yield ""
    yield "from collections.abc import Mapping, Sequence"
    yield "from datetime import date, datetime"
    yield "from typing import Any"
    yield ""
    yield "from tillway import shapes"
    yield "from tillway.sending import UNSET, Id, Pages, Sender, Unset"
    # No argument begins like these: `part` and `given` are words of the API too.
    yield from (f"from tillway.sending import {each} as _{each}" for each in OURS)
    for group, operations in description.groups.items():
        yield from ("", "")
        yield f"class {pascal(group)}:"
        yield "    def __init__(self, sender: Sender) -> None:"
        yield "        self._sender = sender"
        for operation in operations:
            yield ""
            yield from (f"    {line}".rstrip() for line in _method(operation))
    yield from ("", "")
    yield "class Operations:"
    yield '    """Every resource, by its name."""'
    yield ""
    yield "    def __init__(self, sender: Sender) -> None:"
    yield from (f"        self.{group} = {pascal(group)}(sender)" for group in description.groups)


def _method(operation: Operation) -> Iterator[str]:
    fields = _fields(operation)
    writes = operation.method != "GET"
    answer = _answer(operation)
    by_name = [_argument(field) for field in fields]
    if writes:
        by_name.append("idempotency_key: str | None = None")
    arguments = ["self", *(f"{name}: Id" for name in operation.in_path)]
    if by_name:
        arguments += ["*", *by_name]
    line = f"def {operation.name}({', '.join(arguments)}) -> {answer}:"
    if by_name and (len(by_name) > 1 or len(line) > LINE_LENGTH - 4):
        yield f"def {operation.name}("
        yield from (f"    {each}," for each in arguments)
        yield f") -> {answer}:"
    else:
        yield line
    yield from _docstring(operation, fields)
    yield from _call(operation, writes=writes)


def _fields(operation: Operation) -> tuple[Field, ...]:
    """What is given by name.

    Raises:
        NotDescribable: a name has a meaning of its own there.
    """
    fields = operation.query + (operation.body.fields if operation.body else ())
    for field in fields:
        if keyword.iskeyword(field.name) or field.name in TAKEN:
            raise NotDescribable(f"{operation.method} {operation.path}: {field.name}")
    return fields


def _answer(operation: Operation) -> str:
    match operation.answer.form:
        case "shape":
            return f"shapes.{operation.answer.shape}"
        case "page":
            return f"Pages[shapes.{operation.answer.shape}]"
        case other:
            return PLAIN_ANSWERS[other]


def _argument(field: Field) -> str:
    kind = _text(field.kind, SENT, prefix="shapes.")
    if field.required:
        return f"{field.name}: {kind}"
    if field.takes_null:
        return f"{field.name}: {kind.removesuffix(' | None')} | Unset | None = UNSET"
    return f"{field.name}: {_or_none(kind)} = None"


def _docstring(operation: Operation, fields: Iterable[Field]) -> Iterator[str]:
    yield from _body_line(f'"""{operation.summary.rstrip(".")}.')
    if operation.description:
        yield ""
        yield from (f"    {line}".rstrip() for line in wrapped(operation.description, indent=8))
    explained = [field for field in fields if field.description]
    if explained:
        yield ""
        yield "    Args:"
        for field in explained:
            described = f"{field.name}: {field.description}"
            lines = wrapped(described, indent=12, rest="    ")
            yield from (f"        {line}".rstrip() for line in lines)
    yield ""
    yield f"    Needs the scope ``{operation.scope}``."
    yield '    """'


def _body_line(text: str) -> Iterator[str]:
    yield from (f"    {line}" for line in wrapped(text, indent=8))


def _call(operation: Operation, *, writes: bool) -> Iterator[str]:
    answer = operation.answer
    arguments = [f"shapes.{answer.shape}"] if answer.shape else []
    if answer.form != "page":
        arguments.append(f'"{operation.method}"')
    arguments.append(_path(operation))
    if operation.query:
        arguments.append(f"query=_given({_passed(operation.query)})")
    if operation.body:
        arguments.append(f"body={_sent_body(operation.body)}")
    if writes:
        arguments.append("idempotency_key=idempotency_key")
    verb = answer.form if answer.form != "bytes" else "content"
    returned = "" if answer.form == "nothing" else "return "
    yield f"    {returned}self._sender.{verb}("
    for argument in arguments:
        yield from _broken(argument, indent=8)
    yield "    )"


def _passed(fields: Iterable[Field]) -> str:
    return ", ".join(f"{field.name}={field.name}" for field in fields)


def _sent_body(shape: Shape) -> str:
    plain = [field for field in shape.fields if not field.takes_null]
    null = [field for field in shape.fields if field.takes_null]
    sent = f"_given({_passed(plain)})"
    return f"{sent} | _said({_passed(null)})" if null else sent


def _broken(argument: str, *, indent: int) -> Iterator[str]:
    """An argument with its comma; a call that is too long has one of its own arguments a line."""
    space = " " * indent
    if len(argument) + indent + 1 + 4 <= LINE_LENGTH:
        yield f"{space}{argument},"
        return
    opening, _, rest = argument.partition("(")
    inner, _, after = rest.partition(")")
    yield f"{space}{opening}("
    yield from (f"{space}    {each}," for each in inner.split(", "))
    yield f"{space}){after},"


def _path(operation: Operation) -> str:
    if not operation.in_path:
        return f'"{operation.path}"'
    path = operation.path
    for name in operation.in_path:
        path = path.replace(f"{{{name}}}", f"{{_part({name})}}")
    return f'f"{path}"'
