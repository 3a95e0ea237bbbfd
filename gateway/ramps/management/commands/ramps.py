"""Look at the ramps, and say what became of an instruction that nobody can tell of."""

from argparse import ArgumentParser
from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from gateway.events.errors import TillwayError
from gateway.ramps.configuration import configured_ramp, ramp_settings
from gateway.ramps.inbox import event_counts
from gateway.ramps.instructing import instruction_unmade
from gateway.ramps.selectors import unclear_instructions


class Command(BaseCommand):
    help = "list: the ramps and what lies there. unclear: instructions that wait for a person."

    def add_arguments(self, parser: ArgumentParser) -> None:
        verbs = parser.add_subparsers(dest="verb", required=True)
        verbs.add_parser("list", help="the ramps and what lies there")
        verbs.add_parser("events", help="events that came, by type")
        verbs.add_parser("unclear", help="instructions of which nobody can tell what became")
        unmade = verbs.add_parser("unmade", help="say that one of them never happened")
        unmade.add_argument("instruction", type=UUID)
        unmade.add_argument("--by", required=True)
        unmade.add_argument("--because", required=True, help="what proves it")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            getattr(self, f"_{options['verb']}")(options)
        except TillwayError as refused:
            raise CommandError(f"{refused.message} {refused.hint}".strip()) from refused

    def _list(self, options: dict[str, Any]) -> None:
        for entry in ramp_settings():
            held = configured_ramp(entry.name).balance()
            amounts = ", ".join(str(amount) for amount in held.values()) or "nothing"
            offered = ", ".join(sorted(entry.currencies))
            self.stdout.write(f"{entry.name} ({entry.mode}) pays {offered}; there: {amounts}")

    def _events(self, options: dict[str, Any]) -> None:
        for type, status, count in event_counts():
            self.stdout.write(f"{count:>8} {status:<8} {type}")

    def _unclear(self, options: dict[str, Any]) -> None:
        for row in unclear_instructions():
            self.stdout.write(f"{row.id} {row}: {row.last_error}")

    def _unmade(self, options: dict[str, Any]) -> None:
        row = instruction_unmade(
            instruction_id=options["instruction"],
            by=options["by"],
            because=options["because"],
            now=timezone.now(),
        )
        self.stdout.write(str(row))
