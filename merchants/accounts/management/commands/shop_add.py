"""`manage.py shop_add "Café Amélie" --currency EUR --settlement USDC@31337`: open a test shop."""

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction
from django.utils import timezone

from gateway.events.errors import TillwayError
from gateway.shops.services import shop_open
from merchants.accounts.actions import SCOPES
from merchants.accounts.services import api_key_create


class Command(BaseCommand):
    help = "Open a test shop and print its id as JSON, with an API key if one is asked for."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("name")
        parser.add_argument("--currency", default="EUR", help="what its prices are in")
        parser.add_argument("--settlement", required=True, help="asset code: USDC@8453")
        parser.add_argument("--payout-address", help="0x… on the settlement asset's chain")
        parser.add_argument("--threshold-units", type=int, help="pay out by itself from here on")
        parser.add_argument("--terms", type=json.loads, default={}, help="JSON of changed terms")
        parser.add_argument(
            "--with-key", action="store_true", help="also make an API key with every scope"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        address = options["payout_address"]
        try:
            with transaction.atomic():
                shop = shop_open(
                    name=options["name"],
                    pricing_currency=options["currency"],
                    settlement_asset=options["settlement"],
                    payout_address=bytes.fromhex(address.removeprefix("0x")) if address else None,
                    threshold_units=options["threshold_units"],
                    terms=options["terms"],
                    now=timezone.now(),
                )
                answer = {"shop_id": str(shop.id), "mode": shop.mode}
                if options["with_key"]:
                    _, secret = api_key_create(
                        shop_id=shop.id, mode=shop.mode, scopes=SCOPES, name="first key"
                    )
                    answer["api_key"] = secret
        except TillwayError as error:
            raise CommandError(f"{error.message} {error.hint}".strip()) from error
        except ValueError as error:
            raise CommandError(f"The payout address is not hexadecimal: {error}") from error
        self.stdout.write(json.dumps(answer))
