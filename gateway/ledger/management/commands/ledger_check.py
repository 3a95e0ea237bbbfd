"""`manage.py ledger_check`: whether the books hold, in one line; exits 1 if they don't."""

import sys
from typing import Any

from django.core.management.base import BaseCommand

from gateway.ledger.checks import CHECK_COUNT, ledger_checks
from gateway.ledger.models import Entry, PostingRow


class Command(BaseCommand):
    help = "Check every entry, balance, daily sum and snapshot of the books."

    def handle(self, *args: Any, **options: Any) -> None:
        differences = ledger_checks()
        for difference in differences:
            self.stderr.write(f"{difference.check}: {difference.where}: {difference.found}")
        self.stdout.write(
            f"{Entry.objects.count()} entries, {PostingRow.objects.count()} postings,"
            f" {CHECK_COUNT} checks, {len(differences)} differences"
        )
        if differences:
            sys.exit(1)
