"""Translation catalogues: read .po, write .mo. Pure Python, so no machine needs gettext.

Only what our catalogues use: singular and plural entries, contexts not.
"""

import ast
import re
import struct
from collections import Counter
from dataclasses import dataclass, field

MAGIC = 0x950412DE


@dataclass(slots=True)
class Entry:
    """One message; ``plural`` is empty for a singular one."""

    message: str = ""
    plural: str = ""
    translations: dict[int, str] = field(default_factory=dict)
    is_fuzzy: bool = False


_LINE = re.compile(
    r'(?:(?P<keyword>msgid|msgid_plural|msgstr)(?:\[(?P<form>\d)\])?\s+)?(?P<text>".*")', re.ASCII
)


def read_po(text: str) -> list[Entry]:
    """The entries of a .po file, the header's (with an empty message) included.

    Raises:
        ValueError: a line is neither a comment nor part of an entry, or a message stands twice.
    """
    entries: list[Entry] = []
    fuzzy = False
    part, form = "", 0
    for number, line in enumerate(text.splitlines(), start=1):
        found = _LINE.fullmatch(line.strip())
        if found is None:
            if line.strip() and not line.startswith("#"):
                raise ValueError(f"line {number}: {line!r} is not understood")
            fuzzy = "fuzzy" in line if line.startswith("#,") else fuzzy
            continue
        if found["keyword"]:
            part, form = found["keyword"], int(found["form"] or 0)
        if found["keyword"] == "msgid":
            entries.append(Entry(is_fuzzy=fuzzy))
            fuzzy = False
        _add(entries[-1], part=part, form=form, text=ast.literal_eval(found["text"]))
    times = Counter(entry.message for entry in entries)
    if twice := [message for message, count in times.items() if count > 1]:
        raise ValueError(f"{twice[0]!r} stands twice")
    return entries


def _add(entry: Entry, *, part: str, form: int, text: str) -> None:
    match part:
        case "msgid":
            entry.message += text
        case "msgid_plural":
            entry.plural += text
        case _:
            entry.translations[form] = entry.translations.get(form, "") + text


def write_mo(entries: list[Entry]) -> bytes:
    """The .mo file of the translated entries, sorted as gettext's own reader expects."""
    pairs = sorted(
        (
            "\0".join(filter(None, (entry.message, entry.plural))).encode(),
            "\0".join(text for _, text in sorted(entry.translations.items())).encode(),
        )
        for entry in entries
        if not entry.is_fuzzy and any(entry.translations.values())
    )
    header_size = 7 * 4
    originals_at = header_size
    translations_at = originals_at + 8 * len(pairs)
    texts_at = translations_at + 8 * len(pairs)
    tables: tuple[list[int], list[int]] = ([], [])
    texts = b""
    for which in (0, 1):
        for pair in pairs:
            tables[which].extend((len(pair[which]), texts_at + len(texts)))
            texts += pair[which] + b"\0"
    header = struct.pack("<7I", MAGIC, 0, len(pairs), originals_at, translations_at, 0, texts_at)
    return header + struct.pack(f"<{4 * len(pairs)}I", *tables[0], *tables[1]) + texts
