"""`manage.py subject_keys_rotate`: wrap every subject's key by the first key of SUBJECT_KEYS."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from gateway.compliance.knowing.erasing import keys_rotate
from gateway.events.errors import TillwayError


class Command(BaseCommand):
    help = "Wrap the keys of people's data anew, by the first key of SUBJECT_KEYS."

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            count = keys_rotate()
        except TillwayError as refused:
            raise CommandError(f"{refused.code}: {refused.message} {refused.hint}") from refused
        self.stdout.write(f"{count} keys wrapped anew.")
