"""An instruction is done once, whatever becomes of the request, the answer or the process."""

from typing import Any
from uuid import UUID

import pytest

from gateway.events.ids import uuid7
from gateway.events.models import Event
from gateway.money.amounts import Amount
from gateway.money.assets import FIAT
from gateway.ramps.errors import InstructionConflict, InstructionNotUnclear
from gateway.ramps.instructing import instruction_plan, instruction_unmade
from gateway.ramps.models import RampInstruction
from tests.ramps.kit import RAMP, Killed, Place, killer
from tests.stripe_fake import payouts, transfers
from tests.stripe_fake.faults import Fault

EUR = FIAT["EUR"]
SHOP = uuid7()
TRANSFERS = "POST /v1/transfers"


def _plan(place: Place, account: str, units: int = 5_000, **changes: Any) -> RampInstruction:
    return instruction_plan(
        **{
            "ramp": RAMP,
            "mode": "test",
            "kind": "transfer",
            "reference": "payout:1",
            "number": 1,
            "shop_id": SHOP,
            "account": account,
            "amount": Amount(units, EUR),
            "now": place.now,
            **changes,
        }
    )


@pytest.fixture
def account(place: Place) -> str:
    return place.account(SHOP).remote_id


def _status(row: RampInstruction) -> str:
    row.refresh_from_db()
    return row.status


def _events(row: RampInstruction) -> list[str]:
    rows = Event.objects.filter(subject=f"instruction:{row.id}").order_by("sequence")
    return list(rows.values_list("type", flat=True))


def test_a_transfer_is_made_once_and_told(place: Place, account: str) -> None:
    row = _plan(place, account)
    place.carry()
    place.carry()
    assert (_status(row), _events(row)) == ("done", ["ramp.done"])
    assert place.fake.state.money[account, "eur"] == 5_000
    assert len(place.fake.sent(TRANSFERS)) == 1


@pytest.mark.parametrize(
    "fault",
    [
        Fault.TIMEOUT_BEFORE,
        Fault.TIMEOUT_AFTER,
        Fault.CUT_BEFORE,
        Fault.CUT_AFTER,
        Fault.CONFLICT,
        Fault.BUSY,
        Fault.ERROR_AFTER,
    ],
)
def test_an_answer_that_never_came_makes_no_second_transfer(
    fault: Fault, place: Place, account: str
) -> None:
    row = _plan(place, account)
    place.fake.faults.order(fault, on=TRANSFERS)
    place.carry(seconds=10)
    assert _status(row) == "asked"
    place.carry()
    assert _status(row) == "done"
    assert place.fake.state.money[account, "eur"] == 5_000
    assert {call.idempotency_key for call in place.fake.sent(TRANSFERS)} == {
        f"tillway:transfer:{row.id}"
    }
    # Done though unanswered, it is found; it is asked again only where the ramp knows of none.
    assert len(place.fake.sent(TRANSFERS)) == (1 + fault.is_before)


@pytest.mark.parametrize("step", ["planned", "asked", "answered", "told", "kept"])
@pytest.mark.parametrize("times", [1, 5])
def test_a_process_that_dies_makes_no_second_transfer(
    step: str, times: int, place: Place, account: str
) -> None:
    row = _plan(place, account)
    reached = killer(f"instruction.{step}", times=times)
    for _ in range(8):
        try:
            place.carry(reached=reached)
        except Killed:
            continue
    assert _status(row) == "done"
    assert len(place.fake.state.objects["transfer"]) == 1
    assert place.fake.state.money[account, "eur"] == 5_000


@pytest.mark.parametrize(
    ("step", "fault", "units"),
    [
        ("found", Fault.CUT_AFTER, 5_000),
        ("found_kept", Fault.CUT_AFTER, 5_000),
        ("asked_again", Fault.CUT_BEFORE, 5_000),
        ("answered", Fault.CUT_BEFORE, 5_000),
        ("kept", Fault.CUT_BEFORE, 5_000),
        ("refused", Fault.CUT_BEFORE, 9_000_000),
    ],
)
def test_a_process_that_dies_over_an_unanswered_request_makes_no_second_transfer(
    step: str, fault: Fault, units: int, place: Place, account: str
) -> None:
    end, made = ("refused", 0) if step == "refused" else ("done", 5)
    died = 0
    for number in range(5):
        row = _plan(place, account, units, reference=f"payout:{number}")
        place.fake.faults.order(fault, on=TRANSFERS)
        reached = killer(f"instruction.{step}")
        for _ in range(5):
            try:
                place.carry(reached=reached)
            except Killed:
                died += 1
        assert _status(row) == end
    assert died == 5
    assert len(place.fake.state.objects["transfer"]) == made
    assert place.fake.state.money[account, "eur"] == 5_000 * made


def test_a_busy_ramp_is_asked_no_sooner_than_it_says(place: Place, account: str) -> None:
    row = _plan(place, account)
    place.fake.faults.retry_after_seconds = 7_200
    place.fake.faults.order(Fault.BUSY, on=TRANSFERS)
    place.carry(seconds=1)
    assert place.carry(seconds=7_000) == 0
    assert _status(row) == "asked"
    assert place.carry(seconds=300) == 1
    assert _status(row) == "done"


