"""The signer process: opens the keystore, listens on its socket, judges and signs."""

import os
import signal
import threading
from typing import Any

import structlog
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from gateway.custody.configuration import client_uids, signer_files
from gateway.custody.errors import CustodyError
from gateway.custody.journal import Journal
from gateway.custody.keystore import open_keystore, read_master_key
from gateway.custody.policy_book import PolicyBook, agreement_beside
from gateway.custody.policy_file import load_policy
from gateway.custody.signer import (
    Signer,
    SignerServer,
    harden_process,
    refuse_demo_keys_for_live,
)

log = structlog.get_logger(__name__)


class Command(BaseCommand):
    help = "Run the signer: the only process that opens the keystore."
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        harden_process()
        files = signer_files(os.environ)
        try:
            master_key = read_master_key(environment=os.environ, default_file=files.master_key)
            os.environ.pop("KEYSTORE_KEY", None)
            keys = open_keystore(files.keystore, master_key=master_key)
            offered = load_policy(files.policy)
            refuse_demo_keys_for_live(keys=keys, policy=offered)
            journal = Journal(files.journal, master_key=master_key, now=timezone.now())
            book = PolicyBook(files.policy_book, master_key=master_key)
            found = book.look(
                files.policy.read_bytes(), agreement_beside(files.policy), now=timezone.now()
            )
            refuse_demo_keys_for_live(keys=keys, policy=book.at(timezone.now()))
            log.info("signer_policy", found=found, in_force=book.digest)
            signer = Signer(keys=keys, policy=book.at, journal=journal, clock=timezone.now)
            server = SignerServer(
                files.socket,
                signer=signer,
                allowed_uids=client_uids(os.environ, own=os.geteuid()),
            )
        except CustodyError as error:
            raise CommandError(f"{error} {error.hint}".strip()) from error
        self._serve(server, journal)

    def _serve(self, server: SignerServer, journal: Journal) -> None:
        def stop(_number: int, _frame: object) -> None:
            # shutdown() waits for the loop that this very thread runs.
            threading.Thread(target=server.shutdown).start()

        signal.signal(signal.SIGTERM, stop)
        signal.signal(signal.SIGINT, stop)
        log.info("signer_listening", socket=str(server.server_address))
        try:
            server.serve_forever(poll_interval=0.2)
        finally:
            server.server_close()
            journal.close()
            log.info("signer_stopped")
