"""Book currency that the house bought for payouts to banks."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from gateway.events.errors import TillwayError
from gateway.money.amounts import parse_positive_amount
from gateway.money.assets import Asset, fiat
from gateway.ramps.configuration import settings_of
from gateway.settlement.quoting import asset_owed
from gateway.treasury.buying.services import currency_bought


class Command(BaseCommand):
    help = "Book that a token of the house's was sold for currency, which lies at a ramp now."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--reference", required=True, help="names the sale; booked once")
        parser.add_argument("--sold", required=True, nargs=2, metavar=("AMOUNT", "ASSET"))
        parser.add_argument("--bought", required=True, nargs=2, metavar=("AMOUNT", "CURRENCY"))
        parser.add_argument("--ramp", required=True, help="where the currency arrived")
        parser.add_argument("--exchange", default="", help="where the token lay; else the treasury")
        parser.add_argument("--fee", default="", help="of the currency, apart from the price")
        parser.add_argument("--evidence", required=True, help="what proves it")
        parser.add_argument("--by", required=True, help="who says so")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            entry = settings_of(options["ramp"])
            currency = fiat(options["bought"][1])
            sold = _amount(options["sold"][0], asset_owed(options["sold"][1], mode=entry.mode))
            row = currency_bought(
                reference=options["reference"],
                asset=options["sold"][1],
                sold_units=sold,
                ramp=entry.name,
                currency=currency.code,
                bought_units=_amount(options["bought"][0], currency),
                fee_units=_amount(options["fee"], currency) if options["fee"] else 0,
                exchange=options["exchange"],
                evidence=options["evidence"],
                by=options["by"],
                now=timezone.now(),
            )
        except TillwayError as refused:
            raise CommandError(f"{refused.message} {refused.hint}".strip()) from refused
        self.stdout.write(f"{row} is booked as {row.reference}")


def _amount(text: str, asset: Asset) -> int:
    return parse_positive_amount(text, asset).units
