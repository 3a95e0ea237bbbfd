"""Events reach their handlers in order, once in effect, through failures."""

import threading
from collections.abc import Callable, Iterator, Sequence

import pytest
from django.db import connection, transaction
from django.utils import timezone

from gateway.events import leases, relay, subscriptions
from gateway.events.errors import BadCursor, LeaseLost, NotInTransaction
from gateway.events.models import OutboxItem
from gateway.events.selectors import events_after, events_for_shop
from gateway.events.services import NewEvent, emit, emit_many
from gateway.events.subscriptions import EventRecord, subscribe
from tests.table_reads import analyse, rows_read

pytestmark = pytest.mark.django_db


@pytest.fixture
def heard() -> Iterator[list[EventRecord]]:
    """A subscription to "tested.*" that ends with the test."""
    records: list[EventRecord] = []
    with _subscription("tests.heard", "tested.*", records.append):
        yield records


def _subscription(name: str, pattern: str, handler: Callable[[EventRecord], None]):
    from contextlib import contextmanager

    @contextmanager
    def scope() -> Iterator[None]:
        subscribe(pattern=pattern, handler=handler, name=name)
        try:
            yield
        finally:
            del subscriptions._handlers[name], subscriptions._patterns[name]
            subscriptions.handlers_for.cache_clear()

    return scope()


def _emit(kind: str = "tested.done", subject: str = "thing:1", **body: str) -> None:
    emit(type=kind, subject=subject, body=body, mode="test")


def test_an_event_outside_a_transaction_is_refused(transactional_db: None) -> None:
    with pytest.raises(NotInTransaction):
        _emit()


def test_a_subjects_events_are_handled_in_order_and_subjects_in_turn(
    heard: list[EventRecord],
) -> None:
    for step in "abc":
        _emit(step=step)
    _emit(subject="thing:2", step="z")
    assert relay.drain() == 4
    assert [(e.subject, e.sequence, e.body["step"]) for e in heard] == [
        ("thing:1", 1, "a"),
        ("thing:2", 1, "z"),
        ("thing:1", 2, "b"),
        ("thing:1", 3, "c"),
    ]
    assert heard[0].subject_id == "1"
    assert OutboxItem.objects.count() == 0


def test_emitting_costs_one_statement(django_assert_num_queries: Callable[..., object]) -> None:
    with django_assert_num_queries(1):
        _emit()


def test_what_has_another_purpose_is_never_queued() -> None:
    told: list[str] = []

    def hear(event: EventRecord) -> None:
        told.append(event.body.get("purpose", "none"))

    subscribe(pattern="purposed.*", handler=hear, name="tests.purposed", purposes=("payout",))
    try:
        for purpose in ("payout", "refund"):
            _emit("purposed.done", purpose=purpose)
        _emit("purposed.done")
        with transaction.atomic():
            for purpose in ("payout", "refund"):
                emit(type="purposed.done", subject="t:1", body={}, mode="test", purpose=purpose)
        assert OutboxItem.objects.filter(handler="tests.purposed").count() == 3
        relay.drain()
    finally:
        del subscriptions._handlers["tests.purposed"], subscriptions._patterns["tests.purposed"]
        del subscriptions._purposes["tests.purposed"]
        subscriptions.handlers_for.cache_clear()
    assert sorted(told) == ["none", "none", "payout"]


def test_an_event_that_is_rolled_back_is_never_handled(heard: list[EventRecord]) -> None:
    with pytest.raises(RuntimeError), transaction.atomic():
        _emit()
        raise RuntimeError("the cause failed")
    assert relay.drain() == 0
    assert heard == []


def test_a_failing_handler_holds_back_its_subject_and_no_other() -> None:
    seen: list[str] = []

    def fails_on_one(event: EventRecord) -> None:
        if event.subject == "thing:1":
            raise ValueError("not today")
        seen.append(event.subject)

    with _subscription("tests.failing", "tested.*", fails_on_one):
        _emit(step="a")
        _emit(step="b")
        _emit(subject="thing:2")
        assert relay.drain() == 2
    assert seen == ["thing:2"]
    waiting = list(OutboxItem.objects.order_by("sequence"))
    assert [(item.sequence, item.attempts) for item in waiting] == [(1, 1), (2, 0)]
    assert "not today" in waiting[0].last_error


def test_a_handler_that_fails_leaves_none_of_its_rows_and_runs_again() -> None:
    calls: list[int] = []

    def writes_then_fails(event: EventRecord) -> None:
        with connection.cursor() as cursor:
            cursor.execute("INSERT INTO events_lease VALUES ('made by handler', 'x', 1, now())")
        calls.append(1)
        if len(calls) == 1:
            raise ValueError("after the write")

    with _subscription("tests.writes", "tested.*", writes_then_fails):
        _emit()
        relay.drain()
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM events_lease")
            assert cursor.fetchone()[0] == 0
            cursor.execute("UPDATE events_outbox SET due_at = now()")
        relay.drain()
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM events_lease")
            assert cursor.fetchone()[0] == 1
    assert len(calls) == 2


def test_a_month_without_a_partition_still_takes_its_events(clock) -> None:
    emit(
        type="tested.old",
        subject="thing:9",
        body={},
        mode="test",
        now=clock.now.replace(year=2031),
    )
    assert [event.type for event in events_after(subject="thing:9")] == ["tested.old"]


