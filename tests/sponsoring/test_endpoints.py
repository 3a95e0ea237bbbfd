"""What the shopper's page asks and is told, as a browser's requests."""

import json
from contextlib import suppress
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gateway.chains.models import Chain
from gateway.checkout.signed import SignedUnreadable, read_signed
from gateway.events.errors import TillwayError
from gateway.invoices.models import Invoice
from gateway.sponsoring.accepting import client_hash
from gateway.sponsoring.models import Authorization
from tests.market.execution.conftest import USDC
from tests.sponsoring.conftest import Counter

pytestmark = [pytest.mark.chain, pytest.mark.xdist_group("devchain")]
ABROAD = "0x" + "11" * 20


@pytest.fixture
def browser(counter: Counter, monkeypatch: pytest.MonkeyPatch) -> Client:
    monkeypatch.setattr(timezone, "now", lambda: counter.now)
    return Client(enforce_csrf_checks=True, REMOTE_ADDR="203.0.113.9")


def asked(browser: Client, counter: Counter, invoice: Invoice, **query: str) -> Any:
    query = {"asset": USDC.code, "payer": counter.shopper.address} | query
    return browser.get(f"/i/{invoice.id}/authorization", query)


def body_of(counter: Counter, typed_data: dict[str, Any], **message: str) -> dict[str, Any]:
    data = typed_data | {"message": typed_data["message"] | message}
    return {
        "asset": USDC.code,
        "authorization": data["message"],
        "signature": "0x" + counter.sign(data).hex(),
    }


def post(browser: Client, invoice: Invoice, body: Any) -> Any:
    text = body if isinstance(body, str | bytes) else json.dumps(body)
    return browser.post(f"/i/{invoice.id}/authorization", text, content_type="application/json")


def test_what_is_asked_for_is_signed_handed_in_and_told_of(
    browser: Client, counter: Counter
) -> None:
    invoice = counter.issue()
    answer = asked(browser, counter, invoice)
    assert answer.status_code == 200
    typed_data = answer.json()["typed_data"]
    assert typed_data["domain"]["chainId"] == 31337
    given = post(browser, invoice, body_of(counter, typed_data))
    assert given.status_code == 202
    assert post(browser, invoice, body_of(counter, typed_data)).json() == given.json()
    path = f"/i/{invoice.id}/authorizations/{given.json()['id']}"
    assert browser.get(path).json()["status"] == "queued"
    counter.send()
    told = browser.get(path).json()
    assert (told["status"], told["failure_code"]) == ("paid", "")
    assert bytes(Authorization.objects.get().client) == client_hash("203.0.113.9")
    # …and of nobody else's invoice
    other = counter.issue()
    assert browser.get(f"/i/{other.id}/authorizations/{told['id']}").status_code == 404


@pytest.mark.parametrize(
    ("message", "status", "code"),
    [
        ({"to": ABROAD}, 422, "wrong_recipient"),
        ({"value": "1"}, 422, "wrong_amount"),
        ({"nonce": "0x" + "01" * 32}, 422, "wrong_nonce"),
        ({"validBefore": "1"}, 422, "authorization_expired"),
        ({"validBefore": str(2**256 - 1)}, 422, "wrong_times"),
        ({"from": ABROAD}, 422, "signature_invalid"),
        ({"value": "-1"}, 400, "authorization_unreadable"),
        ({"value": "1e3"}, 400, "authorization_unreadable"),
        ({"value": str(2**256)}, 400, "authorization_unreadable"),
        ({"to": "0x11"}, 400, "address_invalid"),
        ({"from": "0x" + "00" * 20}, 400, "authorization_unreadable"),
    ],
)
def test_a_changed_message_is_refused_with_its_reason(
    browser: Client, counter: Counter, message: dict[str, str], status: int, code: str
) -> None:
    invoice = counter.issue()
    typed_data = asked(browser, counter, invoice).json()["typed_data"]
    body = body_of(counter, typed_data)
    body["authorization"] |= message
    if code not in ("authorization_unreadable", "address_invalid", "signature_invalid"):
        body = body_of(counter, typed_data, **message)
    refused = post(browser, invoice, body)
    assert (refused.status_code, refused.json()["code"]) == (status, code)
    assert refused["Content-Type"] == "application/problem+json"
    assert not Authorization.objects.exists()


