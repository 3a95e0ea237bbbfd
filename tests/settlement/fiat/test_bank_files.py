"""Money to a shop's bank by the house's own bank: in a file, left, debited, refused, sent back."""

import random
from contextlib import suppress
from typing import Any

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import transaction
from hypothesis import HealthCheck, given
from hypothesis import settings as unhurried
from hypothesis import strategies as st

from gateway.events import relay
from gateway.events.ids import uuid7
from gateway.events.services import emit
from gateway.ledger.accounts import bank, in_transit, ramp_fees
from gateway.ledger.checks import ledger_checks
from gateway.ledger.house import post_funding
from gateway.ledger.selectors import balance, shop_balance
from gateway.market.snapshot_store import current_snapshot, forget_snapshot, publish_snapshot
from gateway.money.amounts import Amount
from gateway.ramps.errors import RampNotReady
from gateway.ramps.iso20022.balances import balance_at_last_statement, entries_for_people
from gateway.ramps.iso20022.errors import StatementRefused
from gateway.ramps.iso20022.models import BankAccount, BankEntry, BankFile, BankOrder
from gateway.ramps.iso20022.naming import bank_account_withdraw
from gateway.ramps.models import RampInstruction
from gateway.settlement.models import Payout
from gateway.settlement.requesting import payout_request
from tests.conftest import Clock
from tests.invoices.conftest import later_market
from tests.market.dev_market import NOW
from tests.ramps.iso20022.banking import Line, rejection
from tests.ramps.iso20022.conftest import house  # noqa: F401 (a fixture)
from tests.ramps.iso20022.kit import RAMP, BankPlace
from tests.ramps.kit import Killed, killer
from tests.settlement.asking import events
from tests.settlement.conftest import USDC, World
from tests.settlement.fiat.kit import EUR, FLOAT

USDC_UNITS = 54_000_000


class Counter:
    """The world of settlement's tests, whose ramp is the house's bank."""

    def __init__(self, world: World, place: BankPlace) -> None:
        self.world = world
        self.house = place

    def begin(self) -> None:
        self.house.account(self.world.shop_id)  # while the clock is real: the ramp goes by that
        with transaction.atomic():
            post_funding(
                reference=str(uuid7()),
                custody=bank(RAMP),
                amount=Amount(FLOAT, EUR),
                now=self.house.now,
            )
            emit(
                type="float.filled",
                subject="float:EUR",
                body={"asset": "EUR", "chain_id": None},
                mode="test",
                now=self.house.now,
            )
        relay.drain(limit=1000)
        self.house.bank.units = FLOAT
        self.house.told(self.house.bank.books())
        self.world.paid(100_000_000)

    def ask(self, units: int = USDC_UNITS) -> Payout:
        forget_snapshot()
        publish_snapshot(later_market((self.house.now - NOW).total_seconds()))
        current_snapshot()
        payout = payout_request(
            shop_id=self.world.shop_id,
            units=units,
            idempotency_key=str(uuid7()),
            into="EUR",
            now=self.house.now,
        )
        relay.drain(limit=1000)
        self.house.carry()
        payout.refresh_from_db()
        return payout

    def units(self, account: Any) -> int:
        return balance(account=account, asset=EUR).units

    def holds(self, *, transit: int, shop: tuple[int, int], at_bank: int | None = None) -> None:
        """The books say so, add up, and agree with the bank's statement but for what is named."""
        found = shop_balance(shop_id=self.world.shop_id, asset="EUR")
        assert (found.available, found.reserved) == shop
        assert self.units(in_transit(RAMP)) == transit
        if at_bank is not None:
            assert self.units(bank(RAMP)) == at_bank
        told = balance_at_last_statement(RAMP)
        assert told is not None
        assert told.amount.units - sum(told.on_the_way.values()) == self.units(bank(RAMP))
        assert ledger_checks() == []

    def status(self, payout: Payout) -> str:
        payout.refresh_from_db()
        return payout.status

    def name(self) -> str:
        return BankOrder.objects.get().end_to_end_id


@pytest.fixture
def clock() -> Clock:
    from django.utils import timezone

    return Clock(timezone.now())


@pytest.fixture
def counter(world: World, house: BankPlace, valkey: object) -> Any:  # noqa: F811
    made = Counter(world, house)
    made.begin()
    yield made
    forget_snapshot()


def test_a_shop_is_paid_by_a_file_and_a_statement_proves_it(counter: Counter) -> None:
    payout = counter.ask()
    p = payout.units
    assert (counter.status(payout), payout.ramp) == ("sending", RAMP)
    counter.holds(transit=0, shop=(0, p), at_bank=FLOAT)
    counter.house.file()
    assert counter.status(payout) == "sending"
    counter.house.carry()
    assert counter.status(payout) == "sent"
    counter.holds(transit=p, shop=(0, p), at_bank=FLOAT - p)
    (file,) = counter.house.outbox.iterdir()
    assert counter.name() in file.read_text() and file.name.startswith("test-TW")
    counter.house.books(Line(-p, counter.name()))
    assert counter.status(payout) == "completed"
    counter.holds(transit=0, shop=(0, 0), at_bank=FLOAT - p)
    assert events(payout) == [
        "payout.requested",
        "payout.approved",
        "payout.sent",
        "payout.completed",
    ]


