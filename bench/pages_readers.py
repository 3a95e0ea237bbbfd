"""Who reads the pages of a bench's house."""

from collections.abc import Iterator
from typing import Any, Final

from demo.shop import CASHIER, OWNER

DESK, OFFICER, OPERATOR = "desk@example.com", "officer@example.com", "operator@example.com"
WITH_CODES: Final = "second@example.com"
"""Signs in in two steps."""
TILL, LOCKED_TILL, NO_TILL = "till", "till locked", "till taken off"
"""Tablets: in the hands of a cashier, of nobody, and one that was taken off."""
PIN: Final = "4826"

Places = Iterator[tuple[str, tuple[str, str]]]
"""Path and reader of pages, with their names."""


def user_of(email: str) -> Any:
    """Their row, asked for within the house."""
    from merchants.accounts.models import User

    return User.objects.get(email=email)


__all__ = [
    "CASHIER",
    "DESK",
    "LOCKED_TILL",
    "NO_TILL",
    "OFFICER",
    "OPERATOR",
    "OWNER",
    "PIN",
    "TILL",
    "WITH_CODES",
    "Places",
    "user_of",
]
