"""Who reads the pages of a bench's house."""

import time
from collections.abc import Callable, Iterator
from typing import Any, Final

from demo.shop import CASHIER, OWNER

DESK, OFFICER, OPERATOR = "desk@example.com", "officer@example.com", "operator@example.com"
WITH_CODES: Final = "second@example.com"
"""Signs in in two steps."""
TILL, LOCKED_TILL, NO_TILL = "till", "till locked", "till taken off"
"""Tablets: in the hands of a cashier, of nobody, and one that was taken off."""
PIN: Final = "4826"
PRICED_SECONDS: Final = 60

Places = Iterator[tuple[str, tuple[str, str]]]
"""Path and reader of pages, with their names."""


def user_of(email: str) -> Any:
    """Their row, asked for within the house."""
    from merchants.accounts.models import User

    return User.objects.get(email=email)


def once_priced(ask: Callable[[], Any]) -> Any:
    """What it answers once the market is fresh: a loaded machine's is late now and then."""
    from gateway.invoices.errors import NoQuote
    from gateway.market.errors import PriceNotFresh

    deadline = time.monotonic() + PRICED_SECONDS
    while True:
        try:
            return ask()
        except (NoQuote, PriceNotFresh):
            if time.monotonic() > deadline:
                raise
            time.sleep(1)


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
    "once_priced",
    "user_of",
]
