"""What a shop's receiver gets, over real HTTP from rows in a real database."""

import threading
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone
from standardwebhooks import Webhook

from merchants.webhooks import deliverer, queue, services
from merchants.webhooks.models import Attempt, Delivery, Endpoint
from tests.merchants.webhooks.conftest import Receiver, deliver_until, happen

pytestmark = pytest.mark.django_db(transaction=True)

FOUR = ("invoice.created", "invoice.payment_seen", "invoice.processing", "invoice.paid")


def _endpoint(shop: Any, receiver: Receiver, *events: str) -> tuple[Endpoint, str]:
    return services.endpoint_create(
        shop_id=shop.id, url=receiver.url, events=events or ("*",), now=timezone.now()
    )


def _make_due() -> None:
    Delivery.objects.filter(state="pending").update(due_at=timezone.now() - timedelta(seconds=1))


def test_an_event_arrives_signed_so_that_the_reference_library_accepts_it(
    shop_for_good: Any, receiver: Receiver
) -> None:
    _, secret = _endpoint(shop_for_good, receiver)
    [event_id] = happen(shop_for_good.id, "invoice.paid")
    deliver_until(lambda: len(receiver.received) == 1)
    [got] = receiver.received
    message = Webhook(secret).verify(got.body, got.headers)
    assert got.headers["webhook-id"] == str(event_id) == message["id"]
    assert message["type"] == "invoice.paid"
    assert message["sequence"] == 1
    assert message["data"] == {"id": "invoice:1", "amount": "12.50"}
    assert Delivery.objects.get().state == "succeeded"
    attempt = Attempt.objects.get()
    assert (attempt.number, attempt.status, attempt.excerpt) == (1, 200, "ok")
    assert attempt.milliseconds is not None


def test_only_what_an_endpoint_asked_for_is_sent_and_never_the_inside(
    shop_for_good: Any, receiver: Receiver
) -> None:
    _endpoint(shop_for_good, receiver, "invoice.paid", "payout.*")
    happen(shop_for_good.id, "invoice.created", "invoice.paid", "chain.stalled", "hold.placed")
    happen(shop_for_good.id, "payout.sent", subject="payout:1")
    assert sorted(Delivery.objects.values_list("type", flat=True)) == [
        "invoice.paid",
        "payout.sent",
    ]


def test_events_of_one_shop_never_reach_another(
    shop_for_good: Any, receiver: Receiver, clock: Any
) -> None:
    from gateway.shops.services import shop_open

    stranger = shop_open(
        name="Other", pricing_currency="EUR", settlement_asset="USDC@31337", now=clock()
    )
    _endpoint(stranger, receiver)
    happen(shop_for_good.id, "invoice.paid")
    assert not Delivery.objects.exists()


def test_first_attempts_come_in_order_per_subject(shop_for_good: Any, receiver: Receiver) -> None:
    _endpoint(shop_for_good, receiver)
    for number in range(5):
        happen(shop_for_good.id, *FOUR, subject=f"invoice:{number}")
    receiver.answer = lambda _: (time.sleep(0.01) or 200, {}, b"")
    deliver_until(lambda: len(receiver.received) == 20)
    for number in range(5):
        mine = [r.message for r in receiver.received if r.message["subject"] == f"invoice:{number}"]
        assert [message["sequence"] for message in mine] == [1, 2, 3, 4]


def test_a_failing_event_is_retried_first_then_the_later_ones_follow(
    shop_for_good: Any, receiver: Receiver
) -> None:
    _endpoint(shop_for_good, receiver)
    happen(shop_for_good.id, *FOUR)
    failures = iter([503])
    receiver.answer = lambda _: (next(failures, 200), {}, b"")
    deliver_until(lambda: len(receiver.received) == 1)
    assert Delivery.objects.filter(state="pending").count() == 4
    _make_due()  # the five seconds are over
    deliver_until(lambda: len(receiver.received) == 5)
    assert receiver.sequences == [1, 1, 2, 3, 4]
    assert len({r.headers["webhook-id"] for r in receiver.received}) == 4
    assert receiver.received[0].body == receiver.received[1].body


