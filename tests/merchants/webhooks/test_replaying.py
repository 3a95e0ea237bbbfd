"""Sending what happened in a range of time again: how many, in which order, and once."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection, transaction
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gateway.events import relay
from gateway.events.errors import TillwayError
from gateway.events.models import Event
from gateway.events.services import emit
from merchants.webhooks import queue, replaying, selectors, services
from merchants.webhooks.models import Delivery, Endpoint, Replay
from merchants.webhooks.schedule import LOG_KEPT
from tests.merchants.webhooks.conftest import Receiver, deliver_until, happen

pytestmark = pytest.mark.django_db(transaction=True)

# Nobody but the webhooks hears of these.
THREE = ("ticket.paid", "ticket.unpaid", "ticket.voided")


@pytest.fixture
def endpoint(shop_for_good: Any, receiver: Receiver) -> Endpoint:
    return services.endpoint_create(shop_id=shop_for_good.id, url=receiver.url, now=timezone.now())[
        0
    ]


def _begin(endpoint: Endpoint, **options: Any) -> Replay:
    now = timezone.now()
    return replaying.replay_begin(
        **{
            "shop_id": endpoint.shop_id,
            "endpoint_id": endpoint.id,
            "since": now - timedelta(hours=1),
            "now": now,
            **options,
        }
    )[0]


def _slices(receiver: Receiver, count: int) -> None:
    """Beat and the deliverer in turn, until so many messages arrived."""
    while len(receiver.received) < count:
        before = len(receiver.received)
        queued = replaying.replays_continue(now=timezone.now())
        deliver_until(lambda goal=before + queued: len(receiver.received) >= goal)
        assert queued or len(receiver.received) > before, "nothing moves"


def _refused(code: str, endpoint: Endpoint, **options: Any) -> TillwayError:
    with pytest.raises(TillwayError) as refusal:
        _begin(endpoint, **options)
    assert refusal.value.code == code
    return refusal.value


def test_what_was_sent_comes_again_the_same_and_is_marked(
    endpoint: Endpoint, receiver: Receiver
) -> None:
    happen(endpoint.shop_id, *THREE)
    deliver_until(lambda: len(receiver.received) == 3)
    replay = _begin(endpoint)
    assert (replay.counted, replay.state) == (3, "open")
    _slices(receiver, 6)
    first, again = receiver.received[:3], receiver.received[3:]
    assert [one.body for one in again] == [one.body for one in first]
    assert [one.headers["webhook-id"] for one in again] == [
        one.headers["webhook-id"] for one in first
    ]
    assert set(Delivery.objects.values_list("replay_id", "state", "attempts")) == {
        (replay.id, "succeeded", 2)
    }
    replaying.replays_continue(now=timezone.now())
    replay.refresh_from_db()
    assert (replay.state, replay.queued) == ("done", 3)
    page = selectors.deliveries_page(
        shop_id=endpoint.shop_id, endpoint_id=endpoint.id, replay_id=replay.id
    )
    assert len(page.items) == 3


def test_what_was_missed_while_it_was_off_is_sent_for_the_first_time(
    endpoint: Endpoint, receiver: Receiver
) -> None:
    shop_id = endpoint.shop_id
    services.endpoint_update(shop_id=shop_id, endpoint_id=endpoint.id, enabled=False)
    off = selectors.endpoint_get(shop_id=shop_id, endpoint_id=endpoint.id)
    assert off.off_since is not None
    happen(shop_id, *THREE)
    assert not Delivery.objects.exists()
    _refused("webhook_endpoint_disabled", endpoint)
    on = services.endpoint_update(shop_id=shop_id, endpoint_id=endpoint.id, enabled=True)
    assert on.off_since is None
    assert _begin(endpoint, since=off.off_since).counted == 3
    _slices(receiver, 3)
    assert receiver.sequences == [1, 2, 3]


def test_what_happened_before_it_was_off_and_was_handed_out_after_was_missed_too(
    endpoint: Endpoint,
) -> None:
    shop_id = endpoint.shop_id
    happen(shop_id, "ticket.paid", subject="ticket:had")
    with transaction.atomic():
        event_id = emit(
            type="ticket.paid", subject="ticket:late", body={}, mode="test", shop_id=shop_id
        )
    services.endpoint_update(shop_id=shop_id, endpoint_id=endpoint.id, enabled=False)
    off = selectors.endpoint_get(shop_id=shop_id, endpoint_id=endpoint.id)
    relay.drain(limit=1000)
    since = replaying.missed_since(off, now=timezone.now())
    assert since == Event.objects.get(id=event_id).occurred_at
    assert since is not None and off.off_since is not None and since < off.off_since
    services.endpoint_update(shop_id=shop_id, endpoint_id=endpoint.id, enabled=True)
    assert _begin(endpoint, since=since).counted == 1


def test_a_replay_that_fails_holds_up_no_other_and_is_given_up(
    endpoint: Endpoint, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(replaying, "FAILURES_BORNE", 2)
    other, _secret = services.endpoint_create(
        shop_id=endpoint.shop_id, url=receiver.url, now=timezone.now()
    )
    happen(endpoint.shop_id, *THREE)
    broken, whole = _begin(endpoint), _begin(other)
    queue_slice = replaying._queue

    def fail_for_one(replay: Replay, *given: Any, **options: Any) -> int:
        if replay.id == broken.id:
            raise TypeError("Integer exceeds 64-bit range")
        return queue_slice(replay, *given, **options)

    monkeypatch.setattr(replaying, "_queue", fail_for_one)
    assert replaying.replays_continue(now=timezone.now()) == 3
    broken.refresh_from_db()
    assert (broken.state, broken.failures) == ("open", 1)
    assert replaying.replays_continue(now=timezone.now()) == 0
    broken.refresh_from_db()
    whole.refresh_from_db()
    assert broken.state == "failed" and broken.ended_at is not None
    assert (whole.failures, whole.queued) == (0, 3)
    assert _begin(endpoint).state == "open", "another may be asked for"


def test_an_event_with_a_number_of_any_size_is_sent_again(
    endpoint: Endpoint, receiver: Receiver
) -> None:
    with transaction.atomic():
        emit(
            type="ticket.paid", subject="ticket:1", body={"x": 10**30}, mode="test",
            shop_id=endpoint.shop_id,
        )  # fmt: skip
    Delivery.objects.all().delete()
    _begin(endpoint)
    assert replaying.replays_continue(now=timezone.now()) == 1
    assert b"1000000000000000000000000000000" in bytes(Delivery.objects.get().payload)


@pytest.mark.parametrize(("lock", "queued"), [("FOR UPDATE", 0), ("FOR NO KEY UPDATE", 3)])
def test_a_slice_waits_for_nobody_and_passes_over_an_endpoint_that_is_being_changed(
    endpoint: Endpoint, lock: str, queued: int
) -> None:
    """The deliverer, which holds deliveries too, changes no key; who deletes or switches does."""
    happen(endpoint.shop_id, *THREE)
    _begin(endpoint)
    own = connection.copy()
    try:
        own.set_autocommit(False)
        with own.cursor() as cursor:
            cursor.execute(
                f"SELECT 1 FROM webhooks_endpoint WHERE id = %s {lock}",
                [endpoint.id],
            )
            assert replaying.replays_continue(now=timezone.now()) == queued
        own.rollback()
    finally:
        own.close()


def test_a_slice_holds_the_endpoint_before_it_holds_anything_else(
    endpoint: Endpoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who deletes it holds the endpoint first too, so neither can hold what the other needs."""
    happen(endpoint.shop_id, *THREE)
    _begin(endpoint)
    queue_slice = replaying._queue
    deletable: list[bool] = []

    def look(*given: Any, **options: Any) -> int:
        own = connection.copy()
        try:
            with own.cursor() as cursor:
                cursor.execute(
                    "SELECT 1 FROM webhooks_endpoint WHERE id = %s FOR UPDATE SKIP LOCKED",
                    [endpoint.id],
                )
                deletable.append(cursor.fetchone() is not None)
        finally:
            own.close()
        return queue_slice(*given, **options)

    monkeypatch.setattr(replaying, "_queue", look)
    assert replaying.replays_continue(now=timezone.now()) == 3
    assert deletable == [False]


