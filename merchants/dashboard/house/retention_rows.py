"""Retention as its page shows it: terms with their rules, the last sweep, what is next, holds."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.utils.translation import gettext as _

from gateway.compliance.cases.record_models import RecordEntry
from gateway.compliance.knowing.models import LegalHold
from gateway.compliance.retaining.configuration import schedule_in_force
from gateway.compliance.retaining.models import Sweep
from gateway.events.errors import TillwayError
from merchants.accounts.selectors import people_named
from merchants.dashboard.selectors import time_text

SHOWN: Final = 50


def retention_facts(*, by: str) -> dict[str, Any]:
    """Five queries.

    Args:
        by: who reads, as holds name people.
    """
    schedule = schedule_in_force()
    last = Sweep.objects.order_by("-swept_at").first()
    holds = list(LegalHold.objects.filter(lifted_at=None).order_by("-placed_at")[:SHOWN])
    exports = list(RecordEntry.objects.filter(about="", verb="exported").order_by("-number")[:10])
    names = _names([*(hold.placed_by for hold in holds), *(one.actor for one in exports)])
    names |= _names([hold.lift_asked_by for hold in holds])
    return {
        "version": schedule.version,
        "terms": [
            {
                "word": term_word(name),
                "years": term.years,
                "since": counted_word(name),
                "source": term.source,
            }
            for name, term in schedule.terms.items()
        ],
        "sweep": _sweep(last) if last else None,
        "holds": [
            {
                "id": hold.id,
                "about": about_word(hold.about),
                "named": hold.about.partition(":")[2],
                "reason": hold.reason,
                "by": names.get(hold.placed_by, hold.placed_by),
                "at": time_text(hold.placed_at),
                "asked_by": names.get(hold.lift_asked_by, hold.lift_asked_by),
                "lift_reason": hold.lift_reason,
                "is_mine": hold.lift_asked_by == by,
            }
            for hold in holds
        ],
        "exports": [
            {"who": names.get(one.actor, one.actor), "at": time_text(one.at), "number": one.number}
            for one in exports
        ],
    }


def term_word(name: str) -> str:
    """A class of the schedule."""
    return {
        "case": _("Cases: notes, reasons and evidence"),
        "report": _("Reports of suspicion and their files"),
        "sanctions": _("Whatever is about sanctions"),
        "alert": _("Alerts, and what is sealed in them"),
        "look": _("Mere questions about a name"),
        "subject": _("People and companies behind shops"),
    }[name]


def counted_word(name: str) -> str:
    """From when a term is counted."""
    return {
        "case": _("from the end of the case"),
        "report": _("from the authority's answer, or the filing"),
        "sanctions": _("from the end of the case, or its report's filing"),
        "alert": _("from the last time it was raised"),
        "look": _("from the question"),
    }[name]


def about_word(about: str) -> str:
    """What something is about, short."""
    kind, _colon, named = about.partition(":")
    word = {
        "subject": _("Person or company"),
        "case": _("Case"),
        "alert": _("Alert"),
        "report": _("Report"),
        "shop": _("Shop"),
        "deposit": _("Payment"),
        "address": _("Address"),
    }.get(kind, kind)
    return f"{word} …{named[-8:]}"


def refusal_words(refused: TillwayError) -> str:
    """A refusal, in the reader's language."""
    return {
        "legal_hold_on_nothing": _("There is no such thing, or it is erased already."),
        "legal_hold_reason_missing": _("Say why: it is written down with your name."),
        "legal_hold_not_found": _("Somebody was quicker: this hold is lifted."),
        "legal_hold_lift_not_asked": _("Nobody has asked to lift this hold."),
        "second_person_needed": _("Another officer than the one who asked must agree."),
        "export_of_nobody": _("There is no such person, company or shop."),
    }.get(refused.code) or refused.message


def _sweep(row: Sweep) -> dict[str, Any]:
    return {
        "at": time_text(row.swept_at),
        "counts": {"erased": row.erased, "held": row.held, "coming": row.coming},
        "lists": [
            {
                "name": name,
                "lines": [_line(one) for one in row.report[name][:SHOWN]],
                "more": max(0, len(row.report[name]) - SHOWN),
            }
            for name in ("coming", "held", "erased")
        ],
    }


def _line(told: Mapping[str, Any]) -> dict[str, Any]:
    until = told["until"]
    return {
        "about": about_word(told["about"]),
        "named": told["about"].partition(":")[2],
        "term": term_word(told["term"]),
        "until": time_text(datetime.fromisoformat(until)) if until else "",
        "held_by": [about_word(one) for one in told["held_by"]],
    }


def _names(people: list[str]) -> dict[str, str]:
    """By ``user:<id>``; whoever is no user of ours stays as they are written."""
    ids = {}
    for one in people:
        kind, _colon, named = one.partition(":")
        if kind == "user":
            ids[UUID(named)] = one
    return {ids[found]: name for found, name in people_named(set(ids)).items()}