def test_what_the_bank_rejects_is_the_shops_again(counter: Counter) -> None:
    payout = counter.ask()
    counter.house.file()
    counter.house.carry()
    counter.house.rejects(rejection(counter.house.message().message_id, code="AC01"))
    assert (counter.status(payout), payout.failure_code) == ("failed", "AC01")
    counter.holds(transit=0, shop=(payout.units, 0), at_bank=FLOAT)


def test_a_rejection_before_we_saw_it_leave_reverses_the_reservation(counter: Counter) -> None:
    payout = counter.ask()
    counter.house.file()
    file = counter.house.message()
    counter.house.rejects(rejection(file.message_id, end_to_end=counter.name()))
    assert counter.status(payout) == "failed"
    counter.holds(transit=0, shop=(0, 0), at_bank=FLOAT)
    found = shop_balance(shop_id=counter.world.shop_id, asset=USDC.code)
    assert found.available == 100_000_000


def test_what_comes_back_weeks_later_is_the_shops_in_euros(counter: Counter) -> None:
    payout = counter.ask()
    counter.house.file()
    counter.house.carry()
    counter.house.books(Line(-payout.units, counter.name()))
    counter.house.clock.advance(days=70)
    counter.house.books(Line(payout.units, counter.name(), reason="AC04"))
    assert (counter.status(payout), payout.failure_code) == ("returned", "AC04")
    counter.holds(transit=0, shop=(payout.units, 0), at_bank=FLOAT)


def test_what_a_bank_keeps_of_a_return_is_the_houses_cost(counter: Counter) -> None:
    payout = counter.ask()
    counter.house.file()
    counter.house.carry()
    counter.house.books(Line(-payout.units, counter.name()))
    counter.house.books(Line(payout.units - 150, counter.name(), reason="AC04"))
    assert counter.status(payout) == "returned"
    counter.holds(transit=0, shop=(payout.units, 0), at_bank=FLOAT - 150)
    assert counter.units(ramp_fees()) == 150


def test_paid_and_come_back_in_one_statement_that_nobody_saw_coming(counter: Counter) -> None:
    payout = counter.ask()
    counter.house.file()
    back = Line(payout.units - 20, counter.name(), reason="AC04")
    counter.house.books(Line(-payout.units, counter.name()), back)
    assert counter.status(payout) in ("failed", "returned")
    counter.holds(transit=0, shop=(payout.units, 0), at_bank=FLOAT - 20)


def test_fees_are_booked_and_what_nobody_knows_waits_for_people(counter: Counter) -> None:
    payout = counter.ask()
    counter.house.file()
    counter.house.carry()
    counter.house.books(Line(-95, code="CHRG"), Line(12_345, text="gift"), Line(-1, "TWOTHER"))
    assert counter.units(ramp_fees()) == 95
    assert [entry.units for entry in entries_for_people(RAMP)] == [12_345, -1]
    counter.holds(transit=payout.units, shop=(0, payout.units))
    counter.house.books(Line(-payout.units + 1, counter.name()))
    assert counter.status(payout) == "sent"
    assert len(entries_for_people(RAMP)) == 3


def test_an_order_debited_twice_is_for_people(counter: Counter) -> None:
    payout = counter.ask()
    counter.house.file()
    counter.house.books(*[Line(-payout.units, counter.name())] * 2)
    assert counter.status(payout) == "completed"
    assert [entry.units for entry in entries_for_people(RAMP)] == [-payout.units]
    counter.holds(transit=0, shop=(0, 0))


def test_a_statement_that_does_not_follow_is_refused_whole(counter: Counter) -> None:
    payout = counter.ask()
    counter.house.file()
    lost = counter.house.bank.books(Line(-95, code="CHRG"))
    after = counter.house.bank.books(Line(-payout.units, counter.name()), Line(-5, code="CHRG"))
    entries = BankEntry.objects.count()
    with pytest.raises(StatementRefused, match="missing"):
        counter.house.told(after)
    assert (BankEntry.objects.count(), counter.units(ramp_fees())) == (entries, 0)
    counter.house.told(after, lost)
    assert counter.units(ramp_fees()) == 100
    assert counter.status(payout) == "completed"


def test_a_statement_that_says_otherwise_the_second_time_is_refused(counter: Counter) -> None:
    body = counter.house.bank.books(Line(-95, code="CHRG"))
    counter.house.told(body)
    with pytest.raises(StatementRefused, match="otherwise"):
        counter.house.told(body.replace(b"CHRG", b"ESCT"))
    assert counter.units(ramp_fees()) == 95


