"""Let a sender go on after its account's nonces were used by someone else."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from gateway.chains.addresses import parse_address
from gateway.chains.configuration import configured_chain
from gateway.chains.node_line import NodeLine
from gateway.chains.outgoing_models import NonceSequence
from gateway.chains.outgoing_nonces import nonces_accept
from gateway.events.errors import TillwayError


class Command(BaseCommand):
    help = (
        "Take over the chain's nonce of an account whose key was used outside Tillway, or whose"
        " database was restored. First compare with an explorer what is still queued: what the"
        " chain shows as sent must be cancelled, or it is sent a second time."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--chain", type=int, required=True, help="chain id")
        parser.add_argument("--account", required=True, help="the account's address")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            account = parse_address(options["account"])
            chain = configured_chain(options["chain"])
            node = NodeLine(chain_id=chain.chain_id, urls=chain.rpc_urls)
            [count] = node.ask(("eth_getTransactionCount", ("0x" + account.hex(), "latest")))
            node.close()
            before, after = nonces_accept(
                chain_id=chain.chain_id, account=account, of_chain=int(count, 16)
            )
        except TillwayError as error:
            raise CommandError(str(error)) from error
        except NonceSequence.DoesNotExist:
            raise CommandError("Nothing was ever sent from this account.") from None
        self.stdout.write(f"Next nonce: {before} → {after}")
