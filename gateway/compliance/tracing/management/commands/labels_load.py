"""`manage.py labels_load FILE --source NAME`: put labels of addresses in force."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from gateway.compliance.tracing.errors import LabelsEmpty, LabelsUnreadable
from gateway.compliance.tracing.labelling import labels_load


class Command(BaseCommand):
    help = (
        "Put labels of addresses in force, instead of the source's last ones: CSV with a header"
        " address, category, and perhaps status and name."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--source", required=True, help="who says so, such as 'officer'")

    def handle(self, *args: Any, **options: Any) -> None:
        path: Path = options["file"]
        try:
            with path.open(encoding="utf-8-sig", newline="") as lines:
                count = labels_load(lines=lines, source=options["source"], now=timezone.now())
        except (LabelsUnreadable, LabelsEmpty) as refusal:
            raise CommandError(f"{refusal.code}: {refusal.message} {refusal.hint}") from refusal
        except (OSError, UnicodeDecodeError) as error:
            raise CommandError(f"{path} can't be read: {error}") from error
        self.stdout.write(f"{options['source']}: {count} labels in force")
