"""What commands share that book money of the house's own under a reference, once."""

from argparse import ArgumentParser
from collections.abc import Callable
from typing import Any, ClassVar

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from gateway.chains.models import Token
from gateway.events.errors import TillwayError
from gateway.ledger.journal import PostedEntry


class BookingCommand(BaseCommand):
    """Books ``--units`` of ``--asset`` under ``--reference`` with the verb ``book``."""

    book: ClassVar[Callable[..., PostedEntry]]
    named: ClassVar[str]
    """What the reference names."""

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--asset", required=True, help="asset code")
        parser.add_argument("--units", required=True, type=int, help="base units")
        parser.add_argument(
            "--reference",
            required=True,
            help=f"names {self.named}; booked once, however often run",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            entry = type(self).book(
                asset=options["asset"],
                units=options["units"],
                reference=options["reference"],
                now=timezone.now(),
            )
        except (TillwayError, Token.DoesNotExist) as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"{entry.key} {'booked' if entry.created else 'was booked before'}")
