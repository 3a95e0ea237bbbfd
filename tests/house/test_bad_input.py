"""Every item of "Bad input", through the front door: a code each, and nothing lost."""

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from tests.house.place import Place, fresh_key, refused

HUGE = "1" + "0" * 40


@pytest.mark.parametrize(
    ("amount", "code"),
    [
        ("-4.20", "amount_not_positive"),
        ("0", "amount_not_positive"),
        ("0.00", "amount_not_positive"),
        ("NaN", "amount_not_a_number"),
        ("Infinity", "amount_not_a_number"),
        ("1e5", "amount_not_a_number"),
        ("１２", "amount_not_a_number"),
        ("1,50", "amount_not_a_number"),
        ("", "amount_not_a_number"),
        (" 4.20", "amount_not_a_number"),
        ("4.20\n", "amount_not_a_number"),
        (HUGE, "amount_too_large"),
        ("9" * 5_000, "amount_too_large"),
        ("4.201", "amount_too_precise"),
        (4.2, "amount_not_text"),
        (True, "amount_not_text"),
        (None, "field_required"),
        ([], "amount_not_text"),
    ],
)
def test_a_bad_amount(place: Place, amount: Any, code: str) -> None:
    before = _invoices(place)
    problem = refused(place.send("POST", "invoices", {"amount": amount}), 400, code)
    assert problem["field"] == "amount"
    assert len(problem["detail"]) < 300
    assert _invoices(place) == before


@pytest.mark.parametrize("amount", ["-1", "0", "NaN", HUGE, "0.0000001", "1e3"])
@pytest.mark.parametrize("path", ["quotes?amount={}", "payouts"])
def test_a_bad_amount_elsewhere(place: Place, amount: str, path: str) -> None:
    if path == "payouts":
        answer = place.send(
            "POST", path, {"amount": amount}, headers={"Idempotency-Key": fresh_key()}
        )
    else:
        answer = place.send("GET", path.format(amount))
    assert answer.status_code == 400, answer.text
    assert answer.json()["code"].startswith("amount_")


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"amount": "4.20", "currency": "XXX"}, "unknown_currency"),
        ({"amount": "4.20", "currency": "USD"}, "wrong_currency"),
        ({"amount": "4.20", "currency": 978}, "not_text"),
        ({"amount": "4.20", "asset": "DOGE@1"}, "unknown_field"),
        ({"amount": "4.20", "lock_seconds": "900"}, "field_invalid"),
        ({"amount": "4.20", "lock_seconds": 10**30}, None),
        ({"amount": "4.20", "lock_seconds": -1}, None),
        ({"amount": "4.20", "order_id": "a\r\nSet-Cookie: x=1"}, None),
        ({"amount": "4.20", "metadata": []}, None),
        ({"amount": "4.20", "metadata": {"a": "\0"}}, None),
        ({}, "field_required"),
    ],
)
def test_a_bad_field(place: Place, body: Any, code: str | None) -> None:
    answer = place.send("POST", "invoices", body)
    assert answer.status_code == 400, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert code is None or answer.json()["code"] == code, answer.json()
    assert "set-cookie" not in answer.headers


def test_an_unknown_asset(place: Place) -> None:
    answer = place.send(
        "POST", "payouts", {"asset": "DOGE@1"}, headers={"Idempotency-Key": fresh_key()}
    )
    refused(answer, 422, "asset_not_paid_out")
    invoice = place.invoice()
    refused(
        place.send("GET", f"invoices/{invoice['id']}/qr.png?asset=DOGE@1"), 400, "asset_not_offered"
    )


@pytest.mark.parametrize(
    "raw",
    [b"", b"{", b"[]", b"null", b'"4.20"', b"{'a':1}", b"\xff\xfe", b'{"amount":"1","amount"'],
)
def test_malformed_json(place: Place, raw: bytes) -> None:
    answer = place.send(
        "POST", "invoices", content=raw, headers={"Content-Type": "application/json"}
    )
    assert answer.status_code == 400, answer.text
    assert answer.headers["content-type"] == "application/problem+json"


def test_deeply_nested_json(place: Place) -> None:
    raw = b'{"amount":"1","metadata":' + b'{"a":' * 5_000 + b"1" + b"}" * 5_001
    answer = place.send(
        "POST", "invoices", content=raw, headers={"Content-Type": "application/json"}
    )
    assert answer.status_code == 400, answer.text


def test_an_oversized_body(place: Place) -> None:
    body = {"amount": "4.20", "metadata": {"note": "x" * 70_000}}
    refused(place.send("POST", "invoices", body), 413, "body_too_large")
    huge = b"{" + b" " * 3_000_000 + b"}"
    # On a connection of its own: the server hangs up rather than read on.
    answer = httpx.post(
        f"{place.shop.house.url}/v1/invoices",
        content=huge,
        headers={"Content-Type": "application/json", "Authorization": f"Bearer {place.key}"},
    )
    refused(answer, 413, "body_too_large")
    assert place.invoice()["status"] == "waiting"


