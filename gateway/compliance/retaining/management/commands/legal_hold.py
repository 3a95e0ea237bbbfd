"""`manage.py legal_hold place|ask|lift|list`: keep something longer than its term."""

from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from gateway.compliance.knowing.models import LegalHold
from gateway.compliance.retaining.holding import (
    HOLDABLE,
    about_named,
    hold_ask_lift,
    hold_lift,
    hold_place,
)
from gateway.events.errors import TillwayError


class Command(BaseCommand):
    help = "Keep a subject, a case, an alert or a report; two people let it go again."

    def add_arguments(self, parser: CommandParser) -> None:
        verbs = parser.add_subparsers(dest="verb", required=True)
        place = verbs.add_parser("place", help="keep something")
        place.add_argument("kind", choices=sorted(HOLDABLE))
        place.add_argument("id")
        ask = verbs.add_parser("ask", help="say that a hold can be lifted, and why")
        lift = verbs.add_parser("lift", help="agree, as another person")
        for verb in (ask, lift):
            verb.add_argument("hold", type=UUID)
        for verb in (place, ask):
            verb.add_argument("--reason", required=True)
        for verb in (place, ask, lift):
            verb.add_argument("--by", required=True, help="who decides")
        verbs.add_parser("list", help="the holds that stand")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            getattr(self, f"_{options['verb']}")(options)
        except TillwayError as refused:
            raise CommandError(f"{refused.code}: {refused.message} {refused.hint}") from refused

    def _place(self, told: dict[str, Any]) -> None:
        about = about_named(told["kind"], told["id"])
        hold = hold_place(about=about, by=told["by"], reason=told["reason"], now=timezone.now())
        self.stdout.write(f"{about} is kept by hold {hold.id}.")

    def _ask(self, told: dict[str, Any]) -> None:
        hold_ask_lift(
            hold_id=told["hold"], by=told["by"], reason=told["reason"], now=timezone.now()
        )
        self.stdout.write("Asked. Another person lifts it.")

    def _lift(self, told: dict[str, Any]) -> None:
        hold = hold_lift(hold_id=told["hold"], by=told["by"], now=timezone.now())
        self.stdout.write(f"{hold.about} goes by its own term again.")

    def _list(self, told: dict[str, Any]) -> None:
        for hold in LegalHold.objects.filter(lifted_at=None).order_by("placed_at"):
            asked = f", {hold.lift_asked_by} asks to lift it" if hold.lift_asked_by else ""
            self.stdout.write(f"{hold.id} {hold.about}: {hold.reason} ({hold.placed_by}{asked})")
