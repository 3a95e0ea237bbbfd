"""What the reference library of Standard Webhooks makes of our headers and bodies."""

import json
from datetime import UTC, datetime
from uuid import uuid4

import pytest
from cryptography.exceptions import InvalidTag
from standardwebhooks import Webhook, WebhookVerificationError

from gateway.sealing import seal, sealing_key, unseal
from merchants.webhooks.payloads import BODY_LIMIT_BYTES, payload_make
from merchants.webhooks.signing import headers, secret_bytes, secret_make

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)


def _payload(data: object) -> bytes:
    return payload_make(
        event_id="0193",
        type="invoice.paid",
        subject="invoice:1",
        sequence=3,
        mode="test",
        at=NOW,
        data=data,
    )


def test_the_reference_library_accepts_our_signature_and_refuses_an_altered_body() -> None:
    secret, body = secret_make(), _payload({"amount": "12.50", "note": "café"})
    now = int(datetime.now(UTC).timestamp())
    sent = headers(secrets_valid=[secret], message_id="0193", timestamp=now, body=body)
    assert Webhook(secret).verify(body, sent)["data"]["amount"] == "12.50"
    with pytest.raises(WebhookVerificationError):
        Webhook(secret).verify(body.replace(b"12.50", b"92.50"), sent)
    with pytest.raises(WebhookVerificationError):
        Webhook(secret_make()).verify(body, sent)


def test_while_a_secret_is_changed_both_verify() -> None:
    new, old = secret_make(), secret_make()
    body = _payload({})
    now = int(datetime.now(UTC).timestamp())
    sent = headers(secrets_valid=[new, old], message_id="0193", timestamp=now, body=body)
    Webhook(new).verify(body, sent)
    Webhook(old).verify(body, sent)


def test_a_body_can_be_written_whatever_numbers_a_shop_stored_once() -> None:
    assert json.loads(_payload({"x": 10**30}))["data"] == {"x": 10**30}


def test_a_body_says_what_when_and_in_which_order() -> None:
    message = json.loads(_payload({"id": "1"}))
    assert message == {
        "id": "0193",
        "type": "invoice.paid",
        "timestamp": "2026-11-24T12:00:00Z",
        "mode": "test",
        "subject": "invoice:1",
        "sequence": 3,
        "data": {"id": "1"},
    }


def test_a_body_too_large_for_a_webhook_says_so_and_stays_small() -> None:
    body = _payload({"metadata": "x" * BODY_LIMIT_BYTES})
    assert len(body) < BODY_LIMIT_BYTES
    assert json.loads(body)["truncated"] is True


def test_a_sealed_secret_opens_only_for_its_own_endpoint() -> None:
    key = sealing_key("ab" * 32, purpose="a test")
    owner, secret = uuid4().bytes, secret_make().encode()
    box = seal(secret, key=key, bound_to=owner)
    assert secret not in box
    assert unseal(box, key=key, bound_to=owner) == secret
    with pytest.raises(InvalidTag):
        unseal(box, key=key, bound_to=uuid4().bytes)
    with pytest.raises(InvalidTag):
        unseal(box, key=sealing_key("ab" * 32, purpose="another"), bound_to=owner)
    with pytest.raises(InvalidTag):
        unseal(box[:-1] + bytes([box[-1] ^ 1]), key=key, bound_to=owner)


@pytest.mark.parametrize("secret", ["", "whsec", "whsk_AAAA", "whsec_*", "whsec_AAA"])
def test_what_is_no_secret_is_refused(secret: str) -> None:
    with pytest.raises(ValueError, match="webhook secret"):
        secret_bytes(secret)
