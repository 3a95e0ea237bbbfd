"""`manage.py insurance_fund --asset USDC@8453 --units 250000000 --reference …`: set money aside."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from gateway.chains.models import Token
from gateway.events.errors import TillwayError
from gateway.treasury.losses import insurance_fund


class Command(BaseCommand):
    help = "Set base units of the house's capital aside for losses after a reorganisation."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--asset", required=True, help="asset code")
        parser.add_argument("--units", required=True, type=int, help="base units")
        parser.add_argument(
            "--reference", required=True, help="names the decision; booked once, however often run"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            entry = insurance_fund(
                asset=options["asset"],
                units=options["units"],
                reference=options["reference"],
                now=timezone.now(),
            )
        except (TillwayError, Token.DoesNotExist) as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"{entry.key} {'booked' if entry.created else 'was booked before'}")
