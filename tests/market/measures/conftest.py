"""A desk whose day is played, on the dev chain's rows."""

from datetime import UTC, datetime

import pytest

from tests.chain_rows import make_chain
from tests.market.measures.played import Day

NOON = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)


@pytest.fixture
def day(db: None) -> Day:
    make_chain(now=NOON)
    return Day(now=NOON)
