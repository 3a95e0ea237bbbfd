"""`manage.py backtest`: play the desk over prices, and write what became of it as one HTML file."""

import json
import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from gateway.events.errors import TillwayError
from gateway.market.backtest.figures import as_line, figures_of
from gateway.market.backtest.report import report_html
from gateway.market.backtest.running import run
from gateway.market.backtest.setups import setup_of

# A run that takes longer says how far it is: first after the one, then at every turn of the other.
FIRST_SECONDS, SECONDS = 2.0, 10.0


class Command(BaseCommand):
    help = (
        "Play the desk's quotes, states of risk, locks and hedges over a CSV of minute prices or a "
        "seeded path; write a report and print one line of JSON. docs/how-to/backtest.md"
    )
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--config", type=Path, help="a TOML file")
        parser.add_argument("--prices", help="a CSV; a bare name is also sought in MARKET_DATA")
        parser.add_argument("--time-column", help="of the CSV (timestamp)")
        parser.add_argument("--price-column", help="of the CSV (close)")
        parser.add_argument("--from", dest="start", help="first minute, ISO 8601, UTC")
        parser.add_argument("--to", dest="end", help="last minute")
        parser.add_argument("--hours", type=int, help="of a simulated path (24)")
        parser.add_argument("--seed", type=int, help="of everything that is drawn (1)")
        parser.add_argument("--strategic-share", type=float, help="of shoppers, 0 to 1 (0.2)")
        parser.add_argument("--report", type=Path, default=Path("backtest.html"))
        languages = [code for code, _ in settings.LANGUAGES]
        parser.add_argument(
            "--language", choices=languages, default=languages[0], help="shown first"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        report: Path = options["report"]
        if not report.parent.is_dir():
            raise CommandError(f"There is no folder {report.parent} for the report.")
        try:
            setup = setup_of(
                file=options["config"],
                told={
                    "prices.file": options["prices"],
                    "prices.time_column": options["time_column"],
                    "prices.price_column": options["price_column"],
                    "prices.start": options["start"],
                    "prices.end": options["end"],
                    "simulated.hours": options["hours"],
                    "seed": options["seed"],
                    "crowd.strategic_share": options["strategic_share"],
                },
            )
            played = run(setup, folder=os.environ.get("MARKET_DATA", ""), progress=self._progress())
        except TillwayError as refused:
            raise CommandError(f"{refused.message} {refused.hint}".strip()) from refused
        figures = figures_of(played)
        try:
            report.write_text(
                report_html(played, figures, first=options["language"]), encoding="utf-8"
            )
        except OSError as error:
            raise CommandError(f"{report} can't be written: {error.strerror}.") from error
        self.stderr.write(f"report: {report}")
        self.stdout.write(json.dumps(as_line(played, figures)))

    def _progress(self) -> Callable[[int, int], None]:
        began = time.monotonic()
        due = began + FIRST_SECONDS

        def tell(at: int, of: int) -> None:
            nonlocal due
            now = time.monotonic()
            if now < due:
                return
            due = now + SECONDS
            left = (now - began) / at * (of - at)
            self.stderr.write(f"{100 * at // of:3d} %  {at:,} of {of:,} steps, {left:.0f} s left")

        return tell
