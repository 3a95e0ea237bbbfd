"""The sender process of one chain: waits for the lease, then sends what is queued."""

import os
import secrets
import signal
import socket
import time
from argparse import ArgumentParser
from types import FrameType
from typing import Any

import structlog
from django.core.management.base import BaseCommand
from django.db import InterfaceError, OperationalError, close_old_connections, connection
from django.utils import timezone

from gateway.chains.configuration import configured_chain
from gateway.chains.errors import UnknownChain
from gateway.chains.fees import GWEI, FeeCaps
from gateway.chains.models import Chain
from gateway.chains.node_line import NodeLine
from gateway.chains.outgoing.means import SenderOptions
from gateway.chains.outgoing.relay import relay_of
from gateway.chains.outgoing.sender import Sender
from gateway.custody.client import SignerClient
from gateway.custody.guards import refuse_master_key_here
from gateway.events import leases
from gateway.events.errors import LeaseLost

log = structlog.get_logger(__name__)

LEASE_SECONDS = 15.0
RENEW_AFTER_SECONDS = 5.0
STANDBY_SECONDS = 1.0
LONGEST_PAUSE_SECONDS = 1.0


class Command(BaseCommand):
    help = "Sign and send a chain's queued transactions; one process per chain acts, by lease."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--chain", type=int, required=True, help="chain id")
        parser.add_argument("--max-fee-gwei", type=int, default=500, help="per gas, at most")
        parser.add_argument("--max-tip-gwei", type=int, default=50, help="per gas, at most")
        parser.add_argument(
            "--stuck-seconds", type=float, help="until fees are raised; default by the chain"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        refuse_master_key_here()
        self._stopping = False
        signal.signal(signal.SIGTERM, self._stop)
        signal.signal(signal.SIGINT, self._stop)
        self._chain_id: int = options["chain"]
        self._holder = f"{socket.gethostname()}:{os.getpid()}:{secrets.token_hex(4)}"
        while not self._stopping:
            try:
                self._hold_and_send(options)
            except LeaseLost:
                log.warning("sender_lost_lease", chain_id=self._chain_id)
            except (OperationalError, InterfaceError) as error:
                log.warning("sender_waits_for_database", detail=str(error)[:200])
                connection.close()
            except UnknownChain:
                log.info("sender_waits_for_chain", chain_id=self._chain_id)
            self._pause(STANDBY_SECONDS)

    def _stop(self, _number: int, _frame: FrameType | None) -> None:
        self._stopping = True

    def _pause(self, seconds: float) -> None:
        if not self._stopping:
            time.sleep(seconds)

    def _hold_and_send(self, options: dict[str, Any]) -> None:
        close_old_connections()
        chain = Chain.objects.filter(id=self._chain_id).first()
        if chain is None:
            raise UnknownChain
        lease = leases.acquire(
            name=f"sender:{chain.id}", holder=self._holder, ttl_seconds=LEASE_SECONDS
        )
        if lease is None:
            return
        log.info("sender_acts", chain_id=chain.id, epoch=lease.epoch)
        renewed = time.monotonic()

        def keep_lease() -> None:
            nonlocal renewed
            if time.monotonic() - renewed > RENEW_AFTER_SECONDS:
                leases.renew(handle=lease, ttl_seconds=LEASE_SECONDS)
                renewed = time.monotonic()

        entry = configured_chain(chain.id)
        node = NodeLine(chain_id=chain.id, urls=entry.rpc_urls)
        with SignerClient() as signer:
            sender = Sender(
                chain=chain,
                node=node,
                signer=signer,
                lease=lease,
                clock=timezone.now,
                options=_options(chain, options),
                relay=relay_of(entry),
                keep_lease=keep_lease,
            )
            try:
                while not self._stopping:
                    keep_lease()
                    sender.tick()
                    self._pause(min(LONGEST_PAUSE_SECONDS, chain.block_seconds / 2))
                leases.release(handle=lease)
            finally:
                node.close()


def _options(chain: Chain, options: dict[str, Any]) -> SenderOptions:
    stuck_seconds = options["stuck_seconds"]
    return SenderOptions(
        caps=FeeCaps(
            max_fee_per_gas=options["max_fee_gwei"] * GWEI, max_tip=options["max_tip_gwei"] * GWEI
        ),
        stuck_seconds=max(30.0, 5 * chain.block_seconds)
        if stuck_seconds is None
        else stuck_seconds,
        rebroadcast_seconds=max(5.0, 2 * chain.block_seconds),
    )
