"""What does not move of the outgoing transactions, and the way to take one back."""

from argparse import ArgumentParser
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from gateway.chains.outgoing_models import OutgoingTransaction
from gateway.chains.outgoing_selectors import transactions_stuck, waits_for
from gateway.chains.sending import transaction_cancel, transaction_get
from gateway.events.errors import TillwayError

STUCK_SECONDS = 300


class Command(BaseCommand):
    help = (
        "List outgoing transactions that do not move, or cancel one. What is still queued is"
        " cancelled at once; what was signed gets its nonce replaced by nothing, and either of the"
        " two may be mined: `transaction.cancelled` or `.final` tells which."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        verbs = parser.add_subparsers(dest="verb", required=True)
        listing = verbs.add_parser("list", help="oldest first")
        listing.add_argument("--chain", type=int, help="chain id; all by default")
        listing.add_argument(
            "--older-than", type=int, default=STUCK_SECONDS, metavar="SECONDS", help="default 300"
        )
        cancelling = verbs.add_parser("cancel", help="ask for one not to happen")
        cancelling.add_argument("id", type=UUID)
        cancelling.add_argument("--yes", action="store_true", help="ask nothing")

    def handle(self, *args: Any, **options: Any) -> None:
        now = timezone.now()
        if options["verb"] == "list":
            self._list(
                before=now - timedelta(seconds=options["older_than"]), chain_id=options["chain"]
            )
        else:
            self._cancel(options["id"], is_sure=options["yes"], now=now)

    def _list(self, *, before: datetime, chain_id: int | None) -> None:
        rows = transactions_stuck(before=before, chain_id=chain_id)
        for outgoing in rows:
            self.stdout.write(_line(outgoing))
        if not rows:
            self.stdout.write("Nothing waits that long.")

    def _cancel(self, transaction_id: UUID, *, is_sure: bool, now: datetime) -> None:
        try:
            outgoing = transaction_get(transaction_id)
            self.stdout.write(_line(outgoing))
            if not is_sure and input("Type the id again to cancel it: ") != str(transaction_id):
                raise CommandError("Nothing was changed.")
            outgoing = transaction_cancel(transaction_id=transaction_id, now=now)
        except TillwayError as error:
            raise CommandError(str(error)) from error
        if outgoing.status == "cancelled":
            self.stdout.write("Cancelled.")
        elif outgoing.status in ("signed", "sent"):
            self.stdout.write(
                f"The sender replaces nonce {outgoing.nonce}; the chain decides which is mined."
            )
        else:
            raise CommandError(f"It is {outgoing.status}: too late to cancel.")


def _line(outgoing: OutgoingTransaction) -> str:
    nonce = "-" if outgoing.nonce is None else outgoing.nonce
    return (
        f"{outgoing.id} chain={outgoing.chain_id} {outgoing.status} nonce={nonce}"
        f" {outgoing.purpose} {outgoing.reference} since={outgoing.created_at:%Y-%m-%dT%H:%M:%SZ}"
        f" {waits_for(outgoing)}"
    ).rstrip()