def test_later_events_are_not_held_back_for_a_minute_by_one_that_keeps_failing(
    shop_for_good: Any, receiver: Receiver
) -> None:
    _endpoint(shop_for_good, receiver)
    happen(shop_for_good.id, *FOUR)
    receiver.answer = lambda got: (500 if got.message["sequence"] == 1 else 200, {}, b"")
    deliver_until(lambda: len(receiver.received) == 1)
    assert receiver.sequences == [1]
    Delivery.objects.filter(attempts=0).update(queued_at=timezone.now() - queue.HOLD)
    deliver_until(lambda: len(receiver.received) == 4)
    assert receiver.sequences == [1, 2, 3, 4]
    assert queue.HOLD + timedelta(seconds=15 + 2) < timedelta(seconds=60)
    assert Delivery.objects.get(state="pending").sequence == 1


def test_a_hanging_endpoint_does_not_slow_down_another(
    shop_for_good: Any, make_receiver: Callable[[], Receiver]
) -> None:
    hanging, quick = make_receiver(), make_receiver()
    release = threading.Event()
    hanging.answer = lambda _: ((release.wait(60) and 200) or 500, {}, b"")
    _endpoint(shop_for_good, hanging)
    _endpoint(shop_for_good, quick)
    for number in range(60):
        happen(shop_for_good.id, "invoice.paid", subject=f"invoice:{number}")

    waiting_at_the_hanging_one: list[int] = []

    def all_quick_ones_arrived() -> bool:
        if len(quick.received) == 60 and not release.is_set():
            waiting_at_the_hanging_one.append(len(hanging.received))
            release.set()
        return release.is_set()

    deliver_until(all_quick_ones_arrived, seconds=30, timeout_seconds=45)
    assert len(quick.received) == 60
    within = quick.received[-1].at - quick.received[0].at
    assert within < timedelta(seconds=20)
    assert waiting_at_the_hanging_one[0] <= 8


def test_a_hanging_receiver_is_left_after_the_timeout_and_tried_again(
    shop_for_good: Any, receiver: Receiver
) -> None:
    _endpoint(shop_for_good, receiver)
    release = threading.Event()
    receiver.answer = lambda _: ((release.wait(5) and 200) or 200, {}, b"")
    happen(shop_for_good.id, "invoice.paid")
    deliver_until(lambda: len(receiver.received) == 1, timeout_seconds=0.2)
    release.set()
    delivery = Delivery.objects.get()
    assert (delivery.state, delivery.attempts, delivery.trying) == ("pending", 1, False)
    assert timedelta(seconds=3) < delivery.due_at - timezone.now() < timedelta(seconds=7)
    attempt = Attempt.objects.get()
    assert attempt.status is None
    assert "No answer within" in attempt.error


def test_a_receiver_that_drips_its_answer_does_not_hold_a_place_for_ever(
    shop_for_good: Any,
) -> None:
    import socket

    server = socket.create_server(("127.0.0.1", 0))
    stop = threading.Event()

    def drip() -> None:
        peer, _ = server.accept()
        peer.sendall(b"HTTP/1.1 200 OK\r\n")
        while not stop.wait(0.05):
            try:
                peer.sendall(b"X-Drip: 1\r\n")
            except OSError:
                return

    threading.Thread(target=drip, daemon=True).start()
    services.endpoint_create(
        shop_id=shop_for_good.id,
        url=f"http://127.0.0.1:{server.getsockname()[1]}/",
        now=timezone.now(),
    )
    happen(shop_for_good.id, "invoice.paid")
    started = time.monotonic()
    deliver_until(lambda: time.monotonic() - started > 1.0, timeout_seconds=0.5)
    stop.set()
    server.close()
    assert Delivery.objects.get().state == "pending"
    assert Attempt.objects.get().error


