"""Carry out what was asked of a market, in order, by whoever holds its row.

Commands are written first, each by its own caller. Then the caller takes the market's row and
carries out all that waits, others' commands too: while one batch commits, the next one gathers.
Books, ledger and positions change in that one transaction or not at all.
"""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from uuid import UUID

import structlog
from django.db import transaction

from gateway.events.ids import uuid7
from gateway.market.book.errors import BookRefusal
from gateway.market.errors import QuoteRefused
from gateway.market.orders import locks, schedules
from gateway.market.orders.errors import CommandTooLate, OrderRefused
from gateway.market.orders.funds import desk_position, free_units
from gateway.market.orders.guards import Standing, standing_of
from gateway.market.orders.instructions import (
    Amend,
    CancelAll,
    Close,
    Instruction,
    Place,
    instruction_of,
)
from gateway.market.orders.keeping import Done, batch_keep
from gateway.market.orders.kept import Funds, Outcome
from gateway.market.orders.matching import Venue
from gateway.market.orders.memory import venue_keep, venue_take
from gateway.market.orders.models import BookMarket, Command, Position, Twap
from gateway.market.orders.terms import DESK
from gateway.market.risk.states import RiskState

log = structlog.get_logger(__name__)

BATCH = 256
PATIENCE = timedelta(seconds=30)
"""What waited longer is not traded any more: its owner has seen another market since."""
COMMITS = ("place", "amend", "close")

Reached = Callable[[str], None]


def market_apply(*, market_id: UUID, now: datetime, reached: Reached = lambda point: None) -> int:
    """Carry out everything that waits for a market, batch by batch; how many commands.

    Raises:
        MarketUnknown
        BookBroken: rows contradict one another; nothing is carried out until a person looked.
    """
    total = 0
    while True:
        done = batch_apply(market_id=market_id, now=now, reached=reached)
        total += done
        if done < BATCH:
            return total


@transaction.atomic
def batch_apply(*, market_id: UUID, now: datetime, reached: Reached = lambda point: None) -> int:
    """One batch; how many commands it carried out or refused."""
    market = locks.market_for_update(market_id)
    waiting = list(Command.objects.filter(market=market, number=None).order_by("id")[:BATCH])
    # A clock behind another process's is no reason to go back in time.
    then = max(now, market.applied_at or now)
    due = schedules.due_twaps(market, now=then)
    if not waiting and not due:
        return 0
    batch = _Batch(market, waiting, due, clock=now, now=then)
    reached("taken")
    batch.carry_out(reached)
    batch.keep(reached)
    return len(batch.done)


