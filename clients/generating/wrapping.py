"""Prose in lines. Pure."""

import textwrap
from typing import Final

LINE_LENGTH: Final = 100


def wrapped(text: str, *, indent: int, first: str = "", rest: str = "") -> list[str]:
    """``text`` in lines no longer than ours are, without the indent itself; a paragraph stays one.

    Args:
        first, rest: what the first line and the further ones begin with.
    """
    lines: list[str] = []
    for paragraph in text.split("\n\n"):
        if lines:
            lines.append("")
        lines += textwrap.wrap(
            " ".join(paragraph.split()),
            width=LINE_LENGTH - indent,
            initial_indent=rest if lines else first,
            subsequent_indent=rest,
            break_long_words=False,
            break_on_hyphens=False,
        )
    return lines
