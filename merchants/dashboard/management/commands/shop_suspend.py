"""`manage.py shop_suspend SHOP --by ann@house.example --reason …`: freeze a shop's money at once.

For when the pages are away. It only ever tightens; that a shop goes on, closes, or keeps less in
reserve is agreed by two people on the house's pages.
"""

from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from gateway.events.errors import TillwayError
from gateway.settlement.standing import shop_suspend
from gateway.shops.selectors import shop_view
from merchants.accounts.models import User
from merchants.accounts.selectors import can


class Command(BaseCommand):
    help = "Suspend a shop: nothing is sold, and none of its money leaves."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("shop", type=UUID, help="its id")
        parser.add_argument("--by", required=True, help="e-mail of the officer who decided it")
        parser.add_argument("--reason", required=True, help="for the house's own people")

    def handle(self, *args: Any, **options: Any) -> None:
        officer = User.objects.filter(email=options["by"].strip().lower()).first()
        if officer is None or not can(officer, "shop.suspend"):
            raise CommandError(f"{options['by']} may not suspend a shop.")
        try:
            shop_suspend(
                shop_id=options["shop"],
                reason=options["reason"],
                by=officer.pk,
                now=timezone.now(),
            )
            shop = shop_view(shop_id=options["shop"])
        except TillwayError as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"{shop.name} is {shop.status}")
