"""`manage.py subject_keys_rotate`: wrap every subject's key by the first key of SUBJECT_KEYS."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from gateway.compliance.knowing.erasing import keys_rotate
from gateway.compliance.knowing.errors import KnowingError


class Command(BaseCommand):
    help = "Wrap the keys of people's data anew, by the first key of SUBJECT_KEYS."

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            count = keys_rotate()
        except KnowingError as refused:
            raise CommandError(f"{refused.code}: {refused.message} {refused.hint}") from refused
        self.stdout.write(f"{count} keys wrapped anew.")
