"""`manage.py migrate`: Django's own, and then the web's role gets what it needs of each table."""

from typing import Any

from django.core.management.commands.migrate import Command as Migrate
from django.db import connections

from gateway.tenancy.roles import prepare_web_role


class Command(Migrate):
    def handle(self, *args: Any, **options: Any) -> None:
        super().handle(*args, **options)
        if not (options["plan"] or options["check_unapplied"]):
            prepare_web_role(connections[options["database"]])
