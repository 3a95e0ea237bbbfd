"""`manage.py list_load FILE --source NAME`: put a screening list in force."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from gateway.compliance.listed.errors import ListError
from gateway.compliance.loading import list_load


class Command(BaseCommand):
    help = (
        "Put a list of addresses in force: one address a line, or CSV with address, name, program."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--source", required=True, help="the list's name, such as 'ofac'")
        parser.add_argument("--by", default="operator", help="who loads it")
        parser.add_argument(
            "--force", action="store_true", help="take it though more than a fifth is gone"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        path: Path = options["file"].resolve()
        try:
            with path.open(encoding="utf-8-sig") as lines:
                loaded = list_load(
                    lines=lines,
                    source=options["source"],
                    loaded_by=options["by"],
                    now=timezone.now(),
                    forced=options["force"],
                    location=str(path),
                )
        except ListError as refusal:
            raise CommandError(f"{refusal.code}: {refusal.message} {refusal.hint}") from refusal
        except (OSError, UnicodeDecodeError) as error:
            raise CommandError(f"{path} can't be read: {error}") from error
        version = loaded.version
        what = "in force" if loaded.changed else "unchanged, checked"
        self.stdout.write(
            f"{version.source_id} #{version.number} {what}: {version.entries} addresses"
            f" (+{version.added} -{version.removed}), sha256 {bytes(version.hash).hex()[:16]}"
        )