def test_a_shops_events_page_by_cursor(shop, django_assert_num_queries) -> None:
    for number in range(5):
        emit(
            type="tested.page",
            subject=f"thing:{number}",
            body={"number": number},
            mode="test",
            shop_id=shop.id,
        )
    with django_assert_num_queries(1):
        first = events_for_shop(shop_id=shop.id, types=["tested.page"], size=3)
    second = events_for_shop(
        shop_id=shop.id, types=["tested.page"], size=3, cursor=first.next_cursor
    )
    numbers = [event.body["number"] for event in [*first.items, *second.items]]
    assert numbers == [4, 3, 2, 1, 0]
    assert second.next_cursor is None
    with pytest.raises(BadCursor):
        events_for_shop(shop_id=shop.id, cursor="not a cursor")


def test_a_lease_is_held_by_one_and_taken_over_after_it_ran_out() -> None:
    first = leases.acquire(name="watcher:1", holder="a", ttl_seconds=30)
    assert first is not None
    assert leases.acquire(name="watcher:1", holder="b", ttl_seconds=30) is None
    leases.check(handle=first)
    leases.release(handle=first)
    second = leases.acquire(name="watcher:1", holder="b", ttl_seconds=30)
    assert second is not None and second.epoch == first.epoch + 1
    with pytest.raises(LeaseLost):
        leases.check(handle=first)
    with pytest.raises(LeaseLost):
        leases.renew(handle=first, ttl_seconds=30)


def test_a_refusal_names_its_classs_field_unless_told_another() -> None:
    assert BadCursor().field == "cursor"
    assert BadCursor(field="after").field == "after"


def test_a_long_backlog_of_one_lane_delays_another_by_one_item(heard: list[EventRecord]) -> None:
    emit_many(
        [
            NewEvent(
                type="tested.many", subject=f"thing:{n}", body={}, mode="test", lane="big lane"
            )
            for n in range(20)
        ],
        now=timezone.now(),
    )
    relay.drain(limit=3)
    _emit(subject="other:1")
    relay.drain(limit=2)
    assert "other:1" in [event.subject for event in heard]
    relay.drain()
    assert len(heard) == 21


def test_a_lane_is_handed_over_together_and_one_that_fails_is_tried_alone() -> None:
    calls: list[list[str]] = []

    def fails_on_two(events: Sequence[EventRecord]) -> None:
        calls.append([event.subject for event in events])
        if "thing:2" in calls[-1]:
            raise ValueError("not that one")

    subscriptions.subscribe_together(
        pattern="tested.*", handler=fails_on_two, name="tests.together"
    )
    try:
        with transaction.atomic():
            for number in range(1, 5):
                emit(type="tested.x", subject=f"thing:{number}", body={}, mode="test", lane="one")
        relay.drain()
    finally:
        subscriptions._together.discard("tests.together")
        del subscriptions._handlers["tests.together"], subscriptions._patterns["tests.together"]
        subscriptions.handlers_for.cache_clear()
    whole = [f"thing:{number}" for number in range(1, 5)]
    assert calls == [whole, *([subject] for subject in whole)]
    assert [item.subject for item in OutboxItem.objects.all()] == ["thing:2"]


@pytest.mark.django_db(transaction=True)
def test_two_relays_never_work_on_one_lane_and_the_second_takes_the_next() -> None:
    inside, go_on = threading.Event(), threading.Event()
    order: list[str] = []

    def slow_for_one(events: Sequence[EventRecord]) -> None:
        if events[0].subject == "slow:1":
            inside.set()
            go_on.wait(10)
        order.extend(event.subject for event in events)

    def first_relay() -> None:
        relay.handle_next()
        connection.close()

    def told(subject: str, lane: str) -> None:
        with transaction.atomic():
            emit(type="tested.x", subject=subject, body={}, mode="test", lane=lane)

    subscriptions.subscribe_together(
        pattern="tested.*", handler=slow_for_one, name="tests.together"
    )
    try:
        told("slow:1", "slow")
        first = threading.Thread(target=first_relay)
        first.start()
        assert inside.wait(10)
        told("slow:2", "slow")
        told("quick:1", "quick")
        assert relay.drain() == 1
        go_on.set()
        first.join(10)
        relay.drain()
    finally:
        go_on.set()
        subscriptions._together.discard("tests.together")
        del subscriptions._handlers["tests.together"], subscriptions._patterns["tests.together"]
        subscriptions.handlers_for.cache_clear()
    assert order == ["quick:1", "slow:1", "slow:2"]


def test_a_plan_made_for_an_empty_outbox_reads_no_burst_through(heard: list[EventRecord]) -> None:
    def told(subject: str) -> None:
        emit(type="tested.x", subject=subject, body={}, mode="test")

    for number in range(10):  # more often than a statement is planned anew
        told(f"early:{number}")
        if number == 0:
            analyse("events_outbox")
        assert relay.handle_next()
    emit_many(
        [
            NewEvent(type="tested.x", subject=f"burst:{number}", body={}, mode="test")
            for number in range(1_000)
        ],
        now=timezone.now(),
    )
    before = rows_read("events_outbox")
    for number in range(20):
        told(f"late:{number}")
        assert relay.handle_next()
    read = rows_read("events_outbox").since(before)
    assert len(heard) == 30
    assert read.in_sequence == 0
    assert read.by_index < 20 * 50
