"""Refunds, pull payments and payouts as plugins speak of them."""

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest

from gateway.invoices.models import Invoice
from gateway.refunds.models import Refund
from gateway.refunds.selectors import refund_by_link
from gateway.shops.services import shop_set_terms
from merchants.audit.models import Record
from merchants.plugins.known import KnownPlugin
from merchants.plugins.permissions import END_REFUNDS, of_store
from tests.chain_rows import USDC
from tests.invoices.conftest import World
from tests.merchants.api.conftest import Api
from tests.merchants.plugins.conftest import Plugin, faults, is_unix, refused
from tests.refunds.conftest import WALLET, Refunds

pytestmark = pytest.mark.django_db


@pytest.fixture
def paid(plugin: Plugin, open_shop: World) -> dict[str, Any]:
    """An order that was paid; the shop sold something else too."""
    for order_id, factor in (("999", 1), ("1001", 1)):
        data = plugin.invoice("10.00", metadata={"orderId": order_id})
        invoice = Invoice.objects.get(id=data["id"])
        deposit = open_shop.confirmed(invoice, units=open_shop.quote(invoice).units * factor)
        open_shop.hear(deposit, "final")
    return data


def ask(plugin: Plugin, data: dict[str, Any], **body: Any) -> Any:
    return plugin.send("POST", f"{plugin.store}/invoices/{data['id']}/refund", body)


def test_a_refund_is_a_pull_payment_whose_link_the_shopper_claims_by(
    plugin: Plugin, paid: dict[str, Any], settings: Any
) -> None:
    answer = ask(plugin, paid, name="Order 1001", refundVariant="RateThen", payoutMethodId=None)
    assert answer.status_code == 200, answer.content
    told = answer.json()
    assert told["viewLink"].startswith(f"{settings.PUBLIC_URL}/c/")
    assert str(refund_by_link(told["viewLink"].rpartition("/")[2]).id) == told["id"]
    assert (told["name"], told["currency"], told["amount"]) == ("Order 1001", "EUR", "10.00")
    assert told["archived"] is False and told["autoApproveClaims"] is False
    assert is_unix(told["startsAt"]) and is_unix(told["expiresAt"])


def test_part_of_it_stays_with_the_shop(plugin: Plugin, paid: dict[str, Any]) -> None:
    told = ask(plugin, paid, refundVariant="RateThen", subtractPercentage="10").json()
    assert told["amount"] == "9.00"


def test_a_custom_amount_may_be_in_the_currency_or_in_what_was_paid(
    plugin: Plugin, paid: dict[str, Any]
) -> None:
    custom = {"refundVariant": "Custom", "customAmount": "2.50", "customCurrency": "EUR"}
    assert ask(plugin, paid, **custom).json()["amount"] == "2.50"
    custom = {"refundVariant": "Custom", "customAmount": "1", "customCurrency": "USDC"}
    assert ask(plugin, paid, **custom).status_code == 200
    custom = {"refundVariant": "Custom", "customAmount": "1", "customCurrency": "BTC"}
    assert "customCurrency" in faults(ask(plugin, paid, **custom))


def test_what_was_paid_on_top_goes_back_as_it_came(
    plugin: Plugin, open_shop: World, paid: dict[str, Any]
) -> None:
    assert "refundVariant" in faults(ask(plugin, paid, refundVariant="OverpaidAmount"))
    data = plugin.invoice("10.00")
    invoice = Invoice.objects.get(id=data["id"])
    deposit = open_shop.confirmed(invoice, units=open_shop.quote(invoice).units * 2)
    open_shop.hear(deposit, "final")
    assert ask(plugin, data, refundVariant="OverpaidAmount").status_code == 200
    assert Refund.objects.get().kind == "surplus"


def test_no_more_goes_back_than_was_paid(plugin: Plugin, paid: dict[str, Any]) -> None:
    assert ask(plugin, paid, refundVariant="RateThen").status_code == 200
    refused(ask(plugin, paid, refundVariant="RateThen"), 409, "nothing_to_refund")
    assert "refundVariant" in faults(ask(plugin, paid, refundVariant="Everything"))


def test_nothing_is_refunded_that_nobody_paid(plugin: Plugin) -> None:
    refused(ask(plugin, plugin.invoice(), refundVariant="RateThen"), 409, "nothing_to_refund")


