"""The settlement policy and quotes of payouts over the API."""

from datetime import UTC, datetime
from typing import Any

import pytest

from gateway.chains.models import Token
from gateway.events import relay
from gateway.events.ids import uuid7
from gateway.invoices.models import Invoice
from gateway.settlement.models import PayoutQuote
from gateway.shops.services import shop_set_reserve
from gateway.treasury.services import float_fund
from tests.merchants.api.conftest import Api, refused
from tests.settlement.test_policy_runs import fresh_market, publish

pytestmark = pytest.mark.django_db
USDC, DAI = "USDC@31337", "DAI@31337"
WHOLE = [{"asset": USDC, "bps": 10_000}]
HALVES = [{"asset": USDC, "bps": 5_000}, {"asset": DAI, "bps": 5_000}]


@pytest.fixture
def paid(api: Api, open_shop: Any) -> Api:
    """The shop has sold a coffee; the payment is final, and the house has some DAI."""
    invoice = api.invoice()
    deposit = open_shop.confirmed(Invoice.objects.get(id=invoice["id"]))
    open_shop.hear(deposit, "final")
    open_shop.drain()
    float_fund(asset=DAI, units=100 * 10**18, reference="float", now=datetime.now(UTC))
    publish(fresh_market(datetime.now(UTC)))
    return api


def put(api: Api, body: Any) -> Any:
    return api.send("PUT", "settlement-policy", body)


def test_a_shop_begins_with_everything_on_demand(api: Api) -> None:
    policy = api.get("settlement-policy").json()
    assert (policy["version"], policy["schedule"], policy["split"]) == (1, "on_demand", WHOLE)
    assert policy["next"]["state"] == "nothing" and policy["reserve"]["held"] == "0.000000"


def test_a_policy_is_replaced_whole_and_says_what_it_would_pay(paid: Api) -> None:
    body = {"split": HALVES, "schedule": "daily", "closes_at": "22:30", "minimum": "1"}
    answer = put(paid, body)
    assert answer.status_code == 200, answer.content
    policy = answer.json()
    assert (policy["version"], policy["closes_at"], policy["minimum"]) == (2, "22:30", "1.000000")
    own, dai = policy["next"]["parts"]
    assert (own["asset"], own["conversion"]) == (USDC, None)
    assert dai["asset"] == DAI and dai["conversion"]["spread_bps"]
    assert policy["next"]["at"] > datetime.now(UTC).isoformat()
    assert put(paid, body).json()["version"] == 2
    assert put(paid, {"split": WHOLE}).json()["closes_at"] is None


@pytest.mark.parametrize(
    ("body", "code", "field"),
    [
        ({"split": [{"asset": USDC, "bps": 9_999}]}, "policy_refused", "split"),
        ({"split": [{"asset": "EUR", "bps": 10_000}]}, "asset_not_paid_out", "split"),
        ({"split": WHOLE, "schedule": "daily"}, "policy_refused", "closes_at"),
        ({"split": WHOLE, "schedule": "threshold"}, "policy_refused", "threshold"),
    ],
)
def test_a_policy_that_cannot_be_kept_is_refused(
    api: Api, body: Any, code: str, field: str
) -> None:
    assert refused(put(api, body), 422, code)["field"] == field
    assert api.get("settlement-policy").json()["version"] == 1


def test_the_reserve_is_shown_and_not_the_shops_to_change(paid: Api, open_shop: Any) -> None:
    put_reserve = {"split": WHOLE, "reserve_bps": 0}
    assert put(paid, put_reserve).status_code in (400, 422)
    shop_set_reserve(
        shop_id=open_shop.shop_id, bps=500, days=7, now=datetime.now(UTC), changed_by="desk"
    )
    assert put(paid, {"split": WHOLE, "schedule": "instant"}).json()["reserve"]["bps"] == 500


def test_a_quote_is_shown_before_and_used_once(paid: Api) -> None:
    quote = paid.post("payout-quotes", {"into": DAI, "amount": "5"})
    assert quote.status_code == 201, quote.content
    shown = quote.json()
    assert shown["taken_amount"] == "5.000000" and shown["asset"] == DAI
    assert shown["conversion"]["fair_amount"] > shown["amount"]
    body = {"quote_id": shown["id"]}
    payout = paid.post("payouts", body, Idempotency_Key="p1")
    assert payout.status_code == 201, payout.content
    made = payout.json()
    assert (made["amount"], made["asset"]) == (shown["amount"], DAI)
    assert (made["taken_amount"], made["conversion"]) == ("5.000000", shown["conversion"])
    assert paid.post("payouts", body, Idempotency_Key="p1").json() == made
    refused(paid.post("payouts", body, Idempotency_Key="p2"), 409, "payout_quote_over")


def test_a_quote_that_has_ended_is_refused(paid: Api) -> None:
    shown = paid.post("payout-quotes", {"into": DAI, "amount": "5"}).json()
    PayoutQuote.objects.update(expires_at=datetime(2026, 1, 1, tzinfo=UTC))
    answer = paid.post("payouts", {"quote_id": shown["id"]}, Idempotency_Key="p1")
    refused(answer, 409, "payout_quote_over")


def test_a_strangers_quote_is_not_there(paid: Api, stranger: Api) -> None:
    shown = paid.post("payout-quotes", {"amount": "5"}).json()
    for quote_id in (shown["id"], str(uuid7())):
        answer = stranger.post("payouts", {"quote_id": quote_id}, Idempotency_Key=str(uuid7()))
        refused(answer, 404, "payout_quote_unknown")


def test_without_fresh_prices_nothing_is_converted(paid: Api) -> None:
    publish(fresh_market(datetime(2026, 1, 1, tzinfo=UTC)))
    refused(paid.post("payout-quotes", {"into": DAI, "amount": "5"}), 409, "price_not_fresh")


def test_what_the_house_does_not_hold_is_not_promised(paid: Api) -> None:
    Token.objects.filter(code="EURC@31337").update(peg="EUR")
    answer = paid.post("payout-quotes", {"into": "EURC@31337", "amount": "5"})
    refused(answer, 409, "float_too_small")


def test_the_cheapest_of_one_chain_is_the_balances_own(paid: Api) -> None:
    put(paid, {"split": WHOLE, "chains": [31337]})
    float_fund(asset=USDC, units=100 * 10**6, reference="more", now=datetime.now(UTC))
    relay.drain(limit=1000)
    shown = paid.post("payout-quotes", {"cheapest": True}).json()
    assert shown["chain_choice"]["reason"] == "only_way"
    assert shown["chain_choice"]["considered"][0]["cost"] > "0"


def test_a_quote_and_more_is_refused(paid: Api) -> None:
    body = {"quote_id": str(uuid7()), "amount": "5"}
    assert paid.post("payouts", body, Idempotency_Key="p1").status_code in (400, 422)
