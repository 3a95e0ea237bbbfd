"""The clock: what is late is late by its block, and is still somebody's money."""

from typing import Any

from tests.house.place import Place

Json = dict[str, Any]
OVER_SECONDS = 90


def _expired(place: Place, invoice: Json) -> Json:
    return place.until(invoice, lambda found: found["status"] == "expired", seconds=OVER_SECONDS)


def test_an_unpaid_invoice_expires_and_says_so(place: Place) -> None:
    expired = _expired(place, place.short[0])
    assert (expired["release_goods"], expired["exceptions"]) == ("no", [])
    assert {due["uri"] for due in expired["due"]} == {""}
    assert "Expired" in place.http.get(f"/i/{expired['id']}").text
    events = place.get("events?type=invoice.expired")["data"]
    assert expired["id"] in {event["subject"].partition(":")[2] for event in events}


def test_money_after_expiry_is_seen_and_worth_its_own_days_rate(place: Place) -> None:
    invoice = place.short[1]
    _expired(place, invoice)
    place.pay(invoice, "WETH")
    paid = place.until(invoice, lambda found: int(found["credited"]["units"]) > 0)
    assert paid["status"] == "paid"
    assert "late" in paid["exceptions"]
    [(kind, reversed_at)] = place.sql(
        "SELECT kind, reversed_at FROM invoices_payment WHERE invoice_id = %s", invoice["id"]
    )
    assert (kind, reversed_at) == ("late", None)


def test_an_expired_invoice_gets_new_quotes_on_request(place: Place) -> None:
    invoice = place.short[2]
    _expired(place, invoice)
    with place.browser() as client:
        page = client.get(f"/i/{invoice['id']}")
        token = client.cookies.get("csrftoken", "")
        answer = client.post(f"/i/{invoice['id']}/renew", headers={"X-CSRFToken": token})
    assert (page.status_code, answer.status_code) == (200, 302)
    place.pay(place.get(f"invoices/{invoice['id']}"))
    assert place.until_paid(invoice)["exceptions"] == []


def test_money_that_came_in_time_and_was_buried_late_is_in_time(place: Place) -> None:
    """Three confirmations are asked for; the chain's clock jumps past the lock before them."""
    invoice = place.invoice("90.00", lock_seconds=30)
    place.mined(place.pay(invoice))
    place.rpc.call("evm_increaseTime", [120])
    paid = place.until_paid(invoice)
    assert paid["exceptions"] == []
    assert paid["credited"]["amount"] == place.due(invoice, "USDC")["credit"]


def test_after_all_that_the_books_hold(place: Place) -> None:
    place.books_hold()
