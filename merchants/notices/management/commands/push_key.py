"""`manage.py push_key`: a new key by which browsers know the house's push messages."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from gateway.events.errors import TillwayError
from merchants.notices.push.configuration import house_key
from merchants.notices.push.vapid import new_private_hex


class Command(BaseCommand):
    help = "Print a new PUSH_KEY: a secret, so put it into a file that only its user can read."
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--public", action="store_true", help="print the public half of the one that is set"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if not options["public"]:
            self.stdout.write(new_private_hex())
            return
        try:
            self.stdout.write(house_key().public)
        except TillwayError as refused:
            raise CommandError(f"{refused.message} {refused.hint}".strip()) from refused
