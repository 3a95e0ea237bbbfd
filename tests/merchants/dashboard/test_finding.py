"""The search: everything that people hold in their hands leads to its payment, refund or payout."""

from uuid import UUID, uuid4

import pytest
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from gateway.chains.addresses import checksum
from gateway.invoices.finding import invoices_of_amount, invoices_of_number, invoices_paid_with
from gateway.money.amounts import Amount
from gateway.money.assets import FIAT
from gateway.refunds.limits import Person
from gateway.refunds.requesting import Wanted, refund_request
from gateway.refunds.selectors import refunds_found
from gateway.settlement.models import Payout
from gateway.settlement.selectors import payouts_found
from merchants.dashboard.finding.looking import look
from merchants.dashboard.finding.reading import read
from tests.as_web import as_web
from tests.chain_rows import SHOPPER
from tests.merchants.dashboard.copies import copy_invoice, scans_of

ENGLISH = {"HTTP_ACCEPT_LANGUAGE": "en"}


@pytest.fixture
def owner(staff):
    return staff.client("owner", **ENGLISH)


@pytest.fixture
def find(open_shop):
    """What the shop finds, as the web: the ids of each kind."""

    def asked(text, kinds=("refunds", "payouts")):
        with as_web(open_shop.shop_id):
            found = look(shop=open_shop.view, typed=read(text), kinds=kinds)
        return {
            kind: [row.id for row, _match in getattr(found, kind)]
            for kind in ("invoices", "refunds", "payouts")
            if getattr(found, kind)
        }

    return asked


@pytest.fixture
def payout(open_shop):
    return Payout.objects.create(
        shop_id=open_shop.shop_id,
        mode="test",
        asset="USDC@31337",
        decimals=6,
        units=5_000_000,
        taken_asset="USDC@31337",
        taken_decimals=6,
        taken_units=5_000_000,
        chain_id=31337,
        destination=b"\x11" * 20,
        tx_hash=b"\x22" * 32,
        trigger="demand",
        idempotency_key="one",
        requested_at=timezone.now(),
    )


def test_an_invoice_is_found_by_everything_that_is_known_of_it(open_shop, find):
    invoice = open_shop.issue(4_321, order_id="Order 77")
    other = open_shop.issue(9_900, order_id="Order 78")
    deposit = open_shop.confirmed(invoice)
    paid = f"{deposit.units // 10**6}.{deposit.units % 10**6:06d}"
    for text in (
        str(invoice.id),
        invoice.id.hex,
        str(invoice.id)[-12:],
        f"…{str(invoice.id)[-6:]}",
        "Order 77",
        "43.21",
        "43,21",
        "43.21 EUR",
        "€43.21",
        paid,
        f"{paid} USDC",
        f"{paid} usdc@31337",
        "0x" + bytes(deposit.tx_hash).hex(),
        checksum(bytes(invoice.address)),
        bytes(invoice.address).hex(),
    ):
        assert find(text) == {"invoices": [invoice.id]}, text
    assert find(checksum(SHOPPER))["invoices"] == [invoice.id]
    assert find("99")["invoices"] == [other.id]
    for text in ("", "Order 7", "43.20", "43.21 USD", "0x" + "9" * 64, "0x" + "9" * 40, "zzzz"):
        assert find(text) == {}, text


def test_refunds_and_payouts_are_found_by_id_transaction_and_address(open_shop, find, payout):
    invoice = open_shop.issue(5_000)
    open_shop.hear(open_shop.confirmed(invoice), "final")
    refund = refund_request(
        shop_id=open_shop.shop_id,
        invoice_id=invoice.id,
        wanted=Wanted(amount=Amount(500, FIAT["EUR"])),
        by=Person(who=f"user:{uuid4()}", level="owner", via="dashboard"),
        now=timezone.now(),
    ).refund
    type(refund).objects.filter(id=refund.id).update(tx_hash=b"\x33" * 32, destination=b"\x44" * 20)
    assert find(str(refund.id)) == {"refunds": [refund.id]}
    assert find("0x" + "33" * 32) == {"refunds": [refund.id]}
    assert find("0x" + "44" * 20) == {"refunds": [refund.id]}
    assert find(str(payout.id)) == {"payouts": [payout.id]}
    assert find("0x" + "22" * 32) == {"payouts": [payout.id]}
    assert find("0x" + "11" * 20) == {"payouts": [payout.id]}
    # Who may not see a kind finds none of it.
    assert find(str(refund.id), kinds=("payouts",)) == {}
    assert find(str(payout.id), kinds=("refunds",)) == {}


