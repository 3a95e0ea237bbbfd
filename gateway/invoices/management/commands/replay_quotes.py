"""`manage.py replay_quotes INVOICE`: draw an invoice's quotes again, and compare."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from gateway.invoices.models import Invoice
from gateway.invoices.replaying import invoice_replay


class Command(BaseCommand):
    help = "Draw the quotes of an invoice again from the snapshot they were drawn from."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("invoice")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            invoice = Invoice.objects.get(id=options["invoice"])
        except (Invoice.DoesNotExist, ValueError) as error:
            raise CommandError(f"There is no invoice {options['invoice']}.") from error
        differ = 0
        for replay in invoice_replay(invoice=invoice):
            said = "same" if replay.is_same else replay.refusal or "differs"
            differ += not replay.is_same and not replay.refusal
            self.stdout.write(f"{replay.stored.asset} {replay.stored.units} {said}")
        if differ:
            raise CommandError(f"{differ} quotes differ.")
