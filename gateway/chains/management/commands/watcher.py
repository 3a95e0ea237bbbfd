"""`manage.py watcher --chain ID`: follow a chain while holding its lease; wait for it otherwise."""

import os
import signal
import socket
import threading
import uuid
from types import FrameType
from typing import Any

import structlog
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import DatabaseError, InterfaceError, OperationalError, connection
from django.utils import timezone

from gateway.chains.configuration import configured_chain
from gateway.chains.errors import ChainMismatch, CursorMoved
from gateway.chains.models import Chain
from gateway.chains.nodes import Nodes
from gateway.chains.watching.watcher import LEASE_SECONDS, Step, Watcher
from gateway.events import leases
from gateway.events.errors import LeaseLost, TillwayError

log = structlog.get_logger(__name__)

POLL_SHARE_OF_BLOCK = 0.05
MIN_POLL_SECONDS = 0.02
MAX_POLL_SECONDS = 1.0
STANDBY_SECONDS = 1.0
FIRST_WAIT_SECONDS = 0.1
MAX_WAIT_SECONDS = 5.0


class Command(BaseCommand):
    requires_system_checks: list[str] = []  # the pages are none of its business
    help = "Watch a chain for deposits. Any number may run; one is active."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--chain", type=int, required=True, help="chain id")

    def handle(self, *args: Any, **options: Any) -> None:
        stop = threading.Event()

        def end(signum: int, frame: FrameType | None) -> None:
            stop.set()

        signal.signal(signal.SIGTERM, end)
        signal.signal(signal.SIGINT, end)
        try:
            configured_chain(options["chain"])
        except TillwayError as error:
            raise CommandError(str(error)) from error
        watch(chain_id=options["chain"], stop=stop)


def watch(*, chain_id: int, stop: threading.Event) -> None:
    """Until ``stop``: hold the chain's lease and follow it, or stand by."""
    holder = f"{socket.gethostname()}:{os.getpid()}:{uuid.uuid4().hex[:8]}"
    wait = FIRST_WAIT_SECONDS
    while not stop.is_set():
        try:
            lease = leases.acquire(
                name=f"watcher:{chain_id}", holder=holder, ttl_seconds=LEASE_SECONDS
            )
            if lease is None:
                stop.wait(STANDBY_SECONDS)
                continue
            _follow(chain_id=chain_id, lease=lease, stop=stop)
            wait = FIRST_WAIT_SECONDS
        except (LeaseLost, CursorMoved) as error:
            log.warning("chains.watcher_replaced", chain_id=chain_id, detail=str(error))
            stop.wait(STANDBY_SECONDS)
        except (DatabaseError, InterfaceError, OperationalError, ChainMismatch) as error:
            # What can't be written or read now may be later; each attempt is said.
            log.error("chains.watcher_stopped", chain_id=chain_id, detail=str(error)[:500])
            connection.close()
            stop.wait(wait)
            wait = min(MAX_WAIT_SECONDS, wait * 2)


def _follow(*, chain_id: int, lease: leases.LeaseHandle, stop: threading.Event) -> None:
    entry = configured_chain(chain_id)
    watcher = Watcher(
        chain_id=chain_id,
        nodes=Nodes(chain_id=chain_id, urls=entry.rpc_urls),
        prefetch_nodes=Nodes(chain_id=chain_id, urls=entry.rpc_urls),
        lease=lease,
        clock=timezone.now,
    )
    log.info(
        "chains.watching",
        chain_id=chain_id,
        number=watcher.head.number,
        addresses=len(watcher.watched),
    )
    block_seconds = Chain.objects.values_list("block_seconds", flat=True).get(id=chain_id)
    poll = min(MAX_POLL_SECONDS, max(MIN_POLL_SECONDS, block_seconds * POLL_SHARE_OF_BLOCK))
    wait = FIRST_WAIT_SECONDS
    try:
        while not stop.is_set():
            outcome = watcher.step()
            if outcome is Step.FAULT:
                stop.wait(wait)
                wait = min(MAX_WAIT_SECONDS, wait * 2)
                continue
            wait = FIRST_WAIT_SECONDS
            if outcome is Step.IDLE:
                stop.wait(poll)
    finally:
        watcher.close()
    leases.release(handle=lease)
