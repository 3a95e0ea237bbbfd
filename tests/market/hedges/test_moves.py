"""Inventory between a chain and a made-up exchange: no step loses any, told once or often."""

import json
from datetime import timedelta
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from gateway.chains.outgoing_models import OutgoingTransaction
from gateway.events.models import Event
from gateway.ledger import accounts
from gateway.ledger.selectors import balance
from gateway.market.exchanges.configured import configured_exchange
from gateway.market.exchanges.places import ExchangeUnknown
from gateway.market.hedges.carrying import moves_carry
from gateway.market.hedges.errors import MoveConflict, MoveNotPossible
from gateway.market.hedges.models import InventoryMove
from gateway.market.hedges.moves import move_happened, move_plan
from gateway.market.hedging import moving
from gateway.market.hedging.moving import MoveRefused
from gateway.market.supervising import desk_halt, desk_resume
from gateway.supervisor.database_gauges import DatabaseGauges
from tests.market.execution.conftest import CHAIN_ID, USDC
from tests.market.hedges.conftest import DOLLAR, WETH, Hedging, Killed, kill_at, tell

pytestmark = [pytest.mark.chain, pytest.mark.xdist_group("devchain-hedges")]

PLACE = accounts.exchange("sandbox")
OUT = accounts.in_transit(f"{CHAIN_ID}-sandbox")
BACK = accounts.in_transit(f"sandbox-{CHAIN_ID}")
SENT = 100_000 * DOLLAR


def plan(hedging: Hedging, *, key: str = "k", is_deposit: bool = True, units: int = SENT):
    return move_plan(
        key=key,
        exchange=configured_exchange("sandbox"),
        is_deposit=is_deposit,
        asset=USDC.code,
        units=units,
        reason="to sell there",
        by="a person",
        now=hedging.now(),
    )


def at(account: accounts.AccountName) -> int:
    return balance(account=account, asset=USDC).units


def everywhere() -> int:
    """What the house has of the dollar, wherever it lies."""
    return sum(at(account) for account in (accounts.custody_hot(CHAIN_ID), PLACE, OUT, BACK))


def send_queued(hedging: Hedging) -> None:
    for outgoing in OutgoingTransaction.objects.filter(reference__startswith="move:"):
        if InventoryMove.objects.get(transaction_id=outgoing.id).state == "asked":
            hedging.desk.send(outgoing)


def deposited(hedging: Hedging, recording: Path, *, key: str = "there") -> InventoryMove:
    """Dollars that lie at the exchange."""
    move = plan(hedging, key=key)
    moves_carry(now=hedging.now())
    send_queued(hedging)
    move.refresh_from_db()
    tell(recording, "deposits", move.tx_hash, progress="done", units=str(SENT))
    moves_carry(now=hedging.now())
    move.refresh_from_db()
    assert move.state == "arrived"
    return move


def test_to_an_exchange_and_what_it_kept_of_it(hedging: Hedging, recording: Path) -> None:
    before = everywhere()
    move = plan(hedging)
    assert plan(hedging).id == move.id  # the same need is the same move
    with pytest.raises(MoveConflict):
        plan(hedging, units=1)
    moves_carry(now=hedging.now())
    send_queued(hedging)
    move.refresh_from_db()
    assert (move.state, at(OUT), at(PLACE)) == ("left", SENT, 0)
    hedging.books_agree()  # the chain is less by it, and so are the books

    moves_carry(now=hedging.now())  # the exchange knows nothing of it yet
    tell(recording, "deposits", move.tx_hash, progress="pending")
    moves_carry(now=hedging.now())
    move.refresh_from_db()
    assert (move.state, at(OUT)) == ("seen", SENT)
    tell(recording, "deposits", move.tx_hash, progress="done", units=str(SENT - DOLLAR))
    moves_carry(now=hedging.now())
    moves_carry(now=hedging.now())
    move.refresh_from_db()
    assert (move.state, at(OUT), at(PLACE)) == ("arrived", 0, SENT - DOLLAR)
    assert everywhere() == before - DOLLAR == before - at(accounts.venue_fees())
    assert list(
        Event.objects.filter(subject=f"move:{move.id}")
        .order_by("sequence")
        .values_list("type", flat=True)
    ) == ["move.planned", "move.asked", "move.left", "move.seen", "move.arrived"]
    hedging.books_agree()