def test_the_page_groups_what_it_found_and_marks_what_was_typed(owner, open_shop, payout):
    invoice = open_shop.issue(4_321, order_id="Order 77")
    here = f"/dashboard/{open_shop.shop_id}/search"
    page = owner.get(here, {"q": " Order 77 "}).content.decode()
    assert f'href="/dashboard/{open_shop.shop_id}/invoices/{invoice.id}"' in page
    assert "<mark>Order 77</mark>" in page
    assert 'value="Order 77"' in page
    end = str(invoice.id)[-5:]
    page = owner.get(here, {"q": end}).content.decode()
    assert f"…{str(invoice.id)[-12:-5]}<mark>{end}</mark>" in page
    page = owner.get(here, {"q": str(payout.id)}).content.decode()
    assert f"/payouts/{payout.id}" in page
    assert "Nothing found for “&lt;b&gt;”" in owner.get(here, {"q": "<b>"}).content.decode()
    assert "What are you looking for?" in owner.get(here).content.decode()


def test_a_developer_finds_no_refund_and_no_payout(staff, open_shop, payout):
    here = f"/dashboard/{open_shop.shop_id}/search"
    page = staff.client("developer", **ENGLISH).get(here, {"q": str(payout.id)}).content.decode()
    assert "Nothing found" in page
    assert staff.client("cashier", **ENGLISH).get(here, {"q": "x"}).status_code == 403


def test_nothing_of_another_shop_is_found_even_by_whoever_asks_the_database(open_shop):
    invoice = open_shop.issue(4_321, order_id="Order 77")
    deposit = open_shop.confirmed(invoice)
    stranger = uuid4()
    asked = {"shop_id": open_shop.shop_id, "most": 5}
    for question, more in (
        (invoices_of_number, {"end": str(invoice.id)[-12:]}),
        (invoices_of_amount, {"currency": "EUR", "units": [4_321]}),
        (invoices_paid_with, {"paid": [(deposit.asset, int(deposit.units))]}),
    ):
        with as_web(open_shop.shop_id):
            assert question(**asked, **more), question
        with as_web(stranger):
            with pytest.raises(DatabaseError, match="does not act for shop"), transaction.atomic():
                question(**asked, **more)


@pytest.mark.parametrize(
    "text",
    ["1250", "12.50", "abcdef12", "Order 77", str(UUID(int=7)), "0x" + "ab" * 32, "ab" * 20],
)
def test_a_search_asks_seven_questions_at_most(open_shop, text):
    open_shop.confirmed(open_shop.issue(125_000, order_id="Order 77"))
    shop = open_shop.view
    with CaptureQueriesContext(connection) as asked:
        look(shop=shop, typed=read(text), kinds=("refunds", "payouts"))
    assert len(asked) <= 7


def test_among_many_an_invoice_is_found_along_the_index_made_for_it(open_shop):
    invoice = open_shop.issue(4_321)
    copy_invoice(invoice.id, times=4_000)
    shop_id = open_shop.shop_id
    names = ("invoice_of_number", "invoice_of_amount", "invoice_of_shop")
    before = [scans_of(name) for name in names]
    with as_web(shop_id):
        assert invoices_of_number(shop_id=shop_id, end=str(invoice.id)[-8:], most=5) == [invoice.id]
        assert invoices_of_amount(shop_id=shop_id, currency="EUR", units=[4_321], most=5) == [
            invoice.id
        ]
    after = [scans_of(name) for name in names]
    assert [now - then for now, then in zip(after, before, strict=True)] == [1, 1, 0]


def test_each_of_the_other_questions_has_an_index_that_a_policy_leaves_in_use(open_shop, payout):
    """The web's role sees rows through a policy, behind which not every comparison may lead an
    index: whether it does is what this asks, not what is cheapest for a handful of rows."""
    invoice = open_shop.issue(4_321)
    deposit = open_shop.confirmed(invoice)
    shop = open_shop.view
    with as_web(shop.id):
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL enable_seqscan = off")
        in_transaction = read("0x" + bytes(deposit.tx_hash).hex())
        assert led_by("deposit_in_transaction", look, shop=shop, typed=in_transaction, kinds=())
        from_payer = read(checksum(SHOPPER))
        assert led_by("deposit_from_payer", look, shop=shop, typed=from_payer, kinds=())
        for find, name in ((refunds_found, "refund"), (payouts_found, "payout")):
            by_hash = {"shop_id": shop.id, "by": "tx_hash", "value": b"\x22" * 32, "most": 5}
            assert led_by(f"{name}_in_transaction", find, **by_hash)
            by_address = {"shop_id": shop.id, "by": "destination", "value": b"\x22" * 20, "most": 5}
            assert led_by(f"{name}_to_address", find, **by_address)


def led_by(name, question, **asked):
    """Whether a question reads along an index."""
    before = scans_of(name)
    question(**asked)
    return scans_of(name) > before


def test_the_key_to_the_search_can_be_switched_off(owner, open_shop):
    home = f"/dashboard/{open_shop.shop_id}/"
    assert "data-find" in owner.get(home).content.decode()
    owner.post(home + "search/key", {"key": "off"})
    assert "data-find" not in owner.get(home).content.decode()
    owner.post(home + "search/key", {"key": "on"})
    assert "data-find" in owner.get(home).content.decode()
    assert owner.post(home + "search/key", {"key": "?"}).status_code == 404
