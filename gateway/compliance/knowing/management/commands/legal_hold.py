"""`manage.py legal_hold SUBJECT --by NAME --reason …`: keep a subject's data, or let it go."""

from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from gateway.compliance.knowing.erasing import legal_hold_lift, legal_hold_place
from gateway.compliance.knowing.errors import KnowingError
from gateway.compliance.knowing.models import LegalHold


class Command(BaseCommand):
    help = "Place a legal hold on a subject's data, or lift those that stand."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("subject", type=UUID)
        parser.add_argument("--by", required=True, help="who decides")
        parser.add_argument("--reason", default="", help="why it is kept")
        parser.add_argument("--lift", action="store_true", help="let the data go again")

    def handle(self, *args: Any, **options: Any) -> None:
        now, by = timezone.now(), options["by"]
        try:
            if not options["lift"]:
                legal_hold_place(
                    subject_id=options["subject"], by=by, reason=options["reason"], now=now
                )
                self.stdout.write("It is kept.")
                return
            standing = LegalHold.objects.filter(
                subject_id=options["subject"], lifted_at__isnull=True
            )
            count = len([legal_hold_lift(hold_id=hold.id, by=by, now=now) for hold in standing])
            self.stdout.write(f"{count} holds lifted.")
        except KnowingError as refused:
            raise CommandError(f"{refused.code}: {refused.message} {refused.hint}") from refused