def test_a_signature_in_another_domain_is_told_from_others(
    browser: Client, counter: Counter
) -> None:
    invoice = counter.issue()
    typed_data = asked(browser, counter, invoice).json()["typed_data"]
    euro = counter.house.desk.till.layout.token("EURC")
    domain = typed_data["domain"] | {"name": euro.name, "verifyingContract": euro.address}
    refused = post(browser, invoice, body_of(counter, typed_data | {"domain": domain}))
    assert refused.json()["code"] == "wrong_domain"
    domain = typed_data["domain"] | {"chainId": 1}
    refused = post(browser, invoice, body_of(counter, typed_data | {"domain": domain}))
    assert refused.json()["code"] == "signature_invalid"


def test_another_invoices_signature_pays_nothing_here(browser: Client, counter: Counter) -> None:
    invoice, other = counter.issue(), counter.issue()
    typed_data = asked(browser, counter, invoice).json()["typed_data"]
    body = body_of(counter, typed_data)
    assert post(browser, invoice, body).status_code == 202
    assert post(browser, other, body).json()["code"] == "wrong_recipient"


def test_where_it_is_off_it_is_not_offered(browser: Client, counter: Counter) -> None:
    invoice = counter.issue()
    assert "data-sign" in browser.get(f"/i/{invoice.id}?asset={USDC.code}").content.decode()
    assert "data-sign" not in browser.get(f"/i/{invoice.id}?asset=WETH@31337").content.decode()
    assert asked(browser, counter, invoice, asset="WETH@31337").json()["code"] == "sponsorship_off"
    Chain.objects.update(sponsor=None)
    refused = asked(browser, counter, invoice)
    assert (refused.status_code, refused.json()["code"]) == (409, "sponsorship_off")
    assert "data-sign" not in browser.get(f"/i/{invoice.id}?asset={USDC.code}").content.decode()


def test_dear_gas_is_not_paid(browser: Client, counter: Counter) -> None:
    invoice = counter.issue()
    counter.house.desk.publish(gas_price_wei=100 * 10**9 + 1)
    refused = asked(browser, counter, invoice)
    assert (refused.status_code, refused.json()["code"]) == (409, "gas_too_dear")


def test_a_chain_that_does_not_answer_is_said(
    browser: Client, counter: Counter, settings: Any
) -> None:
    invoice = counter.issue()
    typed_data = asked(browser, counter, invoice).json()["typed_data"]
    entry = counter.house.desk.entry | {"rpc_urls": ["http://127.0.0.1:9"]}
    settings.CHAINS = json.dumps([entry])
    refused = post(browser, invoice, body_of(counter, typed_data))
    assert (refused.status_code, refused.json()["code"]) == (503, "sponsor_unavailable")


def test_a_client_that_asks_without_end_is_held_back(browser: Client, counter: Counter) -> None:
    invoice = counter.issue()
    codes = [200]
    # On a busy machine what flows back meanwhile lets some more through.
    while codes[-1] == 200 and len(codes) < 300:
        codes.append(asked(browser, counter, invoice).status_code)
    assert len(codes) > 31 and codes[-1] == 429


def test_an_unknown_invoice_is_not_found(browser: Client, counter: Counter) -> None:
    invoice = Invoice(id=uuid4())
    assert asked(browser, counter, invoice).status_code == 404
    assert asked(browser, counter, counter.issue(), payer="x").json()["code"] == "address_invalid"


@pytest.mark.parametrize(
    "body",
    [b"", b"\xff", "null", "[]", "{}", '{"asset": 1}', "[" * 5_000, "x" * 5_000],
    ids=["empty", "no utf-8", "null", "list", "nothing", "number", "deep", "long"],
)
def test_a_body_that_is_no_signed_transfer_is_refused(
    browser: Client, counter: Counter, body: str | bytes
) -> None:
    refused = post(browser, counter.issue(), body)
    assert (refused.status_code, refused.json()["code"]) == (400, "authorization_unreadable")


VALID = {
    "asset": "USDC@31337",
    "authorization": {
        "from": ABROAD,
        "to": ABROAD,
        "value": "1",
        "validAfter": "0",
        "validBefore": "1",
        "nonce": "0x" + "00" * 32,
    },
    "signature": "0x",
}
anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=5,
)


@settings(max_examples=200, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(name=st.sampled_from([*VALID, *VALID["authorization"]]), value=anything)  # type: ignore[misc]
def test_any_junk_in_any_field_is_a_refusal_and_no_error(name: str, value: Any) -> None:
    body = json.loads(json.dumps(VALID))
    (body if name in VALID else body["authorization"])[name] = value
    with suppress(TillwayError):  # and nothing else
        read_signed(json.dumps(body).encode())
    read_signed(json.dumps(VALID).encode())
    with pytest.raises(SignedUnreadable):
        read_signed(json.dumps(VALID | {"more": 1}).encode())
