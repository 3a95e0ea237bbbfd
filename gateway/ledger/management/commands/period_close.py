"""`manage.py period_close 2026-10 --by ann --reference R`: a month's result becomes capital."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from gateway.events.errors import TillwayError
from gateway.ledger.closing import Month, period_close


class Command(BaseCommand):
    help = "Close a month of UTC for good: nothing can be booked into it any more."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("month", help="2026-10")
        parser.add_argument("--by", required=True, help="who closes it")
        parser.add_argument("--reference", required=True, help="of the decision to close it")

    def handle(self, *_: Any, **options: Any) -> None:
        try:
            month = Month.parse(options["month"])
        except ValueError as error:
            raise CommandError("A month is written 2026-10.") from error
        try:
            period = period_close(
                month=month,
                by=options["by"],
                reference=options["reference"],
                now=timezone.now(),
            )
        except TillwayError as refusal:
            raise CommandError(f"{refusal.message} {refusal.hint}".strip()) from refusal
        booked = f"its result is entry {period.entry_id}" if period.entry_id else "nothing to book"
        self.stdout.write(f"{month} is closed: {booked}.")
