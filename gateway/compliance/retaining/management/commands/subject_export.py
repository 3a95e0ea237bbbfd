"""`manage.py subject_export --subject ID|--shop ID --by NAME --reason … --out FILE.zip`."""

from pathlib import Path
from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from gateway.compliance.retaining.collecting import Whom
from gateway.compliance.retaining.exporting import export_begin, export_chunks
from gateway.events.errors import TillwayError


class Command(BaseCommand):
    help = "Write out all that is held about a person, a company or a shop, and may be told."

    def add_arguments(self, parser: CommandParser) -> None:
        who = parser.add_mutually_exclusive_group(required=True)
        who.add_argument("--subject", type=UUID, help="a person or a company behind a shop")
        who.add_argument("--shop", type=UUID)
        parser.add_argument("--by", required=True, help="who takes it")
        parser.add_argument("--reason", required=True, help="who asked for it, and when")
        parser.add_argument("--out", required=True, type=Path)

    def handle(self, *args: Any, **options: Any) -> None:
        subject, shop = options["subject"], options["shop"]
        whom = Whom("subject", subject) if subject else Whom("shop", shop)
        now, out = timezone.now(), options["out"]
        part = out.with_name(f"{out.name}.part")
        try:
            export_begin(whom=whom, by=options["by"], reason=options["reason"], now=now)
            with part.open("wb") as file:
                part.chmod(0o600)
                for chunk in export_chunks(whom, now=now):
                    file.write(chunk)
            part.rename(out)
        except TillwayError as refused:
            raise CommandError(f"{refused.code}: {refused.message}") from refused
        except OSError as error:
            raise CommandError(f"{out} can't be written: {error}") from error
        self.stdout.write(f"{out.stat().st_size} bytes written to {out}")
