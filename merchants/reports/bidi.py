"""Lines in the order that the eye meets their letters: right-to-left scripts among others. Pure.

The Unicode Bidirectional Algorithm (UAX #9) for one line without explicit controls, which are taken
out: W1 to W7, N0 to N2, I1 and I2, L1 to L4.
"""

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

_STRONG: Final = frozenset({"L", "R", "AL"})
_NEUTRAL: Final = frozenset({"B", "S", "WS", "ON"})
_CONTROLS: Final = frozenset({"LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI", "BN"})
_BRACKETS: Final = ("()", "[]", "{}", "⟨⟩", "（）", "「」", "『』", "【】", "《》", "〈〉")
_PAIRS: Final = (*_BRACKETS, "<>", "«»", "‹›", "≤≥")
_CLOSED_BY: Final = {pair[0]: pair[1] for pair in _BRACKETS}
_MIRRORED: Final = {
    one: other for pair in _PAIRS for one, other in ((pair[0], pair[1]), (pair[1], pair[0]))
}


@dataclass(slots=True)
class _Cluster:
    """A letter with its marks, what it counts as, and how deep it lies."""

    text: str
    kind: str
    level: int = 0


def begins_rtl(text: str) -> bool:
    """Whether the first letter with a direction goes to the left (P2, P3)."""
    kinds = (unicodedata.bidirectional(letter) for letter in text)
    return next((kind for kind in kinds if kind in _STRONG), "L") != "L"


def visual(text: str, *, is_rtl: bool) -> str:
    """The line from left to right as it is seen.

    Args:
        is_rtl: the direction of the text that the line is of.
    """
    if not is_rtl and all(
        unicodedata.bidirectional(letter) not in ("R", "AL", "AN") for letter in text
    ):
        return text
    clusters = list(_clusters(text))
    if not clusters:
        return ""
    base = 1 if is_rtl else 0
    edge = "R" if is_rtl else "L"
    _figures(clusters, edge=edge)
    _beside_figures(clusters)
    _left_over(clusters, edge=edge)
    for opening, closing in _bracketed(clusters):
        _bracket(clusters, opening, closing, edge=edge)
    _neutral(clusters, edge=edge)
    for each in clusters:
        each.level = _level(each.kind, base)
    for each in reversed(clusters):
        if not each.text.isspace():
            break
        each.level = base
    return "".join(_seen(each) for each in _reordered(clusters))


def _clusters(text: str) -> Iterator[_Cluster]:
    """W1: a mark counts as its letter, and stays behind it (L3)."""
    found: _Cluster | None = None
    for letter in text:
        kind = unicodedata.bidirectional(letter)
        if kind in _CONTROLS:
            continue
        if found is not None and kind == "NSM":
            found.text += letter
            continue
        if found is not None:
            yield found
        found = _Cluster(letter, "ON" if kind == "NSM" else kind or "L")
    if found is not None:
        yield found


def _figures(clusters: list[_Cluster], *, edge: str) -> None:
    """W2 and W3: a figure after an Arabic letter is an Arabic one."""
    strong = edge
    for each in clusters:
        if each.kind in _STRONG:
            strong = each.kind
        elif each.kind == "EN" and strong == "AL":
            each.kind = "AN"
    for each in clusters:
        if each.kind == "AL":
            each.kind = "R"


def _beside_figures(clusters: list[_Cluster]) -> None:
    """W4 and W5: what stands between figures, or beside one as a currency's sign does."""
    for before, each, after in zip(clusters, clusters[1:], clusters[2:], strict=False):
        same = before.kind == after.kind
        if same and (
            (each.kind == "ES" and before.kind == "EN")
            or (each.kind == "CS" and before.kind in ("EN", "AN"))
        ):
            each.kind = before.kind
    for row in (clusters, clusters[::-1]):
        for before, each in pairwise(row):
            if each.kind == "ET" and before.kind == "EN":
                each.kind = "EN"


def _left_over(clusters: list[_Cluster], *, edge: str) -> None:
    """W6 and W7: other signs of figures count for nothing; a figure among Latin letters is one."""
    strong = edge
    for each in clusters:
        if each.kind in ("ES", "ET", "CS"):
            each.kind = "ON"
        if each.kind in ("L", "R"):
            strong = each.kind
        elif each.kind == "EN" and strong == "L":
            each.kind = "L"


def _bracketed(clusters: list[_Cluster]) -> list[tuple[int, int]]:
    """BD16: where brackets open and close, by where they open."""
    found: list[tuple[int, int]] = []
    waiting: list[tuple[str, int]] = []
    for at, each in enumerate(clusters):
        if each.kind != "ON":
            continue
        if each.text in _CLOSED_BY:
            waiting.append((_CLOSED_BY[each.text], at))
        for depth in range(len(waiting) - 1, -1, -1):
            closing, opened = waiting[depth]
            if closing == each.text:
                found.append((opened, at))
                del waiting[depth:]
                break
    return sorted(found)


def _bracket(clusters: list[_Cluster], opening: int, closing: int, *, edge: str) -> None:
    """N0: brackets go with what is within them, or with what stands before them."""
    within = _sides(clusters[opening + 1 : closing])
    if not within:
        return
    kind = edge
    if edge not in within:
        before = [_side(each.kind) for each in clusters[:opening] if each.kind not in _NEUTRAL]
        kind = before[-1] if before else edge
    clusters[opening].kind = clusters[closing].kind = kind


def _sides(clusters: list[_Cluster]) -> set[str]:
    return {_side(each.kind) for each in clusters if each.kind not in _NEUTRAL}


def _neutral(clusters: list[_Cluster], *, edge: str) -> None:
    """N1 and N2: what has no direction takes that of both its sides, else that of the line."""
    at = 0
    while at < len(clusters):
        end = at
        while end < len(clusters) and clusters[end].kind in _NEUTRAL:
            end += 1
        if end > at:
            before = _side(clusters[at - 1].kind) if at else edge
            after = _side(clusters[end].kind) if end < len(clusters) else edge
            for each in clusters[at:end]:
                each.kind = before if before == after else edge
        at = end + 1


def _side(kind: str) -> str:
    return "L" if kind == "L" else "R"


def _level(kind: str, base: int) -> int:
    if base:
        return 1 if kind == "R" else 2
    return {"L": 0, "R": 1}.get(kind, 2)


def _reordered(clusters: list[_Cluster]) -> list[_Cluster]:
    """L2: from the deepest on, each run is turned around."""
    row = list(clusters)
    for level in range(max(each.level for each in row), 0, -1):
        at = 0
        while at < len(row):
            end = at
            while end < len(row) and row[end].level >= level:
                end += 1
            row[at:end] = row[at:end][::-1]
            at = end + 1
    return row


def _seen(each: _Cluster) -> str:
    """L4: a bracket among letters that go to the left opens the other way."""
    return _MIRRORED.get(each.text, each.text) if each.level % 2 else each.text
