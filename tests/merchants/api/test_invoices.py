"""Asking for money over the API."""

import io
from typing import Any
from uuid import uuid4

import pytest
import zxingcpp
from django.db import connection
from django.test.utils import CaptureQueriesContext
from PIL import Image

from gateway.invoices.models import Invoice
from tests.merchants.api.conftest import Api, refused

pytestmark = pytest.mark.django_db


def test_a_shop_asks_for_money_and_gets_a_quote_for_every_asset(api: Api) -> None:
    answer = api.post(
        "invoices",
        {"amount": "12.50", "currency": "EUR", "order_id": "A-1", "metadata": {"table": 4}},
    )
    assert answer.status_code == 201
    invoice = answer.json()
    assert answer["Location"] == f"/v1/invoices/{invoice['id']}"
    assert (invoice["amount"], invoice["currency"], invoice["status"]) == (
        "12.50",
        "EUR",
        "waiting",
    )
    assert invoice["order_id"] == "A-1"
    assert invoice["metadata"] == {"table": 4}
    assert len(invoice["due"]) >= 4
    assert api.get(f"invoices/{invoice['id']}").json() == invoice | {"payouts": []}


def test_the_shopper_can_go_back_to_where_the_sale_is_from(api: Api) -> None:
    url = "https://shop.example/orders/{OrderId}?of={InvoiceId}"
    invoice = api.invoice(order_id="A 1", return_url=url)
    assert invoice["return_url"] == f"https://shop.example/orders/A%201?of={invoice['id']}"


@pytest.mark.parametrize(
    "url",
    ["javascript:alert(1)", "//shop.example", "shop.example", "http://", "http://[", "https:"],
)
def test_a_page_leads_back_to_web_addresses_only(api: Api, url: str) -> None:
    answer = api.post("invoices", {"amount": "1.00", "return_url": url})
    assert refused(answer, 400, "not_a_web_address")["field"] == "return_url"


def test_the_shops_currency_is_assumed(api: Api) -> None:
    assert api.invoice("3")["amount"] == "3.00"


@pytest.mark.parametrize(
    ("amount", "code"),
    [
        ("-1.00", "amount_not_positive"),
        ("0", "amount_not_positive"),
        ("0.00", "amount_not_positive"),
        ("NaN", "amount_not_a_number"),
        ("Infinity", "amount_not_a_number"),
        ("1e5", "amount_not_a_number"),
        ("+5", "amount_not_a_number"),
        (" 5", "amount_not_a_number"),
        ("5 ", "amount_not_a_number"),
        ("", "amount_not_a_number"),
        ("１２", "amount_not_a_number"),
        ("1,50", "amount_not_a_number"),
        ("0x10", "amount_not_a_number"),
        ("1" + "0" * 40, "amount_too_large"),
        ("9" * 5000, "amount_too_large"),
        ("12.501", "amount_too_precise"),
        (12.5, "amount_not_text"),
        (12, "amount_not_text"),
        (True, "amount_not_text"),
        (["12.50"], "amount_not_text"),
        ({"value": "1"}, "amount_not_text"),
        (None, "field_required"),
    ],
)
def test_a_bad_amount_is_refused_with_a_code(api: Api, amount: Any, code: str) -> None:
    problem = refused(api.post("invoices", {"amount": amount}), 400, code)
    assert problem["field"] == "amount"
    assert not Invoice.objects.exists()


@pytest.mark.parametrize(
    ("body", "code", "field"),
    [
        ({}, "field_required", "amount"),
        ({"amount": "1.00", "currency": "XXX"}, "unknown_currency", "currency"),
        ({"amount": "1.00", "currency": "eur"}, "unknown_currency", "currency"),
        ({"amount": "1.00", "currency": "USD"}, "wrong_currency", "currency"),
        ({"amount": "1.00", "currency": 978}, "not_text", "currency"),
        ({"amount": "1.00", "order_id": "x" * 300}, "max_length", "order_id"),
        ({"amount": "1.00", "order_id": "a\u0000b"}, "not_unicode", "order_id"),
        ({"amount": "1.00", "order_id": 5}, "not_text", "order_id"),
        ({"amount": "1.00", "metadata": "x"}, "not_a_dict", "metadata"),
        ({"amount": "1.00", "lock_seconds": "900"}, "field_invalid", "lock_seconds"),
        ({"amount": "1.00", "lock_seconds": True}, "field_invalid", "lock_seconds"),
        ({"amount": "1.00", "lock_seconds": 5}, "lock_seconds_invalid", "lock_seconds"),
        ({"amount": "1.00", "lock_seconds": 2**63}, "lock_seconds_invalid", "lock_seconds"),
        ({"amount": "1.00", "lock_seconds": 900.0}, "field_invalid", "lock_seconds"),
        ({"amount": "1.00", "amonut": "1.00"}, "unknown_field", "amonut"),
    ],
)
def test_a_bad_field_is_named(api: Api, body: Any, code: str, field: str) -> None:
    answer = api.post("invoices", body)
    problem = refused(answer, 400, code)
    assert problem["field"] == field


