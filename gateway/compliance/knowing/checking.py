"""What may be told of a business and of people, as typed. Pure."""

import re
from collections.abc import Mapping
from datetime import date
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from typing import Any, Final

from gateway.compliance.knowing.countries import COUNTRIES
from gateway.compliance.knowing.errors import FileRefused
from gateway.compliance.knowing.industries import is_code
from gateway.compliance.knowing.levels import LEVELS, PER_EURO
from gateway.compliance.knowing.rating import LEGAL_FORMS

MAX_TEXT: Final = 300
MAX_DENOMINATOR: Final = 10**9
OLDEST: Final = 130
_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f\ud800-\udfff]")
_SHARE: Final = re.compile(r"([0-9]{1,9})\s*/\s*([0-9]{1,9})|([0-9]{1,3}(?:[.,][0-9]{1,7})?)\s*%?")
COLUMNS: Final = (
    *("legal_form", "mcc", "currency", "expected_monthly_units", "sells_to", "level_wanted"),
)


def text_of(value: str, *, field: str) -> str:
    """Raises FileRefused for what is too long or not printable."""
    text = " ".join(value.split()) if "\n" not in value else value.strip()
    if len(text) > MAX_TEXT or _CONTROL.search(text.replace("\n", "").replace("\r", "")):
        raise FileRefused("This is too long, or holds what can't be printed.", field=field)
    return text


def country_of(value: str, *, field: str) -> str:
    """A country's code, or "". Raises FileRefused."""
    code = value.strip().upper()
    if code and code not in COUNTRIES:
        raise FileRefused("There is no such country.", field=field)
    return code


def born_of(value: str, *, today: date) -> str:
    """A date of birth as ISO 8601, or "". Raises FileRefused."""
    if not value.strip():
        return ""
    try:
        born = date.fromisoformat(value.strip())
    except ValueError as error:
        raise FileRefused(
            "This is no date.", hint="Year, month, day: 1990-12-31.", field="date_of_birth"
        ) from error
    if not today.year - OLDEST < born.year or born >= today:
        raise FileRefused("Nobody alive was born then.", field="date_of_birth")
    return born.isoformat()


def share_of(value: str) -> Fraction:
    """A share as typed: ``33.5``, ``33,5 %`` or ``1/3``; nothing for an empty one, exactly.

    Raises:
        FileRefused: no share, or more than all.
    """
    if not value.strip():
        return Fraction(0)
    found = _SHARE.fullmatch(value.strip())
    share = Fraction(-1)
    if found and found[3]:
        share = Fraction(found[3].replace(",", ".")) / 100
    elif found and int(found[2]):
        share = Fraction(int(found[1]), int(found[2]))
    if not 0 <= share <= 1 or share.denominator > MAX_DENOMINATOR:
        raise FileRefused(
            "This is no share of a company.", hint="For example 25, 33.5 or 1/3.", field="share"
        )
    return share


def person_fields(fields: Mapping[str, str], *, today: date) -> dict[str, str]:
    """What is told of a person or company, checked field by field. Raises FileRefused."""
    found = {}
    for name, value in fields.items():
        if name in ("country", "nationality"):
            found[name] = country_of(value, field=name)
        elif name == "date_of_birth":
            found[name] = born_of(value, today=today)
        elif name == "politically_exposed":
            if value not in ("", "yes", "no"):
                raise FileRefused(field=name)
            found[name] = value
        else:
            found[name] = text_of(value, field=name)
    return found


def columns_of(told: Mapping[str, Any]) -> dict[str, Any]:
    """What is told of the business that lies in columns, checked. Raises FileRefused."""
    found: dict[str, Any] = {}
    for name, value in told.items():
        match name:
            case "legal_form":
                fits = value in ("", *LEGAL_FORMS)
            case "mcc":
                fits = value == "" or is_code(value)
            case "currency":
                fits = value in PER_EURO
            case "expected_monthly_units":
                fits = value is None or (type(value) is int and 0 <= value < 10**15)
            case "level_wanted":
                fits = value in LEVELS and value != "none"
            case "sells_to":
                fits = set(value) <= COUNTRIES
            case _:
                fits = False
        if not fits:
            raise FileRefused(field=name)
        found[name] = sorted(set(value)) if name == "sells_to" else value
    return found


def whole_amount(value: str, *, field: str) -> int | None:
    """A whole amount as typed, with or without separators; None for an empty one. Raises
    FileRefused."""
    text = value.strip().replace(" ", "").replace("\u202f", "").replace("’", "")
    if not text:
        return None
    try:
        number = Decimal(text.replace(",", ""))
    except InvalidOperation as error:
        raise FileRefused("This is no amount.", field=field) from error
    if not number.is_finite() or number < 0 or number >= 10**12:
        raise FileRefused("This is no amount.", field=field)
    return int(number)
