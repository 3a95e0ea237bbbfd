"""`manage.py hedges`: what the desk hedged, what is on its way, and a person's word on both."""

from argparse import ArgumentParser
from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from gateway.events.errors import TillwayError
from gateway.ledger.accounts import exchange as exchange_account
from gateway.ledger.selectors import balances_of
from gateway.market.exchanges.configured import configured_exchange, exchange_settings
from gateway.market.exchanges.numbers import text_of
from gateway.market.hedges.exchange_models import ExchangeOrder, ExchangeStanding
from gateway.market.hedges.exchange_outcomes import order_end
from gateway.market.hedges.models import ACTIVE, Hedge, InventoryMove
from gateway.market.hedges.moves import move_plan
from gateway.market.hedges.moves_by_hand import move_give_up
from gateway.market.hedges.standing import exchange_resume, exchange_stop_by_hand
from gateway.market.hedges.stuck_moves import move_said_made, move_said_unmade


class Command(BaseCommand):
    help = "List hedges and moves of inventory, plan a move or give one up; exchanges and orders."

    def add_arguments(self, parser: ArgumentParser) -> None:
        verbs = parser.add_subparsers(dest="verb", required=True)
        listing = verbs.add_parser("list", help="hedges, newest first")
        listing.add_argument("--active", action="store_true", help="only those under way")
        listing.add_argument("--limit", type=int, default=50)
        verbs.add_parser("moves", help="moves of inventory, newest first").add_argument(
            "--limit", type=int, default=50
        )
        moving = verbs.add_parser("move", help="plan a move between a chain and an exchange")
        moving.add_argument("key", help="names the need: the same key is the same move")
        ends = moving.add_mutually_exclusive_group(required=True)
        ends.add_argument("--to", metavar="EXCHANGE")
        ends.add_argument("--from", metavar="EXCHANGE", dest="source")
        moving.add_argument("--asset", required=True)
        moving.add_argument("--units", type=int, required=True, help="base units")
        moving.add_argument("--reason", required=True)
        moving.add_argument("--by", required=True, help="who decides this")
        lost = verbs.add_parser("give-up", help="book what is on its way as lost")
        lost.add_argument("id", type=UUID)
        lost.add_argument("--by", required=True, help="who decides this")
        lost.add_argument("--reason", required=True)
        lost.add_argument("--yes", action="store_true", help="ask nothing")

        verbs.add_parser("exchanges", help="where may be traded, and what lies there")
        stopping = verbs.add_parser("stop-exchange", help="place no more orders there")
        stopping.add_argument("name")
        stopping.add_argument("--by", required=True, help="who decides this")
        stopping.add_argument("--reason", required=True)
        resuming = verbs.add_parser("resume-exchange", help="let it be traded on again")
        resuming.add_argument("name")
        resuming.add_argument("--by", required=True, help="who decides this")
        resuming.add_argument("--reason", required=True)
        settling = verbs.add_parser(
            "settle-order", help="end an order with the fills that are in the books"
        )
        settling.add_argument("id", type=UUID)
        settling.add_argument("--by", required=True, help="who decides this")

        unmade = verbs.add_parser("unmade-move", help="say that a withdrawal was never made")
        made = verbs.add_parser("made-move", help="say which transaction brings a withdrawal")
        for verb in (unmade, made):
            verb.add_argument("id", type=UUID)
            verb.add_argument("--by", required=True, help="who says so")
            verb.add_argument("--reason", required=True, help="and what they saw")
        made.add_argument("--transaction", required=True, help="0x…, 32 bytes")
        made.add_argument("--units", type=int, required=True, help="base units off the balance")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            getattr(self, "_" + options["verb"].replace("-", "_"))(options)
        except TillwayError as refused:
            raise CommandError(f"{refused} {refused.hint}".strip()) from refused

    def _list(self, options: dict[str, Any]) -> None:
        rows = Hedge.objects.order_by("-id").prefetch_related("steps", "orders")
        if options["active"]:
            rows = rows.filter(status__in=ACTIVE)
        for hedge in rows[: options["limit"]]:
            self.stdout.write(_hedge_line(hedge))
            for step in hedge.steps.all():
                self.stdout.write(
                    f"  {step.kind} {step.status} in={step.units_in} worth={step.worth_units}"
                    f" expected={step.expected_units} least={step.min_out_units}"
                    f" got={step.bought_units} gas_wei={step.fee_units}"
                    f" transaction={step.transaction_id} {step.failure_code}".rstrip()
                )

            for order in hedge.orders.all():
                self.stdout.write(_order_line(order))

    def _exchanges(self, options: dict[str, Any]) -> None:
        standings = ExchangeStanding.objects.in_bulk()
        for entry in exchange_settings():
            standing = standings.get(entry.name)
            held = balances_of(account=exchange_account(entry.name))
            lies = " ".join(f"{code}={units}" for code, units in sorted(held.items()) if units)
            state = "trading" if entry.trade else "moves only"
            if standing is not None and standing.stopped_at is not None:
                state = f"STOPPED {standing.reason} {standing.detail}".rstrip()
            made_up = " simulated" if entry.simulated else ""
            self.stdout.write(f"{entry.name} {entry.kind}{made_up} {state} {lies}".rstrip())

    def _stop_exchange(self, options: dict[str, Any]) -> None:
        exchange_stop_by_hand(
            exchange=options["name"],
            by=options["by"],
            because=options["reason"],
            now=timezone.now(),
        )
        self._exchanges(options)

    def _resume_exchange(self, options: dict[str, Any]) -> None:
        exchange_resume(
            exchange=options["name"],
            by=options["by"],
            because=options["reason"],
            now=timezone.now(),
        )
        self._exchanges(options)

    def _unmade_move(self, options: dict[str, Any]) -> None:
        move = move_said_unmade(
            move_id=options["id"],
            by=options["by"],
            because=options["reason"],
            now=timezone.now(),
        )
        self.stdout.write(_move_line(move))

    def _made_move(self, options: dict[str, Any]) -> None:
        move = move_said_made(
            move_id=options["id"],
            tx_hash=options["transaction"],
            units=options["units"],
            by=options["by"],
            because=options["reason"],
            now=timezone.now(),
        )
        self.stdout.write(_move_line(move))

    def _settle_order(self, options: dict[str, Any]) -> None:
        order = order_end(
            order_id=options["id"],
            status="done",
            why=f"settled by {options['by']}",
            now=timezone.now(),
        )
        self.stdout.write(_order_line(order))

    def _moves(self, options: dict[str, Any]) -> None:
        for move in InventoryMove.objects.order_by("-id")[: options["limit"]]:
            self.stdout.write(_move_line(move))

    def _move(self, options: dict[str, Any]) -> None:
        move = move_plan(
            key=options["key"],
            exchange=configured_exchange(options["to"] or options["source"]),
            is_deposit=options["to"] is not None,
            asset=options["asset"],
            units=options["units"],
            reason=options["reason"],
            by=options["by"],
            now=timezone.now(),
        )
        self.stdout.write(_move_line(move))

    def _give_up(self, options: dict[str, Any]) -> None:
        question = "Type the id again to book it as lost: "
        if not options["yes"] and input(question) != str(options["id"]):
            raise CommandError("Nothing was changed.")
        move = move_give_up(
            move_id=options["id"],
            by=options["by"],
            because=options["reason"],
            now=timezone.now(),
        )
        self.stdout.write(_move_line(move))


