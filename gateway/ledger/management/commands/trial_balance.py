"""`manage.py trial_balance`: what every account holds at a moment; it sums to zero by asset."""

from collections import Counter
from datetime import UTC, datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils import timezone

from gateway.ledger.moments import trial_balance_at


def _moment(text: str) -> datetime:
    found = datetime.fromisoformat(text)
    return found if found.tzinfo else found.replace(tzinfo=UTC)


class Command(BaseCommand):
    help = (
        "Print every account's balance at a moment in base units, debits positive, tab-separated."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--at", type=_moment, help="ISO time, UTC unless it says; now if unset")
        parser.add_argument(
            "--clock",
            choices=("booked", "happened"),
            default="booked",
            help="as the journal said then, or what had happened by then as known today",
        )
        parser.add_argument(
            "--families", action="store_true", help="all shops, holds and pools as a line each"
        )

    def handle(self, *_: Any, **options: Any) -> None:
        sums: Counter[str] = Counter()
        for line in trial_balance_at(
            at=options["at"] or timezone.now(),
            clock=options["clock"],
            by_family=options["families"],
        ):
            sums[line.asset] += line.units
            self.stdout.write(f"{line.account}\t{line.asset}\t{line.units}")
        off = {asset: units for asset, units in sums.items() if units}
        self.stdout.write(f"{len(sums)} assets, " + (f"off by {off}" if off else "each sums to 0"))