@pytest.mark.parametrize("point", ["made", "written", "leaving", "moved"])
@pytest.mark.parametrize("is_fetched", [False, True])
@pytest.mark.parametrize("deaths", [1, 2, 3])
def test_a_file_leaves_once_wherever_the_process_dies(
    point: str, is_fetched: bool, deaths: int, counter: Counter
) -> None:
    payout = counter.ask()
    fetched: list[bytes] = []

    def bank_fetches() -> None:
        for path in counter.house.outbox.glob("*.xml"):
            fetched.append(path.read_bytes())
            path.unlink()

    reached = killer(f"file.{point}", times=deaths)
    for _ in range(deaths + 2):
        with suppress(Killed):
            counter.house.file(reached=reached)
        if is_fetched:
            bank_fetches()
    bank_fetches()
    counter.house.carry()
    assert counter.status(payout) == "sent"
    row = BankFile.objects.get()
    assert fetched == [row.content.encode()]
    assert list(counter.house.outbox.iterdir()) == []


@pytest.mark.parametrize(
    "step", ["planned", "asked", "answered", "told", "kept", "progress_told", "progress_kept"]
)
def test_a_payout_is_ordered_once_wherever_the_process_dies(step: str, counter: Counter) -> None:
    reached = killer(f"instruction.{step}", times=2)
    counter.house.clock.advance(seconds=1)
    payout = counter.ask() if step.startswith("progress") else _asked_only(counter)
    for _ in range(6):
        try:
            counter.house.carry(reached=reached)
        except Killed:
            continue
    counter.house.file()
    counter.house.carry()
    counter.house.carry()
    assert counter.status(payout) == "sent"
    assert BankOrder.objects.count() == RampInstruction.objects.count() == 1
    counter.holds(transit=payout.units, shop=(0, payout.units), at_bank=FLOAT - payout.units)


def _asked_only(counter: Counter) -> Payout:
    carry, counter.house.carry = counter.house.carry, lambda **_: 0  # type: ignore[method-assign]
    payout = counter.ask()
    counter.house.carry = carry  # type: ignore[method-assign]
    return payout


def test_nothing_is_paid_to_an_account_before_it_has_rested(counter: Counter) -> None:
    shop = counter.world.shop_id
    first = BankAccount.objects.get()
    other = "AT611904300234573201"
    counter.house.account(
        shop, iban=other, usable_from=counter.house.now.replace(year=2027, month=6)
    )
    counter.ask()
    assert counter.house.order().iban == first.iban
    bank_account_withdraw(account_id=first.id, by="ana", now=counter.house.now)
    with pytest.raises(RampNotReady):
        counter.ask(10_000_000)


def test_people_of_the_house_write_a_shops_number_down(counter: Counter) -> None:
    BankAccount.objects.all().delete()
    named = ("--iban", "at61 1904 3002 3457 3201", "--holder", "Bäckerei", "--by", "ana")
    call_command("bank_account_name", RAMP, str(counter.world.shop_id), *named)
    row = BankAccount.objects.get()
    assert (row.iban, row.holder) == ("AT611904300234573201", "Baeckerei")
    assert (row.usable_from - row.named_at).total_seconds() == 24 * 3_600
    with pytest.raises(RampNotReady):
        counter.ask()
    with pytest.raises(CommandError):
        call_command("bank_account_name", RAMP, str(uuid7()), *named)


@unhurried(
    deadline=None,
    max_examples=12,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(fates=st.lists(st.sampled_from(["arrives", "returns", "charges"]), min_size=1, max_size=3),
       seed=st.integers(0, 999))  # fmt: skip
def test_statements_in_any_order_and_any_number_end_in_the_same_books(
    counter: Counter, fates: list[str], seed: int
) -> None:
    with transaction.atomic():
        _in_any_order(counter, fates, random.Random(seed))
        transaction.set_rollback(True)
    counter.house.bank.units, counter.house.bank.number = FLOAT, 1


def _in_any_order(counter: Counter, fates: list[str], chance: random.Random) -> None:
    payouts = [counter.ask(15_000_000) for _ in fates]
    counter.house.file()
    counter.house.carry()
    names = dict(BankOrder.objects.values_list("reference", "end_to_end_id"))
    statements, back = [], 0
    for payout, fate in zip(payouts, fates, strict=True):
        name = names[f"payout:{payout.id}"]
        fee = [Line(-7, code="CHRG")] if fate == "charges" else []
        statements.append(counter.house.bank.books(Line(-payout.units, name), *fee))
        if fate == "returns":
            statements.append(counter.house.bank.books(Line(payout.units, name, reason="AC04")))
            back += payout.units
    come = statements * 2
    chance.shuffle(come)
    for _ in range(len(come)):
        for body in come:
            try:
                counter.house.told(body)
            except StatementRefused:
                continue
    ended = {counter.status(payout) for payout in payouts}
    assert ended <= {"completed", "returned"}
    counter.holds(transit=0, shop=(back, 0), at_bank=counter.house.bank.units)
    assert counter.units(ramp_fees()) == 7 * fates.count("charges")
