"""`manage.py market`: read every pool and feed, and publish what a quote needs."""

import os
import signal
import socket
import threading
import uuid
from types import FrameType
from typing import Any

from django.core.management.base import BaseCommand

from gateway.market.following.leading import run_market


class Command(BaseCommand):
    help = "Follow the markets and publish their snapshot. Any number may run; one publishes."

    def handle(self, *args: Any, **options: Any) -> None:
        stop = threading.Event()

        def end(signum: int, frame: FrameType | None) -> None:
            stop.set()

        signal.signal(signal.SIGTERM, end)
        signal.signal(signal.SIGINT, end)
        run_market(holder=f"{socket.gethostname()}:{os.getpid()}:{uuid.uuid4().hex[:8]}", stop=stop)
