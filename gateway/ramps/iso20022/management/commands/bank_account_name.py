"""Say to which bank account a shop is paid."""

from argparse import ArgumentParser
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from gateway.events.errors import TillwayError
from gateway.ramps.iso20022.naming import bank_account_name
from gateway.shops.selectors import shop_view


class Command(BaseCommand):
    help = "Pay a shop to this account from now on, or after some hours; until then as before."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("ramp")
        parser.add_argument("shop", type=UUID)
        parser.add_argument("--iban", required=True)
        parser.add_argument("--holder", required=True, help="as the bank knows it")
        parser.add_argument("--bic", default="")
        parser.add_argument("--rests-hours", type=int, default=24, help="before it counts")
        parser.add_argument("--by", required=True, help="who says so")

    def handle(self, *args: Any, **options: Any) -> None:
        now = timezone.now()
        try:
            row = bank_account_name(
                ramp=options["ramp"],
                shop_id=options["shop"],
                mode=shop_view(shop_id=options["shop"]).mode,
                iban=options["iban"],
                holder=options["holder"],
                bic=options["bic"],
                by=options["by"],
                usable_from=now + timedelta(hours=max(options["rests_hours"], 0)),
                now=now,
            )
        except TillwayError as refused:
            raise CommandError(f"{refused.message} {refused.hint}".strip()) from refused
        self.stdout.write(f"{row}: from {row.usable_from:%Y-%m-%d %H:%M} UTC")
