"""Write what the house's bank is to pay, and let it leave."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from gateway.events.errors import TillwayError
from gateway.ramps.configuration import settings_of
from gateway.ramps.iso20022.errors import NothingToPay
from gateway.ramps.iso20022.filing import file_leave, file_make, file_name, files_not_left


class Command(BaseCommand):
    help = (
        "Put every waiting payout into files (pain.001) and let them leave into the ramp's outbox,"
        " or into a folder: from then on they have left. Goes on where it was stopped."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("ramp")
        parser.add_argument("--to", default="", help="a folder other than the outbox")
        parser.add_argument("--by", required=True, help="who lets them leave")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            self._make(options["ramp"], to=options["to"], by=options["by"])
        except (TillwayError, OSError) as refused:
            raise CommandError(str(refused)) from refused

    def _make(self, ramp: str, *, to: str, by: str) -> None:
        folder = to or settings_of(ramp).outbox
        if not folder or not Path(folder).is_dir():
            raise CommandError("Name a folder that exists: --to, or the ramp's outbox.")
        while True:
            try:
                file_make(ramp=ramp, by=by, now=timezone.now())
            except NothingToPay:
                break
        files = files_not_left(ramp)
        if not files:
            self.stdout.write("No payout waits for a file.")
        for row in files:
            place = Path(row.folder or folder)
            left = file_leave(file_id=row.id, folder=place, by=by, now=timezone.now())
            self.stdout.write(
                f"{place / file_name(left)}: {left.transfers} payouts, {left.units} minor units of"
                f" {left.currency}, on {left.execute_on}, SHA-256 {left.sha256}"
            )
