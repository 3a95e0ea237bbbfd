"""`manage.py makers`: how the outside makers stand, and a person's word on one."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from gateway.events.errors import TillwayError
from gateway.market.makers.configuration import configured_makers
from gateway.market.makers.selectors import standings
from gateway.market.makers.services import maker_forgive


class Command(BaseCommand):
    help = "List the outside makers and how they stand, or let one that rests begin anew."

    def add_arguments(self, parser: ArgumentParser) -> None:
        verbs = parser.add_subparsers(dest="verb", required=True)
        verbs.add_parser("list", help="every maker of MAKERS")
        forgiving = verbs.add_parser("forgive", help="end a maker's pause")
        forgiving.add_argument("name")
        forgiving.add_argument("--by", required=True, help="who decides this")
        forgiving.add_argument("--reason", required=True)

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            if options["verb"] == "forgive":
                maker_forgive(
                    maker=options["name"],
                    by=options["by"],
                    because=options["reason"],
                    now=timezone.now(),
                )
            self._list()
        except TillwayError as refused:
            raise CommandError(f"{refused} {refused.hint}".strip()) from refused

    def _list(self) -> None:
        makers = configured_makers()
        rows = standings(maker.name for maker in makers)
        for maker in makers:
            row = rows.get(maker.name)
            if row is None:
                self.stdout.write(f"{maker.name} {maker.address} never asked")
                continue
            rests = row.excluded_until is not None and row.excluded_until > timezone.now()
            until = f"rests until {row.excluded_until:%Y-%m-%d %H:%M:%S}" if rests else "asked"
            self.stdout.write(
                f"{maker.name} {maker.address} {until} faults={row.faults}"
                f" answered={row.answered} declined={row.declined} late={row.late}"
                f" invalid={row.invalid} filled={row.filled} failed={row.failed_on_chain}"
                f" {row.last_fault}".rstrip()
            )
