"""The TypeScript client's shapes and operations. Pure."""

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
    Operation,
    Plain,
    Words,
    pascal,
)
from clients.generating.wrapping import LINE_LENGTH, wrapped

WRITTEN_BY: Final = "Written by `python -m clients.generating`: change the API, not this file."
PLAIN: Final = {
    "text": "string",
    "moment": "string",
    "day": "string",
    "whole": "number",
    "truth": "boolean",
    "anything": "unknown",
    "null": "null",
}


def typescript_files(description: Description) -> dict[str, str]:
    """Each file's text by its name within the package's sources."""
    return {
        "shapes.ts": "\n".join(_shapes_file(description)) + "\n",
        "operations.ts": "\n".join(_operations_file(description)) + "\n",
    }


def _shapes_file(description: Description) -> Iterator[str]:
    yield from _comment(
        "What is sent and what the API answers.\n\n"
        "Amounts are decimals as text and units whole numbers as text: no money is ever a number."
        " Times are RFC 3339. A word that this version doesn't know yet comes as it is.\n\n"
        + WRITTEN_BY,
        indent=0,
    )
    for choice in description.choices:
        yield ""
        yield from _choice(choice)
    for shape in description.shapes:
        yield ""
        yield from _interface(shape.name, shape.fields, description=shape.description)
    for operation in description.operations:
        if operation.query:
            yield ""
            yield from _interface(_query_name(operation), operation.query)


def _choice(choice: Choice) -> Iterator[str]:
    words = [f'"{each}"' for each in choice.choices]
    line = f"export type {choice.name} = {' | '.join(words)};"
    if len(line) <= LINE_LENGTH:
        yield line
        return
    yield f"export type {choice.name} ="
    yield from (f"  | {each}" for each in words[:-1])
    yield f"  | {words[-1]};"


def _interface(name: str, fields: Iterable[Field], *, description: str = "") -> Iterator[str]:
    if description:
        yield from _comment(description, indent=0)
    yield f"export interface {name} {{"
    for field in fields:
        if field.description:
            yield from _comment(field.description, indent=2)
        yield f"  {field.name}{'' if field.required else '?'}: {_text(field.kind)};"
    yield "}"


def _text(kind: Kind) -> str:
    match kind:
        case Plain(name):
            return PLAIN[name]
        case Words(choices):
            return " | ".join(f'"{each}"' for each in choices)
        case Named(name):
            return name
        case Listed(of):
            inner = _text(of)
            return f"({inner})[]" if isinstance(of, Words | Either) else f"{inner}[]"
        case Mapped(of):
            return f"Record<string, {_text(of)}>"
        case Either(several):
            return " | ".join(_text(each) for each in several)


def _query_name(operation: Operation) -> str:
    return pascal(f"{operation.group}_{operation.name}_query")


def _comment(text: str, *, indent: int) -> Iterator[str]:
    space = " " * indent
    text = text.replace("*/", "*\\/")
    [first, *more] = wrapped(text, indent=indent + 7)
    if not more:
        yield f"{space}/** {first} */"
        return
    yield f"{space}/**"
    yield from (f"{space} * {line}".rstrip() for line in [first, *more])
    yield f"{space} */"


def _operations_file(description: Description) -> Iterator[str]:
    yield from _comment(
        "What the API can do: one class per resource, one method per operation.\n\n" + WRITTEN_BY,
        indent=0,
    )
    yield ""
    yield 'import type { Pages, Reading, Sender, Writing } from "./sending.js";'
    yield 'import { part } from "./sending.js";'
    yield 'import type * as shapes from "./shapes.js";'
    for group, operations in description.groups.items():
        yield ""
        yield f"export class {pascal(group)} {{"
        yield "  readonly #sender: Sender;"
        yield ""
        yield "  constructor(sender: Sender) {"
        yield "    this.#sender = sender;"
        yield "  }"
        for operation in operations:
            yield ""
            yield from (f"  {line}".rstrip() for line in _method(operation))
        yield "}"
    yield ""
    yield "/** Every resource, by its name. */"
    yield "export class Operations {"
    yield from (f"  readonly {camel(group)}: {pascal(group)};" for group in description.groups)
    yield ""
    yield "  constructor(sender: Sender) {"
    yield from (
        f"    this.{camel(group)} = new {pascal(group)}(sender);" for group in description.groups
    )
    yield "  }"
    yield "}"


def camel(name: str) -> str:
    """``card_refunds`` as ``cardRefunds``."""
    words = pascal(name)
    return words[:1].lower() + words[1:]


def _method(operation: Operation) -> Iterator[str]:
    writes = operation.method != "GET"
    arguments = [f"{camel(name)}: string" for name in operation.in_path]
    if operation.query:
        arguments.append(_object("query", _query_name(operation), operation.query))
    if operation.body:
        arguments.append(_object("body", operation.body.name, operation.body.fields))
    arguments.append(f"options: {'Writing' if writes else 'Reading'} = {{}}")
    answer, verb = _answer(operation)
    yield from _comment(_documentation(operation), indent=0)
    line = f"{camel(operation.name)}({', '.join(arguments)}): {answer} {{"
    if len(line) <= LINE_LENGTH - 2:
        yield line
    else:
        yield f"{camel(operation.name)}("
        yield from (f"  {each}," for each in arguments)
        yield f"): {answer} {{"
    yield from _call(operation, verb)
    yield "}"


def _documentation(operation: Operation) -> str:
    paragraphs = [f"{operation.summary.rstrip('.')}.", operation.description]
    paragraphs.append(f"Needs the scope `{operation.scope}`.")
    return "\n\n".join(each for each in paragraphs if each)


def _object(name: str, shape: str, fields: Iterable[Field]) -> str:
    optional = "" if any(field.required for field in fields) else " = {}"
    return f"{name}: shapes.{shape}{optional}"


def _answer(operation: Operation) -> tuple[str, str]:
    """What a method returns, and the sender's verb that fetches it."""
    match operation.answer.form:
        case "shape":
            of = f"shapes.{operation.answer.shape}"
            return f"Promise<{of}>", f"shape<{of}>"
        case "page":
            of = f"shapes.{operation.answer.shape}"
            return f"Pages<{of}>", f"pages<{of}>"
        case "text":
            return "Promise<string>", "text"
        case "bytes":
            return "Promise<Uint8Array>", "bytes"
        case "nothing":
            return "Promise<void>", "nothing"


def _call(operation: Operation, verb: str) -> Iterator[str]:
    asked = [name for name in ("query", "body") if getattr(operation, name)]
    passed = f"{{ {', '.join([*asked, '...options'])} }}" if asked else "options"
    method = "" if operation.answer.form == "page" else f'"{operation.method}", '
    line = f"  return this.#sender.{verb}({method}{_path(operation)}, {passed});"
    if len(line) <= LINE_LENGTH - 2:
        yield line
        return
    yield f"  return this.#sender.{verb}("
    if method:
        yield f'    "{operation.method}",'
    yield f"    {_path(operation)},"
    yield f"    {passed},"
    yield "  );"


def _path(operation: Operation) -> str:
    if not operation.in_path:
        return f'"{operation.path}"'
    path = operation.path
    for name in operation.in_path:
        path = path.replace(f"{{{name}}}", f"${{part({camel(name)})}}")
    return f"`{path}`"
