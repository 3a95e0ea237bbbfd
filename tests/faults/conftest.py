"""A shop that was paid, and the house in which processes die."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.faults.standing import Standing, standing_house
from tests.house.conftest import OF_THE_TESTS
from tests.invoices.conftest import _forget_the_market, chain
from tests.invoices.conftest import world as world  # noqa: PLC0414 (a fixture)
from tests.refunds.conftest import refunds as refunds  # noqa: PLC0414 (a fixture)

__all__ = ["_forget_the_market", "chain"]
SEED = 20_261_124
AT_ONCE = 8


@pytest.hookimpl(tryfirst=True)  # xdist reads the groups in this hook too
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if Path(str(item.path)).name == "test_deaths.py":
            item.add_marker(pytest.mark.chain)
            item.add_marker(pytest.mark.xdist_group("faults"))


@pytest.fixture(scope="module")
def standing() -> Iterator[Standing]:
    kept = {name: os.environ.pop(name) for name in OF_THE_TESTS if name in os.environ}
    try:
        with standing_house(purpose="deaths", at_once=AT_ONCE, seed=SEED) as standing:
            os.environ.update(kept)
            yield standing
    finally:
        os.environ.update(kept)
