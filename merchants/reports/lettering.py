"""Words on paper, in any script we have letters for: which font has which letter, how wide a line
is, where it breaks, and setting it.

What Western Windows can write is set in Helvetica and Chinese in STSong-Light; Japanese, Korean and
traditional Chinese in fonts like it: PDF readers bring these along, and nothing is embedded. Of
DejaVu Sans (Greek, Cyrillic, Hebrew, Arabic, Armenian, Georgian, signs, some emoji) and Noto Sans
Thai, what is used is embedded. A letter that none has is shown as an empty box: no line is lost.
"""

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfbase.ttfonts import TTFont

from merchants.reports.arabic import joined
from merchants.reports.bidi import begins_rtl, visual

LATIN: Final = "Helvetica"
LATIN_BOLD: Final = "Helvetica-Bold"
CHINESE: Final = "STSong-Light"
TRADITIONAL: Final = "MSung-Light"
JAPANESE: Final = "HeiseiKakuGo-W5"
KOREAN: Final = "HYSMyeongJo-Medium"
OTHER: Final = "DejaVuSans"
THAI: Final = "NotoSansThai"
MISSING: Final = "\N{WHITE SQUARE}"
_HELD: Final = (
    (CHINESE, "gbk"),
    (JAPANESE, "shift_jis"),
    (TRADITIONAL, "big5"),
    (KOREAN, "euc_kr"),
)
"""Whose letters a font has: those of the standard that it was made for."""
_EMBEDDED: Final = (OTHER, THAI)
_FOLDER: Final = Path(__file__).parent / "fonts"
_OF_OTHER: Final = frozenset({"LATIN", "GREEK", "CYRILLIC"})
_IN_CHINESE: Final = frozenset("\N{NO-BREAK SPACE}€")
_WIDE: Final = "\u2e80"
_ELLIPSIS: Final = "…"


@dataclass(frozen=True, slots=True)
class Run:
    """Letters of one font, from left to right."""

    font: str
    text: str


@lru_cache(maxsize=1)
def _fonts() -> dict[str, Any]:
    """The embedded ones, by name; all are made known, once a process."""
    for name in (CHINESE, TRADITIONAL, JAPANESE, KOREAN):
        pdfmetrics.registerFont(UnicodeCIDFont(name))
    found = {name: TTFont(name, _FOLDER / f"{name}.ttf", shapable=False) for name in _EMBEDDED}
    for font in found.values():
        pdfmetrics.registerFont(font)
    return found


def line_of(text: str, *, is_bold: bool = False, is_rtl: bool | None = None) -> tuple[Run, ...]:
    """A line as it is seen.

    Args:
        is_bold: where there are bold letters, as in Latin.
        is_rtl: the direction of the text that the line is of; None: its own.
    """
    if is_rtl is None:
        is_rtl = begins_rtl(text)
    whole = unicodedata.normalize("NFC", text)
    return _runs(visual(joined(whole), is_rtl=is_rtl), is_bold=is_bold)


def width_of(text: str, *, size: float, is_bold: bool = False) -> float:
    """Points from a line's first letter to its last."""
    runs = line_of(text, is_bold=is_bold)
    return float(sum(pdfmetrics.stringWidth(run.text, run.font, size) for run in runs))


def line_drawn(
    canvas: Any,
    text: str,
    *,
    left: float,
    low: float,
    size: float,
    is_bold: bool = False,
    is_rtl: bool | None = None,
) -> None:
    """Set a line on its ground ``low``, beginning at ``left``."""
    for run in line_of(text, is_bold=is_bold, is_rtl=is_rtl):
        canvas.setFont(run.font, size)
        canvas.drawString(left, low, run.text)
        left += pdfmetrics.stringWidth(run.text, run.font, size)


def fitted(text: str, *, size: float, width: float, is_bold: bool = False) -> str:
    """The text, or as much of it as fits, with an ellipsis. No figure is ever cut: columns of
    figures are made as wide as theirs."""
    if width_of(text, size=size, is_bold=is_bold) <= width:
        return text
    while text and width_of(text + _ELLIPSIS, size=size, is_bold=is_bold) > width:
        text = text[:-1]
    return text + _ELLIPSIS


def wrapped(text: str, *, size: float, width: float, is_bold: bool = False) -> list[str]:
    """The text in lines that fit: broken at spaces, and between letters where there are none, as in
    Chinese or in a word that is wider than the page."""

    def fits(line: str) -> bool:
        return width_of(line, size=size, is_bold=is_bold) <= width

    lines = [""]
    for piece in _pieces(text):
        if fits((lines[-1] + piece).rstrip()):
            lines[-1] += piece
            continue
        if lines[-1].strip():
            lines.append("")
        for letter in piece.lstrip():
            if lines[-1] and not fits(lines[-1] + letter):
                lines.append("")
            lines[-1] += letter
    return [line.strip() for line in lines if line.strip()]


def _runs(text: str, *, is_bold: bool) -> tuple[Run, ...]:
    latin = LATIN_BOLD if is_bold else LATIN
    if _can(text, "cp1252"):
        return (Run(latin, text),) if text else ()
    _fonts()
    japanese = any(_script(letter) in ("HIRAGANA", "KATAKANA") for letter in text)
    if any(_is_of_other(letter) for letter in text):
        latin = OTHER  # a word is of one font
    elif not japanese and all(each in _IN_CHINESE or _can(each, "gbk") for each in text):
        return (Run(CHINESE, text),)
    found: list[Run] = []
    for letter in text:
        if unicodedata.category(letter) == "Cf" or "\ufe00" <= letter <= "\ufe0f":
            continue  # what only says how its neighbours look
        font, shown = _font_of(letter, latin=latin, japanese=japanese)
        if unicodedata.combining(letter) and found and _has(found[-1].font, letter):
            font = found[-1].font
        if found and found[-1].font == font:
            found[-1] = Run(font, found[-1].text + shown)
        else:
            found.append(Run(font, shown))
    return tuple(found)


def _is_of_other(letter: str) -> bool:
    """Whether it is a letter as ours are, and Helvetica lacks it."""
    return _script(letter) in _OF_OTHER and not _can(letter, "cp1252")


def _script(letter: str) -> str:
    """The first word of its name."""
    return unicodedata.name(letter, "").partition(" ")[0]


def _font_of(letter: str, *, latin: str, japanese: bool) -> tuple[str, str]:
    """The font that has a letter, and the letter; a box where none has."""
    if _can(letter, "cp1252"):
        return latin, letter
    for font in _EMBEDDED:
        if letter < _WIDE and _has(font, letter):
            return font, letter
    held = _HELD if not japanese else sorted(_HELD, key=lambda each: each[0] != JAPANESE)
    for font, standard in held:
        if _can(letter, standard):
            return font, letter
    return (OTHER, letter) if _has(OTHER, letter) else (OTHER, MISSING)


def _has(font: str, letter: str) -> bool:
    embedded = _fonts().get(font)
    return embedded is not None and ord(letter) in embedded.face.charToGlyph


def _can(text: str, standard: str) -> bool:
    try:
        text.encode(standard)
    except UnicodeEncodeError:
        return False
    return True


def _pieces(text: str) -> Iterator[str]:
    """Words with the space before them; each wide letter alone."""
    word = ""
    for letter in text:
        if letter == " " or letter >= _WIDE:
            if word:
                yield word
            word = letter
        elif word[-1:] >= _WIDE:
            yield word
            word = letter
        else:
            word += letter
    if word:
        yield word
