"""The till as a cashier gets it."""

import msgspec
import pytest
from django.test import Client
from django.utils import translation

from gateway.invoices.errors import NoQuote
from gateway.invoices.models import Invoice
from gateway.invoices.presenters import invoice_as_dict
from gateway.market.risk.states import RiskState
from gateway.market.snapshot_store import current_snapshot
from gateway.market.snapshots import RiskMark
from merchants.pos.views import problem_words
from tests.checkout.test_views import assert_strict
from tests.market.dev_market import USDC

ENGLISH = {"HTTP_ACCEPT_LANGUAGE": "en"}
PART = {"HTTP_X_PART": "1"}


@pytest.fixture
def cashier(staff):
    return staff.client("cashier", **ENGLISH)


@pytest.fixture
def till(open_shop):
    return f"/pos/{open_shop.shop_id}"


def test_one_shop_opens_its_till_at_once(cashier, till):
    assert cashier.get("/pos/")["Location"] == f"{till}/"


def test_the_keypad_is_there_and_the_policy_is_strict(cashier, till):
    page = cashier.get(f"{till}/")
    text = page.content.decode()
    assert_strict(page)
    assert text.count("data-key=") == 12
    assert "Charge" in text
    assert "Test mode" in text
    assert "No sales yet" in text
    assert page["Cache-Control"].startswith("max-age=0")


def test_a_charge_is_an_invoice_with_its_code_and_a_wait(cashier, till, open_shop):
    answer = cashier.post(
        f"{till}/sales", {"amount": "12.50", "order": "Table 4", "draft": "a"}, **PART
    )
    text = answer.content.decode()
    invoice = Invoice.objects.get()
    assert answer.status_code == 200
    assert f'data-invoice="{invoice.id}"' in text
    assert 'data-answer="wait"' in text
    assert invoice_as_dict(invoice)["code_word"] in text
    assert "€12.50" in text
    assert invoice.order_id == "Table 4"
    assert invoice.created_by == f"user:{cashier.session['_auth_user_id']}"


def test_a_double_tap_on_charge_is_one_invoice(cashier, till):
    tap = {"amount": "12.50", "order": "", "draft": "same"}
    first = cashier.post(f"{till}/sales", tap, **PART)
    second = cashier.post(f"{till}/sales", tap, **PART)
    invoice = Invoice.objects.get()
    for answer in (first, second):
        assert f'data-invoice="{invoice.id}"' in answer.content.decode()


def test_the_till_works_without_scripts(cashier, till):
    answer = cashier.post(f"{till}/sales", {"amount": "3.20", "order": "", "draft": "b"})
    invoice = Invoice.objects.get()
    assert answer["Location"] == f"{till}/sales/{invoice.id}"
    assert 'data-answer="wait"' in cashier.get(answer["Location"]).content.decode()


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("", "not an amount"),
        ("0", "Type an amount first"),
        ("-5", "Type an amount first"),
        ("NaN", "not an amount"),
        ("1e5", "not an amount"),
        ("１２", "not an amount"),
        ("1.999", "too many decimal places"),
        ("9" * 41, "too large"),
    ],
)
def test_a_bad_amount_is_refused_in_words_and_nothing_is_made(cashier, till, typed, words):
    answer = cashier.post(f"{till}/sales", {"amount": typed, "draft": "c"}, **PART)
    assert 400 <= answer.status_code < 500
    assert words in answer.content.decode()
    assert answer["X-Problem"]
    assert Invoice.objects.count() == 0
    whole = cashier.post(f"{till}/sales", {"amount": typed, "draft": "c"})
    assert words in whole.content.decode()
    assert 'aria-invalid="true"' in whole.content.decode()


def test_the_till_turns_green_only_when_the_goods_are_released(cashier, till, open_shop):
    invoice = open_shop.issue(5_000)
    sale = f"{till}/sales/{invoice.id}"
    deposit = open_shop.pay(invoice)
    assert 'data-answer="wait"' in cashier.get(sale, **PART).content.decode()
    open_shop.hear(deposit, "confirmed")
    text = cashier.get(sale, **PART).content.decode()
    assert 'data-answer="yes"' in text
    assert "Yes, hand over" in text
    assert "figure" not in text  # a code on a paid sale would be scanned again


def test_a_reorg_takes_the_green_back(cashier, till, open_shop):
    invoice = open_shop.issue(5_000)
    deposit = open_shop.confirmed(invoice)
    open_shop.hear(deposit, "orphaned")
    text = cashier.get(f"{till}/sales/{invoice.id}", **PART).content.decode()
    assert 'data-answer="no"' in text
    assert "took the payment back" in text