def test_back_from_an_exchange_only_what_the_chain_shows(hedging: Hedging, recording: Path) -> None:
    deposited(hedging, recording)
    move = plan(hedging, key="back", is_deposit=False, units=40_000 * DOLLAR)
    moves_carry(now=hedging.now())
    moves_carry(now=hedging.now())
    (asked,) = json.loads(recording.read_text())["asked"].items()
    assert asked[0] == str(move.id) and asked[1]["units"] == str(40_000 * DOLLAR)
    receipt = hedging.desk.till.pay(hedging.treasury, units=39_999 * DOLLAR, symbol="USDC")
    tell(
        recording,
        "withdrawals",
        str(move.id),
        progress="done",
        units=str(40_000 * DOLLAR),
        tx_hash=receipt["transactionHash"],
    )
    moves_carry(now=hedging.now())
    move.refresh_from_db()
    assert (move.state, at(BACK), at(PLACE)) == ("left", 40_000 * DOLLAR, 60_000 * DOLLAR)
    moves_carry(now=hedging.now())
    move.refresh_from_db()
    assert move.state == "seen"  # in a block, and not final
    hedging.desk.till.mine(10)
    moves_carry(now=hedging.now())
    move.refresh_from_db()
    assert (move.state, at(BACK)) == ("arrived", 0)
    assert at(accounts.venue_fees()) == DOLLAR
    hedging.books_agree()


def test_one_transaction_brings_one_withdrawal(hedging: Hedging, recording: Path) -> None:
    deposited(hedging, recording)
    receipt = hedging.desk.till.pay(hedging.treasury, units=DOLLAR, symbol="USDC")
    tx_hash = receipt["transactionHash"]
    for key in ("one", "two"):
        move = plan(hedging, key=key, is_deposit=False, units=DOLLAR)
        moves_carry(now=hedging.now())
        told = {"progress": "done", "units": str(DOLLAR), "tx_hash": tx_hash}
        tell(recording, "withdrawals", str(move.id), **told)
        moves_carry(now=hedging.now())
    move.refresh_from_db()
    assert move.state == "asked" and "another move" in move.last_error
    assert at(PLACE) == SENT - DOLLAR


@pytest.mark.parametrize("point", ["address_known", "asked", "deposit_told", "deposit_kept"])
def test_killed_at_any_step_a_deposit_goes_once(
    hedging: Hedging, recording: Path, point: str
) -> None:
    before = everywhere()
    move = plan(hedging)
    for _ in range(4):
        try:
            moves_carry(now=hedging.now(), reached=kill_at(point))
        except Killed:
            moves_carry(now=hedging.now())
        send_queued(hedging)
        move.refresh_from_db()
        if move.tx_hash:
            tell(recording, "deposits", move.tx_hash, progress="done", units=str(SENT))
    assert OutgoingTransaction.objects.filter(reference=f"move:{move.id}").count() == 1
    move.refresh_from_db()
    assert (move.state, at(PLACE), everywhere()) == ("arrived", SENT, before)
    hedging.books_agree()


@pytest.mark.parametrize(
    "point",
    ["asked", "withdrawal_asked", "withdrawal_told", "withdrawal_kept", "chain_told", "chain_kept"],
)
def test_killed_at_any_step_a_withdrawal_comes_once(
    hedging: Hedging, recording: Path, point: str
) -> None:
    deposited(hedging, recording)
    before = everywhere()
    move = plan(hedging, key="back", is_deposit=False, units=DOLLAR)
    tx_hash = ""
    for _ in range(6):
        try:
            moves_carry(now=hedging.now(), reached=kill_at(point))
        except Killed:
            moves_carry(now=hedging.now())
        asked = json.loads(recording.read_text()).get("asked", {})
        if not tx_hash and str(move.id) in asked:
            receipt = hedging.desk.till.pay(hedging.treasury, units=DOLLAR, symbol="USDC")
            tx_hash = receipt["transactionHash"]
            tell(
                recording,
                "withdrawals",
                str(move.id),
                progress="done",
                units=str(DOLLAR),
                tx_hash=tx_hash,
            )
            hedging.desk.till.mine(10)
    move.refresh_from_db()
    assert (move.state, at(PLACE), everywhere()) == ("arrived", SENT - DOLLAR, before)
    assert len(json.loads(recording.read_text())["asked"]) == 1
    hedging.books_agree()


def test_an_exchange_that_is_silent_is_asked_again_and_raises_an_alarm_once(
    hedging: Hedging, recording: Path
) -> None:
    move = plan(hedging)
    moves_carry(now=hedging.now())
    send_queued(hedging)
    said = recording.read_text()
    recording.unlink()
    late = hedging.now() + timedelta(hours=2)
    moves_carry(now=late)
    moves_carry(now=late)
    move.refresh_from_db()
    assert (move.state, move.overdue) == ("left", True)
    assert "can't be read" in move.last_error
    assert Event.objects.filter(type="move.overdue").count() == 1
    assert at(OUT) == SENT

    move_happened(move_id=move.id, happened=moving.GivenUp(), now=late)
    assert (at(OUT), at(accounts.losses())) == (0, SENT)
    recording.write_text(said)  # and then it arrives after all
    move_happened(move_id=move.id, happened=moving.Arrived(SENT), now=late)
    assert (at(PLACE), at(accounts.losses())) == (SENT, 0)
    hedging.books_agree()


