"""A withdrawal that its exchange never tells of: a person's word, after the exchange was asked."""

from datetime import datetime, timedelta
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command

from gateway.ledger import accounts
from gateway.ledger.selectors import balance
from gateway.market.errors import ReasonMissing
from gateway.market.hedges.carrying import moves_carry
from gateway.market.hedges.errors import MoveConflict
from gateway.market.hedges.models import InventoryMove
from gateway.market.hedges.moves import move_ask, move_request
from gateway.market.hedges.stuck_errors import (
    ExchangeTells,
    NotAskedLately,
    NotOfIt,
    NotStuck,
    TooEarly,
)
from gateway.market.hedges.stuck_moves import move_said_made, move_said_unmade
from tests.market.execution.conftest import CHAIN_ID, USDC
from tests.market.hedges.conftest import DOLLAR, Hedging, Killed, kill_at, tell
from tests.market.hedges.test_moves import BACK, PLACE, SENT, at, deposited, everywhere, plan

pytestmark = [pytest.mark.chain, pytest.mark.xdist_group("devchain-hedges")]
WHY = {"by": "dora", "because": "their page shows nothing of it"}
SOON = timedelta(minutes=11)


@pytest.fixture
def stuck(hedging: Hedging, recording: Path) -> InventoryMove:
    """A withdrawal that was marked as asked for by a process that died before it asked."""
    deposited(hedging, recording)
    move = plan(hedging, key="back", is_deposit=False, units=DOLLAR)
    move_ask(move_id=move.id, to=None, now=hedging.now())
    assert move_request(move_id=move.id, now=hedging.now())
    return move


def ask(hedging: Hedging, after: timedelta = SOON) -> datetime:
    """The exchange is asked once more, so much later."""
    late = hedging.now() + after
    moves_carry(now=late)
    return late


def paid_out(hedging: Hedging, units: int = DOLLAR) -> str:
    """What the exchange sends to the treasury, for good."""
    receipt = hedging.desk.till.pay(hedging.treasury, units=units, symbol="USDC")
    hedging.desk.till.mine(10)
    return str(receipt["transactionHash"])


def test_never_made_moves_nothing_and_frees_what_it_held(
    hedging: Hedging, stuck: InventoryMove
) -> None:
    before = everywhere()
    now = ask(hedging)
    stuck.refresh_from_db()
    assert (stuck.told, stuck.told_at) == ("unknown", now)
    for _ in range(2):
        move = move_said_unmade(move_id=stuck.id, now=now, **WHY)
    assert (move.state, move.ended_by, move.ended_because) == ("unmade", *WHY.values())
    assert (everywhere(), at(BACK), at(PLACE)) == (before, 0, SENT)
    hedging.books_agree()


def test_what_was_never_made_and_left_after_all_is_booked_as_it_left(
    hedging: Hedging, stuck: InventoryMove, recording: Path
) -> None:
    before = everywhere()
    now = ask(hedging)
    move_said_unmade(move_id=stuck.id, now=now, **WHY)
    told = {"progress": "done", "units": str(DOLLAR), "tx_hash": paid_out(hedging)}
    tell(recording, "withdrawals", str(stuck.id), **told)
    for _ in range(3):
        moves_carry(now=now)
    stuck.refresh_from_db()
    assert (stuck.state, stuck.arrived_units, at(PLACE)) == ("arrived", DOLLAR, SENT - DOLLAR)
    assert everywhere() == before
    hedging.books_agree()


def test_after_a_day_nobody_asks_any_more(
    hedging: Hedging, stuck: InventoryMove, recording: Path
) -> None:
    now = ask(hedging)
    move_said_unmade(move_id=stuck.id, now=now, **WHY)
    tell(recording, "withdrawals", str(stuck.id), progress="refused")
    moves_carry(now=now + timedelta(days=2))
    stuck.refresh_from_db()
    assert stuck.state == "unmade"
    moves_carry(now=now + timedelta(hours=1))
    stuck.refresh_from_db()
    assert stuck.state == "refused"


@pytest.mark.parametrize("point", ["nowhere", "named_told", "named_kept", "chain_told"])
def test_what_was_made_counts_as_the_chain_shows_it_once(
    hedging: Hedging, stuck: InventoryMove, point: str
) -> None:
    before = everywhere()
    now = ask(hedging)
    tx_hash = paid_out(hedging, DOLLAR - 10_000)
    said = {"move_id": stuck.id, "tx_hash": tx_hash.upper().replace("X", "x"), "units": DOLLAR}
    for _ in range(2):
        move_said_made(now=now, **said, **WHY)
    assert at(PLACE) == SENT  # nobody's word moves anything
    for _ in range(4):
        try:
            moves_carry(now=now, reached=kill_at(point))
        except Killed:
            moves_carry(now=now)
    stuck.refresh_from_db()
    assert (stuck.state, stuck.left_units, stuck.tx_hash) == ("arrived", DOLLAR, tx_hash)
    assert (at(PLACE), at(BACK), at(accounts.venue_fees())) == (SENT - DOLLAR, 0, 10_000)
    assert everywhere() == before - 10_000
    hedging.books_agree()