PULL = {
    "name": "Refund of order 1001",
    "description": "WooCommerce refund",
    "amount": "4.00",
    "currency": "EUR",
    "period": None,
    "BOLT11Expiration": 30,
    "autoApproveClaims": False,
    "startsAt": None,
    "expiresAt": None,
}


def test_a_pull_payment_refunds_the_order_that_its_name_holds(
    plugin: Plugin, paid: dict[str, Any]
) -> None:
    methods = [
        one["paymentMethodId"]
        for one in plugin.asked("GET", f"{plugin.store}/payment-methods")
        if one["paymentMethodId"].startswith("USDC-")
    ]
    body = {**PULL, "paymentMethods": methods, "payoutMethods": methods}
    told = plugin.asked("POST", f"{plugin.store}/pull-payments", body)
    assert (told["name"], told["amount"], told["currency"]) == (PULL["name"], "4.00", "EUR")
    assert told["description"] == "WooCommerce refund" and "/c/" in told["viewLink"]
    refund = Refund.objects.get()
    assert str(refund.invoice_id) == paid["id"] and refund.worth_units == 400
    assert refund.offered == [USDC]


def test_of_all_that_the_shop_takes_what_can_be_sent_is_offered(
    plugin: Plugin, paid: dict[str, Any]
) -> None:
    """WooCommerce names every token of the shop in each refund."""
    every = [
        one["paymentMethodId"].replace("-", "_")
        for one in plugin.asked("GET", f"{plugin.store}/payment-methods")
    ]
    assert len(every) > 1
    body = {**PULL, "paymentMethods": every, "payoutMethods": every}
    plugin.asked("POST", f"{plugin.store}/pull-payments", body)
    assert ask(plugin, paid, refundVariant="RateThen", payoutMethods=every).status_code == 200
    for refund in Refund.objects.all():
        assert refund.offered == [USDC]


def test_a_refund_in_what_was_not_paid_is_still_refused(
    plugin: Plugin, paid: dict[str, Any]
) -> None:
    other = next(
        one["paymentMethodId"]
        for one in plugin.asked("GET", f"{plugin.store}/payment-methods")
        if not one["paymentMethodId"].startswith("USDC-")
    )
    answer = plugin.send(
        "POST", f"{plugin.store}/pull-payments", {**PULL, "payoutMethods": [other]}
    )
    assert "payoutMethods" in faults(answer)
    assert not Refund.objects.exists()


@pytest.mark.parametrize("name", ["Refund", "Refund of order 77", "Orders 1001 and 999"])
def test_a_pull_payment_of_no_order_or_of_two_is_refused(
    plugin: Plugin, paid: dict[str, Any], name: str
) -> None:
    answer = plugin.send("POST", f"{plugin.store}/pull-payments", {**PULL, "name": name})
    assert "name" in faults(answer)
    assert not Refund.objects.exists()


@pytest.mark.parametrize(
    ("change", "path"),
    [({"amount": "x"}, "amount"), ({"amount": "0"}, "amount"), ({"currency": "BTC"}, "currency")],
)
def test_a_pull_payment_is_of_money(
    plugin: Plugin, paid: dict[str, Any], change: dict[str, Any], path: str
) -> None:
    answer = plugin.send("POST", f"{plugin.store}/pull-payments", {**PULL, **change})
    assert path in faults(answer)


@pytest.mark.parametrize(
    "name", ["Refund of order 1001; 999 was right", "Erstattung #1001; (999)", "; order 1001"]
)
def test_a_number_in_the_reason_is_no_order(
    plugin: Plugin, paid: dict[str, Any], name: str
) -> None:
    """WooCommerce writes the reason behind the order, with a semicolon between."""
    plugin.asked("POST", f"{plugin.store}/pull-payments", {**PULL, "name": name})
    assert str(Refund.objects.get().invoice_id) == paid["id"]


@pytest.mark.parametrize("name", ["Refund of order 77; 999 cups", "Erstattung #77; order 1001"])
def test_where_the_order_cannot_be_refunded_its_reason_names_no_other(
    plugin: Plugin, paid: dict[str, Any], name: str
) -> None:
    answer = plugin.send("POST", f"{plugin.store}/pull-payments", {**PULL, "name": name})
    assert "name" in faults(answer)
    assert not Refund.objects.exists()


