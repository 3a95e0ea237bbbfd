"""Wake-ups: told once it has committed, by whoever, and missed without harm."""

import asyncio
import threading
import time
from uuid import uuid4

import pytest
import redis
from django.conf import settings
from django.db import connection, transaction

from gateway.events import waking
from gateway.events.services import NewEvent, emit, emit_many
from gateway.events.waking import Wakeups, hearing, wake

pytestmark = pytest.mark.django_db(transaction=True)


def happened(subject: str) -> None:
    emit(type="made.up", subject=subject, body={}, mode="test")


def cut_listeners() -> None:
    client = redis.Redis.from_url(settings.VALKEY_URL)
    mine = str(client.connection_pool.connection_kwargs["db"])
    ours = [told for told in client.client_list(_type="pubsub") if told["db"] == mine]
    assert ours
    for told in ours:
        client.client_kill_filter(_id=told["id"])


def test_an_event_wakes_when_it_has_committed_and_not_before() -> None:
    subject = f"thing:{uuid4()}"
    with Wakeups() as wakeups:
        with transaction.atomic():
            happened(subject)
            assert wakeups.wait(timeout_seconds=0.05) == set()
        assert wakeups.wait(timeout_seconds=5) == {subject}
        assert wakeups.wait(timeout_seconds=0.05) == set()


def test_what_was_rolled_back_wakes_nobody() -> None:
    with Wakeups() as wakeups:
        with pytest.raises(RuntimeError), transaction.atomic():
            happened("thing:undone")
            raise RuntimeError
        assert wakeups.wait(timeout_seconds=0.05) == set()


def test_all_that_waits_to_be_heard_is_heard_at_once() -> None:
    """Or a relay would look through an empty queue once for each of a thousand hints."""
    with Wakeups() as wakeups:
        for number in range(20):
            with transaction.atomic():
                happened(f"thing:{number}")
        heard = [wakeups.wait(timeout_seconds=0.2) for _ in range(2)]
        assert set.union(*heard) == {f"thing:{number}" for number in range(20)}


def test_many_subjects_of_one_transaction_are_one_hint() -> None:
    from django.utils import timezone

    events = [
        NewEvent(type="made.up", subject=f"thing:{number}", body={}, mode="test")
        for number in (1, 2, 1)
    ]
    with Wakeups() as wakeups:
        with transaction.atomic():
            emit_many(events, now=timezone.now())
        assert wakeups.wait(timeout_seconds=5) == {"thing:1", "thing:2"}


def test_a_cut_connection_is_made_again() -> None:
    with Wakeups() as wakeups:
        cut_listeners()
        assert wakeups.wait(timeout_seconds=0.05) == set()  # notices
        assert wakeups.wait(timeout_seconds=0.05) == set()  # is back: look for yourself
        with transaction.atomic():
            happened("thing:after")
        assert wakeups.wait(timeout_seconds=5) == {"thing:after"}


def test_an_async_listener_hears_and_is_told_that_it_was_cut() -> None:
    async def scenario() -> None:
        async with hearing("bells") as told:
            await asyncio.to_thread(say, "one", "two")
            assert await asyncio.wait_for(anext(told), 5) == ["one", "two"]
            await asyncio.to_thread(cut_listeners)
            with pytest.raises(redis.RedisError):
                await asyncio.wait_for(anext(told), 5)

    def say(*names: str) -> None:
        wake("bells", names)
        connection.close()

    asyncio.run(scenario())


def test_a_commit_waits_for_no_valkey_that_is_away(
    settings, monkeypatch: pytest.MonkeyPatch, tmp_path
) -> None:
    settings.VALKEY_URL = f"unix://{tmp_path}/nobody"
    started = time.monotonic()
    for number in range(50):
        with transaction.atomic():
            happened(f"thing:{number}")
    assert time.monotonic() - started < 20
    with Wakeups() as wakeups:  # whoever waits goes on looking for itself
        assert wakeups.wait(timeout_seconds=0.05) == set()


def test_it_is_told_again_after_valkey_was_away(settings, monkeypatch, tmp_path) -> None:
    monkeypatch.setattr(waking, "PAUSE_SECONDS", 0.0)
    here, settings.VALKEY_URL = settings.VALKEY_URL, f"unix://{tmp_path}/nobody"
    with transaction.atomic():
        happened("thing:unheard")
    settings.VALKEY_URL = here
    with Wakeups() as wakeups:
        threading.Thread(target=_say_soon).start()
        assert wakeups.wait(timeout_seconds=5) == {"thing:heard"}


def _say_soon() -> None:
    time.sleep(0.05)
    with transaction.atomic():
        happened("thing:heard")
    connection.close()


def test_a_busy_process_tells_of_much_in_few_messages() -> None:
    client = redis.Redis.from_url(settings.VALKEY_URL)
    with client.pubsub(ignore_subscribe_messages=True) as heard:
        heard.subscribe(f"bells@{connection.settings_dict['NAME']}")
        heard.get_message(timeout=2)
        for number in range(200):
            wake("bells", [str(number)])
        messages: list[list[str]] = []
        until = time.monotonic() + 5
        while sum(map(len, messages)) < 200 and time.monotonic() < until:
            message = heard.get_message(timeout=0.1)
            if message is not None:
                messages.append(message["data"].decode().split("\n"))
    assert {name for names in messages for name in names} == {str(n) for n in range(200)}
    assert len(messages) < 100
