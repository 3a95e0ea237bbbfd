"""`manage.py list_load FILE --source NAME`: put a plain list in force, as `lists load` does."""

from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandParser


class Command(BaseCommand):
    help = "Put a plain list in force; `manage.py lists load` reads the other formats too."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file")
        parser.add_argument("--source", required=True, help="the list's name, such as 'ofac'")
        parser.add_argument("--by", default="operator", help="who loads it")
        parser.add_argument("--force", action="store_true", help="take it though it shrank")

    def handle(self, *args: Any, **options: Any) -> None:
        call_command(
            "lists",
            "load",
            options["file"],
            source=options["source"],
            by=options["by"],
            force=options["force"],
            stdout=self.stdout,
            stderr=self.stderr,
        )
