"""`manage.py ranges`: the desk's ranges, and a person's word to take one back."""

from argparse import ArgumentParser
from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from gateway.events.errors import TillwayError
from gateway.market.ranges.by_hand import range_close_by_hand
from gateway.market.ranges.models import RangePosition


class Command(BaseCommand):
    help = "List the desk's ranges, or take one back."

    def add_arguments(self, parser: ArgumentParser) -> None:
        verbs = parser.add_subparsers(dest="verb", required=True)
        verbs.add_parser("list", help="newest first").add_argument("--limit", type=int, default=50)
        closing = verbs.add_parser("close", help="take an open one back")
        closing.add_argument("id", type=UUID)
        closing.add_argument("--by", required=True, help="who decides this")
        closing.add_argument("--reason", required=True)

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            getattr(self, "_" + options["verb"])(options)
        except TillwayError as refused:
            raise CommandError(f"{refused} {refused.hint}".strip()) from refused

    def _list(self, options: dict[str, Any]) -> None:
        rows = RangePosition.objects.order_by("-id").prefetch_related("steps")
        for row in rows[: options["limit"]]:
            self.stdout.write(_line(row))
            for step in row.steps.all():
                self.stdout.write(
                    f"  {step.kind} {step.status} least={step.least0}/{step.least1}"
                    f" gas_wei={step.fee_units} transaction={step.transaction_id}"
                    f" {step.failure_code}".rstrip()
                )

    def _close(self, options: dict[str, Any]) -> None:
        row = range_close_by_hand(
            range_id=options["id"],
            by=options["by"],
            because=options["reason"],
            now=timezone.now(),
        )
        self.stdout.write(_line(row))


def _line(row: RangePosition) -> str:
    return (
        f"{row.id} {row.pool} {row.lower}..{row.upper} {row.status} {row.reason}"
        f" {row.asset0}/{row.asset1} in={row.in0}/{row.in1} out={row.out0}/{row.out1}"
        f" fees={row.fees0}/{row.fees1} lvr={row.lvr_units1} gas_wei={row.gas_units}"
        f" {row.last_error}"
    ).rstrip()
