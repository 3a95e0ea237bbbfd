"""`manage.py hedges`: what the desk hedged, what is on its way, and a person's word on both."""

from argparse import ArgumentParser
from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from gateway.events.errors import TillwayError
from gateway.market.exchanges.configured import configured_exchange
from gateway.market.hedges.models import ACTIVE, Hedge, InventoryMove
from gateway.market.hedges.moves import move_happened, move_plan
from gateway.market.hedging.moving import GivenUp


class Command(BaseCommand):
    help = "List hedges and moves of inventory, plan a move, or give one up."

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
        lost.add_argument("--yes", action="store_true", help="ask nothing")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            getattr(self, "_" + options["verb"].replace("-", "_"))(options)
        except TillwayError as refused:
            raise CommandError(f"{refused} {refused.hint}".strip()) from refused

    def _list(self, options: dict[str, Any]) -> None:
        rows = Hedge.objects.order_by("-id").prefetch_related("steps")
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
        move = move_happened(move_id=options["id"], happened=GivenUp(), now=timezone.now())
        self.stdout.write(_move_line(move))


def _hedge_line(hedge: Hedge) -> str:
    return (
        f"{hedge.id} {hedge.asset} #{hedge.number} {hedge.side} {hedge.units} {hedge.status}"
        f" {hedge.reason} {hedge.style} sold={hedge.sold_units} bought={hedge.bought_units}"
        f" cost_cents={hedge.cost_cents} gas_wei={hedge.fee_units}"
        f" since={hedge.decided_at:%Y-%m-%dT%H:%M:%SZ} {hedge.last_error}"
    ).rstrip()


def _move_line(move: InventoryMove) -> str:
    way = "to" if move.is_deposit else "from"
    return (
        f"{move.id} {move.units} {move.asset} {way} {move.exchange} {move.state}"
        f"{' OVERDUE' if move.overdue else ''} left={move.left_units} arrived={move.arrived_units}"
        f" {move.reason!r} by {move.decided_by} {move.last_error}"
    ).rstrip()