def _hedge_line(hedge: Hedge) -> str:
    return (
        f"{hedge.id} {hedge.asset} #{hedge.number} {hedge.side} {hedge.units} {hedge.status}"
        f" {hedge.reason} {hedge.style} sold={hedge.sold_units} bought={hedge.bought_units}"
        f" cost_cents={hedge.cost_cents} gas_wei={hedge.fee_units}"
        f" since={hedge.decided_at:%Y-%m-%dT%H:%M:%SZ} {hedge.last_error}"
    ).rstrip()


def _order_line(order: ExchangeOrder) -> str:
    side = "sell" if order.sells else "buy"
    return (
        f"  {order.id} order {order.status} at {order.exchange} {side}"
        f" size={text_of(order.size)} bound={text_of(order.price)} fair={text_of(order.fair)}"
        f" filled={text_of(order.filled)} sold={order.sold_units} bought={order.bought_units}"
        f" {order.failure_code}"
    ).rstrip()


def _move_line(move: InventoryMove) -> str:
    way = "to" if move.is_deposit else "from"
    return (
        f"{move.id} {move.units} {move.asset} {way} {move.exchange} {move.state}"
        f"{' OVERDUE' if move.overdue else ''} left={move.left_units} arrived={move.arrived_units}"
        f" {move.reason!r} by {move.decided_by} {move.last_error}"
    ).rstrip()
