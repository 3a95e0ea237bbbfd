"""Invoices as plugins ask for them, read them, mark them."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from gateway.events.models import Event
from gateway.invoices.models import Invoice
from gateway.invoices.services import invoice_void
from gateway.ledger.selectors import trial_balance
from gateway.shops.services import shop_set_terms
from merchants.accounts.actions import TILL_SCOPES
from merchants.audit.models import Record
from merchants.plugins.known import MAGENTO, WOOCOMMERCE, KnownPlugin
from merchants.plugins.models import AskedInvoice
from merchants.plugins.services import buyers_forget
from tests.chain_rows import USDC, WETH
from tests.invoices.conftest import World
from tests.merchants.plugins.conftest import (
    CHECKOUT,
    Plugin,
    faults,
    is_number_text,
    is_unix,
    refused,
)

pytestmark = pytest.mark.django_db


def row(data: dict[str, Any]) -> Invoice:
    return Invoice.objects.get(id=data["id"])


def again(plugin: Plugin, data: dict[str, Any]) -> dict[str, Any]:
    return dict(plugin.asked("GET", f"{plugin.store}/invoices/{data['id']}"))


def words(data: dict[str, Any]) -> tuple[str, str]:
    return data["status"], data["additionalStatus"]


def test_an_invoice_is_answered_in_strict_types(plugin: Plugin, settings: Any) -> None:
    data = plugin.invoice("12.50", metadata={"orderId": "1001"})
    assert data["amount"] == "12.50" and data["paidAmount"] == "0.00"
    assert data["currency"] == "EUR" and data["type"] == "Standard"
    assert data["storeId"] == plugin.shop_id
    assert data["checkoutLink"] == f"{settings.PUBLIC_URL}/i/{data['id']}"
    for name in ("createdTime", "expirationTime", "monitoringExpiration", "monitoringTime"):
        assert is_unix(data[name]), name
    assert data["createdTime"] < data["expirationTime"] < data["monitoringExpiration"]
    assert words(data) == ("New", "None")
    assert data["availableStatusesForManualMarking"] == ["Settled", "Invalid"]
    assert data["archived"] is False
    assert data["metadata"] == {"orderId": "1001"}
    assert "__test__" not in data["id"]
    checkout = data["checkout"]
    assert set(CHECKOUT) <= set(checkout)
    assert checkout["speedPolicy"] == "HighSpeed"  # the shop's own terms for so small a sum
    assert checkout["expirationMinutes"] == 15 and checkout["monitoringMinutes"] == 1_440
    assert checkout["paymentTolerance"] == 0.5
    assert checkout["redirectURL"] is None and checkout["redirectAutomatically"] is False
    assert checkout["paymentMethods"]
    assert again(plugin, data) == data


def test_a_key_that_takes_money_in_and_none_out_is_enough(
    plugin_for: Callable[..., Plugin],
) -> None:
    plugin = plugin_for(*TILL_SCOPES)
    assert again(plugin, plugin.invoice())["status"] == "New"


METADATA = {
    "orderId": "1001",
    "orderUrl": "https://shop.example/orders/1001",
    "posData": '{"WooCommerce": {"Order ID": 1001}}',
    "taxIncluded": 1.25,
    "buyerEmail": "ann@example.com",
    "nested": {"list": [1, "2", None, True], "empty": {}},
    "consent": True,
}


def test_metadata_comes_back_as_it_was_sent(plugin: Plugin) -> None:
    data = plugin.invoice(metadata=METADATA)
    assert data["metadata"] == METADATA == again(plugin, data)["metadata"]
    assert row(data).order_id == "1001"


def test_who_buys_stands_in_no_invoice_and_no_event_and_is_forgotten(
    plugin: Plugin, open_shop: World
) -> None:
    data = plugin.invoice(metadata=METADATA)
    assert "buyerEmail" not in row(data).metadata
    created = Event.objects.get(type="invoice.created", subject=f"invoice:{data['id']}")
    assert "ann@example.com" not in str(created.body)
    said = AskedInvoice.objects.get()
    assert b"ann@example.com" not in bytes(said.buyer or b"")
    path = f"{plugin.store}/invoices/{data['id']}"
    changed = plugin.asked("PUT", path, {"metadata": {"orderId": "1001", "buyerName": "Bea"}})
    assert changed["metadata"] == {"orderId": "1001", "buyerName": "Bea"}
    assert changed["checkout"] == data["checkout"]
    assert buyers_forget(now=said.forget_at - timedelta(seconds=1)) == 0
    assert buyers_forget(now=said.forget_at) == 1
    assert again(plugin, data)["metadata"] == {"orderId": "1001"}
    assert said.forget_at >= row(data).monitoring_end + timedelta(days=30)


def test_a_plugin_may_say_who_buys_at_the_till(plugin: Plugin, open_shop: World) -> None:
    invoice = open_shop.issue()
    path = f"{plugin.store}/invoices/{invoice.id}"
    said = {"orderId": "7", "buyerName": "Ann"}
    assert plugin.asked("PUT", path, {"metadata": said})["metadata"] == said


def test_put_replaces_metadata_and_the_order_it_names(plugin: Plugin) -> None:
    data = plugin.invoice(metadata=METADATA)
    path = f"{plugin.store}/invoices/{data['id']}"
    changed = plugin.asked("PUT", path, {"metadata": {"orderId": "1002", "note": "x"}})
    assert changed["metadata"] == {"orderId": "1002", "note": "x"}
    assert again(plugin, data)["metadata"] == changed["metadata"]
    [found] = plugin.asked("GET", f"{plugin.store}/invoices?orderId=1002")
    assert found["id"] == data["id"]
    assert "metadata" in faults(plugin.send("PUT", path, {}))


def test_no_metadata_and_no_checkout_are_fine(plugin: Plugin) -> None:
    data = plugin.asked("POST", f"{plugin.store}/invoices", {"amount": "1.00"})
    assert data["metadata"] == {} and data["currency"] == "EUR"
    null = plugin.invoice(metadata=None, checkout=None)
    assert null["metadata"] == {}


def test_eight_decimals_of_zeros_are_the_same_amount(plugin: Plugin) -> None:
    assert plugin.invoice("12.50000000")["amount"] == "12.50"


@pytest.mark.parametrize(
    ("change", "path"),
    [
        ({"amount": None}, "amount"),
        ({"amount": "-1"}, "amount"),
        ({"amount": "0"}, "amount"),
        ({"amount": 1.5}, "amount"),
        ({"currency": "USD"}, "currency"),
        ({"checkout": {"expirationMinutes": 0.1}}, "checkout.expirationMinutes"),
        ({"checkout": {"paymentTolerance": 101}}, "checkout.paymentTolerance"),
        ({"checkout": {"paymentTolerance": -1}}, "checkout.paymentTolerance"),
        ({"checkout": {"paymentMethods": ["BTC-CHAIN"]}}, "checkout.paymentMethods"),
        ({"checkout": {"speedPolicy": "Warp"}}, "checkout.speedPolicy"),
        ({"metadata": {"orderId": "x" * 300}}, "metadata.orderId"),
        ({"metadata": {"big": "x" * 9_000}}, "metadata"),
    ],
)
def test_what_cannot_be_asked_for_is_a_422_that_names_its_place(
    plugin: Plugin, change: dict[str, Any], path: str
) -> None:
    body = {"amount": "5.00", "currency": "EUR", **change}
    assert path in faults(plugin.send("POST", f"{plugin.store}/invoices", body))
    assert not Invoice.objects.exists()


def test_a_language_that_we_do_not_speak_is_no_reason_to_refuse(plugin: Plugin) -> None:
    data = plugin.invoice(checkout={"defaultLanguage": "tlh", "lazyPaymentMethods": True})
    assert data["checkout"]["defaultLanguage"] == "tlh"


def test_the_checkout_is_what_was_asked_for(plugin: Plugin) -> None:
    asked = {
        **CHECKOUT,
        "speedPolicy": "LowMediumSpeed",
        "expirationMinutes": 5,
        "monitoringMinutes": 60,
        "paymentTolerance": 2.5,
        "redirectURL": "https://shop.example/thanks",
        "redirectAutomatically": True,
        "defaultLanguage": "de-DE",
    }
    data = plugin.invoice(checkout=asked)
    said = {name: data["checkout"][name] for name in asked if name != "paymentMethods"}
    assert said == {name: value for name, value in asked.items() if name != "paymentMethods"}
    assert data["expirationTime"] - data["createdTime"] == 300
    assert data["monitoringExpiration"] - data["expirationTime"] == 3_600
    rules = row(data).promises.terms.rules
    assert rules.release_at == "final"


@pytest.mark.parametrize(
    ("checkout", "in_force"),
    [
        (
            {"speedPolicy": "HighSpeed", "paymentTolerance": 100, "monitoringMinutes": 129_600},
            ("confirmed", 50, 86_400),
        ),
        (
            {"speedPolicy": "LowSpeed", "paymentTolerance": 0.25, "monitoringMinutes": 60},
            ("final", 25, 3_600),
        ),
        ({"paymentTolerance": 0, "monitoringMinutes": 0}, ("confirmed", 0, 60)),
        ({}, ("confirmed", 50, 86_400)),
    ],
)
def test_a_sale_is_by_the_shops_terms_or_by_stricter_ones(
    plugin: Plugin, checkout: dict[str, Any], in_force: tuple[str, int, int]
) -> None:
    data = plugin.invoice("500.00", checkout=CHECKOUT | checkout)
    terms = row(data).promises.terms
    found = (terms.release_at, terms.underpay_tolerance_bps, terms.monitoring_seconds)
    assert found == in_force
    assert data["monitoringExpiration"] - data["expirationTime"] == in_force[2]
    for told in (data, again(plugin, data)):
        assert {name: told["checkout"][name] for name in checkout} == checkout


def test_how_sure_a_payment_must_be_is_by_amount_as_the_owner_set_it(
    plugin: Plugin, open_shop: World
) -> None:
    rules = [{"up_to": 1_000, "at": "confirmed"}, {"up_to": None, "at": "final"}]
    shop_set_terms(shop_id=open_shop.shop_id, changes={"release_rules": rules}, now=open_shop.now)
    for amount, at in (("5.00", "confirmed"), ("50.00", "final")):
        data = plugin.invoice(amount, checkout={"speedPolicy": "HighSpeed"})
        assert row(data).promises.terms.release_at == at


@pytest.mark.parametrize(
    ("speed", "at"),
    [
        ("HighSpeed", "seen"),
        ("MediumSpeed", "confirmed"),
        ("LowMediumSpeed", "final"),
        ("LowSpeed", "final"),
    ],
)
def test_a_speed_policy_says_when_the_goods_may_go(plugin: Plugin, speed: str, at: str) -> None:
    data = plugin.invoice(checkout={"speedPolicy": speed})
    assert row(data).promises.terms.release_at == at
    assert data["checkout"]["speedPolicy"] == speed


def test_only_the_methods_asked_for_are_offered_also_after_a_new_price(
    plugin: Plugin, open_shop: World
) -> None:
    from gateway.invoices.services import invoice_requote

    every = [
        one["paymentMethodId"] for one in plugin.asked("GET", f"{plugin.store}/payment-methods")
    ]
    usdc = next(name for name in every if name.startswith("USDC-"))
    written = usdc.replace("-", "_").lower()
    data = plugin.invoice(checkout={"paymentMethods": [written]})
    assert data["checkout"]["paymentMethods"] == [written]
    [method] = plugin.asked("GET", f"{plugin.store}/invoices/{data['id']}/payment-methods")
    assert method["paymentMethodId"] == usdc
    invoice = invoice_requote(invoice_id=row(data).id, now=timezone.now())
    assert [one.asset for one in invoice.promises.latest.quotes] == [USDC]


def test_a_method_the_shop_does_not_take_is_a_refusal(plugin: Plugin, open_shop: World) -> None:
    shop_set_terms(
        shop_id=open_shop.shop_id, changes={"accepted_assets": [WETH]}, now=open_shop.now
    )
    names = {
        one["paymentMethodId"]
        for one in plugin.asked("GET", f"{plugin.store}/payment-methods")
        if not one["enabled"]
    }
    usdc = next(name for name in names if name.startswith("USDC-"))
    answer = plugin.send(
        "POST",
        f"{plugin.store}/invoices",
        {"amount": "5.00", "checkout": {"paymentMethods": [usdc]}},
    )
    refused(answer, 409, "no_quote")


def test_the_way_back_holds_the_invoice_and_the_order(plugin: Plugin) -> None:
    url = "https://shop.example/back?i={InvoiceId}&j=%7BInvoiceId%7D&o={OrderId}"
    data = plugin.invoice(metadata={"orderId": "10 01"}, checkout={"redirectURL": url})
    expected = f"https://shop.example/back?i={data['id']}&j={data['id']}&o=10%2001"
    assert data["checkout"]["redirectURL"] == expected
    page = plugin.client.get(f"/i/{data['id']}")
    assert f'href="{expected.replace("&", "&amp;")}"' in page.content.decode()


def test_a_page_without_a_way_back_has_no_such_link(plugin: Plugin) -> None:
    page = plugin.client.get(f"/i/{plugin.invoice()['id']}")
    assert "Back to" not in page.content.decode()


# --- how it goes on ---


def test_partly_paid_then_covered_then_settled(plugin: Plugin, open_shop: World) -> None:
    data = plugin.invoice("50.00", checkout={"speedPolicy": "MediumSpeed"})
    half = open_shop.quote(row(data)).units // 2
    open_shop.pay(row(data), units=half)
    part = again(plugin, data)
    assert words(part) == ("New", "PaidPartial")
    assert 24 < float(part["paidAmount"]) < 26
    rest = open_shop.pay(row(data), units=half + 10)
    assert words(again(plugin, data)) == ("Processing", "None")
    for deposit in (row(data).received[0]["deposit_id"],):
        assert deposit
    open_shop.hear(rest, "confirmed")
    first = next(d for d in _deposits(data) if d.id != rest.id)
    open_shop.hear(first, "confirmed")
    done = again(plugin, data)
    assert words(done) == ("Settled", "None")
    assert done["availableStatusesForManualMarking"] == []


def _deposits(data: dict[str, Any]) -> list[Any]:
    from gateway.chains.models import Deposit

    return list(Deposit.objects.filter(invoice_id=data["id"]))


def test_overpaid_is_settled_and_said(plugin: Plugin, open_shop: World) -> None:
    data = plugin.invoice()
    open_shop.confirmed(row(data), units=open_shop.quote(row(data)).units * 2)
    assert words(again(plugin, data)) == ("Settled", "PaidOver")


def test_under_low_speed_paid_is_processing_until_it_is_final(
    plugin: Plugin, open_shop: World
) -> None:
    data = plugin.invoice(checkout={"speedPolicy": "LowSpeed"})
    deposit = open_shop.confirmed(row(data))
    assert row(data).status == "paid"
    assert words(again(plugin, data)) == ("Processing", "None")
    open_shop.hear(deposit, "final")
    assert words(again(plugin, data)) == ("Settled", "None")


def test_the_payment_methods_of_an_invoice(plugin: Plugin, open_shop: World) -> None:
    data = plugin.invoice()
    path = f"{plugin.store}/invoices/{data['id']}/payment-methods"
    methods = plugin.asked("GET", path)
    assert len(methods) > 1
    for method in methods:
        for name in (
            "rate",
            "paymentMethodPaid",
            "totalPaid",
            "due",
            "amount",
            "paymentMethodFee",
        ):
            assert is_number_text(method[name]), (name, method[name])
        assert method["activated"] is True and method["payments"] == []
        assert method["destination"].startswith("0x")
        assert method["paymentLink"].startswith("ethereum:")
        assert method["due"] == method["amount"] != "0"
        assert method["currency"] == method["paymentMethodId"].partition("-")[0]
        assert method["cryptoCode"] == method["currency"]
        assert method["paymentMethod"] == method["paymentMethodId"]
    assert plugin.asked("GET", f"{path}?onlyAccountedPayments=true") == methods

    deposit = open_shop.pay(row(data))
    paid = paid_of(plugin, path)
    [payment] = paid["payments"]
    assert payment["id"].split("-")[0] == "0x" + bytes(deposit.tx_hash).hex()
    assert payment["status"] == "Processing" and is_unix(payment["receivedDate"])
    assert payment["value"] == paid["paymentMethodPaid"] and payment["fee"] == "0"
    assert payment["destination"] == paid["destination"]
    assert paid["due"] == "0"
    # PrestaShop books value times rate.
    assert abs(float(payment["value"]) * float(paid["rate"]) - 12.5) < 0.01
    open_shop.hear(deposit, "confirmed")
    assert paid_of(plugin, path)["payments"][0]["status"] == "Settled"
    for one in (
        plugin.asked("GET", f"{plugin.store}/invoices/{data['id']}?includePaymentMethods=true"),
        plugin.asked("GET", f"{plugin.store}/invoices?includePaymentMethods=true")[0],
    ):
        assert len(one["paymentMethods"]) == len(methods)


def paid_of(plugin: Plugin, path: str) -> dict[str, Any]:
    """The one payment method of an invoice that money came in; the others are listed beside it."""
    every = plugin.asked("GET", path)
    [paid] = [one for one in every if one["payments"]]
    assert len(every) > 1
    assert plugin.asked("GET", f"{path}?onlyAccountedPayments=true") == every
    return dict(paid)


def test_what_a_network_took_back_is_told_to_who_asks_for_it(
    plugin: Plugin, open_shop: World
) -> None:
    data = plugin.invoice()
    path = f"{plugin.store}/invoices/{data['id']}/payment-methods"
    open_shop.hear(open_shop.pay(row(data)), "orphaned")
    assert not any(one["payments"] for one in plugin.asked("GET", path))
    every = plugin.asked("GET", f"{path}?onlyAccountedPayments=false")
    [payment] = [payment for one in every for payment in one["payments"]]
    assert payment["status"] == "Invalid"


def test_magento_is_told_what_was_paid_alone(
    plugin_of: Callable[[KnownPlugin], Plugin], open_shop: World
) -> None:
    """Its module throws at an invoice whose payment methods are of two currencies."""
    magento, other = plugin_of(MAGENTO), plugin_of(WOOCOMMERCE)
    path = f"{magento.store}/invoices/{magento.invoice()['id']}/payment-methods"
    before = magento.asked("GET", path)
    assert len(before) > 1, "before that, what can be paid"
    open_shop.pay(row({"id": path.split("/")[3]}))
    [paid] = magento.asked("GET", path)
    assert paid["payments"] and paid == paid_of(other, path)


@pytest.mark.parametrize(("said", "expected"), [("Settled", "Settled"), ("Invalid", "Invalid")])
def test_a_person_marks_it_either_way_and_back_and_no_money_is_posted(
    plugin: Plugin, said: str, expected: str
) -> None:
    data = plugin.invoice()
    before = trial_balance()
    path = f"{plugin.store}/invoices/{data['id']}/status"
    marked = plugin.asked("POST", path, {"status": said})
    assert words(marked) == (expected, "Marked")
    other = {"Settled": "Invalid", "Invalid": "Settled"}[said]
    assert marked["availableStatusesForManualMarking"] == [other]
    assert words(plugin.asked("POST", path, {"status": other})) == (other, "Marked")
    assert trial_balance() == before
    assert row(data).marked_by.startswith("key:")
    acts = Record.objects.filter(act="invoice.marked", subject=f"invoice:{row(data).id}")
    assert {(one.who, one.detail["mark"]) for one in acts} == {
        (row(data).marked_by, "settled"),
        (row(data).marked_by, "invalid"),
    }


def test_what_was_paid_is_not_marked_away(plugin: Plugin, open_shop: World) -> None:
    data = plugin.invoice()
    open_shop.confirmed(row(data))
    path = f"{plugin.store}/invoices/{data['id']}/status"
    for said in ("Invalid", "Settled", "New", None):
        assert "status" in faults(plugin.send("POST", path, {"status": said}))
    assert not Record.objects.filter(act="invoice.marked").exists()


def test_what_the_till_called_off_is_invalid_and_stays_so(plugin: Plugin, open_shop: World) -> None:
    data = plugin.invoice()
    invoice_void(shop_id=open_shop.shop_id, invoice_id=row(data).id, now=timezone.now())
    assert words(again(plugin, data)) == ("Invalid", "Marked")
    path = f"{plugin.store}/invoices/{data['id']}/status"
    assert "status" in faults(plugin.send("POST", path, {"status": "Settled"}))


# --- lists ---


def test_lists_by_every_filter(plugin: Plugin, open_shop: World) -> None:
    one = plugin.invoice(metadata={"orderId": "1001"})
    two = plugin.invoice(metadata={"orderId": "1002"})
    three = plugin.invoice(metadata={"orderId": "1003"})
    open_shop.confirmed(row(two))
    plugin.asked("POST", f"{plugin.store}/invoices/{three['id']}/status", {"status": "Invalid"})

    def ids(query: str) -> list[str]:
        found = plugin.asked("GET", f"{plugin.store}/invoices?{query}")
        return [data["id"] for data in found]

    everything = [three["id"], two["id"], one["id"]]
    assert ids("") == everything
    assert ids("orderId=1001&orderId=1003") == [three["id"], one["id"]]
    assert ids("status=New") == [one["id"]]
    assert ids("status=Settled&status=Invalid") == [three["id"], two["id"]]
    assert ids("status=Settled&orderId=1001") == []
    assert ids("take=1") == everything[:1]
    assert ids("take=1&skip=1") == everything[1:2]
    assert ids("take=100000&includeArchived=true") == everything
    assert ids(f"textSearch={two['id']}") == [two["id"]]
    assert ids("textSearch=003") == [three["id"]]
    now = int(timezone.now().timestamp())
    assert ids(f"startDate={now - 3600}&endDate={now + 3600}") == everything
    assert ids(f"startDate={now + 3600}") == []
    assert ids(f"endDate={now - 3600}") == []


@pytest.mark.parametrize("query", ["status=Eaten", "take=x", "skip=-1", "startDate=now"])
def test_a_filter_that_cannot_be_read_is_refused(plugin: Plugin, query: str) -> None:
    assert query.partition("=")[0] in faults(plugin.get(f"{plugin.store}/invoices?{query}"))


def test_a_list_costs_the_same_however_long_it_is(
    plugin: Plugin, django_assert_max_num_queries: Any
) -> None:
    for _ in range(5):
        plugin.invoice()
    plugin.get("stores")  # notes the key's first use
    with django_assert_max_num_queries(6):
        assert len(plugin.asked("GET", f"{plugin.store}/invoices")) == 5


def test_what_was_asked_for_is_kept_beside_the_invoice_and_not_twice(plugin: Plugin) -> None:
    data = plugin.invoice(checkout={"redirectURL": "https://shop.example/"})
    assert AskedInvoice.objects.get().invoice_id == row(data).id
    assert "redirectURL" not in AskedInvoice.objects.get().options


def test_an_invoice_of_the_till_is_read_by_plugins_too(plugin: Plugin, open_shop: World) -> None:
    invoice = open_shop.issue(lock_seconds=60)
    data = plugin.asked("GET", f"{plugin.store}/invoices/{invoice.id}")
    assert data["checkout"]["expirationMinutes"] == 1
    assert data["expirationTime"] - data["createdTime"] == timedelta(minutes=1).total_seconds()


def test_the_addresses_people_follow_lead_to_its_page(plugin: Plugin) -> None:
    invoice_id = plugin.invoice()["id"]
    for path, leads_to in (
        (f"/invoices/{invoice_id}", f"/i/{invoice_id}"),
        (f"/invoice?id={invoice_id}", f"/i/{invoice_id}"),
        (f"/invoice?id={invoice_id}&view=modal", f"/i/{invoice_id}?view=modal"),
    ):
        answer = plugin.client.get(path)
        assert answer.status_code == 302 and answer["Location"] == leads_to
    assert plugin.client.get("/invoice?id=x").status_code == 404


def test_the_script_for_shops_pages_has_an_address_that_stays(plugin: Plugin) -> None:
    answer = plugin.client.get("/modal/btcpay.js")
    assert answer.status_code == 200
    assert answer["Content-Type"].startswith("text/javascript")
    assert b"window.btcpay" in answer.content