def test_a_refused_withdrawal_and_a_failed_transfer_move_nothing(
    hedging: Hedging, recording: Path
) -> None:
    deposited(hedging, recording)
    back = plan(hedging, key="back", is_deposit=False, units=DOLLAR)
    moves_carry(now=hedging.now())
    tell(recording, "withdrawals", str(back.id), progress="refused")
    moves_carry(now=hedging.now())
    back.refresh_from_db()
    assert (back.state, at(PLACE), at(BACK)) == ("refused", SENT, 0)
    there = plan(hedging, key="again", units=DOLLAR)
    moves_carry(now=hedging.now())
    there.refresh_from_db()
    hedging.desk.send(OutgoingTransaction.objects.get(id=there.transaction_id), gas=30_000)
    there.refresh_from_db()
    assert (there.state, there.last_error, at(OUT)) == ("refused", "reverted", 0)
    hedging.books_agree()  # with the gas of the failed one


def test_nobodys_money_but_the_houses_is_moved(hedging: Hedging, recording: Path) -> None:
    too_much = plan(hedging, units=1_000_000_000 * DOLLAR)
    not_there = plan(hedging, key="back", is_deposit=False, units=DOLLAR)
    moves_carry(now=hedging.now())
    for move in (too_much, not_there):
        move.refresh_from_db()
        assert move.state == "planned" and "may be moved" in move.last_error
    with pytest.raises(MoveRefused):
        move_happened(move_id=too_much.id, happened=moving.Left(1), now=hedging.now())
    with pytest.raises(MoveNotPossible):
        plan(hedging, key="none", units=0)
    with pytest.raises(ExchangeUnknown):
        configured_exchange("elsewhere")
    hedging.desk.till.chain.mode = "live"
    hedging.desk.till.chain.save()
    with pytest.raises(MoveNotPossible):
        plan(hedging, key="live")


def test_the_kill_switch_keeps_things_where_they_are(hedging: Hedging, recording: Path) -> None:
    move = plan(hedging)
    desk_halt(reason="a drill", by="nobody", now=hedging.now())
    moves_carry(now=hedging.now())
    move.refresh_from_db()
    assert move.state == "planned"
    desk_resume(reason="over", by="nobody", now=hedging.now())
    moves_carry(now=hedging.now())
    move.refresh_from_db()
    assert move.state == "asked"


def test_the_operator_plans_lists_and_gives_up(hedging: Hedging, recording: Path) -> None:
    def said(*words: str) -> str:
        out = StringIO()
        call_command("hedges", *words, stdout=out)
        return out.getvalue()

    options = ("--asset", USDC.code, "--units", str(SENT), "--reason", "a test", "--by", "me")
    signed = ("--by", "me", "--reason", "they are gone")
    assert "planned" in said("move", "k", "--to", "sandbox", *options)
    moves_carry(now=hedging.now())
    send_queued(hedging)
    assert f"{SENT} {USDC.code} to sandbox left" in said("moves")
    move = InventoryMove.objects.get()
    assert " lost " in said("give-up", str(move.id), "--yes", *signed)
    move.refresh_from_db()
    assert (move.ended_by, move.ended_because) == ("me", "they are gone")
    with pytest.raises(CommandError):
        said("move", "k", "--from", "nowhere", *options)
    hedging.take_in(5 * 10**18, owed=15_000 * DOLLAR)
    hedging.turn()
    assert "approve queued" in said("list", "--active")


def test_prometheus_hears_of_positions_hedges_and_what_is_on_its_way(
    hedging: Hedging, recording: Path
) -> None:
    plan(hedging)
    moves_carry(now=hedging.now())
    send_queued(hedging)
    hedging.take_in(5 * 10**18, owed=15_000 * DOLLAR)

    def told() -> dict[tuple[str, str], float]:
        return {
            (family.name, next(iter(sample.labels.values()), "")): sample.value
            for family in DatabaseGauges().collect()
            for sample in family.samples
        }

    before = told()
    assert before["tillway_in_transit_units", USDC.code] == SENT
    assert before["tillway_desk_position_units", WETH.code] == 5 * 10**18
    hedging.run()
    after = told()
    assert after["tillway_desk_position_units", WETH.code] == 0
    assert after["tillway_hedged_units", WETH.code] == 5 * 10**18
    assert 0 < after["tillway_hedge_cost_dollars", WETH.code] < 150
    assert after["tillway_hedge_gas_wei", str(CHAIN_ID)] > 0