def test_a_key_asks_for_one_range_only(endpoint: Endpoint) -> None:
    since = timezone.now() - timedelta(hours=2)
    begun = _begin(endpoint, since=since, key="one")
    assert _begin(endpoint, since=since, key="one") == begun
    _refused("replay_key_conflict", endpoint, key="one")
    _refused("replay_key_conflict", endpoint, since=since, events=["ticket.paid"], key="one")
    until = timezone.now() - timedelta(hours=1)
    _refused("replay_key_conflict", endpoint, since=since, until=until, key="one")


def test_asked_twice_with_one_key_it_is_one_replay(endpoint: Endpoint, receiver: Receiver) -> None:
    happen(endpoint.shop_id, *THREE)
    deliver_until(lambda: len(receiver.received) == 3)
    since = timezone.now() - timedelta(hours=1)
    first = _begin(endpoint, since=since, key="again")
    assert _begin(endpoint, since=since, key="again") == first
    _refused("replay_running", endpoint)
    _slices(receiver, 6)
    replaying.replays_continue(now=timezone.now())
    assert _begin(endpoint, since=since, key="again") == first
    replaying.replays_continue(now=timezone.now())
    assert Replay.objects.count() == 1
    assert not Delivery.objects.filter(state="pending").exists()
    assert _begin(endpoint, key="another").counted == 3


