"""The queue of cases as its page shows it."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final
from urllib.parse import urlencode
from uuid import UUID

from django.utils.translation import gettext as _

from gateway.compliance.alerts.severities import SEVERITIES
from gateway.compliance.cases.life import STATES
from gateway.compliance.cases.models import Case
from gateway.compliance.cases.selectors import CaseCounts, CaseFilter, kinds_of
from gateway.shops.selectors import shop_views
from merchants.accounts.selectors import people_named
from merchants.dashboard.house.case_words import (
    about_words,
    due_sign,
    due_what,
    kind_word,
    severity_sign,
    severity_word,
    state_sign,
    state_word,
)
from merchants.dashboard.selectors import time_text

ROOT: Final = "/house/cases"
BAR: Final = 1000
WHOSE: Final = ("", "mine", "nobody")
SHOWN_KINDS: Final = 3


def case_rows(cases: Sequence[Case], *, now: datetime) -> list[dict[str, Any]]:
    """Cases as a list shows them, in their order. Three queries, none for no case."""
    if not cases:
        return []
    kinds = kinds_of(cases)
    shops = shop_views(shop_ids={case.shop_id for case in cases if case.shop_id})
    names = people_named({case.assignee for case in cases if case.assignee})
    return [
        {
            "id": case.id,
            "reference": case.reference,
            "title": title_of(kinds.get(case.id, [])),
            "about": about_words(case.about),
            "shop": shops[case.shop_id].name if case.shop_id in shops else "",
            "mode": case.mode,
            "assignee": names.get(case.assignee, str(case.assignee)) if case.assignee else "",
            "state": state_sign(case),
            "severity": severity_sign(case.severity),
            "due": due_sign(case, now=now),
            "due_what": due_what(case),
            "due_at": time_text(case.due_at),
            "is_escalated": case.is_escalated and case.state != "closed",
            "opened": time_text(case.opened_at),
            "closed": time_text(case.closed_at) if case.closed_at else "",
        }
        for case in cases
    ]


def title_of(kinds: Sequence[tuple[str, int]]) -> str:
    """What was noticed, the first few kinds of it."""
    words = [
        f"{kind_word(kind)} ×{count}" if count > 1 else kind_word(kind)
        for kind, count in kinds[:SHOWN_KINDS]
    ]
    more = len(kinds) - SHOWN_KINDS
    return ", ".join(words) + (f" +{more}" if more > 0 else "")


def filter_of(query: Mapping[str, str], *, person: UUID) -> CaseFilter | None:
    """What the address asks for; None for what there is not."""
    whose = query.get("whose", "")
    if whose not in WHOSE or query.get("overdue", "") not in ("", "1"):
        return None
    try:
        return CaseFilter(
            state=query.get("state", ""),
            severity=query.get("severity", ""),
            assignee=person if whose == "mine" else None,
            unassigned=whose == "nobody",
            overdue=query.get("overdue") == "1",
        )
    except ValueError:
        return None


def href_of(query: Mapping[str, str], **changes: str) -> str:
    """The queue's address with some of the filters changed; '' takes one off."""
    kept = {name: query.get(name, "") for name in ("state", "severity", "whose", "overdue")}
    wanted = {name: value for name, value in (kept | changes).items() if value}
    return f"{ROOT}?{urlencode(wanted)}" if wanted else ROOT


def state_bars(counts: CaseCounts, query: Mapping[str, str]) -> list[dict[str, Any]]:
    """How many cases are how far: a bar each, which also filters."""
    most = max(1, *counts.by_state.values())
    tones = {"open": "wait", "triage": "seen", "investigating": "seen", "proposed": "wait"}
    return [
        {
            "word": state_word(state) if state != "closed" else _("Closed in 30 days"),
            "count": counts.by_state[state],
            "bar": counts.by_state[state] * BAR // most,
            "tone": tones.get(state, "paid"),
            "href": href_of(query, state="" if query.get("state") == state else state),
            "current": query.get("state") == state,
        }
        for state in STATES
    ]


def filters(counts: CaseCounts, query: Mapping[str, str]) -> list[dict[str, Any]]:
    """The groups of filters beside the states."""
    severity, whose = query.get("severity", ""), query.get("whose", "")
    late = query.get("overdue") == "1"
    return [
        {
            "word": _("Whose"),
            "links": [
                _link(_("Everybody's"), href_of(query, whose=""), current=not whose),
                _link(
                    _("Mine"), href_of(query, whose="mine"), current=whose == "mine",
                    count=counts.mine,
                ),
                _link(_("Nobody's"), href_of(query, whose="nobody"), current=whose == "nobody"),
            ],
        },
        {
            "word": _("How urgent"),
            "links": [
                _link(
                    severity_word(one),
                    href_of(query, severity="" if severity == one else one),
                    current=severity == one,
                )
                for one in reversed(SEVERITIES)
            ]
            + [
                _link(
                    _("Overdue"), href_of(query, overdue="" if late else "1"), current=late,
                    count=counts.overdue,
                )
            ],
        },
    ]  # fmt: skip


def _link(word: str, href: str, *, current: bool, count: int | None = None) -> dict[str, Any]:
    return {"word": word, "href": href, "current": current, "count": count}
