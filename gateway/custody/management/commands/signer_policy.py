"""Draft the signer's policy from the configured chains, for a person to read and to sharpen."""

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from gateway.custody.addresses import address_bytes
from gateway.custody.policy_draft import draft_policy
from gateway.custody.policy_terms import Limit


class Command(BaseCommand):
    help = "Print a draft of the signer's policy for the configured chains."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--account", action="append", required=True, help="an address")
        parser.add_argument(
            "--limit",
            action="append",
            default=[],
            metavar="ASSET=TRANSACTION:DAY",
            help="base units to unlisted destinations, such as USDC@8453=5000000000:50000000000",
        )
        parser.add_argument(
            "--reference",
            action="append",
            default=[],
            metavar="ASSET=USD",
            help="what a whole token is worth now by a source of your own, such as ETH@8453=3000",
        )
        parser.add_argument(
            "--maker", action="append", default=[], help="an outside maker's signing address"
        )
        parser.add_argument(
            "--approver", action="append", default=[], help="whose signature changes the policy"
        )
        parser.add_argument(
            "--refund",
            action="append",
            default=[],
            metavar="ASSET=TRANSACTION:DAY",
            help="what may go back to shoppers; a tenth of each limit if none is given",
        )
        parser.add_argument(
            "--destination", action="append", default=[], help="an address of the house's own"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        text = settings.CHAINS
        try:
            chains = json.loads(text if text.lstrip().startswith("[") else Path(text).read_text())
            draft = draft_policy(
                chains,
                accounts=[address_bytes(account) for account in options["account"]],
                limits=dict(_limit(limit) for limit in options["limit"]),
                refunds=dict(_limit(limit) for limit in options["refund"]) or None,
                references=dict(text.split("=", 1) for text in options["reference"]),
                as_of=timezone.now(),
                makers=[address_bytes(address) for address in options["maker"]],
                approvers=[address_bytes(address) for address in options["approver"]],
                destinations=[address_bytes(address) for address in options["destination"]],
            )
        except (OSError, ValueError, KeyError) as error:
            raise CommandError(f"No policy could be drafted: {error}") from error
        self.stdout.write(json.dumps(draft, indent=2))


def _limit(text: str) -> tuple[str, Limit]:
    asset, _, units = text.partition("=")
    per_transaction, _, per_day = units.partition(":")
    return asset, Limit(per_transaction=int(per_transaction), per_day=int(per_day))
