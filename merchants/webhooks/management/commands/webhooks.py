"""`manage.py webhooks`: tell shops what happened, until told to stop."""

import asyncio
import signal
from typing import Any

import structlog
from django.core.management.base import BaseCommand

from merchants.webhooks.deliverer import Deliverer

log = structlog.get_logger(__name__)


class Command(BaseCommand):
    help = "Deliver webhooks. Any number may run."

    def handle(self, *args: Any, **options: Any) -> None:
        asyncio.run(self._run())

    async def _run(self) -> None:
        deliverer = Deliverer()
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, deliverer.stop)
        log.info("webhooks_started")
        await deliverer.run()
        log.info("webhooks_stopped")
