"""Card payments and refunds of which nobody can tell what became: a person looks and says."""

from argparse import ArgumentParser
from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from gateway.cards.deciding import tender_given_back, unclear_tenders
from gateway.events.errors import TillwayError
from gateway.refunds.cards.selectors import unclear_card_refunds
from gateway.refunds.cards.sending import back_unmade


class Command(BaseCommand):
    help = "unclear: card payments and refunds that wait for a person."

    def add_arguments(self, parser: ArgumentParser) -> None:
        verbs = parser.add_subparsers(dest="verb", required=True)
        verbs.add_parser("unclear", help="those that wait for a person")
        for verb, words in (
            ("given_back", "a payment: it was charged, and given back on the provider's pages"),
            ("unmade", "a refund: the provider's log has none"),
        ):
            said = verbs.add_parser(verb, help=words)
            said.add_argument("id", type=UUID)
            said.add_argument("--by", required=True)
            said.add_argument("--because", required=True, help="what proves it")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            getattr(self, f"_{options['verb']}")(options)
        except TillwayError as refused:
            raise CommandError(f"{refused.message} {refused.hint}".strip()) from refused

    def _unclear(self, options: dict[str, Any]) -> None:
        for tender in unclear_tenders():
            self.stdout.write(
                f"payment {tender.id} of invoice {tender.invoice_id}: {tender.units}"
                f" {tender.currency}, {tender.ramp} {tender.remote_intent}"
            )
        for refund in unclear_card_refunds():
            self.stdout.write(
                f"refund {refund.id} of invoice {refund.invoice_id}: {refund.units}"
                f" {refund.currency}: {refund.last_error}"
            )

    def _given_back(self, options: dict[str, Any]) -> None:
        self.stdout.write(str(tender_given_back(**_told(options, "tender_id"))))

    def _unmade(self, options: dict[str, Any]) -> None:
        self.stdout.write(str(back_unmade(**_told(options, "refund_id"))))


def _told(options: dict[str, Any], name: str) -> dict[str, Any]:
    return {
        name: options["id"],
        "by": options["by"],
        "because": options["because"],
        "now": timezone.now(),
    }
