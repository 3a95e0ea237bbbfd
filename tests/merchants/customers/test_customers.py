"""Who bought, as the shop said it: the same again, sealed, forgotten; nothing of it elsewhere."""

import csv
import io
import json
from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from gateway.compliance.sealed.errors import SealedWrong
from gateway.compliance.sealed.models import SealingKey
from gateway.events.models import Event
from gateway.invoices.models import Invoice
from gateway.money.amounts import Amount
from gateway.money.assets import FIAT
from gateway.refunds.limits import Person
from gateway.refunds.models import Refund
from gateway.refunds.requesting import Wanted, refund_request
from merchants.audit.models import Record
from merchants.customers.errors import CustomerRefused, CustomerUnknown
from merchants.customers.models import Customer, CustomerInvoice
from merchants.customers.said import Said, said_of
from merchants.customers.sealing import opened
from merchants.customers.selectors import (
    ORDERS,
    business_of,
    customer_get,
    customer_of_invoice,
    customers_by_email,
    customers_page,
    invoices_of_customer,
)
from merchants.customers.services import (
    KEPT,
    customer_forget,
    customer_note,
    customers_forget_old,
    customers_throw_keys_away,
)
from tests.as_web import as_web
from tests.merchants.api.conftest import Api

pytestmark = pytest.mark.django_db
ENGLISH = {"HTTP_ACCEPT_LANGUAGE": "en"}
ANN = Said(email="Ann@Example.com", name="Ann Onymous")


@pytest.fixture
def note(open_shop):
    """A sale for somebody; the customer and the invoice."""

    def made(said=ANN, *, units=1_000, now=None):
        invoice = open_shop.issue(units)
        customer = customer_note(
            shop_id=open_shop.shop_id,
            invoice_id=invoice.id,
            said=said,
            now=now or timezone.now(),
        )
        return customer, invoice

    return made


@pytest.mark.parametrize(
    "said",
    [
        {},
        {"name": "Ann"},
        {"email": "ann"},
        {"email": "ann@localhost"},
        {"email": "a b@example.com"},
        {"email": "ann@example.com\nBcc: x@example.com"},
        {"reference": "x" * 121},
        {"reference": "a\0b"},
        {"email": f"{'x' * 250}@example.com"},
    ],
)
def test_what_names_nobody_is_refused(said):
    with pytest.raises(CustomerRefused):
        said_of(**said)


def test_the_same_person_is_one_customer_whatever_the_case_of_their_email(note):
    first, _ = note()
    again, latest = note(Said(email="ann@example.COM"))
    other, _ = note(Said(email="bob@example.com"))
    assert again.id == first.id != other.id
    assert again.last_invoice_id == latest.id
    assert opened([Customer.objects.get(id=first.id)])[first.id] == Said(email="ann@example.COM")


def test_a_reference_is_who_they_are_and_the_email_may_change(note, open_shop):
    first, _ = note(Said(reference="C-7", email="old@example.com"))
    again, _ = note(Said(reference="C-7", email="new@example.com"))
    assert again.id == first.id
    by = {"shop_id": open_shop.shop_id, "most": 5}
    assert customers_by_email(**by, email="old@example.com") == []
    assert customers_by_email(**by, email="NEW@example.com") == [first]


def test_said_again_of_one_invoice_the_first_word_stands(note, open_shop):
    ann, invoice = note()
    customer_note(
        shop_id=open_shop.shop_id,
        invoice_id=invoice.id,
        said=Said(email="bob@example.com"),
        now=timezone.now(),
    )
    found = customer_of_invoice(shop_id=open_shop.shop_id, invoice_id=invoice.id)
    assert found == ann


def test_no_table_holds_a_readable_word_of_them(note):
    customer, _ = note()
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_jsonb(c)::text FROM customers_customer c")
        (row,) = cursor.fetchone()
    assert "ann" not in row.lower()
    assert b"ann".hex() not in row.lower()
    other = Customer.objects.get(id=customer.id)
    other.id = uuid4()
    assert opened([other]) == {}  # another's key is not there
    other.id = customer.id
    other.box = bytes(other.box)[:-1] + b"\0"
    with pytest.raises(SealedWrong):
        opened([other])


def test_two_shops_indexes_of_one_email_differ(note, open_shop):
    note()
    note_elsewhere = customer_note(
        shop_id=uuid4(), invoice_id=uuid4(), said=ANN, now=timezone.now()
    )
    ours = Customer.objects.get(shop_id=open_shop.shop_id)
    assert bytes(ours.email_index) != bytes(note_elsewhere.email_index)


