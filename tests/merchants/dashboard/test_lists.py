"""Refunds, payouts and events: by status or type, as a file, and where each was sent."""

import csv
import io
import json
import re
from decimal import Decimal
from html import unescape
from uuid import UUID, uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from gateway.events.cursors import encode_cursor
from gateway.events.ids import uuid7
from gateway.events.models import Event
from gateway.events.ordering import cursor_at, sorted_page
from gateway.money.amounts import Amount
from gateway.money.assets import FIAT
from gateway.refunds.limits import Person
from gateway.refunds.models import Refund
from gateway.refunds.requesting import Wanted, refund_request
from gateway.refunds.selectors import ORDERS as REFUND_ORDERS
from gateway.settlement.models import Payout
from gateway.settlement.selectors import ORDERS as PAYOUT_ORDERS
from merchants.calls.models import Call
from merchants.calls.selectors import ORDERS as CALL_ORDERS
from merchants.customers.models import Customer
from merchants.customers.selectors import ORDERS as CUSTOMER_ORDERS
from merchants.webhooks.selectors import deliveries_page
from merchants.webhooks.services import endpoint_create
from tests.as_web import as_web

ENGLISH = {"HTTP_ACCEPT_LANGUAGE": "en"}


@pytest.fixture
def owner(staff):
    return staff.client("owner", **ENGLISH)


@pytest.fixture
def home(open_shop):
    return f"/dashboard/{open_shop.shop_id}/"


def rows_of(answer):
    return list(csv.DictReader(io.StringIO(b"".join(answer.streaming_content).decode())))


def payout(shop_id, *, status, units):
    made = payout_made(shop_id, status=status, units=units)
    made.save(force_insert=True)
    return made


def payout_made(shop_id, *, status, units):
    return Payout(
        shop_id=shop_id,
        mode="test",
        status=status,
        asset="USDC@31337",
        decimals=6,
        units=units,
        taken_asset="USDC@31337",
        taken_decimals=6,
        taken_units=units,
        chain_id=31337,
        destination=b"\x11" * 20,
        trigger="demand",
        idempotency_key=str(uuid4()),
        requested_at=timezone.now(),
    )


def test_payouts_by_status_on_the_page_and_in_the_file(owner, staff, home, open_shop):
    payout(open_shop.shop_id, status="failed", units=1_230_000)
    payout(open_shop.shop_id, status="cancelled", units=4_560_000)
    both = owner.get(home + "payouts").content.decode()
    assert "1.23\xa0USDC" in both
    assert "4.56\xa0USDC" in both
    failed = owner.get(home + "payouts", {"status": "failed"}).content.decode()
    assert "1.23\xa0USDC" in failed
    assert "4.56\xa0USDC" not in failed
    assert f'href="{home}payouts.csv?status=failed"' in failed
    (row,) = rows_of(owner.get(home + "payouts.csv", {"status": "failed"}))
    assert (row["status"], row["amount"], row["asset"]) == ("failed", "1.230000", "USDC@31337")
    assert len(rows_of(owner.get(home + "payouts.csv"))) == 2
    assert owner.get(home + "payouts", {"status": "x"}).status_code == 404
    assert owner.get(home + "payouts.csv", {"status": "x"}).status_code == 404
    assert staff.client("developer").get(home + "payouts.csv").status_code == 403


def test_refunds_by_status_on_the_page_and_in_the_file(owner, staff, home, open_shop):
    invoice = open_shop.issue(5_000)
    open_shop.hear(open_shop.confirmed(invoice), "final")
    refund = refund_request(
        shop_id=open_shop.shop_id,
        invoice_id=invoice.id,
        wanted=Wanted(amount=Amount(1_500, FIAT["EUR"])),
        by=Person(who=f"user:{uuid4()}", level="owner", via="dashboard"),
        now=timezone.now(),
    ).refund
    assert f"refunds/{refund.id}" in owner.get(home + "refunds").content.decode()
    other = "completed" if refund.status != "completed" else "rejected"
    page = owner.get(home + "refunds", {"status": other}).content.decode()
    assert f"refunds/{refund.id}" not in page
    (row,) = rows_of(owner.get(home + "refunds.csv", {"status": refund.status}))
    assert (row["refund_id"], row["worth"], row["currency"]) == (str(refund.id), "15.00", "EUR")
    assert rows_of(owner.get(home + "refunds.csv", {"status": other})) == []
    assert owner.get(home + "refunds", {"status": "x"}).status_code == 404
    assert staff.client("developer").get(home + "refunds.csv").status_code == 403


