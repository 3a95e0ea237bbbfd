"""`manage.py factors_reset ann@house.eu`: when nobody else can, for people of the house."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from merchants.accounts.factors.resetting import factors_take_away
from merchants.accounts.models import User


class Command(BaseCommand):
    help = "Take away every second factor of a person who lost them, and sign them out everywhere."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email")

    def handle(self, *_: Any, **options: Any) -> None:
        user = User.objects.filter(email=options["email"].strip().lower()).first()
        if user is None:
            raise CommandError("There is nobody with this email address.")
        factors_take_away(user_id=user.pk, who="house", now=timezone.now())
        self.stdout.write(f"{user.email} signs in with the password alone, and sets up new ones.")
