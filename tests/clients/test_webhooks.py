"""Messages of our own signer, and those that somebody else would like to have believed."""

from typing import Any

import pytest
from standardwebhooks import Webhook
from tillway import Misconfigured, WebhookUnverified, webhooks

from merchants.webhooks.payloads import BODY_LIMIT_BYTES
from merchants.webhooks.signing import secret_make
from tests.clients.messages import AT, NOW, SECRET, payload, sent


def refusal(body: bytes, headers: dict[str, str], **options: Any) -> str:
    with pytest.raises(WebhookUnverified) as caught:
        webhooks.unwrap(body, headers, **{"secret": SECRET, "now": NOW, **options})
    assert caught.value.message
    return caught.value.code


def test_a_message_of_the_gateway_is_read() -> None:
    body = payload()
    message = webhooks.unwrap(body, sent(body), secret=SECRET, now=NOW)
    assert message == webhooks.Message(
        id="0193",
        type="invoice.paid",
        timestamp=AT,
        mode="test",
        subject="invoice:1",
        sequence=3,
        data={"amount": "12.50", "note": "café"},
    )


def test_as_text_and_with_headers_in_any_case_it_is_the_same() -> None:
    body = payload()
    shouted = {name.upper(): value for name, value in sent(body).items()}
    assert webhooks.unwrap(body.decode(), shouted, secret=SECRET, now=NOW).sequence == 3


def test_an_altered_message_is_refused() -> None:
    body = payload()
    assert refusal(body.replace(b"12.50", b"92.50"), sent(body)) == "signature_invalid"
    assert refusal(body, {**sent(body), "webhook-id": "0194"}) == "signature_invalid"
    later = {**sent(body), "webhook-timestamp": str(NOW + 1)}
    assert refusal(body, later) == "signature_invalid"


def test_a_strangers_signature_is_refused() -> None:
    body = payload()
    assert refusal(body, sent(body, secret_make())) == "signature_invalid"
    other_version = {**sent(body)}
    other_version["webhook-signature"] = other_version["webhook-signature"].replace("v1,", "v2,")
    assert refusal(body, other_version) == "signature_invalid"


def test_while_a_secret_is_changed_either_side_may_be_first() -> None:
    old, body = secret_make(), payload()
    # The gateway signs with both, the receiver knows one.
    for known in (SECRET, old):
        webhooks.unwrap(body, sent(body, SECRET, old), secret=known, now=NOW)
    # The receiver knows both, the gateway signs with one.
    for signing in (SECRET, old):
        webhooks.unwrap(body, sent(body, signing), secret=[SECRET, old], now=NOW)


def test_an_old_message_sent_again_is_refused() -> None:
    body = payload()
    for seconds, code in ((-301, "too_old"), (301, "too_new")):
        assert refusal(body, sent(body, at=NOW + seconds)) == code
    for seconds in (-300, 300):
        at = NOW + seconds
        assert webhooks.unwrap(body, sent(body, at=at), secret=SECRET, now=NOW)
    early = sent(body, at=NOW - 60)
    assert refusal(body, early, tolerance_seconds=30) == "too_old"


@pytest.mark.parametrize("name", ["webhook-id", "webhook-timestamp", "webhook-signature"])
def test_a_message_without_one_of_its_headers_is_refused(name: str) -> None:
    body = payload()
    found = sent(body)
    del found[name]
    assert refusal(body, found) == "header_missing"


@pytest.mark.parametrize("timestamp", ["", "soon", "-1", "1e9", "١٢٣", "9" * 40])
def test_a_time_that_is_none_is_refused(timestamp: str) -> None:
    body = payload()
    code = refusal(body, {**sent(body), "webhook-timestamp": timestamp})
    assert code in {"timestamp_invalid", "header_missing"}


def test_a_message_whose_data_was_too_large_says_so() -> None:
    body = payload({"note": "x" * BODY_LIMIT_BYTES})
    assert webhooks.unwrap(body, sent(body), secret=SECRET, now=NOW).data is None


def test_a_signed_body_of_another_kind_is_refused() -> None:
    for body in (b"", b"[]", b"{}", b"not json"):
        assert refusal(body, sent(body)) == "body_unreadable"


@pytest.mark.parametrize("secret", ["", "whsec_", "whsec_?", "c2VjcmV0"])
def test_what_is_no_secret_signs_nothing(secret: str) -> None:
    """Under an empty one anybody could."""
    body = payload()
    with pytest.raises(Misconfigured):
        webhooks.unwrap(body, sent(body), secret=secret, now=NOW)


def test_a_receivers_own_tests_can_sign_as_the_gateway_does() -> None:
    body = payload()
    wrapped = webhooks.wrap(secret=SECRET, message_id="0193", body=body, now=NOW)
    assert wrapped == sent(body)
    now = webhooks.wrap(secret=SECRET, message_id="0193", body=body)
    assert Webhook(SECRET).verify(body, now)["sequence"] == 3