def test_several_faults_are_all_named(api: Api) -> None:
    problem = refused(api.post("invoices", {"amount": 1, "order_id": 2}), 400, "invalid_request")
    assert {(e["field"], e["code"]) for e in problem["errors"]} == {
        ("amount", "amount_not_text"),
        ("order_id", "not_text"),
    }


@pytest.mark.parametrize(
    "raw",
    [
        b"{",
        b"[]",
        b'"x"',
        b"null",
        b"{'amount': 1}",
        b'{"amount": NaN}',
        b'{"amount": Infinity}',
        b"\xff\xfe",
        b'{"a": "\xff"}',
        b'{"amount": "1.00",}',
        b"[" * 30_000,
        b'{"a": "\\ud800"}',
        b'{"amount": "1.00", "amount": "1.00"}',
        b'{"amount": "1.00", "amoun\\u0074": "9.00"}',
        b'{"amount": "1.00", "metadata": {"a": [{"b": 1, "b": 2}]}}',
    ],
)
def test_what_is_no_json_object_is_refused(api: Api, raw: bytes) -> None:
    refused(api.send("POST", "invoices", raw=raw), 400, "malformed_json")


@pytest.mark.parametrize("depth", [900, 1_000, 1_020, 5_000])
def test_a_body_that_is_nested_without_end_is_refused(api: Api, depth: int) -> None:
    raw = b'{"amount": "1.00", "metadata": ' + b'{"a":' * depth + b"1" + b"}" * (depth + 1)
    answer = api.send("POST", "invoices", raw=raw)
    assert answer.status_code in {201, 400}
    if answer.status_code == 400:
        assert answer.json()["code"] in {"malformed_json", "text_invalid"}


@pytest.mark.parametrize(
    ("number", "code"),
    [
        (b"9" * 300, "field_invalid"),
        (b"9" * 5_000, "malformed_json"),
        (b"1." + b"0" * 5_000, "field_invalid"),
    ],
)
def test_a_number_of_many_digits_is_a_fault_of_the_request(
    api: Api, number: bytes, code: str
) -> None:
    raw = b'{"amount": "1.00", "lock_seconds": ' + number + b"}"
    refused(api.send("POST", "invoices", raw=raw), 400, code)


def test_a_body_beyond_64_kb_is_refused(api: Api) -> None:
    raw = b'{"amount": "1.00", "order_id": "' + b"x" * 65_600 + b'"}'
    refused(api.send("POST", "invoices", raw=raw), 413, "body_too_large")
    refused(
        api.send("POST", "invoices", raw=raw, Idempotency_Key=str(uuid4())), 413, "body_too_large"
    )


@pytest.mark.parametrize(
    "content_type", ["text/plain", "application/xml", "multipart/form-data", ""]
)
def test_a_body_that_does_not_say_it_is_json_is_refused(api: Api, content_type: str) -> None:
    answer = api.send("POST", "invoices", {"amount": "1.00"}, content_type=content_type)
    refused(answer, 415, "unsupported_media_type")


def test_json_with_a_charset_is_json(api: Api) -> None:
    answer = api.send(
        "POST", "invoices", {"amount": "1.00"}, content_type="application/json; charset=utf-8"
    )
    assert answer.status_code == 201


def test_a_shop_without_a_payout_address_cannot_ask(api: Api, open_shop: Any) -> None:
    from gateway.shops.models import Shop

    Shop.objects.filter(id=open_shop.shop_id).update(payout_address=None)
    refused(api.post("invoices", {"amount": "1.00"}), 409, "shop_has_no_payout_address")


def test_without_a_market_there_is_no_invoice_and_no_made_up_rate(api: Api, valkey: Any) -> None:
    from gateway.market.snapshot_store import forget_snapshot

    valkey.flushdb()
    forget_snapshot()
    problem = refused(api.post("invoices", {"amount": "1.00"}), 503, "market_unavailable")
    assert "hint" in problem


