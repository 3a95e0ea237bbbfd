"""`manage.py fee_invoices`: issue a month's fee invoices, or undo one by a credit note."""

from argparse import ArgumentParser, ArgumentTypeError
from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from gateway.events.errors import TillwayError
from gateway.ledger.closing import Month
from gateway.settlement.billing.issuing import fee_invoice_correct, fee_invoice_issue
from gateway.settlement.billing.models import FeeDocument
from gateway.shops.models import Shop


def _month(text: str) -> Month:
    try:
        return Month.parse(text)
    except ValueError as error:
        raise ArgumentTypeError(str(error)) from error


class Command(BaseCommand):
    help = "Issue the fee invoices of a month, or undo one by a credit note."

    def add_arguments(self, parser: ArgumentParser) -> None:
        verbs = parser.add_subparsers(dest="verb", required=True)
        issue = verbs.add_parser("issue", help="every shop's, or one's; none twice")
        issue.add_argument("month", type=_month, help="2026-11, by each shop's own clock")
        issue.add_argument("--shop", type=UUID)
        undo = verbs.add_parser("credit", help="a credit note over a whole invoice")
        undo.add_argument("document", type=UUID)
        undo.add_argument("--reason", required=True)

    def handle(self, *_: Any, **options: Any) -> None:
        now, by = timezone.now(), "manage.py"
        try:
            if options["verb"] == "credit":
                made = fee_invoice_correct(
                    document_id=options["document"], reason=options["reason"], by=by, now=now
                )
                self._say(made)
                return
            shops = [options["shop"]] if options["shop"] else _shops()
            for shop_id in shops:
                issued = fee_invoice_issue(shop_id=shop_id, month=options["month"], now=now, by=by)
                if issued is not None:
                    self._say(issued)
        except TillwayError as refused:
            raise CommandError(f"{refused.message} {refused.hint}".strip()) from refused

    def _say(self, document: FeeDocument) -> None:
        self.stdout.write(
            f"{document.label}\t{document.month}\t{document.shop_name}\t{document.id}"
        )


def _shops() -> list[UUID]:
    return list(Shop.objects.order_by("id").values_list("id", flat=True))