def test_what_they_spent_and_what_went_back(note, open_shop):
    customer, paid = note(units=5_000)
    open_shop.hear(open_shop.confirmed(paid), "final")
    note(units=700)  # never paid
    _, twice = note(units=2_500)
    open_shop.confirmed(twice)
    refund = refund_request(
        shop_id=open_shop.shop_id,
        invoice_id=paid.id,
        wanted=Wanted(amount=Amount(1_500, FIAT["EUR"])),
        by=Person(who=f"user:{uuid4()}", level="owner", via="dashboard"),
        now=timezone.now(),
    ).refund
    found = business_of(shop_id=open_shop.shop_id, customer_ids=[customer.id])[customer.id]
    assert [(one.currency, one.times, one.units) for one in found.spent] == [("EUR", 2, 7_500)]
    assert (found.sales, found.back) == (2, [])
    with connection.cursor() as cursor:  # as if it had been claimed and sent
        cursor.execute("ALTER TABLE refunds_refund DISABLE TRIGGER USER")
        Refund.objects.filter(id=refund.id).update(
            status="completed",
            approved_by="user:x",
            approved_at=timezone.now(),
            destination=b"\1" * 20,
            claimed_at=timezone.now(),
            transaction_id=uuid4(),
            units=1,
            verdict="clear",
        )
    found = business_of(shop_id=open_shop.shop_id, customer_ids=[customer.id])[customer.id]
    assert [(one.currency, one.times, one.units) for one in found.back] == [("EUR", 1, 1_500)]


def test_the_list_goes_by_the_last_visit_page_by_page(note, open_shop):
    made = [note(Said(reference=f"C-{number}"))[0].id for number in range(5)]
    note(Said(reference="C-0"))  # came back
    found, cursor = [], None
    while True:
        page = customers_page(shop_id=open_shop.shop_id, cursor=cursor, size=2)
        found += [one.id for one in page.items]
        cursor = page.next_cursor
        if cursor is None:
            break
    assert found == [made[0], *reversed(made[1:])]
    theirs = invoices_of_customer(customer=Customer.objects.get(id=made[0]), size=1)
    assert len(theirs.items) == 1
    assert theirs.next_cursor


def test_who_buys_while_one_turns_the_pages_by_first_visit_stays_in_place(note, open_shop):
    now = timezone.now()
    made = [note(Said(reference=f"C-{number}"), now=now)[0].id for number in range(3)]
    for order, expected in zip(ORDERS[2:], (made[::-1], made), strict=True):
        found, cursor = [], None
        while True:
            page = customers_page(shop_id=open_shop.shop_id, order=order, cursor=cursor, size=1)
            found += [one.id for one in page.items]
            cursor = page.next_cursor
            if cursor is None:
                break
            note(Said(reference="C-0"))
            note(Said(reference="C-1"))
        assert found == expected


def test_forgotten_nothing_of_them_is_left_and_the_sale_stays(note, open_shop):
    customer, invoice = note()
    shop_id, now = open_shop.shop_id, timezone.now()
    assert SealingKey.objects.filter(about=f"customer:{customer.id}").exists()
    with as_web(shop_id):  # by a click of the shop's
        customer_forget(shop_id=shop_id, customer_id=customer.id, now=now)
        with pytest.raises(CustomerUnknown):
            customer_get(shop_id=shop_id, customer_id=customer.id)
    row = Customer.objects.get(id=customer.id)
    assert (row.box, row.tag, row.identity_index, row.email_index) == (None,) * 4
    assert customers_by_email(shop_id=shop_id, email=ANN.email, most=5) == []
    assert customer_of_invoice(shop_id=shop_id, invoice_id=invoice.id) is None
    assert CustomerInvoice.objects.filter(customer=row).count() == 1
    assert customers_throw_keys_away() == 1
    assert customers_throw_keys_away() == 0
    assert not SealingKey.objects.filter(about=f"customer:{customer.id}").exists()
    with pytest.raises(CustomerUnknown):
        customer_forget(shop_id=shop_id, customer_id=customer.id, now=now)
    again, _ = note()
    assert again.id != customer.id


def test_who_bought_nothing_for_years_is_forgotten(note):
    now = timezone.now()
    old, _ = note(Said(reference="old"), now=now - KEPT - timedelta(days=1))
    kept, _ = note(Said(reference="kept"), now=now - KEPT + timedelta(days=1))
    assert customers_forget_old(now=now) == 1
    assert Customer.objects.get(id=old.id).forgotten_at == now
    assert Customer.objects.get(id=kept.id).forgotten_at is None


