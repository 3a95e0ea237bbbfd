"""Paid sales are counted once, whatever is told how often; the last one closes the link."""

import threading
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gateway.events import relay
from gateway.events.ids import uuid7
from gateway.events.subscriptions import EventRecord
from gateway.invoices.models import Invoice
from gateway.invoices.services import invoice_mark
from merchants.links.counting import DECIDES, on_invoices_decided
from merchants.links.drawing import browser_hash, link_draw
from merchants.links.errors import PaymentLinkNotOpen
from merchants.links.models import LinkInvoice, PaymentLink
from tests.invoices.conftest import World
from tests.merchants.links.conftest import Make, Payer, shown

pytestmark = pytest.mark.django_db


def counted(link: PaymentLink) -> tuple[int, int]:
    again = PaymentLink.objects.get(id=link.id)
    return again.sold, again.taken_units


def drawn(world: World, link: PaymentLink) -> Invoice:
    invoice_id = link_draw(
        shop=world.view,
        link_id=link.id,
        chosen=None,
        browser=browser_hash(link_id=link.id, word=str(uuid7())),
        now=timezone.now(),
    )
    return Invoice.objects.get(id=invoice_id)


def told(invoice: Invoice, type: str, status: str) -> EventRecord:
    return EventRecord(
        id=uuid7(),
        type=type,
        mode="test",
        shop_id=invoice.shop_id,
        subject=f"invoice:{invoice.id}",
        sequence=1,
        body={"created_by": invoice.created_by, "status": status},
        occurred_at=timezone.now(),
    )


def test_a_paid_sale_counts_and_a_reorg_takes_it_back(make: Make, open_shop: World) -> None:
    link = make(sales_limit=1)
    invoice = drawn(open_shop, link)
    assert counted(link) == (0, 0)
    deposit = open_shop.confirmed(invoice)
    assert counted(link) == (1, 1_250)
    assert shown(Payer().look(link)) == "sold_out"
    open_shop.hear(deposit, "orphaned")
    assert counted(link) == (0, 0)
    assert shown(Payer().look(link)) == "open"
    open_shop.hear(deposit, "seen", "confirmed")
    assert counted(link) == (1, 1_250)


def test_a_sale_that_a_person_settles_counts(make: Make, open_shop: World) -> None:
    link = make()
    invoice = drawn(open_shop, link)
    whose = {"shop_id": invoice.shop_id, "invoice_id": invoice.id, "by": "user:t"}
    for status, sold in (("settled", 1), ("invalid", 0)):
        invoice_mark(**whose, status=status, now=timezone.now())
        open_shop.drain()
        assert counted(link)[0] == sold


def test_sales_of_the_till_are_none_of_a_link(make: Make, open_shop: World) -> None:
    link = make()
    open_shop.confirmed(open_shop.issue())
    assert counted(link) == (0, 0)


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(
        st.tuples(
            st.integers(0, 2), st.sampled_from(DECIDES), st.sampled_from(["paid", "waiting"])
        ),
        max_size=12,
    )
)
def test_whatever_is_told_the_sums_are_those_of_the_rows_that_count(
    make: Make, open_shop: World, news: list[tuple[int, str, str]]
) -> None:
    link = make()
    invoices = [drawn(open_shop, link) for _ in range(3)]
    last: dict[int, str] = {}
    for which, type, status in news:
        event = told(invoices[which], type, status)
        for _ in range(2):  # whatever is handled twice has the same effect
            on_invoices_decided(event)
        last[which] = status
    paid = sum(status == "paid" for status in last.values())
    assert counted(link) == (paid, paid * 1_250)
    assert LinkInvoice.objects.filter(link=link, counts=True).count() == paid


@pytest.mark.django_db(transaction=True)
def test_two_payers_of_the_last_one_may_both_pay_and_nobody_after_them(
    make: Make, open_shop: World
) -> None:
    link = make(sales_limit=1)
    first, second = drawn(open_shop, link), drawn(open_shop, link)
    for invoice in (first, second):
        deposit = open_shop.pay(invoice)
        from django.db import transaction

        from tests.chain_rows import tell

        with transaction.atomic():
            tell(deposit, "confirmed", now=open_shop.now)
    _at_once(lambda: relay.drain(limit=200), lambda: relay.drain(limit=200))
    open_shop.drain()
    assert {open_shop.again(one).status for one in (first, second)} == {"paid"}
    assert counted(link) == (2, 2_500)
    assert shown(Payer().look(link)) == "sold_out"
    with pytest.raises(PaymentLinkNotOpen):
        drawn(open_shop, link)


@pytest.mark.django_db(transaction=True)
def test_a_button_pressed_five_times_at_once_draws_one_invoice(
    make: Make, open_shop: World
) -> None:
    link, shop, ids = make(), open_shop.view, []
    name = browser_hash(link_id=link.id, word="one")

    def press() -> None:
        now = timezone.now()
        ids.append(link_draw(shop=shop, link_id=link.id, chosen=None, browser=name, now=now))

    _at_once(*[press] * 5)
    assert len(ids) == 5
    assert len(set(ids)) == 1 == Invoice.objects.count()


@pytest.mark.django_db(transaction=True)
def test_a_sale_that_is_counted_while_another_is_drawn_waits_for_nobody_for_good(
    make: Make, open_shop: World
) -> None:
    """Drawing locks the link, then adds a row; counting locks a row, then the link."""
    link = make()
    invoices = [drawn(open_shop, link) for _ in range(4)]
    news = [told(invoice, "invoice.paid", "paid") for invoice in invoices]

    def count(event: EventRecord) -> Any:
        from django.db import transaction

        with transaction.atomic():
            on_invoices_decided(event)

    _at_once(
        *(lambda event=event: count(event) for event in news),
        *[lambda: drawn(open_shop, link)] * 4,
    )
    assert counted(link) == (4, 5_000)
    assert PaymentLink.objects.get().drawn == 8


def _at_once(*works: Any) -> None:
    """Each in a thread of its own; none fails."""
    failures: list[BaseException] = []
    start = threading.Barrier(len(works))

    def run(work: Any) -> None:
        try:
            start.wait(10)
            work()
        except BaseException as error:
            failures.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(work,)) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert failures == []