def test_a_refusal_ends_it(place: Place, account: str) -> None:
    row = _plan(place, account, units=9_000_000)
    place.carry()
    assert (_status(row), row.failure_code) == ("refused", "balance_insufficient")
    assert _events(row) == ["ramp.refused"]
    assert place.carry() == 0


def test_what_nobody_can_tell_waits_for_a_person(place: Place, account: str) -> None:
    row = _plan(place, account)
    place.fake.faults.order(Fault.ERROR_BEFORE, on=TRANSFERS, times=100)
    for _ in range(25):
        place.carry()
    assert _status(row) == "unclear"
    asked = len(place.fake.sent(TRANSFERS))
    place.carry()
    assert len(place.fake.sent(TRANSFERS)) == asked
    with pytest.raises(InstructionNotUnclear):
        instruction_unmade(instruction_id=row.id, by="", because="x", now=place.now)
    instruction_unmade(instruction_id=row.id, by="ana", because="Stripe says so", now=place.now)
    assert (_status(row), _events(row)) == ("unmade", ["ramp.unclear", "ramp.refused"])


def test_an_unclear_one_that_turns_up_is_taken(place: Place, account: str) -> None:
    row = _plan(place, account)
    place.fake.faults.order(Fault.ERROR_AFTER, on=TRANSFERS)
    place.fake.faults.order(Fault.ERROR_BEFORE, on="GET /v1/transfers", times=100)
    for _ in range(3):
        place.carry()
    RampInstruction.objects.filter(id=row.id).update(status="unclear")
    place.fake.faults.orders.clear()
    place.carry()
    assert _status(row) == "done"
    assert len(place.fake.state.objects["transfer"]) == 1


def test_a_key_that_stands_for_something_else_is_for_a_person(place: Place, account: str) -> None:
    row = _plan(place, account)
    place.fake.keys.in_use(account="", key=f"tillway:transfer:{row.id}", fingerprint="other")
    place.carry()
    assert _status(row) == "unclear"


def test_the_same_name_for_something_else_is_refused(place: Place, account: str) -> None:
    assert _plan(place, account).id == _plan(place, account).id
    with pytest.raises(InstructionConflict):
        _plan(place, account, units=5_001)


def _paid_out(place: Place, account: str) -> tuple[RampInstruction, str]:
    _plan(place, account)
    place.carry()
    row = _plan(place, account, kind="payout")
    place.carry()
    row.refresh_from_db()
    return row, row.remote_id


def test_a_payout_is_followed_until_the_bank_has_it(place: Place, account: str) -> None:
    row, remote = _paid_out(place, account)
    assert _status(row) == "sent"
    payouts.leaves(place.fake.state, remote)
    payouts.arrives(place.fake.state, remote)
    place.carry()
    assert (_status(row), _events(row)) == ("done", ["ramp.sent", "ramp.done"])


@pytest.mark.parametrize("step", ["progress_told", "told", "progress_kept"])
def test_a_process_that_dies_as_it_follows_a_payout_tells_of_it_once(
    step: str, place: Place, account: str
) -> None:
    row, remote = _paid_out(place, account)
    reached = killer(f"instruction.{step}", times=5)
    died = 0
    for number in range(8):
        if number == 5:
            payouts.arrives(place.fake.state, remote)
        try:
            place.carry(reached=reached)
        except Killed:
            died += 1
    assert died == 5
    assert (_status(row), _events(row)) == ("done", ["ramp.sent", "ramp.done"])


def test_a_payout_that_a_bank_sends_back_weeks_later_is_seen_without_an_event(
    place: Place, account: str
) -> None:
    row, remote = _paid_out(place, account)
    payouts.arrives(place.fake.state, remote)
    place.carry()
    place.clock.advance(days=20)
    payouts.fails(place.fake.state, remote, code="account_closed")
    place.carry()
    assert (_status(row), row.failure_code) == ("returned", "account_closed")
    assert _events(row) == ["ramp.sent", "ramp.done", "ramp.returned"]


def test_a_transfer_that_somebody_reverses_is_seen(place: Place, account: str) -> None:
    row = _plan(place, account)
    place.carry()
    row.refresh_from_db()
    transfers.reversed_by_hand(place.fake.state, row.remote_id, 2_000)
    place.clock.advance(days=2)
    place.carry()
    row.refresh_from_db()
    assert (row.status, row.reversed_units) == ("done", 2_000)
    assert _events(row) == ["ramp.done", "ramp.reversed"]


def test_a_reversal_brings_it_back_once(place: Place, account: str) -> None:
    sent = _plan(place, account)
    place.carry()
    sent.refresh_from_db()
    row = _plan(place, account, kind="reversal", units=4_000, against=sent.remote_id)
    place.fake.faults.order(Fault.CUT_AFTER, on=r"POST /v1/transfers/\w+/reversals")
    place.carry()
    place.carry()
    assert _status(row) == "done"
    assert place.fake.state.money[account, "eur"] == 1_000


def test_a_live_key_is_never_used_in_a_test_house(
    place: Place, account: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = _plan(place, account)
    monkeypatch.setenv("RAMP_STRIPE_KEY", "sk_live_something")
    sent = len(place.fake.calls)
    place.carry()
    row.refresh_from_db()
    assert row.status == "planned"
    assert "no secret key for test mode" in row.last_error
    assert "sk_live" not in row.last_error
    assert len(place.fake.calls) == sent
    assert isinstance(row.id, UUID)
