"""`manage.py desk halt|status`: the switch that stops the desk, and how it stands. Letting go takes
two people: `manage.py approvals resume-desk`, or the desk's pages."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from gateway.events.errors import TillwayError
from gateway.market.models import DeskHalt
from gateway.market.risk.states import RiskState
from gateway.market.selectors import desk_states
from gateway.market.supervising import desk_halt


class Command(BaseCommand):
    help = "Stop the desk from promising new rates, or show its states of risk."

    def add_arguments(self, parser: CommandParser) -> None:
        verbs = parser.add_subparsers(dest="verb", required=True)
        halt = verbs.add_parser("halt")
        halt.add_argument("--asset", default="", help="an asset's code; unset: the whole desk")
        halt.add_argument("--reason", required=True)
        halt.add_argument("--by", required=True, help="who decides this")
        verbs.add_parser("status")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["verb"] == "status":
            self._show()
            return
        try:
            desk_halt(
                asset=options["asset"],
                reason=options["reason"],
                by=options["by"],
                now=timezone.now(),
            )
        except TillwayError as refused:
            raise CommandError(f"{refused.message} {refused.hint}") from refused
        self._show()

    def _show(self) -> None:
        for halt in DeskHalt.objects.order_by("scope"):
            self.stdout.write(
                f"halted: {halt.scope or 'the whole desk'} by {halt.halted_by}: {halt.reason}"
            )
        for code, row in sorted(desk_states().items()):
            since = f"{row.since:%Y-%m-%d %H:%M:%S}"
            self.stdout.write(f"{code}: {RiskState(row.state).name} ({row.trigger}) since {since}")
