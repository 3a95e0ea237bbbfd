"""What beside the name tells two bearers of it apart: birth, country, numbers. Pure."""

import re
from collections.abc import Iterable
from typing import Final

from gateway.compliance.listed.entities import ListedId, PartialDate
from gateway.compliance.naming.weights import Weights

NEAR_YEARS: Final = 1
"""By how much years of birth differ in lists for the same person."""
CIRCA_YEARS: Final = 3
MIN_ID_LETTERS: Final = 5
"""Shorter numbers are shared by chance."""

_NOT_OF_A_NUMBER = re.compile(r"[^0-9A-Z]")


def birth_points(asked: PartialDate, listed: Iterable[PartialDate], weights: Weights) -> int:
    """What the likest of the listed dates gives; 0 if none is listed."""
    return max((_of_dates(asked, one, weights) for one in listed), default=0)


def _of_dates(asked: PartialDate, listed: PartialDate, weights: Weights) -> int:
    apart = abs(asked.year - listed.year)
    if apart:
        allowed = CIRCA_YEARS if asked.circa or listed.circa else NEAR_YEARS
        return weights.birth_near if apart <= allowed else weights.birth_conflict
    if asked.month is None or listed.month is None:
        return weights.birth_same_year
    if (asked.month, asked.day) == (listed.day, listed.month) and asked.month != listed.month:
        return weights.birth_swapped  # 3 May for 5 March: a slip of the pen
    if asked.month != listed.month:
        return weights.birth_near
    if asked.day is None or listed.day is None:
        return weights.birth_same_month
    return weights.birth_same_day if asked.day == listed.day else weights.birth_near


def country_points(asked: Iterable[str], listed: Iterable[str], weights: Weights) -> int:
    """One shared country speaks for it; none, where both sides name some, a little against."""
    ours, theirs = set(asked), set(listed)
    if not ours or not theirs:
        return 0
    return weights.country_shared if ours & theirs else weights.country_conflict


def id_key(number: str) -> str:
    """A number as it is compared: letters and digits, whatever stands between them."""
    return _NOT_OF_A_NUMBER.sub("", number.upper())


def shared_ids(asked: Iterable[ListedId], listed: Iterable[ListedId]) -> tuple[ListedId, ...]:
    """The listed numbers that are asked about as well; two countries' numbers are two."""
    wanted = {id_key(one.number): one.country for one in asked}
    return tuple(
        one
        for one in listed
        if len(key := id_key(one.number)) >= MIN_ID_LETTERS
        and key in wanted
        and (not one.country or not wanted[key] or one.country == wanted[key])
    )
