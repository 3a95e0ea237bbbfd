"""A house with a ramp: Stripe's place is taken by the fake."""

import random
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.test import Client

from gateway.events import relay
from gateway.ramps.carrying import instructions_carry
from gateway.ramps.models import RampAccount, RampInstruction
from gateway.ramps.onboarding import accounts_refresh, onboarding_link
from tests.faults.in_process import Killed, killer, passing
from tests.stripe_fake import accounts
from tests.stripe_fake.server import Fake

__all__ = ["RAMP", "Killed", "Place", "killer", "passing"]
RAMP = "stripe"


@dataclass
class Place:
    """The ramp as tests use it."""

    fake: Fake
    clock: Any

    @property
    def now(self) -> datetime:
        found: datetime = self.clock()
        return found

    def account(self, shop_id: UUID, *, ready: bool = True) -> RampAccount:
        """A shop's account, onboarded, as we know it."""
        onboarding_link(
            shop_id=shop_id,
            mode="test",
            ramp=RAMP,
            return_url="http://localhost/back",
            refresh_url="http://localhost/again",
            now=self.now,
        )
        row = RampAccount.objects.get(shop_id=shop_id)
        if ready:
            accounts.onboard(self.fake.state, row.remote_id)
            RampAccount.objects.filter(id=row.id).update(due_at=self.now)
            self.clock.advance(seconds=1)
            accounts_refresh(now=self.now)
            row.refresh_from_db()
        return row

    def carry(self, *, reached: Callable[[str], None] | None = None, seconds: float = 3_700) -> int:
        """Time passes, and what is due is carried on."""
        self.clock.advance(seconds=seconds)
        with passing(reached):
            done = instructions_carry(now=self.now)
        relay.drain(limit=1000)
        return done

    def post(self, body: bytes, signature: str) -> int:
        found = Client().post(
            f"/ramps/{RAMP}/events",
            data=body,
            content_type="application/json",
            headers={"Stripe-Signature": signature},
        )
        return found.status_code

    def deliver(self, *, seed: int | None = None, times: int = 1) -> list[int]:
        """What waits at the fake comes here, and is handled."""
        answers = self.fake.webhooks.deliver(
            self.post,
            shuffled=None if seed is None else random.Random(seed),
            times=times,
            at=int(time.time()),
        )
        relay.drain(limit=1000)
        return answers

    def statuses(self) -> list[tuple[str, str]]:
        rows = RampInstruction.objects.order_by("created_at", "id")
        return list(rows.values_list("kind", "status"))
