from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from gateway.events.ids import uuid7
from gateway.market.selectors import open_units
from gateway.market.services import exposure_add, exposure_prune, exposure_release

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
LOCK_END = NOW + timedelta(minutes=15)
DUE = {"ETH@31337": 4 * 10**15, "WBTC@31337": 20_000}


def add(invoice_id=None, due=DUE, lock_end=LOCK_END):
    invoice_id = invoice_id or uuid7()
    exposure_add(invoice_id=invoice_id, due_units=due, lock_end=lock_end)
    return invoice_id


def test_locks_are_counted_in_one_statement_and_asked_for_in_one():
    with CaptureQueriesContext(
        connection,
    ) as queries:
        add()
        add()
    assert len(queries) == 2
    with CaptureQueriesContext(connection) as queries:
        assert open_units(now=NOW) == {code: 2 * units for code, units in DUE.items()}
    assert len(queries) == 1


@pytest.mark.parametrize("seconds", [0, 1, 59.5])
def test_a_lock_counts_until_it_lapses_and_less_than_a_minute_longer(seconds):
    lock_end = LOCK_END + timedelta(seconds=seconds)
    add(lock_end=lock_end)
    assert open_units(now=lock_end) == DUE
    assert open_units(now=lock_end + timedelta(seconds=60)) == {}


def test_a_paid_or_voided_lock_is_released_before_its_time():
    first, second = add(UUID(int=1)), add(UUID(int=17))
    exposure_release(invoice_id=first, due_units=DUE, lock_end=LOCK_END)
    assert open_units(now=NOW) == DUE
    exposure_release(invoice_id=second, due_units=DUE, lock_end=LOCK_END)
    assert open_units(now=NOW) == dict.fromkeys(DUE, 0)


def test_amounts_of_a_uint256_are_counted_exactly():
    huge = {"ETH@31337": 2**128, "X@1": 1}
    add(due=huge)
    assert open_units(now=NOW) == huge


def test_old_counters_are_dropped_and_late_releases_harm_nothing():
    invoice = add()
    assert exposure_prune(now=NOW) == 0
    assert exposure_prune(now=LOCK_END + timedelta(days=2)) == 2
    exposure_release(invoice_id=invoice, due_units=DUE, lock_end=LOCK_END)
    assert open_units(now=LOCK_END + timedelta(minutes=1)) == {}
