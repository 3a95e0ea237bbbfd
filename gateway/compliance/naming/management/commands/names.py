"""`manage.py names screen "NAME"`: who on the lists that is, and why; `names build`: the index."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from gateway.compliance.listed.entities import ListedId, PartialDate
from gateway.compliance.naming import warm
from gateway.compliance.naming.models import KINDS
from gateway.compliance.naming.scoring import NameQuery, Score
from gateway.compliance.naming.screening import name_screen
from gateway.compliance.naming.sealed_names import matches_of
from gateway.compliance.naming.stored import score_read
from gateway.compliance.naming.weights import POINTS


class Command(BaseCommand):
    help = "Screen a name against the lists in force, or build the index of them."

    def add_arguments(self, parser: CommandParser) -> None:
        verbs = parser.add_subparsers(dest="verb", required=True)
        screen = verbs.add_parser("screen", help="who that is, with every reason")
        screen.add_argument("name")
        screen.add_argument("--kind", choices=KINDS, default="unknown")
        screen.add_argument("--born", default="", help="1971, 1971-05 or 1971-05-03")
        screen.add_argument("--country", action="append", default=[], help="ISO 3166, as in CY")
        screen.add_argument("--id", action="append", default=[], help="a passport's or tax number")
        screen.add_argument("--mode", choices=("test", "live"), default="live")
        verbs.add_parser("build", help="the index of the lists in force, for this machine")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["verb"] == "build":
            self._build()
        else:
            self._screen(options)

    def _build(self) -> None:
        path = warm.index_build()
        if path is None:
            raise CommandError("Somebody else is building it, or the lists keep changing.")
        self.stdout.write(f"{path}: {path.stat().st_size / 1e6:.1f} MB")

    def _screen(self, options: dict[str, Any]) -> None:
        query = NameQuery(
            name=options["name"],
            kind=options["kind"],
            birth_date=_date(options["born"]) if options["born"] else None,
            countries=tuple(country.upper() for country in options["country"]),
            ids=tuple(ListedId("", number) for number in options["id"]),
        )
        verdict = name_screen(query=query, now=timezone.now(), mode=options["mode"])
        scores = [score_read(told) for told in matches_of(verdict)]
        why = f" ({verdict.reason})" if verdict.reason else ""
        by = f"{verdict.versions_key or 'no list'}, {verdict.scorer_version}"
        self.stdout.write(f"{verdict.state}{why} by {by}: {len(scores)} to look at")
        for score in scores:
            for line in explained(score):
                self.stdout.write(line)


def explained(score: Score) -> list[str]:
    """A match in lines for people: what agrees and what doesn't, in points of 10,000."""
    lines = [
        f"{score.points:>6} of {POINTS}  {score.source}:{score.entity_id}"
        f"  {score.name.full!r} ({score.name.strength} name)"
    ]
    lines += [
        f"{pair.points:>+12}  {pair.asked} = {pair.listed}  ({pair.likeness / 10:.0f} % alike)"
        for pair in score.pairs
    ]
    lines += [
        f"{part.points:>+12}  {part.name} {part.detail}".rstrip()
        for part in score.parts
        if part.name != "words"
    ]
    for side, words in (("asked", score.asked_only), ("listed", score.listed_only)):
        if words:
            lines.append(f"{'':>12}  only {side}: {' '.join(words)}")
    return lines


def _date(text: str) -> PartialDate:
    try:
        year, month, day = [*(int(part) for part in text.split("-")), None, None][:3]
        return PartialDate(int(year or ""), month, day)
    except (TypeError, ValueError) as error:
        raise CommandError(f"{text!r} is no date: write 1971, 1971-05 or 1971-05-03.") from error
