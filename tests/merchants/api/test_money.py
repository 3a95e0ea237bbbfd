"""Balances, payouts and events over the API."""

from datetime import datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit
from uuid import UUID, uuid4

import pytest
from django.utils import timezone

from gateway.checkout import holders, tickets
from gateway.settlement.models import Payout
from merchants.accounts.models import ApiKey
from tests.merchants.api.conftest import Api, refused

pytestmark = pytest.mark.django_db


@pytest.fixture
def paid(api: Api, open_shop: Any) -> Api:
    """The shop has sold a coffee; the payment is final."""
    from gateway.invoices.models import Invoice

    invoice = api.invoice()
    deposit = open_shop.confirmed(Invoice.objects.get(id=invoice["id"]))
    open_shop.hear(deposit, "final")
    open_shop.drain()
    return api


def _payable(api: Api) -> dict[str, Any]:
    [balance] = [b for b in api.get("balances").json()["balances"] if b["asset"] == "USDC@31337"]
    return dict(balance)


def test_a_shop_that_sold_nothing_has_a_balance_of_zero(api: Api) -> None:
    balance = _payable(api)
    assert (balance["available"], balance["payable_units"]) == ("0.000000", "0")
    answer = api.post("payouts", {}, Idempotency_Key="p1")
    refused(answer, 422, "nothing_to_pay_out")


def test_what_is_final_is_paid_out_once(paid: Api) -> None:
    payable = int(_payable(paid)["payable_units"])
    assert payable > 0
    first = paid.post("payouts", {}, Idempotency_Key="p1")
    assert first.status_code == 201
    assert first.json()["units"] == str(payable)
    again = paid.post("payouts", {}, Idempotency_Key="p1")
    assert again.content == first.content
    assert Payout.objects.count() == 1
    refused(paid.post("payouts", {}, Idempotency_Key="p2"), 422, "nothing_to_pay_out")
    listed = paid.get("payouts").json()["data"]
    assert [entry["id"] for entry in listed] == [first.json()["id"]]
    assert paid.get(f"payouts/{first.json()['id']}").status_code == 200
    assert paid.get("payouts?status=completed").json()["data"] == []


@pytest.mark.parametrize(
    ("body", "code"), [({}, "nothing_to_pay_out"), ({"amount": "1"}, "payout_too_large")]
)
def test_what_was_refused_before_the_money_was_final_is_paid_out_under_the_same_key(
    api: Api, open_shop: Any, body: Any, code: str
) -> None:
    from gateway.invoices.models import Invoice

    small, large = (
        Invoice.objects.get(id=api.invoice(amount)["id"]) for amount in ("0.50", "12.50")
    )
    if body:
        open_shop.hear(open_shop.confirmed(small), "final")
    deposit = open_shop.confirmed(large)
    open_shop.drain()
    refused(api.post("payouts", body, Idempotency_Key="p1"), 422, code)

    open_shop.hear(deposit, "final")
    open_shop.drain()
    assert api.post("payouts", body, Idempotency_Key="p1").status_code == 201
    assert Payout.objects.count() == 1


def test_a_payout_is_cancelled_before_it_is_sent(paid: Api) -> None:
    payout = paid.post("payouts", {"amount": "1.5"}, Idempotency_Key="p1").json()
    assert payout["units"] == "1500000"
    before = _payable(paid)
    cancelled = paid.post(f"payouts/{payout['id']}/cancel")
    assert cancelled.json()["status"] == "cancelled"
    after = _payable(paid)
    assert int(after["available_units"]) - int(before["available_units"]) == 1_500_000


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"amount": "-1"}, "amount_not_positive"),
        ({"amount": "0"}, "amount_not_positive"),
        ({"amount": "NaN"}, "amount_not_a_number"),
        ({"amount": "0.0000001"}, "amount_too_precise"),
        ({"amount": 1}, "amount_not_text"),
        ({"amount": "1000000"}, "payout_too_large"),
        ({"amount": "1", "asset": "USDC@1"}, "asset_not_paid_out"),
        ({"amount": "1", "asset": "nonsense"}, "asset_not_paid_out"),
        ({"address": "0x00"}, "unknown_field"),
    ],
)
def test_a_bad_payout_is_refused(paid: Api, body: Any, code: str) -> None:
    answer = paid.post("payouts", body, Idempotency_Key=str(uuid4()))
    assert answer.status_code in (400, 422)
    refused(answer, answer.status_code, code)
    assert not Payout.objects.exists()


