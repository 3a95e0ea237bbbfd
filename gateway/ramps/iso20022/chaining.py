"""Do an account's statements follow one another? Pure.

They may be loaded in any order. What is loaded must at any time be a chain: each opens with the
balance that the one before it closed with, and where the bank numbers them no number is missing.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from itertools import pairwise


@dataclass(frozen=True, slots=True)
class Link:
    """What of a statement matters here; balances in minor units."""

    statement_id: str
    sequence: int
    opening_units: int
    closing_units: int
    opening_on: date
    closing_on: date


def break_in(links: Iterable[Link]) -> str:
    """Why these statements of an account are no chain; "" if they are."""
    ordered = sorted(links, key=lambda one: (one.closing_on, one.opening_on, one.sequence))
    for before, after in pairwise(ordered):
        if before.closing_units != after.opening_units:
            return (
                f"statement {after.statement_id} opens with {after.opening_units} minor units, but"
                f" {before.statement_id} closed with {before.closing_units}: is one missing?"
            )
        if _is_number_missing(before, after):
            return (
                f"statement {after.statement_id} is number {after.sequence}, the one before it"
                f" {before.sequence}: one is missing"
            )
    return ""


def _is_number_missing(before: Link, after: Link) -> bool:
    """Banks begin anew with 1 when they like, mostly each year."""
    if not before.sequence or not after.sequence or after.sequence == 1:
        return False
    return after.sequence != before.sequence + 1
