"""`manage.py up`: every service and process, until Ctrl-C."""

import os
import signal
import threading
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from gateway.supervisor.checks import TAG, live_mode_is_safe
from gateway.supervisor.house import House, HouseOccupied


class Command(BaseCommand):
    help = "Start the services that the settings don't name, and every process; stay up."
    requires_system_checks = [TAG]

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--quiet", action="store_true", help="log to house.log in the state folder only"
        )
        parser.add_argument(
            "--while-stdin",
            action="store_true",
            help="stop when standard input closes: when whoever started this is gone",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        stopping = False

        def stop(signum: int, frame: object) -> None:
            nonlocal stopping
            if not stopping:
                stopping = True
                raise KeyboardInterrupt

        _refuse_unsafe_live_mode()
        signal.signal(signal.SIGTERM, stop)
        signal.signal(signal.SIGINT, stop)
        if options["while_stdin"]:
            threading.Thread(target=_stop_at_end_of_input, daemon=True).start()
        house = House.of_this_checkout(say=self._say, quiet=options["quiet"])
        try:
            house.open()
            self._say(f"ready at {house.public_url}")
            house.run(until=lambda: stopping)
        except HouseOccupied as error:
            raise CommandError(
                f"This checkout is up already (state in {error}). Stop that one first."
            ) from error
        except TimeoutError as error:
            raise CommandError(str(error)) from error
        except KeyboardInterrupt:
            self._say("stopping")
        finally:
            signal.signal(signal.SIGINT, signal.SIG_IGN)
            signal.signal(signal.SIGTERM, signal.SIG_IGN)
            house.close()
            self._say("stopped")

    def _say(self, line: str) -> None:
        self.stdout.write(f"── {line}")
        self.stdout.flush()


def _refuse_unsafe_live_mode() -> None:
    """What `check --deploy` refuses is refused at the start as well: nobody has to remember it.

    Raises:
        CommandError: live mode would lose money as it is configured.
    """
    faults = live_mode_is_safe(None)
    if faults:
        listed = "".join(f"\n  {fault.msg} {fault.hint or ''} ({fault.id})" for fault in faults)
        raise CommandError(f"Live mode does not start like this:{listed}")


def _stop_at_end_of_input() -> None:
    # Unbuffered: a buffered reader's lock would be held while the interpreter ends.
    while os.read(0, 4_096):
        pass
    os.kill(os.getpid(), signal.SIGTERM)
