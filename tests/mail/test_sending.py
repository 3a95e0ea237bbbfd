"""Mails leave from their rows: once, in their order, and are given up where it can be seen."""

from datetime import timedelta
from typing import Any

import pytest
from django.core.mail.backends.smtp import EmailBackend
from django.db import transaction

from gateway.events.errors import TillwayError
from gateway.mail.mail_metrics import TRIES, WAITING
from gateway.mail.sending import LEASE, RETRIES, mails_send
from gateway.outside.mail import ANSWERS_A_MESSAGE, Message
from gateway.settings import EMAIL_TIMEOUT
from merchants.accounts.models import Letter
from tests.faults.in_process import Killed, killer, passing
from tests.mail.conftest import Room


def test_mails_that_are_due_at_once_leave_in_their_order(room: Room) -> None:
    names = [f"person{number}" for number in range(5)]
    for name in names:
        room.mail(name)
    assert room.send() == names
    assert room.send(hours=9) == [], "each once"


def test_a_run_takes_one_connection(room: Room) -> None:
    for name in ("ann", "bob", "cem"):
        room.mail(name)
    room.send()
    assert room.server.connections == 1


def test_a_connection_that_broke_is_made_anew_for_the_next_mail(room: Room) -> None:
    for name in ("ann", "bob", "cem"):
        room.mail(name)
    room.server.refusing["bob@people.example"] = "550 no such person"
    assert room.send() == ["ann", "cem"]
    assert room.server.connections == 2
    assert room.given_up == ["bob"]


def test_a_server_that_is_away_costs_one_mail_one_try(room: Room, settings: Any) -> None:
    """A server that nobody reaches is not asked for each of a hundred mails."""
    for name in ("ann", "bob"):
        room.mail(name)
    settings.EMAIL_PORT = 1
    room.send()
    assert list(Letter.objects.order_by("id").values_list("attempts", "error")) == [
        (1, "mail_not_taken"),
        (0, ""),
    ]
    settings.EMAIL_PORT = room.server.port
    assert room.send() == ["bob"]
    assert room.send(minutes=1) == ["ann"]


def test_nothing_is_known_of_whom_a_mail_went_to_once_it_ended(room: Room) -> None:
    room.mail("ann")
    room.mail("bob")
    room.server.refusing["bob@people.example"] = "550 no such person"
    room.send()
    ended = Letter.objects.order_by("id").values_list("state", "address", "error", "sent_at")
    assert list(ended) == [("sent", "", "", room.now), ("failed", "", "mail_refused", None)]


def test_a_slow_run_leaves_no_mail_to_another(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its lease counts from its own moment, not from the run's, which may be long ago."""
    others = []

    def slowly(self: object, messages: list[Any]) -> int:
        others.append(mails_send(room.outlet, now=room.now))
        return len(messages)

    monkeypatch.setattr(EmailBackend, "send_messages", slowly)
    began = room.now - timedelta(hours=1) - 2 * LEASE
    room.mail("ann")
    Letter.objects.update(due_at=began)
    room.now = began + LEASE
    assert mails_send(room.outlet, now=began) == 1
    assert others == [0]


def test_a_lease_is_longer_than_a_server_may_take() -> None:
    assert timedelta(seconds=(ANSWERS_A_MESSAGE + 1) * EMAIL_TIMEOUT) < LEASE


def test_no_mail_leaves_within_a_transaction(room: Room) -> None:
    """It could not be called back when that is undone."""
    room.mail("ann")
    with pytest.raises(RuntimeError, match="durable"), transaction.atomic():
        room.send()
    assert not room.server.taken


@pytest.mark.parametrize(("point", "mails"), [("mail.claimed", 1), ("mail.taken", 2)])
def test_a_worker_that_dies_leaves_the_mail_to_the_next(point: str, mails: int, room: Room) -> None:
    """Where the server had taken it, it comes once more by the same name."""
    room.mail("ann")
    with passing(killer(point)), pytest.raises(Killed):
        room.send()
    assert room.send() == [], "the lease is not over"
    assert room.send(seconds=LEASE.total_seconds()) == ["ann"]
    assert len(room.server.taken) == mails
    assert len({one["Message-ID"] for one in room.server.taken}) == 1
    assert room.send(hours=9) == []


def test_a_mail_that_nobody_survives_is_given_up(room: Room) -> None:
    room.mail("ann")
    for _ in range(len(RETRIES) + 1):
        with passing(killer("mail.claimed")), pytest.raises(Killed):
            room.send()
        room.now += LEASE
    assert room.send() == []
    letter = Letter.objects.get()
    assert (letter.state, letter.error) == ("failed", "mail_lost")


def test_a_mail_that_can_not_be_written_holds_up_no_other(room: Room) -> None:
    def written(letter: Letter) -> Message:
        if letter.address.startswith("ann"):
            raise ZeroDivisionError
        return Message(to=letter.address, subject="News", text="", html="")

    room.written = written
    room.mail("ann")
    room.mail("bob")
    assert room.send() == ["bob"]
    for retry in RETRIES:
        assert Letter.objects.get(error="mail_broken").state == "pending"
        assert room.send(seconds=retry.total_seconds()) == []
    assert Letter.objects.get(error="mail_broken").state == "failed"
    assert room.given_up == ["ann"]


def test_what_can_never_be_written_is_given_up_at_once(room: Room) -> None:
    def written(letter: Letter) -> Message:
        raise TillwayError("Its key is gone.", code="key_gone")

    room.written = written
    room.mail("ann")
    assert room.send() == []
    assert Letter.objects.get().error == "key_gone" and room.given_up == ["ann"]


def test_what_came_of_mails_is_counted(room: Room) -> None:
    def tried(outcome: str) -> float:
        return TRIES.labels("test", outcome)._value.get()

    outcomes = ("sent", "later", "given_up")
    before = [tried(outcome) for outcome in outcomes]
    for name in ("ann", "bob", "cem"):
        room.mail(name)
    room.server.refusing["bob@people.example"] = "452 mailbox full"
    room.server.refusing["cem@people.example"] = "550 no such person"
    room.send()
    assert [tried(outcome) for outcome in outcomes] == [count + 1 for count in before]
    assert WAITING.labels("test")._value.get() == 1
