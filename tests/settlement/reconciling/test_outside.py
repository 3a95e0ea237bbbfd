"""Places outside: a ramp's balances, a bank's statement, an exchange."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import transaction

from gateway.events.errors import TillwayError
from gateway.ledger.accounts import AccountName, bank
from gateway.ledger.house import post_funding
from gateway.ledger.outside_balances import (
    OnTheWay,
    ToldBalances,
    sources_forget,
    sources_register,
)
from gateway.money.amounts import Amount
from gateway.money.assets import FIAT
from gateway.settlement.reconciling.models import Difference, ReconciliationLine
from gateway.settlement.reconciling.running import reconcile

pytestmark = pytest.mark.django_db
EUR = FIAT["EUR"]
FAKE = bank("fake")


class RampDown(TillwayError):
    code = "ramp_down"
    message = "The ramp does not answer."


@dataclass
class FakeRamp:
    """A ramp that says what a test wants."""

    units: dict[str, int] = field(default_factory=dict)
    way: dict[str, list[OnTheWay]] = field(default_factory=dict)
    at: datetime | None = None
    is_down: bool = False
    while_asked: Callable[[], None] = lambda: None
    account: AccountName = FAKE
    mode: str = "test"
    decimals: Mapping[str, int] = field(default_factory=lambda: {"EUR": 2})

    def read(self, *, now: datetime) -> ToldBalances:
        if self.is_down:
            raise RampDown
        self.while_asked()
        return ToldBalances(self.units, self.at or now, "fake", self.way)


@pytest.fixture
def ramp() -> Iterator[FakeRamp]:
    ramp = FakeRamp()
    sources_register("test", lambda: [ramp])
    yield ramp
    sources_forget("test")


@transaction.atomic
def fund(units: int, reference: str, *, at: datetime) -> None:
    post_funding(reference=reference, custody=bank("fake"), amount=Amount(units, EUR), now=at)


def look(now: datetime) -> ReconciliationLine:
    return reconcile(asked_by="test", now=now).lines.get(account="bank:fake")


def test_a_ramp_agrees_to_the_cent(ramp: FakeRamp, clock: Any) -> None:
    fund(12_345, "a", at=clock())
    ramp.units = {"EUR": 12_345}
    line = look(clock())
    assert (line.state, int(line.booked_units), line.source) == ("agrees", 12_345, "fake")


def test_a_difference_is_believed_when_it_is_seen_again(ramp: FakeRamp, clock: Any) -> None:
    fund(12_345, "a", at=clock())
    ramp.units = {"EUR": 12_344}
    first = look(clock())
    assert (first.state, first.items[0]["kind"]) == ("under_way", "seen_once")
    assert not Difference.objects.exists()
    second = look(clock())
    assert (second.state, int(second.difference_units)) == ("differs", -1)
    assert Difference.objects.get().is_missing
    ramp.units = {"EUR": 12_345}
    assert look(clock()).state == "agrees"
    assert Difference.objects.get().status == "corrected"


def test_what_is_on_its_way_may_have_come_or_not(ramp: FakeRamp, clock: Any) -> None:
    fund(10_000, "a", at=clock())
    ramp.way = {"EUR": [OnTheWay("payout:1", -2_000), OnTheWay("payout:2", -500)]}
    for told in (10_000, 8_000, 9_500, 7_500):
        ramp.units = {"EUR": told}
        assert look(clock()).state == ("agrees" if told == 10_000 else "under_way")
    ramp.way = {"EUR": [OnTheWay("payout:1", -2_000, is_sure=True)]}
    ramp.units = {"EUR": 8_000}
    assert look(clock()).state == "under_way"


def test_a_statement_is_held_against_the_books_of_its_day(ramp: FakeRamp, clock: Any) -> None:
    closing = clock()
    fund(10_000, "a", at=closing - timedelta(hours=1))
    fund(500, "later", at=closing + timedelta(hours=2))
    ramp.units, ramp.at = {"EUR": 10_000}, closing
    assert look(closing + timedelta(hours=3)).state == "agrees"


def test_a_ramp_that_is_down_is_not_compared(ramp: FakeRamp, clock: Any) -> None:
    fund(10_000, "a", at=clock())
    ramp.is_down = True
    line = look(clock())
    assert (line.state, line.reason) == ("not_compared", "ramp_down")


def test_books_that_change_while_it_is_asked_are_asked_again(ramp: FakeRamp, clock: Any) -> None:
    fund(10_000, "0", at=clock())
    ramp.units = {"EUR": 10_001}
    booked = iter("ab")

    def book() -> None:
        reference = next(booked, None)
        if reference == "a":
            fund(1, reference, at=clock())

    ramp.while_asked = book
    assert look(clock()).state == "agrees"
    count = iter(range(100))
    ramp.while_asked = lambda: fund(1, f"busy {next(count)}", at=clock())
    line = look(clock())
    assert (line.state, line.reason) == ("not_compared", "busy")
