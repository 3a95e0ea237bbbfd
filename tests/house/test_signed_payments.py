"""Payments by a signature, through the front door of the whole house; and what strangers try."""

import time
from typing import Any

import pytest
from eth_account import Account
from eth_account.messages import encode_typed_data
from eth_account.signers.local import LocalAccount

from tests.house.place import Place, refused

Json = dict[str, Any]


def signed_by(account: LocalAccount, typed_data: Json, *, asset: str) -> Json:
    message = encode_typed_data(full_message=typed_data)
    return {
        "asset": asset,
        "authorization": typed_data["message"],
        "signature": "0x" + bytes(account.sign_message(message).signature).hex(),
    }


def offered(place: Place, invoice: Json, payer: str) -> tuple[str, Json]:
    asset = place.due(invoice, "USDC")["asset"]
    path = f"/i/{invoice['id']}/authorization"
    answer = place.http.get(path, params={"asset": asset, "payer": payer})
    assert answer.status_code == 200, answer.text
    return asset, answer.json()["typed_data"]


def test_a_shopper_without_ether_pays_by_a_signature_at_the_front_door(place: Place) -> None:
    shopper: LocalAccount = Account.create()
    invoice = place.invoice()
    units = int(place.due(invoice, "USDC")["units"])
    place.shop.give(to=shopper.address, USDC=units)
    asset, typed_data = offered(place, invoice, shopper.address)
    path = f"/i/{invoice['id']}/authorization"
    body = signed_by(shopper, typed_data, asset=asset)
    given = place.http.post(path, json=body)
    assert given.status_code == 202, given.text
    place.until_paid(invoice)
    deadline = time.monotonic() + 60
    while (told := place.http.get(f"{path}s/{given.json()['id']}").json())["status"] != "paid":
        assert time.monotonic() < deadline, told
        time.sleep(0.5)
    assert place.balance(shopper.address, "USDC") == 0
    assert place.balance(shopper.address, "ETH") == 0
    # the very same again is the same payment
    assert place.http.post(path, json=body).json()["id"] == told["id"]
    place.books_hold()


def test_a_stranger_without_the_payers_key_moves_nothing(place: Place) -> None:
    victim, thief = Account.create(), Account.create()
    place.shop.give(to=victim.address, USDC=50_000_000)
    invoice = place.invoice()
    asset, typed_data = offered(place, invoice, victim.address)
    path = f"/i/{invoice['id']}/authorization"
    forged = signed_by(thief, typed_data, asset=asset)
    refused(place.http.post(path, json=forged), 422, "signature_invalid")
    redirected = typed_data | {"message": typed_data["message"] | {"to": thief.address}}
    stolen = signed_by(victim, redirected, asset=asset)
    refused(place.http.post(path, json=stolen), 422, "wrong_recipient")
    assert place.balance(victim.address, "USDC") == 50_000_000


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "TRACE", "FOO"])
def test_only_asking_and_handing_in(place: Place, method: str) -> None:
    invoice = place.invoice()
    assert place.http.request(method, f"/i/{invoice['id']}/authorization").status_code == 405


@pytest.mark.parametrize("body", [b"", b"{}", b"[]", b"\xff\x00", b"{" * 9_000, b'{"asset":1}'])
def test_junk_is_refused_with_a_code(place: Place, body: bytes) -> None:
    invoice = place.invoice()
    answer = place.http.post(
        f"/i/{invoice['id']}/authorization",
        content=body,
        headers={"Content-Type": "application/json"},
    )
    refused(answer, 400, "authorization_unreadable")