def test_killed_between_sending_and_recording_it_is_sent_again_under_the_same_id(
    shop_for_good: Any, receiver: Receiver
) -> None:
    endpoint, _ = _endpoint(shop_for_good, receiver)
    [event_id] = happen(shop_for_good.id, "invoice.paid")
    # A deliverer that claims, sends and dies: nothing is recorded.
    [claimed] = queue.claim(slots={endpoint.id: 8}, now=timezone.now())
    assert claimed.event_id == event_id
    assert queue.claim(slots={endpoint.id: 8}, now=timezone.now()) == []
    deliver_until(lambda: bool(receiver.received), seconds=0.3)
    assert receiver.received == []  # its lease still runs
    _make_due()  # … and ends
    deliver_until(lambda: len(receiver.received) == 1)
    assert receiver.received[0].headers["webhook-id"] == str(event_id)
    first, second = Attempt.objects.order_by("number")
    assert (first.status, second.status) == (None, 200)
    assert Delivery.objects.get().state == "succeeded"


def test_an_outcome_that_comes_after_its_lease_decides_nothing(
    shop_for_good: Any, receiver: Receiver
) -> None:
    from merchants.webhooks.schedule import Result, Verdict

    endpoint, _ = _endpoint(shop_for_good, receiver)
    happen(shop_for_good.id, "invoice.paid")
    [late] = queue.claim(slots={endpoint.id: 8}, now=timezone.now())
    _make_due()
    [_] = queue.claim(slots={endpoint.id: 8}, now=timezone.now())
    outcome = queue.Outcome(
        event_id=late.event_id,
        endpoint_id=late.endpoint_id,
        number=late.number,
        verdict=Verdict(Result.GAVE_UP),
        status=500,
        error="",
        excerpt="",
        milliseconds=1,
        hung=False,
    )
    queue.record(outcomes=[outcome], now=timezone.now())
    assert Delivery.objects.get().state == "pending"
    assert Attempt.objects.get(number=1).status == 500


def test_two_deliverers_share_the_work_and_send_nothing_twice(
    shop_for_good: Any, receiver: Receiver
) -> None:
    import asyncio

    from merchants.webhooks.deliverer import Deliverer

    _endpoint(shop_for_good, receiver)
    for number in range(20):
        happen(shop_for_good.id, "invoice.created", "invoice.paid", subject=f"invoice:{number}")

    async def run() -> None:
        both = [Deliverer(), Deliverer()]
        running = [asyncio.create_task(one.run()) for one in both]
        for _ in range(500):
            if len(receiver.received) >= 40:
                break
            await asyncio.sleep(0.02)
        for one in both:
            one.stop()
        await asyncio.gather(*running)

    asyncio.run(run())
    assert len(receiver.received) == 40
    assert len({r.headers["webhook-id"] for r in receiver.received}) == 40


def test_410_switches_the_endpoint_off(shop_for_good: Any, receiver: Receiver) -> None:
    endpoint, _ = _endpoint(shop_for_good, receiver)
    receiver.answer = lambda _: (410, {}, b"")
    happen(shop_for_good.id, "invoice.paid")
    deliver_until(lambda: len(receiver.received) == 1)
    endpoint.refresh_from_db()
    assert (endpoint.enabled, endpoint.disabled_reason) == (False, "gone")
    assert Delivery.objects.get().state == "failed"
    happen(shop_for_good.id, "invoice.expired")
    assert Delivery.objects.count() == 1


