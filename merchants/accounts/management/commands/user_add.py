"""`manage.py user_add ann@shop.eu --shop ID --role owner`: the first person of an installation."""

import getpass
import sys
from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction

from gateway.events.errors import TillwayError
from merchants.accounts.actions import HOUSE_ROLES, ROLES
from merchants.accounts.services import member_add, user_create


class Command(BaseCommand):
    help = "Create a person who may sign in, with a role in a shop or in the house."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email")
        parser.add_argument("--name", default="")
        parser.add_argument("--role", choices=ROLES, required=True)
        parser.add_argument("--shop", type=UUID, help="needed unless the role is of the house")

    def handle(self, *_: Any, **options: Any) -> None:
        if (options["role"] in HOUSE_ROLES) == bool(options["shop"]):
            raise CommandError(f"{', '.join(sorted(HOUSE_ROLES))} go without --shop, others with.")
        # The password never stands on the command line, where other users could read it.
        asked = sys.stdin.isatty()
        password = getpass.getpass("Password: ") if asked else sys.stdin.readline().rstrip("\n")
        try:
            with transaction.atomic():
                user = user_create(email=options["email"], password=password, name=options["name"])
                member_add(user_id=user.id, role=options["role"], shop_id=options["shop"])
        except TillwayError as error:
            raise CommandError(error.message) from error
        self.stdout.write(f"{user.email} may sign in as {options['role']}.")
