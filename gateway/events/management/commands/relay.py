"""`manage.py relay`: from the outbox to the handlers, until told to stop."""

import signal
from typing import Any

import structlog
from django.core.management.base import BaseCommand
from django.db import OperationalError, close_old_connections, connection

from gateway.events import relay
from gateway.events.listening import Wakeups

log = structlog.get_logger(__name__)

LOOK_SECONDS = 1.0


class Command(BaseCommand):
    help = "Hand events from the outbox to their handlers. Any number may run."

    def handle(self, *args: Any, **options: Any) -> None:
        stopping = False

        def stop(signum: int, frame: object) -> None:
            nonlocal stopping
            stopping = True

        signal.signal(signal.SIGTERM, stop)
        signal.signal(signal.SIGINT, stop)
        with Wakeups() as wakeups:
            log.info("relay_started")
            while not stopping:
                try:
                    if relay.drain(limit=200) == 0:
                        wakeups.wait(timeout_seconds=LOOK_SECONDS)
                except OperationalError:
                    log.exception("relay_lost_database")
                    connection.close()
                    signal.sigtimedwait([signal.SIGTERM, signal.SIGINT], 1)
                close_old_connections()
        log.info("relay_stopped")