def test_a_pull_payment_can_be_looked_up_and_put_away(plugin: Plugin, paid: dict[str, Any]) -> None:
    path = f"{plugin.store}/pull-payments"
    made = plugin.asked("POST", path, PULL)
    shown = plugin.asked("GET", f"pull-payments/{made['id']}")
    assert shown == {**made, "viewLink": "", "name": made["description"]}, "its link is told once"
    assert plugin.asked("GET", path) == [shown]
    plugin.asked("DELETE", f"{path}/{made['id']}")
    assert Refund.objects.get().status == "rejected"
    assert plugin.asked("GET", path) == []
    assert plugin.asked("GET", f"{path}?includeArchived=true") == [{**shown, "archived": True}]


def test_a_key_paired_to_call_refunds_off_does_that_and_nothing_more(
    plugin: Plugin,
    paid: dict[str, Any],
    plugin_of: Callable[[KnownPlugin], Plugin],
    open_shop: World,
) -> None:
    """Whatever the shop lets keys give back, and by either of its APIs."""
    shop_set_terms(
        shop_id=open_shop.shop_id,
        changes={"refund_key_limit_units": 5_000},
        now=open_shop.now,
    )
    made = [plugin.asked("POST", f"{plugin.store}/pull-payments", PULL)["id"] for _ in range(2)]
    ends = plugin_of(KnownPlugin("Ends", (END_REFUNDS,)))
    told = ends.asked("GET", "api-keys/current")["permissions"]
    assert told == [of_store(END_REFUNDS, ends.shop_id)]
    for method, path in (
        ("GET", f"{ends.store}/pull-payments"),
        ("GET", f"pull-payments/{made[0]}"),
        ("GET", f"pull-payments/{made[0]}/payouts"),
        ("GET", f"{ends.store}/payouts"),
        ("POST", f"{ends.store}/pull-payments"),
        ("POST", f"{ends.store}/invoices/{paid['id']}/refund"),
        ("POST", f"{ends.store}/payouts/{made[0]}"),
        ("DELETE", f"{ends.store}/payouts/{made[0]}"),
    ):
        refused(ends.send(method, path, PULL), 403, "missing-permission")
    api = Api(ends.secret)
    for method, path in (
        ("GET", "refunds"),
        ("GET", f"refunds/{made[0]}"),
        ("POST", "refunds"),
        ("POST", f"refunds/{made[0]}/approve"),
        ("POST", f"refunds/{made[0]}/link"),
        ("POST", "card-refunds"),
        ("POST", f"card-refunds/{made[0]}/approve"),
    ):
        assert api.send(method, path).json()["code"] == "scope_missing", (method, path)
    assert set(Refund.objects.values_list("status", flat=True)) == {"requested"}
    ends.asked("DELETE", f"{ends.store}/pull-payments/{made[0]}")
    assert api.send("POST", f"refunds/{made[1]}/cancel", {}).status_code == 200
    assert set(Refund.objects.values_list("status", flat=True)) == {"rejected"}


def test_pull_payments_and_payouts_are_listed_in_one_query_each(
    plugin: Plugin, paid: dict[str, Any], django_assert_num_queries: Any
) -> None:
    for _ in range(2):
        plugin.asked("POST", f"{plugin.store}/pull-payments", PULL)
    plugin.asked("GET", f"{plugin.store}/payouts")
    for path in ("pull-payments", "payouts"):
        with django_assert_num_queries(2):
            plugin.asked("GET", f"{plugin.store}/{path}")


def test_an_order_paid_twice_is_refunded_from_what_came_on_top(
    plugin: Plugin, open_shop: World, paid: dict[str, Any]
) -> None:
    data = plugin.invoice("10.00", metadata={"orderId": "1001"})
    deposit = open_shop.confirmed(Invoice.objects.get(id=data["id"]))
    open_shop.hear(deposit, "final")
    plugin.asked("POST", f"{plugin.store}/pull-payments", PULL)
    assert str(Refund.objects.get().invoice_id) == data["id"]


