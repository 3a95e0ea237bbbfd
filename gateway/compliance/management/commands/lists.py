"""`manage.py lists`: how the screening lists stand, and what they say, now and on any day."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from gateway.compliance import feeds, reading, refreshing
from gateway.compliance.errors import ListMissing, PersonMissing, SamePerson
from gateway.compliance.listed.entities import ListedEntity
from gateway.compliance.listed.errors import ListError
from gateway.compliance.listed.feeds import BadListSettings
from gateway.compliance.listed.formats import FORMATS
from gateway.compliance.listed.selectors import (
    entities_changed,
    entities_of,
    entities_with_wallet,
    entity_in,
)
from gateway.compliance.loading import list_give_up
from gateway.compliance.models import ListVersion
from gateway.compliance.selectors import version_at, version_numbered, versions_of


class Command(BaseCommand):
    help = "Screening lists: status, refresh, load, history, as-of, diff, who, formats."

    def add_arguments(self, parser: CommandParser) -> None:
        does = parser.add_subparsers(dest="does", required=True)
        does.add_parser("status", help="every list: version, age, last refusal")
        does.add_parser("formats", help="what `load` and LISTS read")
        refresh = does.add_parser("refresh", help="fetch lists that LISTS names, now")
        refresh.add_argument("names", nargs="*", help="all by default")
        refresh.add_argument("--force", action="store_true", help="take it though it shrank")
        load = does.add_parser("load", help="put files in force")
        load.add_argument("files", nargs="+", help="FILE, or PART=FILE for each of several")
        load.add_argument("--source", required=True, help="the list's name, such as 'ofac'")
        load.add_argument("--format", default="plain", choices=list(FORMATS))
        load.add_argument("--by", default="operator", help="who loads it")
        load.add_argument("--force", action="store_true", help="take it though it shrank")
        give_up = does.add_parser("give-up", help="screen against a list no more")
        give_up.add_argument("name")
        give_up.add_argument("--by", required=True, help="who says so")
        give_up.add_argument("--second", required=True, help="who else does: two people decide")
        history = does.add_parser("history", help="the versions of a list, newest first")
        history.add_argument("name")
        history.add_argument("--limit", type=int, default=20)
        as_of = does.add_parser("as-of", help="what a list said on a day or in a version")
        as_of.add_argument("name")
        as_of.add_argument("when", help="a version's number, a day (UTC, its end) or a time")
        as_of.add_argument("--id", help="of one entity; all are counted without it")
        diff = does.add_parser("diff", help="what a version changed")
        diff.add_argument("name")
        diff.add_argument("number", type=int)
        who = does.add_parser("who", help="whom the lists in force name with an address")
        who.add_argument("address")

    def handle(self, *args: Any, **options: Any) -> None:
        verb = getattr(self, f"_{options['does'].replace('-', '_')}")
        try:
            verb(options)
        except (ListError, ListMissing, BadListSettings, SamePerson, PersonMissing) as refusal:
            raise CommandError(f"{refusal.code}: {refusal.message} {refusal.hint}") from refusal
        except OSError as error:
            raise CommandError(f"{error.filename} can't be read: {error.strerror}") from error

    def _status(self, options: dict[str, Any]) -> None:
        now = timezone.now()
        configured = refreshing.configured_feeds()
        for health in feeds.feeds_health(now=now):
            source, version = health.source, health.source.version
            names = f"{version.entities} entities, {version.entries} addresses" if version else "-"
            where = "by itself" if source.name in configured else source.location or "by hand"
            said = f", last look: {source.refusal}" if source.refusal else ""
            self.stdout.write(
                f"{source.name} #{source.number} {health.state}: {names}; checked "
                f"{_age(source.checked_at, now=now)}, fetched {where}{said}"
            )
        for name in configured:
            if not versions_of(name, limit=1):
                self.stdout.write(f"{name} is named by LISTS and was never loaded")

    def _formats(self, options: dict[str, Any]) -> None:
        for form in FORMATS.values():
            parts = [*form.parts, *(f"[{part}]" for part in form.optional)]
            self.stdout.write(f"{form.name}: {form.what} ({', '.join(parts)})")

    def _refresh(self, options: dict[str, Any]) -> None:
        configured = refreshing.configured_feeds()
        unknown = set(options["names"]) - set(configured)
        if unknown:
            raise CommandError(f"LISTS doesn't name {', '.join(sorted(unknown))}.")
        refreshing.feeds_expect(configured)
        failed = []
        for name in options["names"] or configured:
            try:
                found = refreshing.list_refresh(
                    feed=configured[name],
                    by="operator",
                    now=timezone.now(),
                    forced=options["force"],
                )
            except ListError as refusal:
                failed.append(f"{name}: {refusal.code}: {refusal.message} {refusal.hint}")
                continue
            self._say_loaded(found.version, changed=found.outcome == "changed")
        if failed:
            raise CommandError("\n".join(failed))

    def _load(self, options: dict[str, Any]) -> None:
        first = FORMATS[options["format"]].parts[0]
        files: dict[str, Path] = {}
        for given in options["files"]:
            part, _, path = given.rpartition("=")
            files[part or first] = Path(path).resolve()
        if len(files) != len(options["files"]):
            raise CommandError("Name each of several files by its part: sdn=sdn.csv alt=alt.csv …")
        loaded = reading.list_read(
            files=files,
            format_name=options["format"],
            source=options["source"],
            by=options["by"],
            now=timezone.now(),
            forced=options["force"],
        )
        self._say_loaded(loaded.version, changed=loaded.changed)

    def _give_up(self, options: dict[str, Any]) -> None:
        name = options["name"]
        if name in refreshing.configured_feeds():
            raise CommandError(f"LISTS still names {name}: take it out first.")
        version = list_give_up(
            source=name, by=options["by"], second=options["second"], now=timezone.now()
        )
        self.stdout.write(f"{_line(version)} and no longer screened against")

    def _say_loaded(self, version: ListVersion, *, changed: bool) -> None:
        what = "in force" if changed else "unchanged, checked"
        self.stdout.write(f"{_line(version)} {what}")

    def _history(self, options: dict[str, Any]) -> None:
        for version in versions_of(options["name"], limit=options["limit"]):
            by = f"by {version.loaded_by}" + (", forced" if version.forced else "")
            self.stdout.write(f"{version.loaded_at:%Y-%m-%d %H:%M} {_line(version)}, {by}")

    def _as_of(self, options: dict[str, Any]) -> None:
        name, when = options["name"], options["when"]
        if when.isdecimal() and len(when) < 8:
            version = version_numbered(name, int(when))
        else:
            version = version_at(name, at=_time(when))
        self.stdout.write(_line(version))
        if options["id"] is None:
            self.stdout.write(f"{sum(1 for _ in entities_of(version))} entities")
            return
        entity = entity_in(version, options["id"])
        self.stdout.write(_words(entity) if entity else f"{options['id']} was not on it")

    def _diff(self, options: dict[str, Any]) -> None:
        version = version_numbered(options["name"], options["number"])
        self.stdout.write(_line(version))
        for entity, listed in entities_changed(version):
            self.stdout.write(f"{'+' if listed else '-'} {_words(entity)}")

    def _who(self, options: dict[str, Any]) -> None:
        found = entities_with_wallet(options["address"])
        for entity in found:
            self.stdout.write(f"{entity.source} {_words(entity)}")
        if not found:
            self.stdout.write("No list in force names this address.")


def _line(version: ListVersion) -> str:
    return (
        f"{version.source_id} #{version.number}: {version.entities} entities"
        f" (+{version.entities_added} -{version.entities_removed} ~{version.entities_changed}),"
        f" {version.entries} addresses (+{version.added} -{version.removed}),"
        f" sha256 {bytes(version.hash).hex()[:16]}"
    )


def _words(entity: ListedEntity) -> str:
    names = " / ".join(name.full for name in entity.names[:3])
    wallets = ", ".join(f"{wallet.chain} {wallet.text}" for wallet in entity.wallets[:3])
    parts = [names, ", ".join(entity.programs), wallets]
    return f"{entity.id} ({entity.kind}): " + "; ".join(part for part in parts if part)


def _age(then: datetime | None, *, now: datetime) -> str:
    if then is None:
        return "never"
    minutes = int((now - then).total_seconds() // 60)
    return f"{minutes // 60} h {minutes % 60} min ago"


def _time(text: str) -> datetime:
    """A day means its end."""
    try:
        at = datetime.fromisoformat(text)
    except ValueError as error:
        raise CommandError(f"{text!r} is no version, day or time.") from error
    at = at if at.tzinfo else at.replace(tzinfo=UTC)
    return at + timedelta(days=1) if len(text) <= 10 else at
