"""A bank account that changed at the ramp cools off before anything is sent to it."""

import time
from datetime import timedelta

import pytest
from django.utils import timezone

from gateway.custody.approvals.configuration import approval_rules
from gateway.events.ids import uuid7
from gateway.ramps.accounts import account_bank_changed, bank_rests_until
from gateway.ramps.models import RampAccount
from gateway.settlement.sending import payouts_recheck
from tests.settlement.fiat.kit import FLOAT, Till

COOLS_OFF = approval_rules("test").delay_of("bank_destination")


@pytest.mark.parametrize(
    "type", ["account.external_account.created", "account.external_account.updated"]
)
def test_a_payout_waits_until_a_bank_that_changed_has_cooled_off(till: Till, type: str) -> None:
    place, account = till.place, RampAccount.objects.get()
    place.fake.webhooks.waiting.clear()
    event = {
        **place.fake.state.say(type, {"id": "ba_1"}),
        "id": f"evt_{uuid7().hex}",
        "account": account.remote_id,
    }
    delivery = place.fake.webhooks.signed(event, at=int(time.time()))
    assert place.post(delivery.body, delivery.signature) == 200
    place.fake.webhooks.waiting.clear()
    place.carry()
    account.refresh_from_db()
    assert account.is_ready and account.bank_changed_at is not None
    place.fake.state.fund("eur", FLOAT)
    till.fund(FLOAT)
    till.world.paid(2_000_000_000)
    payout = till.ask(1_500_000_000)
    place.carry()
    payout.refresh_from_db()
    assert (payout.status, payout.waiting_reason) == ("awaiting_funds", "ramp_account")
    payouts_recheck(now=account.bank_changed_at + COOLS_OFF - timedelta(seconds=1))
    payout.refresh_from_db()
    assert payout.status == "awaiting_funds"
    payouts_recheck(now=account.bank_changed_at + COOLS_OFF)
    payout.refresh_from_db()
    assert payout.status == "sending"


def test_what_is_heard_late_or_from_the_future_never_shortens_it(till: Till) -> None:
    account, now = RampAccount.objects.get(), timezone.now()
    assert bank_rests_until(account) is None
    for at, counts in (
        (now, now),
        (now - timedelta(days=1), now),
        (now + timedelta(days=9), now),
    ):
        account_bank_changed(account_id=account.id, at=at, now=now)
        account.refresh_from_db()
        assert bank_rests_until(account) == counts + COOLS_OFF
