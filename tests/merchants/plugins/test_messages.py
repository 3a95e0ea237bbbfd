"""Our events as the protocol's messages: pure."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import orjson
import pytest

from gateway.events.ids import uuid7
from gateway.events.subscriptions import EventRecord
from merchants.plugins.messages import RETRY_AFTER, chosen_of, messages_of, signature
from merchants.plugins.style import PluginStyle, attempt_body
from merchants.webhooks.schedule import Result
from merchants.webhooks.styles import ToSend

NOW = datetime(2026, 11, 30, 12, tzinfo=UTC)
EVENT_ID, ENDPOINT_ID = uuid7(), uuid7()


def event(type: str, *, subject: str = "invoice:1", **body: Any) -> EventRecord:
    facts = {"status": "paid", "exceptions": [], "release_goods": "yes", "received": []}
    return EventRecord(
        id=EVENT_ID,
        type=type,
        mode="test",
        shop_id=UUID(int=7),
        subject=subject,
        sequence=1,
        body={"id": "1", "metadata": {}, **facts, **body},
        occurred_at=NOW,
    )


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        (event("invoice.created"), ("InvoiceCreated", {})),
        (
            event("invoice.payment_seen", status="processing"),
            ("InvoiceReceivedPayment", {"afterExpiration": False}),
        ),
        (
            event("invoice.payment_seen", status="expired", exceptions=["late"]),
            ("InvoiceReceivedPayment", {"afterExpiration": True}),
        ),
        (
            event("invoice.payment_confirmed"),
            ("InvoicePaymentSettled", {"afterExpiration": False}),
        ),
        (event("invoice.processing"), ("InvoiceProcessing", {"overPaid": False})),
        (
            event("invoice.processing", exceptions=["overpaid"]),
            ("InvoiceProcessing", {"overPaid": True}),
        ),
        (
            event("invoice.paid"),
            ("InvoiceSettled", {"manuallyMarked": False, "overPaid": False}),
        ),
        (event("invoice.paid", release_goods="wait"), ("InvoiceProcessing", {"overPaid": False})),
        (
            event("invoice.release_changed"),
            ("InvoiceSettled", {"manuallyMarked": False, "overPaid": False}),
        ),
        (
            event("invoice.marked", exceptions=["marked"]),
            ("InvoiceSettled", {"manuallyMarked": True, "overPaid": False}),
        ),
        (
            event("invoice.marked", status="invalid", exceptions=["marked"]),
            ("InvoiceInvalid", {"manuallyMarked": True}),
        ),
        (event("invoice.paid_late", exceptions=["late"]), ("InvoicePaidAfterExpiration", {})),
        (event("invoice.expired", status="expired"), ("InvoiceExpired", {"partiallyPaid": False})),
        (
            event("invoice.expired", status="expired", exceptions=["underpaid"]),
            ("InvoiceExpired", {"partiallyPaid": True}),
        ),
        (
            event("invoice.invalidated", status="invalid"),
            ("InvoiceInvalid", {"manuallyMarked": False}),
        ),
        (
            event("invoice.cancelled", status="cancelled"),
            ("InvoiceInvalid", {"manuallyMarked": True}),
        ),
        (
            event("invoice.reverted", status="waiting", exceptions=["reverted"]),
            ("InvoiceProcessing", {"overPaid": False}),
        ),
        (
            event("refund.requested", subject="refund:1", status="requested", claimed_at=None),
            ("InvoiceRefund", {"pullPaymentId": "1"}),
        ),
        (
            event("refund.claimed", subject="refund:1", status="claimed", claimed_at="x"),
            (
                "PayoutCreated",
                {"payoutId": "1", "pullPaymentId": "1", "payoutState": "AwaitingApproval"},
            ),
        ),
        (
            event("refund.approved", subject="refund:1", status="approved", claimed_at="x"),
            (
                "PayoutApproved",
                {"payoutId": "1", "pullPaymentId": "1", "payoutState": "AwaitingPayment"},
            ),
        ),
        (
            event("refund.completed", subject="refund:1", status="completed", claimed_at="x"),
            ("PayoutUpdated", {"payoutId": "1", "pullPaymentId": "1", "payoutState": "Completed"}),
        ),
    ],
    ids=lambda value: value.type if isinstance(value, EventRecord) else "",
)
def test_each_event_of_ours_is_told_in_their_words(
    told: EventRecord, expected: tuple[str, dict[str, Any]]
) -> None:
    message = chosen_of(messages_of(told), ["*"])
    assert message is not None
    assert (message.type, message.more) == expected


@pytest.mark.parametrize("type", ["invoice.held", "invoice.requoted", "payout.sent", "card.paid"])
def test_what_the_protocol_has_no_word_for_is_not_told(type: str) -> None:
    assert not messages_of(event(type, subject=f"{type.partition('.')[0]}:1"))


def test_what_was_taken_back_is_not_told_to_be_expired() -> None:
    """Its status says Processing until its monitoring ends; a plugin would call the order off."""
    told = event("invoice.expired", status="expired", exceptions=["reverted", "underpaid"])
    assert not messages_of(told)


def test_a_refund_that_nobody_claimed_is_no_payout_yet() -> None:
    told = event("refund.approved", subject="refund:1", status="requested", claimed_at=None)
    assert not messages_of(told)


def test_of_two_words_for_one_event_a_webhook_gets_the_one_it_chose() -> None:
    told = event("invoice.expired", status="expired", exceptions=["underpaid"])
    chosen = chosen_of(messages_of(told), ["InvoiceExpiredPaidPartial"])
    assert chosen is not None and chosen.type == "InvoiceExpiredPaidPartial"
    assert chosen_of(messages_of(told), ["InvoiceSettled"]) is None


def test_the_signature_is_that_of_the_published_vector() -> None:
    assert signature(secret="abc", body=b'{"a":1,"b":2,"c":3}') == (
        "sha256=bc8122472fb9bb9c15d90d7a61b156f54a69d835592c85d0f37f6454d530dec8"
    )


def _sending(number: int, *, retries: bool = True) -> ToSend:
    return ToSend(
        event_id=EVENT_ID,
        endpoint_id=ENDPOINT_ID,
        number=number,
        tries=number,
        secrets=("abc",),
        payload=b'{"type":"InvoiceSettled"}',
        retries=retries,
    )


def test_each_attempt_is_a_delivery_of_its_own_that_names_the_first() -> None:
    first, again = (orjson.loads(PluginStyle().message(_sending(n))[0]) for n in (1, 3))
    assert first == {
        "deliveryId": f"{EVENT_ID}-1",
        "webhookId": str(ENDPOINT_ID),
        "originalDeliveryId": f"{EVENT_ID}-1",
        "isRedelivery": False,
        "type": "InvoiceSettled",
    }
    assert again["deliveryId"] != first["deliveryId"]
    assert again["originalDeliveryId"] == first["deliveryId"]
    assert again["isRedelivery"] is True


def test_it_is_signed_over_the_very_bytes_that_are_sent() -> None:
    body, headers = PluginStyle().message(_sending(2))
    assert headers["BTCPay-Sig"] == signature(secret="abc", body=body)
    assert body == attempt_body(
        b'{"type":"InvoiceSettled"}', event_id=EVENT_ID, endpoint_id=ENDPOINT_ID, number=2
    )


def _verdict(status: int | None, number: int = 1, *, retries: bool = True) -> Any:
    return PluginStyle().judge(
        _sending(number, retries=retries), status=status, response_headers={}, now=NOW, jitter=0.5
    )


def test_it_is_sent_again_after_ten_seconds_a_minute_and_six_times_ten_minutes() -> None:
    waits = [_verdict(500, number).next_at - NOW for number in range(1, 9)]
    assert waits == [
        timedelta(seconds=10),
        timedelta(minutes=1),
        *[timedelta(minutes=10)] * 6,
    ]
    assert _verdict(500, len(RETRY_AFTER) + 1).result is Result.GAVE_UP


@pytest.mark.parametrize("status", [500, 503, 408, 429, None])
def test_what_may_pass_is_tried_again(status: int | None) -> None:
    assert _verdict(status).result is Result.RETRY
    assert _verdict(status, retries=False).result is Result.GAVE_UP


@pytest.mark.parametrize("status", [301, 400, 401, 404, 410, 422])
def test_what_will_not_pass_is_not(status: int) -> None:
    assert _verdict(status).result is Result.GAVE_UP


@pytest.mark.parametrize("status", [200, 201, 204])
def test_any_two_hundred_is_success(status: int) -> None:
    assert _verdict(status).result is Result.SUCCEEDED
