"""A shop with its people, the house with its own, and a mail server."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from django.db import transaction
from django.utils import timezone

from gateway.events import relay
from gateway.events.services import emit
from gateway.shops.services import shop_open
from merchants.accounts.actions import HOUSE_ROLES
from merchants.accounts.models import User
from merchants.accounts.services import member_add
from merchants.notices import escalating, mailing
from tests.merchants.notices.mail_server import MailServer, mail_server


@dataclass
class Town:
    """Everybody who may be told of something, and the time.

    It is an hour ahead of the clock, so that nothing here depends on how fast that goes.
    """

    shop_id: UUID
    other_shop_id: UUID
    mails: MailServer
    now: datetime = field(default_factory=lambda: timezone.now() + timedelta(hours=1))

    def person(
        self, role: str, *, shop_id: UUID | None = None, name: str = "", **more: Any
    ) -> User:
        user = User.objects.create(
            email=f"{name or role}@people.example", name=name or role, **more
        )
        at = None if role in HOUSE_ROLES else shop_id or self.shop_id
        member_add(user_id=user.id, role=role, shop_id=at)
        return user

    def happen(
        self,
        type: str,
        *,
        subject: str = "payout:1",
        body: dict[str, Any] | None = None,
        of_shop: bool = True,
        mode: str = "live",
    ) -> None:
        with transaction.atomic():
            emit(
                type=type,
                subject=subject,
                body={"asset": "USDC@1", **(body or {})},
                mode=mode,
                shop_id=self.shop_id if of_shop else None,
                now=self.now,
            )
        relay.drain(limit=100)

    def wait(self, **time: float) -> None:
        self.now += timedelta(**time)

    def tell(self) -> list[str]:
        """What beat does; who got a mail by it."""
        before = len(self.mails.taken)
        escalating.notices_escalate(now=self.now)
        mailing.mails_make(now=self.now)
        mailing.mails_send(now=self.now)
        return sorted(str(mail["To"]).partition("@")[0] for mail in self.mails.taken[before:])


@pytest.fixture
def mails(settings: Any) -> Iterator[MailServer]:
    with mail_server() as server:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", server.port
        settings.EMAIL_TIMEOUT = 5
        yield server


@pytest.fixture
def town(db: None, mails: MailServer) -> Town:
    shops = [
        shop_open(
            name=name, pricing_currency="EUR", settlement_asset="USDC@31337", now=timezone.now()
        )
        for name in ("Kiosk", "Bakery")
    ]
    return Town(shop_id=shops[0].id, other_shop_id=shops[1].id, mails=mails)