def test_events_as_programs_hear_them_with_where_each_was_sent(owner, staff, home, open_shop):
    hook, _ = endpoint_create(
        shop_id=open_shop.shop_id, url="https://1.1.1.1/hook", now=timezone.now()
    )
    invoice = open_shop.issue(5_000)
    open_shop.confirmed(invoice)
    here = home + "developers/events"
    developer = staff.client("developer", **ENGLISH)
    everything = developer.get(here).content.decode()
    assert "invoice.created" in everything.partition("<tbody>")[2]
    assert "invoice.paid" in everything.partition("<tbody>")[2]
    assert "deposit." not in everything
    paid = developer.get(here, {"type": "invoice.paid"}).content.decode().partition("<tbody>")[2]
    assert "invoice.paid" in paid
    assert "invoice.created" not in paid
    event = Event.objects.get(type="invoice.paid")
    page = developer.get(f"{here}/{event.id}").content.decode()
    assert f'href="{home}invoices/{invoice.id}"' in page
    assert f'href="{home}developers/webhooks/{hook.id}/deliveries/{event.id}"' in page
    assert "&quot;release_goods&quot;" in page
    inside = Event.objects.exclude(shop_id=None).filter(type__startswith="deposit.").first()
    for unknown in (uuid7(), *([inside.id] if inside else ())):
        assert developer.get(f"{here}/{unknown}").status_code == 404
    assert developer.get(here, {"type": "deposit.seen"}).status_code == 404
    assert staff.client("accountant").get(here).status_code == 403


def heads_of(page):
    """Each head that sorts: its word, how it is sorted now, and where it leads."""
    head = page.partition("<thead>")[2].partition("</thead>")[0]
    linked = r'<th scope="col"([^>]*)><a class="sort-head" href="([^"]+)">([^<]+)'
    return {
        word: (re.findall(r'aria-sort="(\w+)"', marks), unescape(href))
        for marks, href, word in re.findall(linked, head)
    }


def test_a_head_sorts_and_turns_around_without_losing_what_was_chosen(owner, home, open_shop):
    for units in (2_000_000, 9_000_000, 1_000_000):
        payout(open_shop.shop_id, status="failed", units=units)
    heads = heads_of(owner.get(home + "payouts", {"status": "failed"}).content.decode())
    assert heads["Requested"] == (["descending"], f"{home}payouts?status=failed&sort=oldest")
    assert heads["Amount"] == ([], f"{home}payouts?status=failed&sort=largest")
    largest = owner.get(heads["Amount"][1]).content.decode()
    assert re.findall(r">(\d)[.0]*\xa0USDC<", largest.partition("<tbody>")[2]) == ["9", "2", "1"]
    heads = heads_of(largest)
    assert heads["Amount"] == (["descending"], f"{home}payouts?status=failed&sort=smallest")
    assert heads["Requested"][0] == []
    assert f'href="{home}payouts.csv?status=failed&amp;sort=largest"' in largest
    rows = rows_of(owner.get(home + "payouts.csv", {"status": "failed", "sort": "smallest"}))
    assert [row["amount"] for row in rows] == ["1.000000", "2.000000", "9.000000"]
    assert owner.get(home + "payouts", {"sort": "best"}).status_code == 404
    assert owner.get(home + "payouts", {"sort": "largest", "cursor": "x"}).status_code == 404