class _Batch:
    def __init__(
        self,
        market: BookMarket,
        waiting: Sequence[Command],
        due: Sequence[Twap],
        *,
        clock: datetime,
        now: datetime,
    ) -> None:
        """
        Args:
            clock: the caller's, by which a command has waited; ``now`` never goes back.
        """
        self.market, self.now = market, now
        self._clock = clock
        self.done: list[Done] = []
        self._waiting, self._due = waiting, due
        self._venue: Venue = venue_take(market)
        self._known_sequence = market.sequence
        self._standing: Standing = standing_of(market)
        owners = {each.owner for each in waiting if each.kind in COMMITS}
        owners |= {twap.owner for twap in due}
        self._funds = self._read_funds(owners)
        self._desk_position: int | None = None

    def _read_funds(self, owners: set[str]) -> Funds:
        if not owners:
            return Funds({})
        locks.traders_for_update(owners)
        base, quote = self.market.base, self.market.quote
        free = free_units([(owner, code) for owner in owners for code in (base, quote)])
        return Funds({owner: (free[owner, base], free[owner, quote]) for owner in owners})

    # ── carrying out ────────────────────────────────────────────────────────────────────────

    def carry_out(self, reached: Reached) -> None:
        ended: set[str] = set()
        for command in self._waiting:
            instruction = instruction_of(command.payload)
            outcome = self._one(command, instruction)
            reached("carried_out")
            if outcome is not None and isinstance(instruction, CancelAll | Close):
                schedules.twaps_cancel(self.market, owner=command.owner, now=self.now)
                ended.add(command.owner)
        for twap in self._due:
            if twap.owner not in ended:
                self._step(twap)
                reached("stepped")

    def _one(self, command: Command, instruction: Instruction) -> Outcome | None:
        self.market.number += 1
        command.number = self.market.number
        outcome, code = None, ""
        try:
            self._check(command, instruction)
            outcome = self._venue.carry_out(
                instruction,
                id=command.id,
                owner=command.owner,
                funds=self._funds,
                position=self._position(command) if isinstance(instruction, Close) else 0,
            )
            code = outcome.reason
        except (BookRefusal, OrderRefused, QuoteRefused) as refusal:
            code = refusal.code
        self.done.append(Done(command, outcome, code))
        return outcome

    def _check(self, command: Command, instruction: Instruction) -> None:
        if command.kind not in COMMITS:
            return
        if self._clock - command.placed_at > PATIENCE:
            raise CommandTooLate
        self._standing.check_trading()
        if command.owner == DESK and self._standing.state is RiskState.REDUCE_ONLY:
            self._check_reducing(instruction)

    def _check_reducing(self, instruction: Instruction) -> None:
        """What a close sends reduces anyway."""
        if isinstance(instruction, Place):
            side, more = instruction.side, instruction.lots
        elif isinstance(instruction, Amend):
            order = self._venue.order(instruction.order_id)
            if order is None:
                return
            side, more = order.side, (instruction.lots or order.lots) - order.lots
        else:
            return
        lots = more + self._venue.open_lots(owner=DESK, side=side)
        self._standing.check_reducing(
            side=side,
            units=self._venue.terms.base_units(lots),
            position=self._position_of_desk(),
        )

    def _position(self, command: Command) -> int:
        """Base units that its owner would close: what the desk has beyond its target, or what a
        provider has traded into here."""
        if command.owner == DESK:
            return self._position_of_desk()
        row = Position.objects.filter(market=self.market, owner=command.owner).first()
        done = self._funds.changes.get(command.owner)
        return (row.base_units if row else 0) + (done.base if done else 0)

    def _position_of_desk(self) -> int:
        if self._desk_position is None:
            self._desk_position = desk_position(self.market.base)
        done = self._funds.changes.get(DESK)
        return self._desk_position + (done.base if done else 0)

    def _step(self, twap: Twap) -> None:
        """Send a schedule's child if one is due, or end it."""
        child = None
        if self._is_tradable():
            child = schedules.child_of(twap, market=self.market, now=self.now)
        outcome, code = None, ""
        if child is not None:
            child.save(force_insert=True)
            outcome = self._one(child, instruction_of(child.payload))
            code = self.done[-1].code if outcome is None else ""
        elif not self._is_tradable():
            code = "paused"
        schedules.twap_stepped(
            twap,
            receipt=outcome.receipt if outcome else None,
            sent=child is not None,
            code=code,
            now=self.now,
        )

    def _is_tradable(self) -> bool:
        try:
            self._standing.check_trading()
        except (OrderRefused, QuoteRefused):
            return False
        return True

    # ── writing down ────────────────────────────────────────────────────────────────────────

    def keep(self, reached: Reached) -> None:
        market = self.market
        market.batch, market.applied_at = uuid7(), self.now
        market.sequence = self._venue.book.sequence
        batch_keep(
            market,
            self.done,
            self._venue.touched_orders(),
            self._funds.changes,
            known_sequence=self._known_sequence,
            now=self.now,
        )
        reached("kept")
        market.save(update_fields=["number", "sequence", "batch", "applied_at"])
        venue_keep(market, self._venue)
        reached("end")
        log.info(
            "orders_applied", market=market.name, number=market.number, commands=len(self.done)
        )