def test_a_body_of_chunks_that_never_says_how_long_it_is(place: Place) -> None:
    def endless() -> Any:
        yield b'{"amount": "4.20", "metadata": {"note": "'
        for _ in range(400):
            yield b"x" * 1_000
        yield b'"}}'

    answer = place.send(
        "POST", "invoices", content=endless(), headers={"Content-Type": "application/json"}
    )
    assert answer.status_code in {400, 413}, answer.text


def test_a_shop_without_a_settlement_address(place: Place) -> None:
    poor = place.another_shop()
    place.sql("UPDATE shops_shop SET payout_address = NULL WHERE id = %s", poor["shop_id"])
    problem = refused(
        place.send("POST", "invoices", {"amount": "4.20"}, key=poor["api_key"]),
        409,
        "shop_has_no_payout_address",
    )
    assert problem["hint"]


def test_a_key_replayed_with_another_body(place: Place) -> None:
    headers = {"Idempotency-Key": fresh_key()}
    order = fresh_key()
    first = place.send("POST", "invoices", {"amount": "4.20", "order_id": order}, headers=headers)
    again = place.send("POST", "invoices", {"amount": "4.20", "order_id": order}, headers=headers)
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.json()["id"] == again.json()["id"]
    other = place.send("POST", "invoices", {"amount": "9.99", "order_id": order}, headers=headers)
    refused(other, 422, "idempotency_key_reused")
    assert place.sql("SELECT count(*) FROM invoices_invoice WHERE order_id = %s", order) == [(1,)]


def test_concurrent_identical_requests_make_one_invoice(place: Place) -> None:
    key, order = fresh_key(), fresh_key()

    def ask(_: int) -> Any:
        return place.send(
            "POST",
            "invoices",
            {"amount": "4.20", "order_id": order},
            headers={"Idempotency-Key": key},
        )

    with ThreadPoolExecutor(12) as pool:
        answers = list(pool.map(ask, range(24)))
    made = {answer.json()["id"] for answer in answers if answer.status_code == 201}
    assert len(made) == 1
    assert {answer.status_code for answer in answers} <= {201, 409}
    assert place.sql("SELECT count(*) FROM invoices_invoice WHERE order_id = %s", order) == [(1,)]


def test_an_expired_a_revoked_and_a_foreign_mode_key(place: Place) -> None:
    """A thief's collection of old keys."""
    other = place.another_shop()
    secret, shop_id = other["api_key"], other["shop_id"]
    for change, status, code in (
        ({"expires_at": datetime.now(UTC) - timedelta(seconds=1)}, 401, "key_expired"),
        ({"expires_at": None, "mode": "live"}, 403, "wrong_mode"),
        ({"mode": "test", "revoked_at": datetime.now(UTC)}, 401, "key_revoked"),
    ):
        names = ", ".join(f"{name} = %s" for name in change)
        place.sql(
            f"UPDATE accounts_apikey SET {names} WHERE shop_id = %s", *change.values(), shop_id
        )
        for method, path in (("GET", "balances"), ("POST", "invoices"), ("POST", "payouts")):
            refused(place.send(method, path, key=secret), status, code)
    place.sql("UPDATE accounts_apikey SET revoked_at = NULL WHERE shop_id = %s", shop_id)
    # A test key on a live shop.
    place.sql("UPDATE shops_shop SET mode = 'live', approved_at = now() WHERE id = %s", shop_id)
    refused(place.send("POST", "invoices", {"amount": "4.20"}, key=secret), 403, "wrong_mode")


@pytest.mark.parametrize(
    "header",
    ["", "Bearer", "Basic dHc6eA==", "Bearer tw_test_", "Bearer tw_test_" + "A" * 43,
     "Bearer \xff", "Bearer tw_live_" + "A" * 43, "Bearer tw_test_' OR 1=1--"],
)  # fmt: skip
def test_what_is_no_key(place: Place, header: str) -> None:
    answer = place.send(
        "GET", "balances", key="", headers={"Authorization": header.encode("latin-1")}
    )
    assert answer.status_code == 401
    assert answer.json()["code"] in {"key_missing", "key_unknown"}


def _invoices(place: Place) -> int:
    return int(place.sql("SELECT count(*) FROM invoices_invoice")[0][0])


def test_a_strangers_key_opens_nothing_of_ours(place: Place) -> None:
    invoice = place.invoice()
    thief = place.another_shop()["api_key"]
    for method, path in (
        ("GET", f"invoices/{invoice['id']}"),
        ("POST", f"invoices/{invoice['id']}/void"),
        ("POST", f"invoices/{invoice['id']}/requote"),
        ("GET", f"invoices/{invoice['id']}/qr.png"),
    ):
        body = {} if method == "POST" else None
        assert place.send(method, path, body, key=thief).status_code == 404
    assert place.get("invoices", key=thief)["data"] == []
    assert json.dumps(place.get("events", key=thief)["data"]) == "[]"