def test_a_slice_taken_twice_queues_nothing_twice(endpoint: Endpoint, receiver: Receiver) -> None:
    happen(endpoint.shop_id, *THREE)
    replay = _begin(endpoint)
    assert replaying.replays_continue(now=timezone.now()) == 3
    assert replaying.replays_continue(now=timezone.now()) == 0
    assert Delivery.objects.filter(replay_id=replay.id).count() == 3
    deliver_until(lambda: len(receiver.received) == 3)
    assert receiver.sequences == [1, 2, 3]


def test_only_the_range_and_the_events_asked_for_and_what_the_endpoint_hears(
    endpoint: Endpoint, receiver: Receiver
) -> None:
    services.endpoint_update(shop_id=endpoint.shop_id, endpoint_id=endpoint.id, events=["ticket.*"])
    before = timezone.now()
    happen(endpoint.shop_id, *THREE, "desk.told", subject="ticket:1")
    happen(endpoint.shop_id, "fee_invoice.issued", subject="fee_invoice:1")
    between = timezone.now()
    happen(endpoint.shop_id, "ticket.voided", subject="ticket:2")

    def count(**options: Any) -> int:
        return replaying.replay_count(
            **{
                "shop_id": endpoint.shop_id,
                "endpoint_id": endpoint.id,
                "since": before,
                "until": between,
                "now": timezone.now(),
                **options,
            }
        )

    assert count() == 3
    assert count(until=timezone.now()) == 4
    assert count(events=["ticket.voided"]) == 1
    assert count(events=["refund.*"]) == 0
    assert count(since=between, until=timezone.now()) == 1
    with pytest.raises(TillwayError) as refusal:
        count(events=["ticket.eaten"])
    assert refusal.value.code == "event_unknown"
    assert _begin(endpoint, since=before, until=between, events=["ticket.voided"]).counted == 1
    replaying.replays_continue(now=timezone.now())
    assert Delivery.objects.get(replay_id__isnull=False).type == "ticket.voided"


def test_a_range_of_nothing_is_done_at_once(endpoint: Endpoint) -> None:
    replay = _begin(endpoint)
    assert (replay.counted, replay.state) == (0, "done")


def test_what_is_no_range_is_refused(endpoint: Endpoint, monkeypatch: pytest.MonkeyPatch) -> None:
    now = timezone.now()
    _refused("replay_range_invalid", endpoint, since=now, until=now - timedelta(seconds=1))
    _refused("replay_range_invalid", endpoint, until=now + timedelta(days=1))
    _refused("replay_too_old", endpoint, since=now - LOG_KEPT - timedelta(days=1))
    happen(endpoint.shop_id, *THREE)
    monkeypatch.setattr(replaying, "EVENTS_A_REPLAY", 2)
    assert "2 events" in _refused("replay_too_large", endpoint).message
    with pytest.raises(TillwayError) as refusal:
        _begin(endpoint, shop_id=uuid4())
    assert refusal.value.status == 404
    assert not Replay.objects.exists()