def test_an_endpoint_that_fails_for_days_is_switched_off_and_gets_the_rest_when_switched_on(
    shop_for_good: Any, receiver: Receiver
) -> None:
    endpoint, _ = _endpoint(shop_for_good, receiver)
    receiver.answer = lambda _: (500, {}, b"")
    happen(shop_for_good.id, "invoice.paid")
    deliver_until(lambda: len(receiver.received) == 1)
    endpoint.refresh_from_db()
    assert endpoint.enabled
    assert endpoint.failing_since is not None
    Endpoint.objects.update(failing_since=timezone.now() - timedelta(days=6))
    _make_due()
    deliver_until(lambda: len(receiver.received) == 2)
    endpoint.refresh_from_db()
    assert (endpoint.enabled, endpoint.disabled_reason) == (False, "failing")
    receiver.answer = lambda _: (200, {}, b"")
    services.endpoint_update(shop_id=shop_for_good.id, endpoint_id=endpoint.id, enabled=True)
    _make_due()
    deliver_until(lambda: len(receiver.received) == 3)
    endpoint.refresh_from_db()
    assert endpoint.failing_since is None
    assert Delivery.objects.get().state == "succeeded"


def test_a_redirect_is_not_followed(
    shop_for_good: Any, make_receiver: Callable[[], Receiver]
) -> None:
    receiver, elsewhere = make_receiver(), make_receiver()
    _endpoint(shop_for_good, receiver)
    receiver.answer = lambda _: (307, {"location": elsewhere.url}, b"")
    happen(shop_for_good.id, "invoice.paid")
    deliver_until(lambda: len(receiver.received) == 1)
    assert elsewhere.received == []
    assert Attempt.objects.get().status == 307
    assert Delivery.objects.get().state == "pending"


def test_retry_after_puts_the_next_attempt_off(shop_for_good: Any, receiver: Receiver) -> None:
    _endpoint(shop_for_good, receiver)
    receiver.answer = lambda _: (429, {"retry-after": "3600"}, b"")
    happen(shop_for_good.id, "invoice.paid")
    deliver_until(lambda: len(receiver.received) == 1)
    assert Delivery.objects.get().due_at > timezone.now() + timedelta(minutes=59)


def test_what_failed_can_be_sent_again_by_hand(shop_for_good: Any, receiver: Receiver) -> None:
    endpoint, _ = _endpoint(shop_for_good, receiver)
    [event_id] = happen(shop_for_good.id, "invoice.paid")
    deliver_until(lambda: len(receiver.received) == 1)
    services.delivery_redeliver(
        shop_id=shop_for_good.id, endpoint_id=endpoint.id, event_id=event_id
    )
    deliver_until(lambda: len(receiver.received) == 2)
    first, second = receiver.received
    assert first.headers["webhook-id"] == second.headers["webhook-id"]
    assert first.body == second.body
    assert [a.number for a in Attempt.objects.order_by("number")] == [1, 2]


def test_a_changed_secret_and_its_predecessor_both_sign_for_a_day(
    shop_for_good: Any, receiver: Receiver
) -> None:
    endpoint, old = _endpoint(shop_for_good, receiver)
    _, new = services.endpoint_rotate_secret(
        shop_id=shop_for_good.id, endpoint_id=endpoint.id, now=timezone.now()
    )
    happen(shop_for_good.id, "invoice.paid")
    deliver_until(lambda: len(receiver.received) == 1)
    [got] = receiver.received
    Webhook(new).verify(got.body, got.headers)
    Webhook(old).verify(got.body, got.headers)
    endpoint.refresh_from_db()
    tomorrow = timezone.now() + services.SECRET_OVERLAP
    assert services.endpoint_secrets(endpoint, now=tomorrow) == [new]


def test_a_test_event_goes_to_the_one_endpoint_it_was_asked_for(
    shop_for_good: Any, make_receiver: Callable[[], Receiver]
) -> None:
    from gateway.events import relay

    asked, other = make_receiver(), make_receiver()
    endpoint, secret = _endpoint(shop_for_good, asked, "payout.sent")
    _endpoint(shop_for_good, other)
    services.endpoint_test(shop_id=shop_for_good.id, endpoint_id=endpoint.id, now=timezone.now())
    relay.drain(limit=100)
    deliver_until(lambda: len(asked.received) == 1)
    assert Webhook(secret).verify(asked.received[0].body, asked.received[0].headers)["type"] == (
        "endpoint.test"
    )
    assert other.received == []


