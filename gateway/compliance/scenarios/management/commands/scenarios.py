"""`manage.py scenarios`: how transaction monitoring stands, and trying its tables."""

from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Any

import msgspec
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from gateway.compliance.scenarios import backtesting, selectors, versions
from gateway.compliance.scenarios.errors import ScenarioError
from gateway.compliance.scenarios.jdm import HEAD, jdm_of, table_of_jdm
from gateway.compliance.scenarios.models import ScenarioVersion
from gateway.compliance.scenarios.tables import Table, table_of
from gateway.custody.approvals.configuration import house_mode


class Command(BaseCommand):
    help = "Transaction monitoring: list, load, show, shadow, backtest."

    def add_arguments(self, parser: CommandParser) -> None:
        does = parser.add_subparsers(dest="does", required=True)
        does.add_parser("list", help="every scenario: its versions and what they said lately")
        load = does.add_parser("load", help="the tables that came with the program, or a file")
        load.add_argument("file", nargs="?", help="a table, or a decision model written by `show`")
        load.add_argument("--note", default="", help="why: kept with the version")
        for name, words in (
            ("show", "a version as a JSON decision model"),
            ("shadow", "have a draft asked about everything, and only counted"),
            ("backtest", "try a version against history, to its end"),
        ):
            one = does.add_parser(name, help=words)
            one.add_argument("scenario")
            one.add_argument("number", type=int, nargs="?", help="the newest if not given")
            if name == "backtest":
                one.add_argument("--since", required=True, help="first day, YYYY-MM-DD (UTC)")
                one.add_argument("--until", required=True, help="first day that counts no more")
                one.add_argument("--band", type=int, default=20, help="per cent under the line")
                one.add_argument("--mode", choices=["test", "live"], default=house_mode())

    def handle(self, *args: Any, **options: Any) -> None:
        does = {
            "list": self._list,
            "load": self._load,
            "show": self._show,
            "shadow": self._shadow,
            "backtest": self._backtest,
        }
        try:
            does[options["does"]](options)
        except ScenarioError as error:
            raise CommandError(f"{error.message} {error.hint}".strip()) from error

    def _list(self, options: dict[str, Any]) -> None:
        for one in selectors.scenarios_standing(mode=house_mode(), today=timezone.now().date()):
            standing = " ".join(
                f"{state}=#{version.number}"
                for state, version in (
                    ("live", one.live),
                    ("shadow", one.shadow),
                    ("draft", one.draft),
                )
                if version is not None
            )
            self.stdout.write(
                f"{one.scenario:<26}{standing or 'laid aside':<30}"
                f"alerts={one.alerts} would={one.hits}"
            )
        self.stdout.write(f"waiting to be looked at: {selectors.waiting_count()}")

    def _load(self, options: dict[str, Any]) -> None:
        now = timezone.now()
        if options["file"] is None:
            for version in versions.shipped_load(now=now):
                self.stdout.write(str(version))
            return
        version = versions.version_write(
            table=_read(Path(options["file"])),
            author=None,
            note=options["note"] or f"Loaded from {Path(options['file']).name}.",
            now=now,
        )
        self.stdout.write(str(version))

    def _show(self, options: dict[str, Any]) -> None:
        model = jdm_of(_version(options).table)
        self.stdout.write(msgspec.json.format(msgspec.json.encode(model), indent=2).decode())

    def _shadow(self, options: dict[str, Any]) -> None:
        found = _version(options)
        self.stdout.write(str(versions.version_shadow(version_id=found.id, now=timezone.now())))

    def _backtest(self, options: dict[str, Any]) -> None:
        test = backtesting.backtest_ask(
            version_id=_version(options).id,
            mode=options["mode"],
            since=_moment(options["since"]),
            until=_moment(options["until"]),
            band_percent=options["band"],
            by=None,
            now=timezone.now(),
        )
        while backtesting.backtest_continue(test_id=test.id, now=timezone.now()):
            test.refresh_from_db()
            self.stderr.write(f"{test.done} of {test.subjects}")
        test.refresh_from_db()
        if test.state not in ("done", "failed"):
            self.stderr.write("A worker is at it: see /house/scenarios.")
            return
        if test.state == "failed":
            raise CommandError(test.failure)
        for day in selectors.days_of(test):
            self.stdout.write(
                f"{day.day} above={day.above} below={day.below} alerted={day.alerted}"
                f" confirmed={day.confirmed} dismissed={day.dismissed}"
            )
        sums = selectors.sums_of([test]).get(test.id, {})
        self.stdout.write(" ".join(f"{name}={number}" for name, number in sums.items()) or "none")


def _read(path: Path) -> Table:
    try:
        told = msgspec.json.decode(path.read_bytes(), type=dict[str, Any])
    except (OSError, msgspec.MsgspecError) as error:
        raise CommandError(f"{path} can't be read: {error}") from error
    return table_of_jdm(told) if HEAD in told else table_of(told)


def _version(options: dict[str, Any]) -> ScenarioVersion:
    if options["number"] is None:
        return selectors.versions_of(options["scenario"])[0]
    return selectors.version_numbered(options["scenario"], options["number"])


def _moment(text: str) -> datetime:
    try:
        return datetime.combine(date.fromisoformat(text), time(), UTC)
    except ValueError as error:
        raise CommandError(f"{text!r} is no day: write YYYY-MM-DD.") from error
