"""What is asked about invoices, and how many queries it costs."""

from django.db import connection
from django.test.utils import CaptureQueriesContext

from gateway.invoices.presenters import invoice_as_dict
from gateway.invoices.selectors import (
    invoices_page,
    open_invoices,
    shop_lock_utilisations,
)
from tests.invoices.conftest import World


def test_a_page_of_invoices_is_one_query_and_goes_on_where_it_ended(world: World) -> None:
    issued = [world.issue() for _ in range(5)]
    with CaptureQueriesContext(connection) as queries:
        page = invoices_page(shop_id=world.shop_id, size=3)
        shown = [invoice_as_dict(invoice) for invoice in page.items]
    assert len(queries) == 1
    assert [entry["id"] for entry in shown] == [str(i.id) for i in reversed(issued[2:])]
    rest = invoices_page(shop_id=world.shop_id, size=3, cursor=page.next_cursor)
    assert [invoice.id for invoice in rest.items] == [i.id for i in reversed(issued[:2])]
    assert rest.next_cursor is None


def test_open_invoices_are_those_that_still_wait(world: World) -> None:
    paid, waiting = world.issue(), world.issue()
    world.confirmed(paid)
    page = open_invoices(shop_id=world.shop_id)
    assert [invoice.id for invoice in page.items] == [waiting.id]


def test_shops_near_their_cap_of_open_locks_are_seen(
    world: World, django_assert_num_queries
) -> None:
    invoice = world.issue()
    with django_assert_num_queries(2):
        (used,) = shop_lock_utilisations(mode="test", now=world.now)
    assert (used.subject, used.used) == (str(world.shop_id), invoice.amount_units)
    assert used.limit == 5_000_000 and used.bps == invoice.amount_units * 10_000 // 5_000_000
    assert shop_lock_utilisations(mode="live", now=world.now) == []
