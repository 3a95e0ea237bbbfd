"""`manage.py compile_catalogs`: makes each .mo from its .po, without gettext."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from gateway.checkout.catalogs import read_po, write_mo


class Command(BaseCommand):
    help = "Compile the translation catalogues (pure Python; commit the results)."
    requires_system_checks = []

    def handle(self, *args: Any, **options: Any) -> None:
        for folder in settings.LOCALE_PATHS:
            for source in sorted(Path(folder).glob("*/LC_MESSAGES/*.po")):
                source.with_suffix(".mo").write_bytes(write_mo(read_po(source.read_text("utf-8"))))
                self.stdout.write(f"{source.parent.parent.name}: compiled")
