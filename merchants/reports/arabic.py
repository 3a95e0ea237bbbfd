"""Arabic letters as they join: each in the form that its neighbours give it. Pure.

The forms are Unicode's own presentation forms, read from their decompositions, so that any font
that has them sets joined Arabic without a shaping engine. Marks stay behind their letter.
"""

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

_JOINERS: Final = frozenset("\u0640\u200d")
"""Tatweel and the zero width joiner: they join on both sides and have one form."""
_LAM: Final = "\u0644"


@dataclass(frozen=True, slots=True)
class _Forms:
    isolated: str = ""
    final: str = ""
    initial: str = ""
    medial: str = ""


def _read() -> tuple[dict[str, _Forms], dict[str, _Forms]]:
    """Forms of letters, and of lam with an alef."""
    found: dict[str, dict[str, str]] = {}
    for code in (*range(0xFB50, 0xFC00), *range(0xFE70, 0xFEFD)):
        kind, _space, told = unicodedata.decomposition(chr(code)).partition(" ")
        letters = "".join(chr(int(each, 16)) for each in told.split())
        if kind in ("<isolated>", "<final>", "<initial>", "<medial>") and " " not in letters:
            found.setdefault(letters, {}).setdefault(kind[1:-1], chr(code))
    known = {letters: _Forms(**forms) for letters, forms in found.items()}
    return (
        {letters: forms for letters, forms in known.items() if len(letters) == 1},
        {
            letters[1]: forms
            for letters, forms in known.items()
            if letters[0] == _LAM and letters[1:]
        },
    )


_LETTERS, _LAM_ALEFS = _read()


def joined(text: str) -> str:
    """The text in its own order, its Arabic letters in their forms."""
    if not any(letter in _LETTERS for letter in text):
        return text
    return "".join(_joined(list(_clusters(text))))


def _joined(clusters: list[tuple[str, str]]) -> Iterator[str]:
    was_joining, at = False, 0
    while at < len(clusters):
        letter, marks = clusters[at]
        following = clusters[at + 1][0] if at + 1 < len(clusters) else ""
        forms = _LETTERS.get(letter, _Forms())
        before = was_joining and bool(forms.final)
        if letter == _LAM and following in _LAM_ALEFS:
            both = _LAM_ALEFS[following]
            yield (both.final if before else both.isolated) + marks + clusters[at + 1][1]
            was_joining, at = False, at + 2
            continue
        after = bool(forms.initial) and _joins_back(following)
        yield _form(letter, forms, before=before, after=after) + marks
        was_joining, at = bool(forms.initial) or letter in _JOINERS, at + 1


def _form(letter: str, forms: _Forms, *, before: bool, after: bool) -> str:
    if before and after:
        return forms.medial or letter
    if after:
        return forms.initial
    return (forms.final if before else forms.isolated) or letter


def _joins_back(letter: str) -> bool:
    return letter in _JOINERS or bool(_LETTERS.get(letter, _Forms()).final)


def _clusters(text: str) -> Iterator[tuple[str, str]]:
    """Each letter with the marks behind it."""
    letter, marks = "", ""
    for each in text:
        if letter and unicodedata.category(each) in ("Mn", "Me"):
            marks += each
            continue
        if letter:
            yield letter, marks
        letter, marks = each, ""
    if letter:
        yield letter, marks
