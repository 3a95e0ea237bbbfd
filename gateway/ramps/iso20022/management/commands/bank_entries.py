"""Entries of bank statements that nobody could place."""

from argparse import ArgumentParser
from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from gateway.events.errors import TillwayError
from gateway.ramps.iso20022.balances import entries_for_people
from gateway.ramps.iso20022.statements import entry_settle


class Command(BaseCommand):
    help = "list: entries that wait for a person. settle: say that one was dealt with."

    def add_arguments(self, parser: ArgumentParser) -> None:
        verbs = parser.add_subparsers(dest="verb", required=True)
        listed = verbs.add_parser("list", help="entries that wait for a person")
        listed.add_argument("ramp")
        settle = verbs.add_parser("settle", help="say that one was dealt with; books nothing")
        settle.add_argument("entry", type=UUID)
        settle.add_argument("--by", required=True)
        settle.add_argument("--because", required=True, help="what was done about it")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["verb"] == "list":
            for row in entries_for_people(options["ramp"]):
                self.stdout.write(
                    f"{row.id} {row.booked_on} {row.units} {row.statement.currency}"
                    f" {row.code} {row.end_to_end_id} {row.text}"
                )
            return
        try:
            settled = entry_settle(
                entry_id=options["entry"],
                by=options["by"],
                because=options["because"],
                now=timezone.now(),
            )
        except TillwayError as refused:
            raise CommandError(f"{refused.message} {refused.hint}".strip()) from refused
        self.stdout.write(str(settled))