def test_the_path_and_query_of_a_url_arrive_byte_for_byte(
    shop_for_good: Any, receiver: Receiver
) -> None:
    path = "/a%2Fb//c;x=1?q=%7e&Q=a+b&&e="
    services.endpoint_create(
        shop_id=shop_for_good.id,
        url=f"http://127.0.0.1:{receiver.port}{path}",
        now=timezone.now(),
    )
    happen(shop_for_good.id, "invoice.paid")
    deliver_until(lambda: len(receiver.received) == 1)
    assert receiver.received[0].path == path


def test_a_new_delivery_is_noticed_at_once(
    shop_for_good: Any, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By notification, not by the look that is taken now and then."""
    monkeypatch.setattr(deliverer, "LOOK_SECONDS", 60.0)
    _endpoint(shop_for_good, receiver)
    said: list[Any] = []

    def speak() -> None:
        time.sleep(0.6)  # the deliverer has looked and sleeps
        said.append(timezone.now())
        happen(shop_for_good.id, "invoice.paid")
        connection.close()

    speaking = threading.Thread(target=speak)
    speaking.start()
    deliver_until(lambda: len(receiver.received) == 1, seconds=20)
    speaking.join()
    assert receiver.received[0].at - said[0] < timedelta(seconds=8)


def test_a_private_target_is_refused_at_the_call_even_if_it_was_stored(
    shop_for_good: Any, receiver: Receiver, settings: Any
) -> None:
    _endpoint(shop_for_good, receiver)
    settings.WEBHOOKS_ALLOW_LOOPBACK = False
    happen(shop_for_good.id, "invoice.paid")
    deliver_until(lambda: False, seconds=0.5)
    assert receiver.received == []
    assert Attempt.objects.get().error


def test_months_of_the_log_are_made_ahead_and_let_go(shop_for_good: Any) -> None:
    now = timezone.now()
    services.partitions_ensure(today=now, months=14)
    assert services.partitions_ensure(today=now, months=14) == 0
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_inherits WHERE inhparent = 'webhooks_delivery'::regclass"
        )
        assert cursor.fetchone()[0] >= 15
    assert services.partitions_drop(before=now) == 0
    assert services.partitions_drop(before=now + timedelta(days=366 + 31)) >= 24
    services.partitions_ensure(today=now)


def test_a_delivery_lies_in_the_month_of_its_event(shop_for_good: Any, receiver: Receiver) -> None:
    _endpoint(shop_for_good, receiver)
    happen(shop_for_good.id, "invoice.paid")
    with connection.cursor() as cursor:
        cursor.execute("SELECT tableoid::regclass::text FROM webhooks_delivery")
        assert cursor.fetchone()[0] == f"webhooks_delivery_{timezone.now():%Y_%m}"


def test_a_name_that_takes_for_ever_to_look_up_holds_up_nobody_else(
    shop_for_good: Any, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    from gateway.outside import async_http

    release = threading.Event()
    look_up = async_http.resolve

    def look_up_slowly(url: str, *, allow_loopback: bool) -> Any:
        if "stuck.example.com" in url:
            release.wait(30)
        return look_up(url, allow_loopback=allow_loopback)

    monkeypatch.setattr(async_http, "resolve", look_up_slowly)
    services.endpoint_create(
        shop_id=shop_for_good.id, url="https://stuck.example.com/", now=timezone.now()
    )
    _endpoint(shop_for_good, receiver)
    for number in range(20):
        happen(shop_for_good.id, "invoice.paid", subject=f"invoice:{number}")
    deliver_until(lambda: len(receiver.received) == 20, seconds=20, timeout_seconds=15)
    release.set()
    assert len(receiver.received) == 20
    assert receiver.received[-1].at - receiver.received[0].at < timedelta(seconds=10)