def test_a_large_replay_stands_before_a_fresh_event_with_one_window_only(
    endpoint: Endpoint, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(replaying, "WINDOW", 4)
    for number in range(20):
        happen(endpoint.shop_id, "ticket.paid", subject=f"ticket:{number}")
    deliver_until(lambda: len(receiver.received) == 20)
    _begin(endpoint)
    assert replaying.replays_continue(now=timezone.now()) == 4
    assert replaying.replays_continue(now=timezone.now()) == 0, "those wait still"
    happen(endpoint.shop_id, "ticket.voided", subject="ticket:fresh")
    deliver_until(lambda: len(receiver.received) == 25)
    assert "ticket:fresh" in {one.message["subject"] for one in receiver.received[20:]}
    _slices(receiver, 41)
    subjects = [one.message["subject"] for one in receiver.received[20:]]
    assert len(subjects) == 21 and len(set(subjects)) == 21


def test_an_endpoint_that_fails_gets_one_at_a_time_until_it_accepts_one(
    endpoint: Endpoint, receiver: Receiver
) -> None:
    for number in range(5):
        happen(endpoint.shop_id, "ticket.paid", subject=f"ticket:{number}")
    deliver_until(lambda: len(receiver.received) == 5)
    Endpoint.objects.update(failing_since=timezone.now() - timedelta(hours=1))
    _begin(endpoint)
    assert replaying.replays_continue(now=timezone.now()) == 1
    assert replaying.replays_continue(now=timezone.now()) == 0
    receiver.answer = lambda _: (500, {}, b"")
    deliver_until(lambda: len(receiver.received) == 6)
    assert replaying.replays_continue(now=timezone.now()) == 0, "its retry is the next try"
    receiver.answer = lambda _: (200, {}, b"")
    Delivery.objects.filter(state="pending").update(due_at=timezone.now())
    deliver_until(lambda: len(receiver.received) == 7)
    assert replaying.replays_continue(now=timezone.now()) == 4
    deliver_until(lambda: len(receiver.received) == 11)


def test_switched_off_a_replay_waits_and_goes_on(endpoint: Endpoint, receiver: Receiver) -> None:
    happen(endpoint.shop_id, *THREE)
    deliver_until(lambda: len(receiver.received) == 3)
    _begin(endpoint)
    shop_id = endpoint.shop_id
    services.endpoint_update(shop_id=shop_id, endpoint_id=endpoint.id, enabled=False)
    assert replaying.replays_continue(now=timezone.now()) == 0
    services.endpoint_update(shop_id=shop_id, endpoint_id=endpoint.id, enabled=True)
    _slices(receiver, 6)


def test_an_endpoint_is_deleted_with_its_replays(endpoint: Endpoint) -> None:
    happen(endpoint.shop_id, *THREE)
    _begin(endpoint)
    services.endpoint_delete(shop_id=endpoint.shop_id, endpoint_id=endpoint.id)
    assert not Replay.objects.exists()
    assert replaying.replays_continue(now=timezone.now()) == 0


def test_counting_costs_the_same_for_one_event_and_for_many(
    endpoint: Endpoint, django_assert_num_queries: Any
) -> None:
    for number in range(30):
        happen(endpoint.shop_id, "ticket.paid", subject=f"ticket:{number}")
    now = timezone.now()
    with django_assert_num_queries(2):
        replaying.replay_count(
            shop_id=endpoint.shop_id,
            endpoint_id=endpoint.id,
            since=now - timedelta(hours=1),
            until=now,
            now=now,
        )


def test_an_event_whose_first_attempt_nobody_knows_of_is_not_overtaken(
    endpoint: Endpoint, receiver: Receiver
) -> None:
    """A deliverer took the first and died before it sent it; the others are older than the hold."""
    happen(endpoint.shop_id, *THREE)
    [taken] = queue.claim(slots={endpoint.id: 8}, now=timezone.now())
    Delivery.objects.update(queued_at=timezone.now() - 2 * queue.HOLD)
    assert queue.claim(slots={endpoint.id: 8}, now=timezone.now()) == []
    Delivery.objects.filter(event_id=taken.event_id).update(due_at=timezone.now())
    deliver_until(lambda: len(receiver.received) == 3)
    assert receiver.sequences == [1, 2, 3]


@settings(
    max_examples=5,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(st.lists(st.integers(0, 2), min_size=1, max_size=6), st.integers(1, 4), st.data())
def test_whatever_was_sent_before_every_event_is_queued_once_and_in_order(
    endpoint: Endpoint, lanes: list[int], window: int, data: st.DataObject
) -> None:
    Delivery.objects.all().delete()
    Replay.objects.all().delete()
    since = timezone.now()
    for lane in lanes:
        happen(endpoint.shop_id, "ticket.paid", subject=f"ticket:{since:%f}-{lane}")
    states = st.sampled_from(["succeeded", "failed", None])
    for event_id in list(Delivery.objects.values_list("event_id", flat=True)):
        state = data.draw(states)
        row = Delivery.objects.filter(event_id=event_id)
        if state is None:
            row.delete()  # as if the endpoint had missed it
        else:
            row.update(state=state, attempts=1, tries=1)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(replaying, "WINDOW", window)
        replay = _begin(endpoint, since=since)
        claimed: list[tuple[str, int]] = []
        while True:
            replaying.replays_continue(now=timezone.now())
            taken = queue.claim(slots={endpoint.id: 8}, now=timezone.now())
            rows = Delivery.objects.in_bulk([(one.event_id, endpoint.id) for one in taken])
            claimed += [(row.subject, row.sequence) for row in rows.values()]
            if not taken:
                break
            Delivery.objects.filter(trying=True).update(trying=False, state="succeeded")
    replay.refresh_from_db()
    assert (replay.state, replay.queued, replay.counted) == ("done", len(lanes), len(lanes))
    assert len(claimed) == len(set(claimed)) == len(lanes)
    for subject in {subject for subject, _ in claimed}:
        mine = [sequence for name, sequence in claimed if name == subject]
        assert mine == sorted(mine)
