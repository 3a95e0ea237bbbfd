"""Mails that wait, and a server that takes them."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone

from gateway.mail.outlet import Outlet
from gateway.mail.sending import mails_send
from gateway.outside.mail import Message
from merchants.accounts.letters import letter_write
from merchants.accounts.models import Letter
from tests.merchants.notices.mail_server import MailServer, mail_server


@dataclass
class Room:
    """A room that sends mails, and its time: an hour ahead of the clock, so that nothing here
    depends on how fast that goes."""

    server: MailServer
    now: datetime = field(default_factory=lambda: timezone.now() + timedelta(hours=1))
    written: Callable[[Letter], Message] | None = None
    given_up: list[str] = field(default_factory=list)

    def mail(self, name: str) -> Letter:
        address = f"{name}@people.example"
        return letter_write(kind="password_changed", address=address, language="en", now=self.now)

    def send(self, **after: float) -> list[str]:
        """Who got one by the run that far from now."""
        self.now += timedelta(**after)
        before = len(self.server.taken)
        taken = mails_send(self.outlet, now=self.now)
        names = [str(one["To"]).partition("@")[0] for one in self.server.taken[before:]]
        assert taken <= len(names)
        return names

    @property
    def outlet(self) -> Outlet[Letter]:
        return Outlet(
            name="test",
            rows=Letter,
            write=self.written or _message,
            ended=lambda sent, now: {"address": "", "sent_at": now if sent else None},
            given_up=lambda letter, now: self.given_up.append(letter.address.partition("@")[0]),
        )


def _message(letter: Letter) -> Message:
    return Message(to=letter.address, subject="News", text="Something was.", html="<p>Something.")


@pytest.fixture
def room(db: None, settings: Any) -> Iterator[Room]:
    with mail_server() as server:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", server.port
        settings.EMAIL_TIMEOUT = 5
        yield Room(server)