def test_a_held_payment_says_keep_the_goods_and_no_reason(cashier, till, open_shop):
    from tests.invoices.conftest import LISTED

    invoice = open_shop.issue(5_000)
    open_shop.confirmed(invoice, sender=LISTED)
    text = cashier.get(f"{till}/sales/{invoice.id}", **PART).content.decode()
    assert 'data-answer="no"' in text
    assert "Offer another way to pay" in text
    assert "Void this sale" in text
    voided = cashier.post(f"{till}/sales/{invoice.id}/void", **PART)
    assert "This sale was voided" in voided.content.decode()
    assert open_shop.again(invoice).status == "cancelled"


def test_a_sale_can_be_voided_until_it_is_covered(cashier, till, open_shop):
    invoice = open_shop.issue()
    sale = f"{till}/sales/{invoice.id}"
    voided = cashier.post(f"{sale}/void", **PART)
    assert "This sale was voided" in voided.content.decode()
    assert open_shop.again(invoice).status == "cancelled"

    covered = open_shop.issue()
    open_shop.pay(covered)
    refused = cashier.post(f"{till}/sales/{covered.id}/void", **PART)
    assert "already paid for" in refused.content.decode()
    assert open_shop.again(covered).status == "processing"


def test_the_last_sales_are_listed_newest_first(cashier, till, open_shop):
    open_shop.issue(100_00, order_id="first")
    open_shop.issue(200_00, order_id="second")
    text = cashier.get(f"{till}/recent").content.decode()
    assert text.index("second") < text.index("first")


def test_the_ticket_opens_this_shops_stream(cashier, till, open_shop):
    from gateway.checkout.tickets import ticket_opens

    answer = cashier.get(f"{till}/ticket").json()
    assert ticket_opens(answer["ticket"], shop_id=open_shop.shop_id)
    before = answer["version"]
    open_shop.issue()
    assert cashier.get(f"{till}/ticket").json()["version"] != before


@pytest.mark.parametrize(
    ("role", "status"),
    [
        ("owner", 200),
        ("manager", 200),
        ("cashier", 200),
        ("developer", 200),
        ("accountant", 403),
        ("compliance_officer", 403),
        ("desk", 403),
    ],
)
def test_who_may_sell(staff, till, role, status):
    assert staff.client(role).get(f"{till}/").status_code == status


def test_a_stranger_learns_nothing_of_a_shop(staff, till):
    from gateway.events.ids import uuid7

    assert staff.client("cashier").get(f"/pos/{uuid7()}/").status_code == 404
    anonymous = Client().get(f"{till}/")
    assert anonymous.status_code == 302
    assert anonymous["Location"].startswith("/login?next=")


def test_another_shops_sale_is_as_unknown_as_none(staff, till, open_shop):
    from gateway.events.ids import uuid7

    answer = staff.client("cashier").get(f"{till}/sales/{uuid7()}")
    assert answer.status_code == 404


def test_a_foreign_page_cannot_charge(staff, till):
    strict = staff.client("cashier", enforce_csrf_checks=True)
    assert strict.post(f"{till}/sales", {"amount": "1.00"}).status_code == 403
    assert Invoice.objects.count() == 0


def test_an_amount_below_every_networks_minimum_is_called_too_small():
    refusal = NoQuote({"USDC@1": "amount_below_minimum", "ETH@1": "amount_below_minimum"})
    with translation.override("en"):
        assert "too small" in problem_words(refusal)
        assert "too small" not in problem_words(NoQuote({"USDC@1": "price_not_fresh"}))


def test_a_closed_market_is_said_politely(cashier, till, valkey):
    from gateway.market.snapshot_store import forget_snapshot

    valkey.flushdb()
    forget_snapshot()
    answer = cashier.post(f"{till}/sales", {"amount": "5.00", "draft": "d"}, **PART)
    assert answer.status_code >= 400
    assert "Try again shortly" in answer.content.decode()


def test_in_a_halt_of_everything_the_till_sells_for_the_settlement_asset_at_par(
    cashier, till, open_shop
):
    """No rate is the desk's to give: what the shop is paid in needs none, and stays on offer."""
    calm = current_snapshot()
    mark = RiskMark(int(RiskState.HALT), "by_hand", calm.at_ms - 60_000, calm.at_ms)
    halted = {
        code: msgspec.structs.replace(state, risk=mark) for code, state in calm.assets.items()
    }
    open_shop.publish(msgspec.structs.replace(calm, assets=halted, version=calm.version + 1))
    answer = cashier.post(f"{till}/sales", {"amount": "12.50", "draft": "halt"}, **PART)
    assert answer.status_code == 200
    (quote,) = Invoice.objects.get().promises.latest.quotes
    assert quote.asset == quote.settlement == USDC
    assert quote.units == quote.settlement_units == 13_500_000  # 12.50 euros at 1.08
    assert (quote.parts.spread_ppm, quote.parts.lock_premium_ppm, quote.parts.gas_units) == (
        0,
        0,
        0,
    )


def test_the_till_speaks_chinese(staff, till):
    page = staff.client("cashier", HTTP_ACCEPT_LANGUAGE="zh-CN").get(f"{till}/")
    assert "收款" in page.content.decode()