def test_a_number_is_larger_whatever_the_decimals_of_its_asset(owner, home, open_shop):
    payout(open_shop.shop_id, status="failed", units=5_000_000)
    payout(open_shop.shop_id, status="failed", units=3 * 10**18)
    Payout.objects.filter(units=3 * 10**18).update(decimals=18, taken_decimals=18)
    rows = rows_of(owner.get(home + "payouts.csv", {"sort": "largest"}))
    assert [row["amount"].partition(".")[0] for row in rows] == ["5", "3"]


def test_every_list_of_a_shop_turns_around_and_goes_out_as_a_file(owner, home, open_shop):
    """Each by the address of its page, in both orders of time, and with no order that is none."""
    hook, _ = endpoint_create(
        shop_id=open_shop.shop_id, url="https://1.1.1.1/hook", now=timezone.now()
    )
    open_shop.confirmed(open_shop.issue(5_000))
    files = {
        "invoices": "invoices.csv",
        "refunds": "refunds.csv",
        "payouts": "payouts.csv",
        "customers": "customers.csv",
        "items": "items.csv",
        "shifts": "shifts.csv",
        "balances": "balances.csv",
        "audit": "audit.csv",
        "developers/events": "developers/events.csv",
        "developers/requests": "developers/requests.csv",
        f"developers/webhooks/{hook.id}": f"developers/webhooks/{hook.id}/deliveries.csv",
    }
    for where, file in files.items():
        for query in ({}, {"sort": "oldest"}, {"sort": "newest"}):
            assert owner.get(home + where, query).status_code == 200, (where, query)
            answer = owner.get(home + file, query)
            assert answer.status_code == 200, (file, query)
            assert answer.streaming, file
            lines = b"".join(answer.streaming_content).splitlines()
            assert b"," in lines[0], file
        assert owner.get(home + where, {"sort": "best"}).status_code == 404, where
        assert owner.get(home + where, {"cursor": "!"}).status_code == 404, where


def test_the_file_of_events_is_in_the_order_of_the_page(owner, home, open_shop):
    invoice = open_shop.issue(5_000)
    open_shop.confirmed(invoice)
    newest = rows_of(owner.get(home + "developers/events.csv"))
    oldest = rows_of(owner.get(home + "developers/events.csv", {"sort": "oldest"}))
    assert newest == oldest[::-1]
    assert oldest[0]["type"] == "invoice.created"
    assert json.loads(oldest[0]["body"])["type"] == "invoice.created"
    paid = rows_of(owner.get(home + "developers/events.csv", {"type": "invoice.paid"}))
    assert {row["type"] for row in paid} == {"invoice.paid"}


def test_the_statement_goes_out_with_every_change(owner, home, open_shop):
    open_shop.confirmed(open_shop.issue(5_000))
    (row,) = rows_of(owner.get(home + "balances.csv"))
    assert (row["kind"], row["what"], row["on_its_way"]) == ("payment", "Payment", "0.000000")
    assert Decimal(row["available"]) > 40
    assert row["asset"].startswith("USDC@")


def test_deliveries_of_one_state_alone(owner, home, open_shop):
    hook, _ = endpoint_create(
        shop_id=open_shop.shop_id, url="https://1.1.1.1/hook", now=timezone.now()
    )
    open_shop.confirmed(open_shop.issue(5_000))
    here = f"{home}developers/webhooks/{hook.id}"
    pending = rows_of(owner.get(f"{here}/deliveries.csv", {"state": "pending"}))
    assert pending and {row["state"] for row in pending} == {"pending"}
    assert rows_of(owner.get(f"{here}/deliveries.csv", {"state": "failed"})) == []
    assert "Nothing is like that" in owner.get(here, {"state": "failed"}).content.decode()
    assert owner.get(here, {"state": "x"}).status_code == 404