def test_events_tell_the_shop_what_happened_and_nothing_from_inside(paid: Api) -> None:
    types = [event["type"] for event in paid.get("events").json()["data"]]
    assert "invoice.paid" in types
    assert types[-1] == "invoice.created"
    assert not [kind for kind in types if kind.split(".")[0] in ("deposit", "verdict", "hold")]
    only = paid.get("events?type=invoice.paid").json()["data"]
    assert {event["type"] for event in only} == {"invoice.paid"}
    one = paid.get(f"events/{only[0]['id']}").json()
    assert one["data"]["status"] == "paid"


def test_a_program_can_follow_events_without_missing_one(
    paid: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    since = "events?limit=2&since=" + (timezone.now() - timedelta(days=1)).isoformat()
    from merchants.api import events

    fresh = paid.get(since).json()
    monkeypatch.setattr(events, "SETTLED_AFTER", timedelta(0))
    assert fresh["data"] == []  # what is seconds old may still get neighbours
    seen: list[str] = []
    cursor = ""
    while True:
        page = paid.get(since + (f"&cursor={cursor}" if cursor else "")).json()
        if not page["data"]:
            break
        seen += [event["id"] for event in page["data"]]
        cursor = page["next_cursor"]
    newest_first = [event["id"] for event in paid.get("events?limit=200").json()["data"]]
    assert seen == newest_first[::-1]
    assert paid.get(f"{since}&cursor={cursor}").json()["next_cursor"] == cursor


def test_a_program_that_passes_over_what_it_has_hears_at_once(
    paid: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    since = "events?fresh=true&since=" + (timezone.now() - timedelta(days=1)).isoformat()
    from merchants.api import events

    newest_first = [event["id"] for event in paid.get("events?limit=200").json()["data"]]
    fresh = paid.get(since).json()
    assert [event["id"] for event in fresh["data"]] == newest_first[::-1]
    assert fresh["next_cursor"] is None, "nothing is settled, so all of it comes again"
    monkeypatch.setattr(events, "SETTLED_AFTER", timedelta(0))
    settled = paid.get(since).json()
    assert settled["data"] == fresh["data"]
    assert paid.get(f"{since}&cursor={settled['next_cursor']}").json()["data"] == []


def test_where_news_is_told_of_is_this_shops_and_this_keys(paid: Api, settings: Any) -> None:
    settings.LIVE_URL = "https://live.example.com"
    before = timezone.now()
    told = paid.get("events/live").json()
    assert datetime.fromisoformat(told["ends_at"]) > before
    url = urlsplit(told["url"])
    shop_id = url.path.removeprefix("/live/news/")
    [ticket] = parse_qs(url.query)["ticket"]
    assert (url.netloc, url.path) == ("live.example.com", f"/live/news/{shop_id}")
    holder = tickets.ticket_holder(ticket, shop_id=UUID(shop_id), to="news")
    assert holder is not None
    assert not tickets.ticket_opens(ticket, shop_id=UUID(shop_id)), "it follows no sales"
    key = ApiKey.objects.get(shop_id=shop_id, id=holder.removeprefix("api_key:"))
    assert holders.ended([holder]) == set()
    ApiKey.objects.filter(id=key.id).update(expires_at=timezone.now() - timedelta(seconds=1))
    assert holders.ended([holder]) == {holder}
    ApiKey.objects.filter(id=key.id).update(expires_at=None, revoked_at=timezone.now())
    assert holders.ended([holder]) == {holder}


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("fresh=yes", "parameter_invalid"),
        ("type=deposit.seen", "parameter_invalid"),
        ("since=yesterday", "time_invalid"),
        ("since=2026-11-24T12:00:00", "time_invalid"),
        ("since=2026-13-24T12:00:00Z", "time_invalid"),
    ],
)
def test_a_bad_question_about_events_is_refused(api: Api, query: str, code: str) -> None:
    refused(api.get(f"events?{query}"), 400, code)
