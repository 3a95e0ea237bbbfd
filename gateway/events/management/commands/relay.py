"""`manage.py relay`: from the outbox to the handlers, until told to stop."""

import signal
import threading
from concurrent.futures import FIRST_EXCEPTION, ThreadPoolExecutor, wait
from typing import Any

import structlog
from django.core.management.base import BaseCommand, CommandParser
from django.db import OperationalError, close_old_connections, connection

from gateway.events import relay
from gateway.events.waking import Wakeups

log = structlog.get_logger(__name__)

LOOK_SECONDS = 1.0


class Command(BaseCommand):
    help = "Hand events from the outbox to their handlers. Any number may run."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--workers", type=int, default=1, help="threads that share the work (1)"
        )

    def handle(self, *args: Any, workers: int, **options: Any) -> None:
        stopping = threading.Event()

        def stop(signum: int, frame: object) -> None:
            stopping.set()

        signal.signal(signal.SIGTERM, stop)
        signal.signal(signal.SIGINT, stop)
        with ThreadPoolExecutor(max_workers=workers, thread_name_prefix="relay") as pool:
            running = [pool.submit(_work, stopping) for _ in range(workers)]
            log.info("relay_started", workers=workers)
            ended, _ = wait(running, return_when=FIRST_EXCEPTION)
            # One that broke takes the others along: whoever started us starts us anew.
            stopping.set()
            for worker in ended:
                worker.result()
        log.info("relay_stopped")


def _work(stopping: threading.Event) -> None:
    """Handle what is due, then wait to be woken; on a database connection of this thread's own."""
    with Wakeups() as wakeups:
        while not stopping.is_set():
            try:
                if relay.drain(limit=200) == 0:
                    wakeups.wait(timeout_seconds=LOOK_SECONDS)
            except OperationalError:
                log.exception("relay_lost_database")
                connection.close()
                stopping.wait(1)
            close_old_connections()
    connection.close()