def test_an_order_paid_twice_can_be_refunded_twice(
    plugin: Plugin, open_shop: World, paid: dict[str, Any]
) -> None:
    data = plugin.invoice("10.00", metadata={"orderId": "1001"})
    deposit = open_shop.confirmed(Invoice.objects.get(id=data["id"]))
    open_shop.hear(deposit, "final")
    path, whole = f"{plugin.store}/pull-payments", {**PULL, "amount": "10.00"}
    for _ in range(2):
        plugin.asked("POST", path, whole)
    refunds = Refund.objects.order_by("requested_at", "id")
    assert [str(one.invoice_id) for one in refunds] == [data["id"], paid["id"]]
    assert plugin.send("POST", path, whole).status_code in (409, 422)


def test_a_claimed_refund_is_a_payout(
    plugin: Plugin, open_shop: World, paid: dict[str, Any]
) -> None:
    told = ask(plugin, paid, refundVariant="RateThen").json()
    Refunds(open_shop).claim(told["viewLink"].rpartition("/")[2], asset=USDC)
    [payout] = plugin.asked("GET", f"pull-payments/{told['id']}/payouts")
    assert payout["id"] == payout["pullPaymentId"] == told["id"]
    assert payout["destination"].lower() == "0x" + WALLET.hex()
    assert (payout["state"], payout["cryptoCode"]) == ("AwaitingApproval", "USDC")
    assert payout["amount"] == "10.00" and payout["revision"] == 0 and is_unix(payout["date"])
    assert (payout["payoutCurrency"], payout["payoutAmount"]) == ("USDC", None)
    assert payout["paymentProof"] is None and payout["metadata"] == {}
    for path in (f"pull-payments/{told['id']}/payouts", f"{plugin.store}/payouts"):
        assert plugin.asked("GET", f"{path}/{told['id']}") == payout
    assert plugin.asked("GET", f"{plugin.store}/payouts") == [payout]
    other = f"pull-payments/{told['id']}/payouts/{uuid4()}"
    refused(plugin.get(other), 404, "payout-not-found")


def test_what_nobody_claimed_is_no_payout(plugin: Plugin, paid: dict[str, Any]) -> None:
    told = ask(plugin, paid, refundVariant="RateThen").json()
    for path in (f"pull-payments/{told['id']}/payouts", f"{plugin.store}/payouts"):
        refused(plugin.get(f"{path}/{told['id']}"), 404, "payout-not-found")
    assert plugin.asked("GET", f"{plugin.store}/payouts") == []


def test_a_key_lets_a_payout_go_within_its_limit_and_calls_it_off(
    plugin: Plugin, open_shop: World, paid: dict[str, Any]
) -> None:
    told = ask(plugin, paid, refundVariant="RateThen").json()
    assert plugin.asked("GET", f"pull-payments/{told['id']}/payouts") == []
    answer = plugin.send("POST", f"pull-payments/{told['id']}/payouts", {"destination": "0x1"})
    assert "destination" in faults(answer)
    answer = plugin.send("POST", f"{plugin.store}/payouts/{told['id']}", {"revision": 0})
    refused(answer, 403, "refund_approval_refused")
    shop_set_terms(
        shop_id=open_shop.shop_id,
        changes={"refund_key_limit_units": 5_000},
        now=open_shop.now,
    )
    payout = plugin.asked("POST", f"{plugin.store}/payouts/{told['id']}", {"revision": 0})
    assert payout["id"] == payout["pullPaymentId"] == told["id"]
    assert payout["state"] == "AwaitingApproval" and payout["amount"] == "10.00"
    answer = plugin.send("POST", f"{plugin.store}/payouts/{told['id']}/mark-paid", {})
    assert "payoutId" in faults(answer)
    plugin.asked("DELETE", f"{plugin.store}/payouts/{told['id']}")
    assert Refund.objects.get(id=told["id"]).status == "rejected"
    answer = plugin.send("DELETE", f"{plugin.store}/payouts/{told['id']}")
    assert answer.status_code == 200, "called off again is the same"
    subject = f"refund:{told['id']}"
    acts = Record.objects.filter(subject=subject, who__startswith="key:").order_by("at", "id")
    assert [one.act for one in acts][:2] == ["refund.approved", "refund.rejected"]


@pytest.mark.parametrize("path", ["stores/{s}/payouts/{i}", "stores/{s}/payouts/{i}/mark-paid"])
def test_a_payout_that_is_not_there_is_a_404(plugin: Plugin, path: str) -> None:
    answer = plugin.send("POST", path.format(s=plugin.shop_id, i=uuid4()), {})
    refused(answer, 404, "pullpayment-not-found")
