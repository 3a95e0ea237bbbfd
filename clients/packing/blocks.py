"""The code in a Markdown text. Pure."""

import re
from typing import Final

FENCED: Final = re.compile(
    r"^```(?P<language>[a-z]+)\n(?P<code>.*?)^```$", re.DOTALL | re.MULTILINE
)


def blocks_of(markdown: str, *, language: str) -> list[str]:
    """Each fenced block of a language, in order."""
    return [found["code"] for found in FENCED.finditer(markdown) if found["language"] == language]
