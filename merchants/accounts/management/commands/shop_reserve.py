"""`manage.py shop_reserve SHOP --bps 500 --days 90 --by ada`: a shop's rolling reserve."""

from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from gateway.events.errors import TillwayError
from gateway.shops.services import shop_set_reserve


class Command(BaseCommand):
    help = (
        "Keep a part of each credit from now on for some days; 0 and 0 end it. What is kept "
        "already stays until its day."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("shop", type=UUID, help="its id")
        parser.add_argument("--bps", type=int, required=True, help="of each credit")
        parser.add_argument("--days", type=int, required=True)
        parser.add_argument("--by", required=True, help="who decided it")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            version = shop_set_reserve(
                shop_id=options["shop"],
                bps=options["bps"],
                days=options["days"],
                now=timezone.now(),
                changed_by=options["by"],
            )
        except TillwayError as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"policy {version.number}: {options['bps']} bps, {options['days']} days")
