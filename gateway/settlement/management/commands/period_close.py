"""`manage.py period_close 2026-10 --by ann --reason R`: propose that a month's result becomes
capital; two people agree to it at /house/approvals."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from gateway.events.errors import TillwayError
from gateway.ledger.closing import Month
from gateway.treasury.closing_months import period_close_propose


class Command(BaseCommand):
    help = "Propose to close a month of UTC for good: nothing can be booked into it any more."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("month", help="2026-10")
        parser.add_argument("--by", required=True, help="who asks for it")
        parser.add_argument("--reason", required=True, help="why now: the decision to close it")

    def handle(self, *_: Any, **options: Any) -> None:
        try:
            month = Month.parse(options["month"])
        except ValueError as error:
            raise CommandError("A month is written 2026-10.") from error
        try:
            act = period_close_propose(
                month=month,
                reason=options["reason"],
                by=None,
                said_by=options["by"],
                now=timezone.now(),
            )
        except TillwayError as refusal:
            raise CommandError(f"{refusal.message} {refusal.hint}".strip()) from refusal
        self.stdout.write(f"Proposed: two people agree to it at /house/approvals/{act.id}.")
