"""Take what the house's bank says: statements, and reports on files."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from gateway.events.errors import TillwayError
from gateway.ramps.iso20022.errors import BankFileRefused
from gateway.ramps.iso20022.reading import MAX_BYTES
from gateway.ramps.iso20022.statements import statements_load, status_load


class Command(BaseCommand):
    help = (
        "Take statements (camt.053), all of the files or none; with --status reports on files that"
        " left (pain.002). What was taken before is left as it is."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("files", nargs="+", type=Path)
        parser.add_argument("--status", action="store_true", help="they are reports (pain.002)")
        parser.add_argument("--by", required=True, help="who loads them")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            bodies = [_body(path) for path in options["files"]]
            if options["status"]:
                self._reports(bodies)
            else:
                self._statements(bodies, by=options["by"])
        except (TillwayError, OSError) as refused:
            raise CommandError(str(refused)) from refused

    def _statements(self, bodies: list[bytes], *, by: str) -> None:
        new = statements_load(bodies=bodies, by=by, now=timezone.now())
        for row in new:
            strange = row.entries.filter(kind="unmatched").count()
            said = f"{row}: {row.entries.count()} entries"
            self.stdout.write(f"{said}, {strange} for people" if strange else said)
        if not new:
            self.stdout.write("Nothing new.")

    def _reports(self, bodies: list[bytes]) -> None:
        for body in bodies:
            rejected, odd = status_load(body=body, now=timezone.now())
            self.stdout.write(f"{rejected} payouts rejected.")
            for words in odd:
                self.stderr.write(words)


def _body(path: Path) -> bytes:
    """Not more of it than may be read."""
    with path.open("rb") as source:
        body = source.read(MAX_BYTES + 1)
    if len(body) > MAX_BYTES:
        raise BankFileRefused(f"{path.name} is longer than {MAX_BYTES} bytes.")
    return body
