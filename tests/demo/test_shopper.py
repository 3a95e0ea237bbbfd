"""The stranger reads what the standard says, not what our code happens to write."""

import io
import json
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest
import qrcode
from standardwebhooks.webhooks import Webhook
from web3 import Web3

from demo.receiver import Receiver
from demo.shopper import PaymentRequest, _Links, parse_erc681, scan

USDC_ON_BASE = "0x833589fCD6eDb6E08f4c7C32D4f71b54bdA02913"
RECIPIENT = "0x8e23ee67d1332ad560396262c48ffbb01f93d052"
CHECKSUMMED = Web3.to_checksum_address(RECIPIENT)


def test_a_token_transfer_is_read() -> None:
    uri = f"ethereum:{USDC_ON_BASE}@8453/transfer?address={RECIPIENT}&uint256=12500000"
    assert parse_erc681(uri) == PaymentRequest(
        chain_id=8453, token=USDC_ON_BASE, recipient=CHECKSUMMED, units=12_500_000
    )


def test_a_coin_transfer_is_read() -> None:
    assert parse_erc681(f"ethereum:{RECIPIENT}@1?value=42") == PaymentRequest(
        chain_id=1, token=None, recipient=CHECKSUMMED, units=42
    )


@pytest.mark.parametrize(
    "uri",
    [
        f"ethereum:{RECIPIENT}?value=42",
        f"bitcoin:{RECIPIENT}",
        f"ethereum:{USDC_ON_BASE}@1/approve?address={RECIPIENT}&uint256=1",
    ],
)
def test_what_names_no_chain_or_another_call_is_not_paid(uri: str) -> None:
    with pytest.raises(ValueError):
        parse_erc681(uri)


def test_the_picture_is_decoded(tmp_path: Path) -> None:
    picture = io.BytesIO()
    qrcode.make("https://pay.example.com/i/1").save(picture)
    path = tmp_path / "qr.png"
    path.write_bytes(picture.getvalue())
    assert scan(path) == "https://pay.example.com/i/1"


def test_wallet_links_are_found_on_a_page() -> None:
    page = _Links()
    page.feed('<a href="ethereum:0xab@1">Pay</a><a href="?asset=DAI@1">DAI</a><a href="/x">x</a>')
    assert page.payment_uris == ["ethereum:0xab@1"]
    assert page.asset_links == ["?asset=DAI@1"]


def test_the_receiver_keeps_only_what_is_signed() -> None:
    receiver = Receiver()
    try:
        receiver.secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
        body = json.dumps({"type": "invoice.paid"})
        now = datetime.fromtimestamp(int(time.time()), tz=UTC)
        signature = Webhook(receiver.secret).sign("msg_1", now, body)
        headers = {
            "Webhook-Id": "msg_1",
            "Webhook-Timestamp": str(int(now.timestamp())),
            "Webhook-Signature": signature,
        }
        assert receiver.take(body.encode(), headers) == 204
        assert receiver.take(b'{"type": "invoice.paid", "a": 1}', headers) == 400
        assert receiver.wait_for("invoice.paid", seconds=0) == {"type": "invoice.paid"}
        assert receiver.refused == 1
    finally:
        receiver.close()
