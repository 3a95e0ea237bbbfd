from datetime import UTC, datetime, timedelta
from random import Random
from threading import Barrier, Lock, Thread
from uuid import UUID

import pytest
from django.db import connection, transaction
from django.db.models import Sum
from django.test.utils import CaptureQueriesContext

from gateway.events.ids import uuid7
from gateway.market.models import LockRoom
from gateway.market.selectors import open_units
from gateway.market.services import SHARDS, exposure_prune, exposure_release, exposure_take

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
LOCK_END = NOW + timedelta(minutes=15)
DUE = {"ETH@31337": 4 * 10**15, "WBTC@31337": 20_000}


def take(due=DUE, *, cap=10**40, invoice_id=None, lock_end=LOCK_END, now=NOW):
    return exposure_take(
        invoice_id=invoice_id or uuid7(),
        due_units=due,
        cap_units=dict.fromkeys(due, cap),
        lock_end=lock_end,
        now=now,
    )


def add(invoice_id=None, due=DUE, lock_end=LOCK_END):
    invoice_id = invoice_id or uuid7()
    assert take(due, invoice_id=invoice_id, lock_end=lock_end) == ()
    return invoice_id


def test_locks_are_counted_in_one_statement_and_asked_for_in_one():
    with CaptureQueriesContext(connection) as queries:
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


def rooms():
    """Units that may still be locked, by asset."""
    found = LockRoom.objects.values("asset").annotate(room=Sum("units"))
    return {row["asset"]: int(row["room"]) for row in found}


def test_open_locks_fill_a_cap_to_the_unit_and_never_pass_it():
    assert take({"X@1": 7, "Y@1": 1}, cap=10) == ()
    assert take({"X@1": 4, "Y@1": 4}, cap=10) == ("X@1",)
    assert take({"X@1": 4, "Y@1": 10}, cap=10) == ("X@1", "Y@1")
    assert open_units(now=NOW) == {"X@1": 7, "Y@1": 1}, "all or nothing"
    assert take({"X@1": 3}, cap=10) == ()
    assert take({"X@1": 1}, cap=10) == ("X@1",)
    assert take({"X@1": 1}, cap=0) == ("X@1",)
    assert LockRoom.objects.filter(asset="X@1").count() == SHARDS


def test_what_is_released_or_lapsed_or_gained_by_a_price_can_be_locked_again():
    held = uuid7()
    assert take({"X@1": 10}, cap=10, invoice_id=held) == ()
    assert take({"X@1": 1}, cap=10) == ("X@1",)
    assert take({"X@1": 1}, cap=11) == (), "the asset fell: the cap is of more units"
    exposure_release(invoice_id=held, due_units={"X@1": 10}, lock_end=LOCK_END)
    assert take({"X@1": 10}, cap=11) == ()
    assert take({"X@1": 1}, cap=11) == ("X@1",)
    later = LOCK_END + timedelta(minutes=1)
    assert take({"X@1": 11}, cap=11, lock_end=later, now=later) == ()
    exposure_release(invoice_id=held, due_units={"X@1": 99}, lock_end=later)
    assert take({"X@1": 12}, cap=11, now=later) == ("X@1",), "told twice, it gives no more room"


CAP = 997


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("first_tries", [True, False])
def test_a_cap_holds_while_many_lock_at_once(first_tries):
    start, lock, took = Barrier(12), Lock(), []

    def sell(seed):
        random = Random(seed)
        start.wait(10)
        for _ in range(25):
            due = {code: random.randint(1, 9) for code in ("X@1", "Y@1")}
            if _taken(due, shard=random.randrange(SHARDS), share=not first_tries):
                with lock:
                    took.append(due)
        connection.close()

    threads = [Thread(target=sell, args=(seed,)) for seed in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    counted = open_units(now=NOW)
    for code in ("X@1", "Y@1"):
        assert counted[code] == sum(due[code] for due in took)
        assert counted[code] + rooms()[code] <= CAP
    assert max(counted.values()) > CAP - 9, "nobody was turned away while there was room"


def _taken(due, *, shard, share):
    """As issuing does: a first try of the shard's own room, then with all shared anew."""
    for all_rooms in (share, True):
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(
                "SELECT outcome FROM market_exposure_take("
                "%s::text[], %s::numeric[], %s::numeric[], %s, %s, %s, %s)",
                [list(due), list(due.values()), [CAP] * len(due), NOW, LOCK_END, shard, all_rooms],
            )
            (outcome,) = cursor.fetchone()
        if outcome != "share":
            return outcome == "taken"
    raise AssertionError("asked to share twice")
