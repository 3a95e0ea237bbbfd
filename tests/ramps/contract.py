"""What every ramp must do, whichever it is: each ramp's tests run these against it.

A ``Subject`` is a ramp with a shop's account that may be paid; beside it stands what a test can
have happen at its bank.
"""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Protocol
from uuid import UUID

import pytest

from gateway.events.ids import uuid7
from gateway.money.amounts import Amount
from gateway.money.assets import FIAT
from gateway.ramps.errors import RampKeyTaken, RampRefused
from gateway.ramps.interface import Ramp
from gateway.ramps.terms import KINDS, Instruction, Kind, Progress, Told

EUR = FIAT["EUR"]


class Subject(Protocol):
    """A ramp under test, and its bank."""

    ramp: Ramp

    def ready(self, shop_id: UUID) -> str:
        """The ramp's name of a shop's account that may be paid."""
        ...

    def leaves(self, remote_id: str, account: str) -> None:
        """The payout is on its way to the bank."""
        ...

    def arrives(self, remote_id: str, account: str) -> None: ...

    def comes_back(self, remote_id: str, account: str) -> None:
        """The shop's bank sends it back, code AC04 or account_closed."""
        ...


def instruction(account: str, kind: Kind, units: int = 500, *, group: str = "") -> Instruction:
    row = uuid7()
    return Instruction(
        id=row,
        kind=kind,
        key=f"tillway:{kind}:{row}",
        account=account,
        amount=Amount(units, EUR),
        group=group or f"payout:{row}",
        asked_at=datetime.now(UTC),
    )


class RampContract:
    """Subclasses give the fixture ``subject``."""

    def _brought(self, subject: Subject) -> tuple[Instruction, Told]:
        """A payout that the ramp has taken, after all steps before it."""
        account = subject.ready(uuid7())
        for kind in subject.ramp.steps:
            asked = instruction(account, kind)
            told = subject.ramp.instruct(asked)
        assert asked.kind == "payout"
        return asked, told

    def test_it_says_what_it_is(self, subject: Subject) -> None:
        ramp = subject.ramp
        assert ramp.steps[-1] == "payout" and set(ramp.steps) <= set(KINDS)
        assert ramp.mode == "test"
        for code, offer in ramp.offers.items():
            assert offer.least.asset.code == offer.most.asset.code == code
            assert 0 < offer.least.units <= offer.most.units

    def test_an_account_is_made_once_and_found_again(self, subject: Subject) -> None:
        shop, key = uuid7(), f"tillway:account:{uuid7()}"
        made = subject.ramp.account_open(shop_id=shop, key=key)
        assert subject.ramp.account_open(shop_id=shop, key=key).remote_id == made.remote_id
        found = subject.ramp.account_find(shop_id=shop)
        assert found is not None and found.remote_id == made.remote_id
        assert not made.is_ready and made.requirements.due
        assert subject.ramp.account_status(account=made.remote_id) == made

    def test_two_shops_have_two_accounts(self, subject: Subject) -> None:
        assert subject.ready(uuid7()) != subject.ready(uuid7())

    def test_an_account_that_may_be_paid_says_so(self, subject: Subject) -> None:
        status = subject.ramp.account_status(account=subject.ready(uuid7()))
        assert status.is_ready and "EUR" in status.banks and not status.requirements.due

    def test_an_account_that_is_not_ready_is_paid_nothing(self, subject: Subject) -> None:
        made = subject.ramp.account_open(shop_id=uuid7(), key=f"k:{uuid7()}")
        asked = instruction(made.remote_id, subject.ramp.steps[0])
        with pytest.raises(RampRefused):
            subject.ramp.instruct(asked)
        assert subject.ramp.find(asked) is None

    def test_what_was_never_asked_is_not_found(self, subject: Subject) -> None:
        asked = instruction(subject.ready(uuid7()), subject.ramp.steps[0])
        assert subject.ramp.find(asked) is None

    def test_the_same_instruction_is_done_once(self, subject: Subject) -> None:
        asked, told = self._brought(subject)
        assert subject.ramp.instruct(asked).remote_id == told.remote_id
        found = subject.ramp.find(asked)
        assert found is not None and found.remote_id == told.remote_id
        assert told.units == asked.amount.units and told.reversed_units == 0

    def test_a_key_that_stands_for_something_else_is_for_a_person(self, subject: Subject) -> None:
        asked, _ = self._brought(subject)
        with pytest.raises(RampKeyTaken):
            subject.ramp.instruct(replace(asked, amount=Amount(501, EUR)))

    def test_a_payout_is_followed_to_the_bank(self, subject: Subject) -> None:
        asked, told = self._brought(subject)
        assert told.progress in (Progress.TAKEN, Progress.PENDING)
        subject.leaves(told.remote_id, asked.account)
        seen = subject.ramp.progress(asked, remote_id=told.remote_id)
        assert seen.progress is Progress.LEFT
        subject.arrives(told.remote_id, asked.account)
        seen = subject.ramp.progress(asked, remote_id=told.remote_id)
        assert (seen.progress, seen.failure_code) == (Progress.DONE, "")
        assert seen == subject.ramp.find(asked)

    def test_what_had_arrived_can_come_back(self, subject: Subject) -> None:
        asked, told = self._brought(subject)
        subject.leaves(told.remote_id, asked.account)
        subject.arrives(told.remote_id, asked.account)
        subject.comes_back(told.remote_id, asked.account)
        seen = subject.ramp.progress(asked, remote_id=told.remote_id)
        assert seen.progress is Progress.FAILED and seen.failure_code
        assert seen.remote_id == told.remote_id

    def test_another_name_is_another_payout(self, subject: Subject) -> None:
        asked, _ = self._brought(subject)
        with pytest.raises(RampRefused):
            subject.ramp.progress(asked, remote_id="of_nobody")

    def test_the_balance_is_told_by_currency(self, subject: Subject) -> None:
        held = subject.ramp.balance()
        assert all(amount.asset.code == code for code, amount in held.items())
