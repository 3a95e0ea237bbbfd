"""What the books answer: statements, days, snapshots, standings; and checks that find faults."""

from datetime import UTC, date, datetime, timedelta
from importlib import import_module
from io import StringIO
from zoneinfo import ZoneInfo

import pytest
from django.core.management import call_command
from django.db import connection

from gateway.events.errors import BadCursor
from gateway.events.ids import uuid7
from gateway.ledger import accounts
from gateway.ledger.checks import ledger_checks
from gateway.ledger.deposits import (
    post_blocked,
    post_deposit_confirmed,
    post_deposit_orphaned,
    post_held,
    post_payment,
    post_returned,
    post_surplus,
)
from gateway.ledger.locks import shop_balance_for_update
from gateway.ledger.payouts import post_payout_reserved
from gateway.ledger.selectors import (
    balance,
    deposit_standings,
    shop_balance,
    shop_balances,
    shop_days,
    shop_statement,
)
from gateway.ledger.upkeep import snapshot_house_accounts
from gateway.money.amounts import Amount
from gateway.money.assets import Asset

USDC = Asset("USDC@31337", 6)
NOW = datetime(2026, 11, 24, 23, 50, tzinfo=UTC)


def pay(shop_id, units: int, *, fee: int = 0, now: datetime = NOW):
    deposit_id = uuid7()
    post_deposit_confirmed(
        deposit_id=deposit_id, chain_id=31337, amount=Amount(units + fee, USDC), now=now
    )
    post_payment(
        deposit_id=deposit_id,
        invoice_id=uuid7(),
        shop_id=shop_id,
        token=Amount(units + fee, USDC),
        credit=Amount(units, USDC),
        fee=Amount(fee, USDC),
        now=now,
    )
    return deposit_id


def reserve(shop_id, units: int, *, now: datetime = NOW):
    payout_id = uuid7()
    post_payout_reserved(payout_id=payout_id, shop_id=shop_id, amount=Amount(units, USDC), now=now)
    return payout_id


def test_a_statement_tells_each_change_newest_first_in_pages(
    db: None, django_assert_num_queries
) -> None:
    shop_id = uuid7()
    for units in (10, 20, 30):
        pay(shop_id, units)
    reserve(shop_id, 25)
    pay(uuid7(), 99)
    post_surplus(deposit_id=uuid7(), amount=Amount(1, USDC), shop_id=shop_id, now=NOW)
    with django_assert_num_queries(1):
        page = shop_statement(shop_id=shop_id, size=3)
    assert [
        (entry.kind, [(c.asset, c.available, c.reserved) for c in entry.changes])
        for entry in page.items
    ] == [
        ("payout_reserved", [(USDC.code, -25, 25)]),
        ("payment", [(USDC.code, 30, 0)]),
        ("payment", [(USDC.code, 20, 0)]),
    ]
    assert set(page.items[1].refs) == {"deposit_id", "invoice_id"}
    rest = shop_statement(shop_id=shop_id, cursor=page.next_cursor, size=3)
    assert ([entry.changes[0].available for entry in rest.items], rest.next_cursor) == ([10], None)
    with pytest.raises(BadCursor):
        shop_statement(shop_id=shop_id, cursor="nonsense!")


def test_days_add_up_by_kind_and_turn_at_midnight(db: None, django_assert_num_queries) -> None:
    shop_id = uuid7()
    pay(shop_id, 10, fee=2)
    deposit_id = pay(shop_id, 20, fee=3)
    pay(shop_id, 30, now=NOW + timedelta(minutes=20))
    post_deposit_orphaned(deposit_id=deposit_id, now=NOW + timedelta(minutes=20))
    reserve(shop_id, 5, now=NOW + timedelta(minutes=20))
    with django_assert_num_queries(1):
        days = shop_days(
            shop_id=shop_id,
            first=date(2026, 11, 24),
            last=date(2026, 11, 25),
            zone=ZoneInfo("UTC"),
        )
    told = [
        (day.day.day, day.kind, day.entries, day.available, day.reserved, day.fees) for day in days
    ]
    assert told == [
        (24, "payment", 2, 30, 0, 5),
        (25, "payment", 1, 30, 0, 0),
        (25, "payment_reversed", 1, -20, 0, -3),
        (25, "payout_reserved", 1, -5, 5, 0),
    ]
    found = shop_balance(shop_id=shop_id, asset=USDC.code)
    assert found.available == sum(day.available for day in days)