def test_a_silent_exchange_leaves_it_to_the_chain(
    hedging: Hedging, stuck: InventoryMove, recording: Path
) -> None:
    said = recording.read_text()
    recording.unlink()
    early = ask(hedging)
    stuck.refresh_from_db()
    assert stuck.told == "silent"
    with pytest.raises(TooEarly):
        move_said_unmade(move_id=stuck.id, now=early, **WHY)
    now = ask(hedging, timedelta(minutes=61))
    move_said_made(move_id=stuck.id, tx_hash=paid_out(hedging), units=DOLLAR, now=now, **WHY)
    for _ in range(2):
        moves_carry(now=now)
    stuck.refresh_from_db()
    assert (stuck.state, at(PLACE)) == ("arrived", SENT - DOLLAR)
    recording.write_text(said)
    hedging.books_agree()


def test_a_named_transaction_that_brings_something_else_moves_nothing(
    hedging: Hedging, stuck: InventoryMove
) -> None:
    now = ask(hedging)
    named = {"move_id": stuck.id, "units": DOLLAR, "now": now}
    move_said_made(tx_hash="0x" + "77" * 32, **named, **WHY)
    moves_carry(now=now)
    stuck.refresh_from_db()
    assert "no such transaction" in stuck.last_error
    move_said_made(tx_hash=paid_out(hedging, 3 * DOLLAR), **named, **WHY)
    moves_carry(now=now)
    stuck.refresh_from_db()
    assert "not what was asked for" in stuck.last_error
    assert (stuck.state, at(PLACE), at(BACK)) == ("asked", SENT, 0)


def test_the_exchanges_own_word_goes_first(
    hedging: Hedging, stuck: InventoryMove, recording: Path
) -> None:
    now = hedging.now() + SOON
    with pytest.raises(NotAskedLately):
        move_said_unmade(move_id=stuck.id, now=now, **WHY)
    with pytest.raises(TooEarly):
        move_said_unmade(move_id=stuck.id, now=ask(hedging, timedelta(minutes=1)), **WHY)
    ask(hedging)
    with pytest.raises(NotAskedLately):
        move_said_unmade(move_id=stuck.id, now=now + timedelta(minutes=6), **WHY)
    tell(recording, "withdrawals", str(stuck.id), progress="pending")
    now = ask(hedging)
    for verb, more in (
        (move_said_unmade, {}),
        (move_said_made, {"tx_hash": "0x" + "77" * 32, "units": DOLLAR}),
    ):
        with pytest.raises(ExchangeTells):
            verb(move_id=stuck.id, now=now, **more, **WHY)
        with pytest.raises(ReasonMissing):
            verb(move_id=stuck.id, now=now, **more, by="dora", because=" ")
    assert InventoryMove.objects.get(id=stuck.id).state == "asked"


def test_only_what_can_be_of_it_is_named(hedging: Hedging, stuck: InventoryMove) -> None:
    now = ask(hedging)
    own = InventoryMove.objects.get(key="there")
    good = {"tx_hash": "0x" + "77" * 32, "units": DOLLAR}
    with pytest.raises(MoveConflict):
        move_said_made(move_id=stuck.id, now=now, **{**good, "tx_hash": own.tx_hash}, **WHY)
    for wrong in (
        {"tx_hash": "0x12"},
        {"units": 0},
        {"units": 2 * DOLLAR},
    ):
        with pytest.raises(NotOfIt):
            move_said_made(move_id=stuck.id, now=now, **{**good, **wrong}, **WHY)
    with pytest.raises(NotStuck):
        move_said_unmade(move_id=own.id, now=now, **WHY)
    other = plan(hedging, key="other", is_deposit=False, units=DOLLAR)
    move_ask(move_id=other.id, to=None, now=hedging.now())
    move_request(move_id=other.id, now=hedging.now())
    now = ask(hedging)
    move_said_made(move_id=other.id, now=now, **good, **WHY)
    with pytest.raises(MoveConflict):
        move_said_made(move_id=stuck.id, now=now, **good, **WHY)


def test_the_operator_says_so_by_command(hedging: Hedging, stuck: InventoryMove) -> None:
    InventoryMove.objects.filter(id=stuck.id).update(
        requested_at=datetime.now().astimezone() - SOON,
        told="unknown",
        told_at=datetime.now().astimezone(),
    )
    out = StringIO()
    words = ("--by", "dora", "--reason", "nothing there")
    named = ("--transaction", "0x" + "77" * 32, "--units", str(DOLLAR))
    call_command("hedges", "made-move", str(stuck.id), *named, *words, stdout=out)
    call_command("hedges", "unmade-move", str(stuck.id), *words, stdout=out)
    assert " asked " in out.getvalue() and " unmade " in out.getvalue()
    assert balance(account=accounts.in_transit(f"sandbox-{CHAIN_ID}"), asset=USDC).units == 0
