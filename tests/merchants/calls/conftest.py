"""A shop that sells, its programs, and a log that nobody wrote to."""

from collections.abc import Iterator

import pytest

from merchants.calls.noting import WAITING, notes
from tests.faces import open_shop, staff
from tests.invoices.conftest import chain, world
from tests.merchants.api.conftest import _forget_the_market, api, key_for, stranger

__all__ = [
    "_forget_the_market",
    "api",
    "chain",
    "key_for",
    "open_shop",
    "staff",
    "stranger",
    "world",
]


@pytest.fixture(autouse=True)
def _nothing_waits() -> Iterator[None]:
    notes().hand_over()
    notes().client.delete(WAITING)
    yield
    notes().hand_over()
    notes().client.delete(WAITING)