SHOP, LAST = uuid7(), UUID(int=2**128 - 1)
NAMED = """
SELECT c.relname FROM pg_class c WHERE c.oid = %(index)s::regclass
 UNION SELECT c.relname FROM pg_partition_tree(%(index)s) t JOIN pg_class c ON c.oid = t.relid
"""


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("rows", "orders", "column", "index"),
    [
        (Call.objects.filter(shop_id=SHOP), CALL_ORDERS, "taken", "calls_by_time_taken"),
        (
            Customer.objects.filter(shop_id=SHOP, forgotten_at=None),
            CUSTOMER_ORDERS,
            "first",
            "customer_by_first_visit",
        ),
        (Payout.objects.filter(shop_id=SHOP), PAYOUT_ORDERS, "amount", "payout_by_number"),
        (Refund.objects.filter(shop_id=SHOP), REFUND_ORDERS, "amount", "refund_by_worth"),
    ],
    ids=["calls", "customers", "payouts", "refunds"],
)
def test_a_page_far_down_is_read_along_its_index(rows, orders, column, index):
    """Nothing is sorted, and its place is found in the index, unless a policy keeps a number of any
    length from leading there."""
    is_entered = rows.model in {Call, Customer}
    for order in (each for each in orders if each.column == column):
        key = 5 if order.kind == "units" else timezone.now()
        cursor = cursor_at(order, key=key, last_id=uuid7())
        with CaptureQueriesContext(connection) as asked:
            sorted_page(rows, order=order, cursor=cursor)
        read_along(index, asked.captured_queries[-1]["sql"], is_entered=is_entered)


@pytest.mark.django_db
def test_what_failed_is_found_among_much_that_arrived():
    endpoint_id = uuid7()
    with connection.cursor() as writing:
        writing.execute(
            "INSERT INTO webhooks_delivery (event_id, endpoint_id, shop_id, type, subject,"
            " sequence, payload, state, due_at, created_at)"
            " SELECT gen_random_uuid(), %s, %s, 't', 's', n, '',"
            " CASE n %% 500 WHEN 0 THEN 'failed' WHEN 1 THEN 'cancelled' ELSE 'succeeded' END,"
            " now(), now() FROM generate_series(1, 3000) n",
            [endpoint_id, SHOP],
        )
        writing.execute("ANALYZE webhooks_delivery_default")
    for state in ("failed", "cancelled"):
        with CaptureQueriesContext(connection) as asked:
            page = deliveries_page(
                shop_id=SHOP, endpoint_id=endpoint_id, state=state, cursor=encode_cursor(LAST)
            )
        assert len(page.items) == 6
        read_along("webhooks_delivery_ended_badly", asked.captured_queries[-1]["sql"])


def test_a_long_file_looks_for_its_place_only_now_and_then(owner, home, open_shop):
    Payout.objects.bulk_create(
        payout_made(open_shop.shop_id, status="failed", units=number) for number in range(1, 451)
    )
    with CaptureQueriesContext(connection) as asked:
        assert len(rows_of(owner.get(home + "payouts.csv", {"sort": "largest"}))) == 450
    said = [query["sql"] for query in asked.captured_queries]
    assert sum('FROM "settlement_payout"' in sql for sql in said) == 1


def read_along(index, sql, *, is_entered=True):
    """The web's plan reads this index alone, or its parts, and sorts nothing.

    Args:
        is_entered: it begins at the page's place.
    """
    with connection.cursor() as reading:
        reading.execute(NAMED, {"index": index})
        names = {name for (name,) in reading.fetchall()}
    with as_web(SHOP), connection.cursor() as reading:
        reading.execute("SET LOCAL enable_seqscan = off; SET LOCAL enable_bitmapscan = off")
        reading.execute("SET LOCAL enable_sort = off")
        reading.execute(f"EXPLAIN {sql}")
        plan = "\n".join(row[0] for row in reading.fetchall())
    used = set(re.findall(r"Index (?:Only )?Scan (?:Backward )?using (\w+)", plan))
    assert used and used <= names, plan
    assert "Sort  (cost" not in plan and "Seq Scan" not in plan, plan
    bounds = [bool(re.search("[<>]", line)) for line in re.findall("Index Cond: .*", plan)]
    assert bounds and set(bounds) == {is_entered}, plan