def test_a_program_says_who_buys_and_hears_nothing_of_it_again(open_shop, key_for):
    api = Api(key_for(open_shop.shop_id))
    body = {"amount": "4.20", "customer": {"email": "ann@example.com", "name": "Ann"}}
    answer = api.post("invoices", body, Idempotency_Key="one")
    assert answer.status_code == 201
    again = api.post("invoices", body, Idempotency_Key="one")
    assert again.json() == answer.json()
    customer = Customer.objects.get()
    assert CustomerInvoice.objects.get().customer_id == customer.id
    assert b"ann@" not in answer.content
    invoice = Invoice.objects.get(id=answer.json()["id"])
    assert "ann@" not in json.dumps(invoice.metadata)
    assert not Event.objects.filter(body__icontains="ann@").exists()
    for wrong, field in (
        ({}, "customer"),
        ({"email": "nobody"}, "customer.email"),
        ({"phone": "1"}, None),
    ):
        refused = api.post("invoices", {"amount": "4.20", "customer": wrong})
        assert refused.status_code == 400, wrong
        if field:
            assert field in refused.content.decode()
    assert Invoice.objects.count() == 1


def test_the_list_and_the_page_of_one(staff, note, open_shop):
    customer, invoice = note(units=5_000)
    open_shop.confirmed(invoice)
    _, again = note(units=2_000)
    open_shop.confirmed(again)
    here = f"/dashboard/{open_shop.shop_id}/customers"
    owner = staff.client("owner", **ENGLISH)
    text = owner.get(here).content.decode()
    for told in ("Ann Onymous", "Ann@Example.com", "€70.00", "Came back"):
        assert told in text
    text = owner.get(f"{here}/{customer.id}").content.decode()
    assert f"/invoices/{invoice.id}" in text
    assert f"/invoices/{again.id}" in text
    page = owner.get(f"/dashboard/{open_shop.shop_id}/invoices/{invoice.id}").content.decode()
    assert f"/customers/{customer.id}" in page
    assert "Ann Onymous" in owner.get(here, {"email": "ANN@example.com"}).content.decode()
    assert "Nobody with this" in owner.get(here, {"email": "bob@example.com"}).content.decode()
    assert "Write the whole address" in owner.get(here, {"email": "bob"}).content.decode()
    found = owner.get(f"/dashboard/{open_shop.shop_id}/search", {"q": "ann@example.com"})
    assert f"/customers/{customer.id}" in found.content.decode()
    rows = list(
        csv.DictReader(io.StringIO(b"".join(owner.get(f"{here}.csv").streaming_content).decode()))
    )
    assert [(row["name"], row["sales"], row["spent"]) for row in rows] == [
        ("Ann Onymous", "2", "€70.00")
    ]


def test_who_may_see_customers_and_who_may_forget_them(staff, note, open_shop):
    customer, invoice = note()
    here = f"/dashboard/{open_shop.shop_id}/customers"
    developer, accountant = staff.client("developer", **ENGLISH), staff.client("accountant")
    assert developer.get(here).status_code == 403
    page = developer.get(f"/dashboard/{open_shop.shop_id}/invoices/{invoice.id}")
    assert "Ann" not in page.content.decode()
    search = developer.get(f"/dashboard/{open_shop.shop_id}/search", {"q": ANN.email})
    assert "/customers/" not in search.content.decode()
    assert accountant.get(here).status_code == 200
    assert accountant.post(f"{here}/{customer.id}/forget").status_code == 403
    owner = staff.client("owner", **ENGLISH)
    assert owner.post(f"{here}/{customer.id}/forget").status_code == 302
    assert Record.objects.get(act="customer.forgotten").subject == f"customer:{customer.id}"
    assert owner.get(f"{here}/{customer.id}").status_code == 404
    assert "No customers yet" in owner.get(here).content.decode()


def test_the_list_asks_as_much_for_many_as_for_one(staff, note, open_shop):
    owner = staff.client("owner", **ENGLISH)

    def asked():
        with CaptureQueriesContext(connection) as queries:
            assert owner.get(f"/dashboard/{open_shop.shop_id}/customers").status_code == 200
        return len(queries)

    note()
    before = asked()
    for number in range(4):
        note(Said(reference=f"C-{number}"))
    assert asked() == before