def test_invoices_come_in_pages_newest_first(api: Api) -> None:
    made = [api.invoice(f"{n}.00", order_id=f"o{n % 2}")["id"] for n in range(1, 6)]
    first = api.get("invoices?limit=2").json()
    second = api.get(f"invoices?limit=2&cursor={first['next_cursor']}").json()
    third = api.get(f"invoices?limit=2&cursor={second['next_cursor']}").json()
    seen = [entry["id"] for page in (first, second, third) for entry in page["data"]]
    assert seen == made[::-1]
    assert third["next_cursor"] is None
    assert len(api.get("invoices?order_id=o1").json()["data"]) == 3
    assert api.get("invoices?status=paid").json()["data"] == []


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("limit=0", "limit_invalid"),
        ("limit=201", "limit_invalid"),
        ("limit=x", "limit_invalid"),
        ("limit=", "limit_invalid"),
        ("limit=٣", "limit_invalid"),
        ("cursor=zzz", "bad_cursor"),
        ("cursor=%00", "parameter_invalid"),
        ("cursor=é", "bad_cursor"),
        ("status=settled", "parameter_invalid"),
        ("page=2", "unknown_parameter"),
        ("limit=1&limit=2", "parameter_repeated"),
        ("order_id=%00", "parameter_invalid"),
    ],
)
def test_a_bad_query_is_refused_rather_than_ignored(api: Api, query: str, code: str) -> None:
    refused(api.get(f"invoices?{query}"), 400, code)


def test_an_invoice_is_voided_once_and_stays_so(api: Api) -> None:
    invoice = api.invoice()
    answer = api.post(f"invoices/{invoice['id']}/void")
    assert answer.status_code == 200
    assert answer.json()["status"] == "cancelled"
    assert api.post(f"invoices/{invoice['id']}/void").json()["status"] == "cancelled"
    refused(api.post(f"invoices/{invoice['id']}/requote"), 409, "invoice_not_open")


def test_new_quotes_are_drawn_on_request(api: Api) -> None:
    invoice = api.invoice()
    answer = api.post(f"invoices/{invoice['id']}/requote", {"lock_seconds": 600})
    assert answer.status_code == 200
    assert answer.json()["lock_end"] != invoice["lock_end"]


def _codes_in(image: bytes) -> list[Any]:
    return list(
        zxingcpp.read_barcodes(
            Image.open(io.BytesIO(image)).convert("L"),
            formats=zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.QRCode),
        )
    )


def test_the_qr_image_can_be_read_by_a_scanner(api: Api) -> None:
    invoice = api.invoice()
    image = api.get(f"invoices/{invoice['id']}/qr.png")
    assert image["Content-Type"] == "image/png"
    [code] = _codes_in(image.content)
    assert code.text == invoice["checkout_url"]
    due = invoice["due"][0]
    image = api.get(f"invoices/{invoice['id']}/qr.png?asset={due['asset']}&module_px=4")
    [code] = _codes_in(image.content)
    assert code.text == due["uri"]
    refused(api.get(f"invoices/{invoice['id']}/qr.png?asset=X"), 400, "asset_not_offered")
    refused(api.get(f"invoices/{invoice['id']}/qr.png?module_px=99"), 400, "parameter_invalid")


def test_quotes_can_be_looked_at_before_asking(api: Api) -> None:
    preview = api.get("quotes?amount=12.50").json()
    assert preview["currency"] == "EUR"
    assert {"amount", "credit", "fee", "rate", "parts"} <= set(preview["data"][0])
    assert not Invoice.objects.exists()
    refused(api.get("quotes"), 400, "field_required")
    refused(api.get("quotes?amount=-1"), 400, "amount_not_positive")
    refused(api.get("quotes?amount=1&currency=XXX"), 400, "unknown_currency")


def test_assets_say_what_the_shop_accepts(api: Api) -> None:
    assets = {entry["code"]: entry for entry in api.get("assets").json()["data"]}
    assert assets["ETH@31337"]["native"] is True
    assert assets["USDC@31337"]["settlement"] is True


@pytest.mark.django_db(transaction=True)
def test_a_create_is_two_statements_and_the_second_is_the_only_writing_transaction(
    api: Api,
) -> None:
    api.invoice()  # the key's hourly note of use, the catalogue
    with CaptureQueriesContext(connection) as captured:
        answer = api.post("invoices", {"amount": "12.50"}, Idempotency_Key=str(uuid4()))
    assert answer.status_code == 201
    reads, writes = [query["sql"] for query in captured.captured_queries]
    assert "api_caller" in reads
    assert "invoices_issue" in writes and "api_keep" in writes


def test_before_who_pays_is_said_the_api_gives_the_link_and_no_address(
    api: Api, settings: Any
) -> None:
    settings.TRAVEL_RULE = {"test_shops": True, "payer_from": {"EUR": "10.00"}}
    invoice = api.invoice("12.50")
    assert invoice["payer_needed"] is True and invoice["address"] == ""
    assert invoice["checkout_url"].endswith(f"/i/{invoice['id']}")
    assert {(due["address"], due["uri"]) for due in invoice["due"]} == {("", "")}
    code = api.get(f"invoices/{invoice['id']}/qr.png")
    [page] = _codes_in(code.content)
    assert page.text == invoice["checkout_url"]
    asset = invoice["due"][0]["asset"]
    refused(api.get(f"invoices/{invoice['id']}/qr.png?asset={asset}"), 409, "payer_needed")
    assert api.invoice("9.99")["payer_needed"] is False
