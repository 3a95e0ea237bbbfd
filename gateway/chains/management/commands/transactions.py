"""What does not move of the outgoing transactions, and the ways to end one."""

from argparse import ArgumentParser
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from gateway.chains.configuration import configured_chain
from gateway.chains.errors import MalformedAnswer
from gateway.chains.node_line import NodeLine
from gateway.chains.outgoing.evidence import mined_proof, taken_proof
from gateway.chains.outgoing.taken_nonce import Taker
from gateway.chains.outgoing.witnesses import Witness, witnesses_of
from gateway.chains.outgoing_models import OutgoingTransaction
from gateway.chains.outgoing_selectors import transactions_stuck, waits_for
from gateway.chains.receipts import Receipt
from gateway.chains.rpc_words import hex_of, parse_hash
from gateway.chains.sending import transaction_cancel, transaction_get
from gateway.chains.settling import (
    transaction_in_doubt,
    transaction_settle_mined,
    transaction_settle_taken,
)
from gateway.events.errors import TillwayError

STUCK_SECONDS = 300


class Command(BaseCommand):
    help = (
        "List outgoing transactions that do not move, or cancel one. What is still queued is"
        " cancelled at once; what was signed gets its nonce replaced by nothing, and either of the"
        " two may be mined: `transaction.cancelled` or `.final` tells which. One in doubt (its"
        " nonce is used, and no node proved by which transaction) is settled by what a node shows."
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
        settling = verbs.add_parser("settle", help="end one in doubt by what a node shows")
        settling.add_argument("id", type=UUID)
        how = settling.add_mutually_exclusive_group(required=True)
        how.add_argument(
            "--taken-by", metavar="HASH", help="the account's other transaction with its nonce"
        )
        how.add_argument(
            "--mined", action="store_true", help="by the receipt of one of its attempts"
        )
        settling.add_argument(
            "--node", action="append", default=[], metavar="URL", help="ask this one besides"
        )
        settling.add_argument("--by", required=True, metavar="NAME", help="who decides")
        settling.add_argument("--reason", required=True, help="kept with the decision")
        settling.add_argument("--yes", action="store_true", help="ask nothing")

    def handle(self, *args: Any, **options: Any) -> None:
        now = timezone.now()
        if options["verb"] == "list":
            self._list(
                before=now - timedelta(seconds=options["older_than"]), chain_id=options["chain"]
            )
        elif options["verb"] == "cancel":
            self._cancel(options["id"], is_sure=options["yes"], now=now)
        else:
            self._settle(options, now=now)

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
            _confirm(outgoing, "cancel", is_sure=is_sure)
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

    def _settle(self, options: dict[str, Any], *, now: datetime) -> None:
        try:
            outgoing = transaction_in_doubt(options["id"])
            self.stdout.write(_line(outgoing))
            with _asked_nodes(outgoing.chain_id, more=options["node"]) as nodes:
                if options["mined"]:
                    self._settle_mined(outgoing, mined_proof(outgoing, nodes=nodes), options, now)
                else:
                    named = parse_hash(options["taken_by"])
                    taker = taken_proof(outgoing, named, nodes=nodes)
                    self._settle_taken(outgoing, taker, options, now)
        except (TillwayError, MalformedAnswer) as error:
            raise CommandError(f"{error} {getattr(error, 'hint', '')}".strip()) from error

    def _settle_mined(
        self,
        outgoing: OutgoingTransaction,
        receipt: Receipt,
        options: dict[str, Any],
        now: datetime,
    ) -> None:
        self.stdout.write(f"Ours is {hex_of(receipt.tx_hash)} in block {receipt.block_number}.")
        _confirm(outgoing, "settle", is_sure=options["yes"])
        settled = transaction_settle_mined(
            transaction_id=outgoing.id,
            receipt=receipt,
            by=options["by"],
            reason=options["reason"],
            now=now,
        )
        self.stdout.write(f"Settled: {settled.status}, {settled.outcome}.")

    def _settle_taken(
        self, outgoing: OutgoingTransaction, taker: Taker, options: dict[str, Any], now: datetime
    ) -> None:
        self.stdout.write(f"Its nonce went to that in block {taker.block_number}.")
        _confirm(outgoing, "settle", is_sure=options["yes"])
        settled = transaction_settle_taken(
            transaction_id=outgoing.id,
            taker=taker,
            by=options["by"],
            reason=options["reason"],
            now=now,
        )
        self.stdout.write(f"Settled: {settled.status}, {settled.failure_code}.")


@contextmanager
def _asked_nodes(chain_id: int, *, more: Sequence[str]) -> Iterator[list[Witness]]:
    """The chain's configured nodes and those that a person names."""
    line = NodeLine(chain_id=chain_id, urls=[*configured_chain(chain_id).rpc_urls, *more])
    nodes = witnesses_of(line)
    try:
        yield nodes
    finally:
        for node in nodes:
            node.close()


def _confirm(outgoing: OutgoingTransaction, verb: str, *, is_sure: bool) -> None:
    if not is_sure and input(f"Type the id again to {verb} it: ") != str(outgoing.id):
        raise CommandError("Nothing was changed.")


def _line(outgoing: OutgoingTransaction) -> str:
    nonce = "-" if outgoing.nonce is None else outgoing.nonce
    return (
        f"{outgoing.id} chain={outgoing.chain_id} {outgoing.status} nonce={nonce}"
        f" {outgoing.purpose} {outgoing.reference} since={outgoing.created_at:%Y-%m-%dT%H:%M:%SZ}"
        f" {waits_for(outgoing)}"
    ).rstrip()
