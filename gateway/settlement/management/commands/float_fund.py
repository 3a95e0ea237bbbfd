"""`manage.py float_fund --asset USDC@8453 --units 250000000 --reference …`: book own money."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from gateway.chains.models import Token
from gateway.events.errors import TillwayError
from gateway.treasury.services import float_fund


class Command(BaseCommand):
    help = "Book base units that the house sent to a chain's treasury address."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--asset", required=True, help="asset code")
        parser.add_argument("--units", required=True, type=int, help="base units")
        parser.add_argument(
            "--reference", required=True, help="names the transfer; booked once, however often run"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            entry = float_fund(
                asset=options["asset"],
                units=options["units"],
                reference=options["reference"],
                now=timezone.now(),
            )
        except (TillwayError, Token.DoesNotExist) as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"{entry.key} {'booked' if entry.created else 'was booked before'}")
