"""JSON-RPC's words for numbers, bytes and lists, written and read. Pure."""

from typing import Any

from gateway.chains.errors import MalformedAnswer, PartialAnswer

HASH_CHARS = 66


def hex_of(value: bytes | int) -> str:
    """JSON-RPC's spelling of bytes, or of a quantity."""
    return hex(value) if isinstance(value, int) else "0x" + value.hex()


def parse_quantity(text: object) -> int:
    """A JSON-RPC quantity: 0x and hexadecimal digits.

    Raises:
        MalformedAnswer: it isn't one.
    """
    if not isinstance(text, str) or not text.startswith("0x") or len(text) > HASH_CHARS:
        raise MalformedAnswer(f"{str(text)[:80]!r} isn't a quantity")
    try:
        return int(text, 16)
    except ValueError as error:
        raise MalformedAnswer(f"{text[:80]!r} isn't a quantity") from error


def parse_hash(text: object) -> bytes:
    """A 32-byte hash.

    Raises:
        MalformedAnswer: it isn't one.
    """
    if not isinstance(text, str) or len(text) != HASH_CHARS or not text.startswith("0x"):
        raise MalformedAnswer(f"{str(text)[:80]!r} isn't a hash")
    try:
        return bytes.fromhex(text[2:])
    except ValueError as error:
        raise MalformedAnswer(f"{text!r} isn't a hash") from error


def list_answer(answer: object, *, of: str) -> list[Any]:
    """The answer, if it is a list.

    Raises:
        PartialAnswer: there is none.
        MalformedAnswer: it is something else.
    """
    if answer is None:
        raise PartialAnswer(f"no {of}")
    if not isinstance(answer, list):
        raise MalformedAnswer(f"{of} that aren't a list")
    return answer
