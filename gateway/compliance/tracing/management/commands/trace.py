"""`manage.py trace ADDRESS --chain N`: where a wallet's money came from, explained."""

from typing import Any
from uuid import UUID

import msgspec
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from gateway.chains.addresses import checksum
from gateway.compliance.tracing.asking import address_trace
from gateway.compliance.tracing.explaining import explained
from gateway.compliance.tracing.models import WalletVerdict
from gateway.compliance.tracing.selectors import verdict_replays, wallet_verdict_get
from gateway.events.errors import TillwayError


class Command(BaseCommand):
    help = (
        "Trace where a wallet's money came from, keep the verdict and print it with the paths that"
        " show it; or check that a verdict's inputs still give its answer."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        what = parser.add_mutually_exclusive_group(required=True)
        what.add_argument(
            "address", nargs="?", help="in any spelling: 0x…, base:0x…, eip155:8453:0x…"
        )
        what.add_argument("--verdict", type=UUID, help="print a verdict that was given")
        what.add_argument("--replay", type=UUID, help="a verdict to be given again and compared")
        parser.add_argument("--chain", type=int, help="chain id, if the address names none")
        parser.add_argument("--asset", default="", help="only what came in it, such as USDC@8453")
        parser.add_argument("--json", action="store_true", help="the answer for programs")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            if options["replay"]:
                self._replay(options["replay"])
                return
            verdict = (
                wallet_verdict_get(options["verdict"])
                if options["verdict"]
                else address_trace(
                    text=options["address"],
                    chain_id=options["chain"],
                    asset=options["asset"],
                    now=timezone.now(),
                )
            )
        except TillwayError as refusal:
            raise CommandError(f"{refusal.code}: {refusal.message} {refusal.hint}") from refusal
        self._print(verdict, as_json=options["json"])

    def _replay(self, verdict_id: UUID) -> None:
        if not verdict_replays(verdict_id):
            raise CommandError("The stored inputs give another answer than the stored one.")
        self.stdout.write("the stored inputs give the stored answer, bit for bit")

    def _print(self, verdict: WalletVerdict, *, as_json: bool) -> None:
        answer = msgspec.json.decode(verdict.answer)
        address = checksum(bytes(verdict.address))
        head = verdict.head_number
        if as_json:
            told = {
                "verdict_id": str(verdict.id),
                "about": verdict.about,
                "address": address,
                "chain_id": verdict.chain_id,
                "provider": verdict.provider,
                "provider_version": verdict.provider_version,
                "rules": verdict.rules,
                "lists": verdict.lists,
                "head_number": head,
                "inputs": None if verdict.inputs_id is None else bytes(verdict.inputs_id).hex(),
                "failures": verdict.failures,
                "answer": answer,
            }
            text = msgspec.json.format(msgspec.json.encode(told), indent=2).decode()
            self.stdout.write(text)
            return
        lists = verdict.lists or "no list"
        self.stdout.write(
            f"{address} on chain {verdict.chain_id}, by {verdict.provider} rules {verdict.rules},"
            f" {lists}, up to block {head if head is not None else 'none'}"
        )
        for line in explained(answer):
            self.stdout.write(line)
        self.stdout.write(f"verdict {verdict.id}")
