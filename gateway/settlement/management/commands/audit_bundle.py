"""`manage.py audit_bundle`: a period's books and what proves them, in one file for an auditor."""

from argparse import ArgumentParser
from datetime import date
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from gateway.events.errors import TillwayError
from gateway.settlement.auditing.bundle import audit_bundle


class Command(BaseCommand):
    help = "Write journal, trial balances, decisions, verdicts and payouts of a period as a zip."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--first", type=date.fromisoformat, required=True, help="UTC day")
        parser.add_argument("--last", type=date.fromisoformat, required=True, help="UTC day")
        parser.add_argument("--out", type=Path, required=True, help="a file that is not there yet")

    def handle(self, *_: Any, **options: Any) -> None:
        out: Path = options["out"]
        if out.exists():
            raise CommandError(f"{out} is there already.")
        unfinished = out.with_name(f"{out.name}.part")
        try:
            with unfinished.open("wb") as written:
                files = audit_bundle(
                    first=options["first"],
                    last=options["last"],
                    out=written,
                    now=timezone.now(),
                )
            unfinished.rename(out)
        except TillwayError as refused:
            raise CommandError(f"{refused.message} {refused.hint}".strip()) from refused
        finally:
            unfinished.unlink(missing_ok=True)
        for file in files:
            self.stdout.write(f"{file.sha256}  {file.name}\t{file.rows} rows")