@pytest.mark.parametrize(
    ("zone", "first", "expected"),
    [
        # forward on 29 March 2026 (23 hours), back on 25 October (25 hours)
        ("Europe/Berlin", date(2026, 3, 28), [1, 2, 3]),
        ("Europe/Berlin", date(2026, 10, 24), [1, 2, 3]),
        ("Asia/Kathmandu", date(2026, 5, 1), [1, 2, 3]),  # a quarter past the hour
        ("Africa/Cairo", date(2026, 4, 23), [1, 2, 3]),  # the 24th has no midnight
        ("America/Havana", date(2026, 10, 31), [1, 2, 3]),  # the 1st has two
        ("Pacific/Kiritimati", date(2026, 5, 1), [1, 2, 3]),  # 14 hours ahead
    ],
)
def test_a_day_is_as_long_as_its_clock_says(
    db: None, zone: str, first: date, expected: list[int]
) -> None:
    shop_id = uuid7()
    place = ZoneInfo(zone)
    moment = datetime.combine(first, datetime.min.time(), place).astimezone(UTC)
    told: dict[date, int] = {}
    while (day := moment.astimezone(place).date()) < first + timedelta(days=3):
        pay(shop_id, (day - first).days + 1, now=moment)
        told[day] = told.get(day, 0) + 1
        moment += timedelta(minutes=15)
    days = shop_days(shop_id=shop_id, first=first, last=first + timedelta(days=2), zone=place)
    assert [(day.day, day.entries) for day in days] == list(told.items())
    assert [day.available // day.entries for day in days] == expected
    assert {day.entries for day in days} <= {92, 96, 100}


def test_what_was_summed_by_utc_days_keeps_its_date(db: None) -> None:
    migration = import_module("gateway.ledger.migrations.0002_shop_slots")
    shop_id = uuid7()
    with connection.cursor() as cursor:
        cursor.execute(migration.UNDO)
        cursor.execute(
            "INSERT INTO ledger_shop_day VALUES (%s, %s, %s, %s, 0, 2, 30, 0, 5)",
            [shop_id, date(2026, 11, 24), USDC.code, "payment"],
        )
        cursor.execute(migration.SLOTS)
    for zone in ("UTC", "Asia/Tokyo", "America/Los_Angeles"):
        (day,) = shop_days(
            shop_id=shop_id,
            first=date(2026, 11, 20),
            last=date(2026, 11, 26),
            zone=ZoneInfo(zone),
        )
        assert (day.day, day.entries, day.available) == (date(2026, 11, 24), 2, 30)
    with connection.cursor() as cursor:
        cursor.execute(migration.UNDO)
        cursor.execute("SELECT day, entries, available FROM ledger_shop_day")
        assert cursor.fetchall() == [(date(2026, 11, 24), 2, 30)]


def test_balances_are_by_asset_and_locked_in_two_queries(
    db: None, django_assert_num_queries
) -> None:
    shop_id = uuid7()
    assert shop_balances(shop_id=shop_id) == {}
    pay(shop_id, 10)
    with django_assert_num_queries(1):
        assert shop_balances(shop_id=shop_id)[USDC.code].available == 10
    with django_assert_num_queries(2):
        assert shop_balance_for_update(shop_id=shop_id, asset=USDC.code).available == 10


def test_a_snapshot_changes_no_balance(db: None) -> None:
    before = balance(account=accounts.suspense(), asset=USDC).units
    post_deposit_confirmed(deposit_id=uuid7(), chain_id=31337, amount=Amount(7, USDC), now=NOW)
    # as if it had been booked long ago: only the owner of the table can do that
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute("UPDATE ledger_posting SET booked_at = booked_at - interval '3 hours'")
        cursor.execute("UPDATE ledger_entry SET booked_at = booked_at - interval '3 hours'")
        cursor.execute("SET LOCAL session_replication_role = origin")
    assert snapshot_house_accounts() >= 2
    assert snapshot_house_accounts() == 0
    assert balance(account=accounts.suspense(), asset=USDC).units == before - 7
    post_deposit_confirmed(deposit_id=uuid7(), chain_id=31337, amount=Amount(5, USDC), now=NOW)
    assert balance(account=accounts.suspense(), asset=USDC).units == before - 12
    assert ledger_checks() == []


def test_deposits_stand_open_held_or_decided(db: None) -> None:
    shop_id = uuid7()
    unknown, open_, held, released, blocked = (uuid7() for _ in range(5))
    paid, orphaned = pay(shop_id, 5), pay(shop_id, 6)
    for deposit_id in (open_, held, released, blocked):
        post_deposit_confirmed(
            deposit_id=deposit_id, chain_id=31337, amount=Amount(5, USDC), now=NOW
        )
    for deposit_id in (held, released, blocked):
        post_held(deposit_id=deposit_id, amount=Amount(5, USDC), now=NOW)
    post_returned(deposit_id=released, amount=Amount(5, USDC), now=NOW)
    post_blocked(deposit_id=blocked, amount=Amount(5, USDC), now=NOW)
    post_deposit_orphaned(deposit_id=orphaned, now=NOW)
    asked = [unknown, open_, held, released, blocked, paid, orphaned]
    assert list(deposit_standings(deposit_ids=asked).values()) == [
        *("open", "open", "held", "decided", "held", "decided", "open"),
    ]


@pytest.mark.parametrize(
    ("damage", "found"),
    [
        ("UPDATE ledger_shop_balance SET available = available + 1", "equals its postings"),
        ("UPDATE ledger_shop_slot SET available = available + 1", "days add up"),
        ("UPDATE ledger_posting SET units = units + 1 WHERE units > 0", "sums to zero"),
        ("DELETE FROM ledger_posting WHERE line = 2", "has all its lines"),
        ("UPDATE ledger_posting SET units = -units", "custody is never negative"),
    ],
)
def test_the_checks_find_what_was_tampered_with(db: None, damage: str, found: str) -> None:
    pay(uuid7(), 5)
    assert ledger_checks() == []
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute(damage)
    assert any(found in difference.check for difference in ledger_checks())


def test_the_command_says_in_one_line_that_all_is_well(db: None) -> None:
    pay(uuid7(), 5)
    said = StringIO()
    call_command("ledger_check", stdout=said)
    assert said.getvalue().strip().endswith("0 differences")


def test_the_command_fails_when_it_is_not(db: None) -> None:
    pay(uuid7(), 5)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE ledger_shop_balance SET available = available + 1")
    with pytest.raises(SystemExit):
        call_command("ledger_check", stdout=StringIO(), stderr=StringIO())
