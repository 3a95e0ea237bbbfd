"""One cell of a table: what it asks of a feature, read from what an officer types. Pure.

A small language of our own, in which nothing can loop, call or reach outside; the decision engine
gets only what is written from it here.

    number   ``>= 5``  ``> 5``  ``<= 5``  ``< 5``  ``= 5``  ``5..10``
    money    the same in dollars: ``>= 999.50``
    text     ``5967, 7995``  ``not 5967, 7995``
    list     ``IR, KP``: one of them is among the feature's
    flag     ``yes``  ``no``
    any      (empty)
"""

import json
import re
from dataclasses import dataclass
from typing import Final, Literal, cast

from gateway.compliance.scenarios.catalogue import Feature
from gateway.compliance.scenarios.errors import TableRefused

Operator = Literal[">=", ">", "<=", "<", "="]
MAX_NUMBER: Final = 2**53 - 1
MAX_CELL: Final = 400
MAX_WORDS: Final = 60
_NUMBER: Final = r"([0-9]{1,16}(?:\.[0-9]{1,2})?)"
_COMPARE: Final = re.compile(rf"(>=|<=|>|<|=|≥|≤)\s*{_NUMBER}", re.ASCII)
_BETWEEN: Final = re.compile(rf"{_NUMBER}\s*(?:\.\.|–)\s*{_NUMBER}")
_WORD: Final = re.compile(r"[A-Za-z0-9_.:-]{1,64}", re.ASCII)
_WRITTEN: Final[dict[str, Operator]] = {"≥": ">=", "≤": "<="}
_FLAGS: Final = {"yes": True, "no": False}


@dataclass(frozen=True, slots=True)
class Compare:
    operator: Operator
    number: int


@dataclass(frozen=True, slots=True)
class Between:
    """Both ends count."""

    low: int
    high: int


@dataclass(frozen=True, slots=True)
class OneOf:
    words: tuple[str, ...]
    negated: bool = False


@dataclass(frozen=True, slots=True)
class Flag:
    wanted: bool


Cell = Compare | Between | OneOf | Flag | None
"""None: anything fits."""


def cell_of(text: str, feature: Feature) -> Cell:
    """Read a cell of that feature's column.

    Raises:
        TableRefused: ``cell_long``, ``cell_number``, ``cell_range``, ``cell_words``, ``cell_flag``.
    """
    told = text.strip()
    if not told:
        return None
    if len(told) > MAX_CELL:
        raise TableRefused("cell_long")
    if feature.sort == "number":
        return _number_cell(told, feature)
    if feature.sort == "flag":
        if told.lower() not in _FLAGS:
            raise TableRefused("cell_flag", told)
        return Flag(_FLAGS[told.lower()])
    return _words_cell(told, may_negate=feature.sort == "text")


def cell_text(cell: Cell, feature: Feature) -> str:
    """As an officer types it: ``cell_of`` reads it back to the same."""
    match cell:
        case None:
            return ""
        case Compare(operator, number):
            return f"{operator} {_number_text(number, feature)}"
        case Between(low, high):
            return f"{_number_text(low, feature)}..{_number_text(high, feature)}"
        case OneOf(words, negated):
            return ("not " if negated else "") + ", ".join(words)
        case Flag(wanted):
            return "yes" if wanted else "no"


def cell_expression(cell: Cell, feature: Feature) -> str:
    """As the decision engine reads it: a unary test of the column's field.

    A feature that nobody knows is null, and fits no cell but an empty one.
    """
    match cell:
        case None:
            return ""
        case Compare(operator, number):
            return f"$ != null and $ {'==' if operator == '=' else operator} {number}"
        case Between(low, high):
            return f"$ != null and $ >= {low} and $ <= {high}"
        case OneOf(words, negated):
            listed = json.dumps(list(words), ensure_ascii=True)
            if feature.sort == "list":
                return f"some($, # in {listed})"
            return f"$ != null and $ {'not in' if negated else 'in'} {listed}"
        case Flag(wanted):
            return f"$ == {'true' if wanted else 'false'}"


def relaxed(cell: Cell, *, percent: int) -> Cell:
    """The cell with its line moved by so many per cent towards letting more through.

    What must be at least so much need only be nearly as much, rounded down; what must be at most
    so much may be a little more, rounded up. Equality, words and flags stay.
    """
    match cell:
        case Compare(">=" | ">" as operator, number):
            return Compare(operator, _lower(number, percent))
        case Compare("<=" | "<" as operator, number):
            return Compare(operator, _higher(number, percent))
        case Between(low, high):
            return Between(_lower(low, percent), high)
    return cell


def _lower(number: int, percent: int) -> int:
    return number * (100 - percent) // 100


def _higher(number: int, percent: int) -> int:
    return -(-number * (100 + percent) // 100)


def _number_cell(told: str, feature: Feature) -> Cell:
    compared = _COMPARE.fullmatch(told)
    if compared is not None:
        operator = _WRITTEN.get(compared[1]) or cast(Operator, compared[1])
        return Compare(operator, _number(compared[2], feature))
    between = _BETWEEN.fullmatch(told)
    if between is None:
        raise TableRefused("cell_number", told)
    low, high = _number(between[1], feature), _number(between[2], feature)
    if low > high:
        raise TableRefused("cell_range", told)
    return Between(low, high)


def _number(text: str, feature: Feature) -> int:
    whole, _, part = text.partition(".")
    if feature.unit == "cents":
        number = int(whole) * 100 + int(part.ljust(2, "0"))
    elif part:
        raise TableRefused("cell_whole", text)
    else:
        number = int(whole)
    if number > MAX_NUMBER:
        raise TableRefused("cell_number", text)
    return number


def _number_text(number: int, feature: Feature) -> str:
    if feature.unit != "cents":
        return str(number)
    dollars, cents = divmod(number, 100)
    return f"{dollars}.{cents:02d}" if cents else str(dollars)


def _words_cell(told: str, *, may_negate: bool) -> OneOf:
    first, _, rest = told.partition(" ")
    negated = may_negate and first.lower() == "not" and bool(rest.strip())
    words = [word.strip() for word in (rest if negated else told).split(",")]
    if len(words) > MAX_WORDS or any(_WORD.fullmatch(word) is None for word in words):
        raise TableRefused("cell_words", told)
    return OneOf(tuple(dict.fromkeys(words)), negated)
