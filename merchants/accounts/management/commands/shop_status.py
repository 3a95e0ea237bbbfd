"""`manage.py shop_status SHOP closing`: suspend, close or reactivate a shop."""

from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from gateway.events.errors import TillwayError
from gateway.shops.services import shop_set_status


class Command(BaseCommand):
    help = (
        "Suspend a shop (its money is frozen), close it (it takes no more, is paid out when its "
        "reserve is over, and is closed then) or make it active again."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("shop", type=UUID, help="its id")
        parser.add_argument("status", choices=["active", "suspended", "closing"])

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            shop = shop_set_status(
                shop_id=options["shop"], status=options["status"], now=timezone.now()
            )
        except TillwayError as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"{shop.name} is {shop.status}")
