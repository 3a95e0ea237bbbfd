"""What our rows and the journal say of a chain, read at a cost that grows with it and no faster."""

from datetime import timedelta

from django.db import connection

from gateway.ledger.deposits import post_deposit_confirmed
from gateway.money.amounts import Amount
from gateway.settlement.reconciling.facts import Fact, _deposits
from tests.chain_rows import make_deposit
from tests.settlement.conftest import CHAIN_ID, USDC, World

UNITS = 1_000_000
LINES_READ = """
SELECT sum(coalesce(seq_tup_read, 0) + coalesce(idx_tup_fetch, 0))
  FROM pg_stat_xact_user_tables WHERE relname LIKE 'ledger_posting%'
"""


def test_each_deposit_reads_its_own_lines_however_many_there_are(world: World) -> None:
    few = lines_of_each(world, more=20, of=20)
    many = lines_of_each(world, more=180, of=200)
    assert 0 < many <= few  # of a few, all may be read: that is no more work


def test_a_deposit_that_the_journal_lacks_is_told(world: World) -> None:
    booked(world)
    lacking = make_deposit(units=UNITS, at=world.now, asset=USDC.code, state="confirmed")
    assert [fact.reference for fact in facts(world)] == [f"deposit:{lacking.id}"]


def lines_of_each(world: World, *, more: int, of: int) -> float:
    """How many of the journal's lines were read for each ``of`` the deposits, ``more`` later."""
    for _ in range(more):
        booked(world)
    before = lines_read()
    assert facts(world) == []
    return (lines_read() - before) / of


def booked(world: World) -> None:
    deposit = make_deposit(units=UNITS, at=world.now, asset=USDC.code, state="confirmed")
    post_deposit_confirmed(
        deposit_id=deposit.id, chain_id=CHAIN_ID, amount=Amount(UNITS, USDC), now=world.now
    )


def facts(world: World) -> list[Fact]:
    head = int(world.now.timestamp())
    return _deposits(chain_id=CHAIN_ID, block=head, since=world.now - timedelta(hours=1))


def lines_read() -> int:
    with connection.cursor() as cursor:
        cursor.execute(LINES_READ)
        return int(cursor.fetchone()[0])
