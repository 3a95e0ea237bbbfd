"""Cases in words, for the officers who work on them. Nobody else reads these."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from gateway.compliance.alerts.abouts import about_of
from gateway.compliance.cases.models import Case
from gateway.compliance.scenarios.watching import ALERT_PREFIX
from merchants.dashboard.desk import figures
from merchants.dashboard.house.behaviour_words import rule_word
from merchants.dashboard.house.scenario_words import scenario_word
from merchants.dashboard.selectors import time_text
from merchants.dashboard.wording import Sign

SOON: Final = timedelta(hours=2)
"""Before a deadline: the time left changes its colour, and its word."""
MILLISECOND: Final = timedelta(milliseconds=1)
MOMENT: Final = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?\+00:00", re.ASCII)
HIDDEN: Final = frozenset({"id", "shop id", "credited units", "amount units", "currency", "mode"})
"""Of what rooms know of a case: links say it, or a word of its own does."""


@dataclass(frozen=True, slots=True)
class Ending:
    """One way in which a case can end, as the form offers it."""

    name: str
    word: Promise
    does: Promise


ENDINGS: Final = (
    Ending(
        "no_action",
        gettext_lazy("Nothing to do"),
        gettext_lazy("It was looked at, and nothing follows."),
    ),
    Ending(
        "false_positive",
        gettext_lazy("A false alarm"),
        gettext_lazy("It was not who or what it seemed to be."),
    ),
    Ending(
        "watch",
        gettext_lazy("Keep an eye on it"),
        gettext_lazy("Nothing to do now; the next alert about it names this case."),
    ),
    Ending(
        "report",
        gettext_lazy("Report it"),
        gettext_lazy("The authority is told; neither the shop nor its customer ever is."),
    ),
    Ending(
        "block",
        gettext_lazy("The money is kept"),
        gettext_lazy("Its payer is on a list, and two people decided to keep it."),
    ),
)
SEVERITY_TONES: Final = {"high": "problem", "medium": "wait", "low": "quiet"}


def ending_word(name: str) -> str:
    """How a case ended, or would."""
    return next((str(one.word) for one in ENDINGS if one.name == name), name)


def state_word(state: str) -> str:
    return {
        "open": _("New"),
        "triage": _("Taken"),
        "investigating": _("Under investigation"),
        "proposed": _("Waits for a second person"),
        "closed": _("Closed"),
    }[state]


def state_sign(case: Case) -> Sign:
    """How far a case is; of a closed one, how it ended."""
    match case.state:
        case "open":
            return Sign("wait", "inbox", state_word("open"))
        case "triage":
            return Sign("seen", "eye", state_word("triage"))
        case "investigating":
            return Sign("seen", "search", state_word("investigating"))
        case "proposed":
            return Sign("wait", "hourglass", state_word("proposed"))
        case _:
            tone = "problem" if case.disposition in ("report", "block") else "paid"
            return Sign(tone, "check", ending_word(case.disposition))


def severity_word(severity: str) -> str:
    return {"high": _("High"), "medium": _("Medium"), "low": _("Low")}[severity]


def severity_sign(severity: str) -> Sign:
    return Sign(SEVERITY_TONES[severity], "alert", severity_word(severity))


def due_sign(case: Case, *, now: datetime) -> Sign | None:
    """How much time is left until the next deadline, or how late it is; none once closed."""
    if case.state == "closed":
        return None
    left = case.due_at - now
    if left < timedelta():
        text = figures.duration(-left // MILLISECOND)
        return Sign("problem", "alert", _("%(time)s late") % {"time": text})
    text = figures.duration(left // MILLISECOND)
    tone, icon = ("wait", "hourglass") if left < SOON else ("quiet", "clock")
    return Sign(tone, icon, _("%(time)s left") % {"time": text})


def due_what(case: Case) -> str:
    """What the next deadline is for."""
    return _("First look") if case.state == "open" else _("Decision")


def kind_word(kind: str) -> str:
    """What was noticed. A kind that nobody gave words to is shown by its own."""
    words = {
        "held_payment": _("A payment is held"),
        "list_refused": _("A list was refused"),
        "listed_after_credit": _("A payer was listed after the money was credited"),
        "refund_to_listed": _("A refund would go to a listed address"),
        "name_match": _("A name is like one on a list"),
        "payout_to_match": _("A payout waits: a name behind its shop is like one on a list"),
        "payout_unsaid": _("A payout waits: nobody could say yet whether a list names its shop"),
        "destination_waits": _("Money waits: the address that it would go to is not clear"),
        "wallet_exposure": _("A wallet is close to bad money"),
        "address_listed": _("An address is on a list"),
        "monitoring_failed": _("A scenario gave no answer: nobody is watching"),
        "counterparty_silent": _("Another provider does not answer"),
    }
    if kind.startswith(ALERT_PREFIX):
        return scenario_word(kind.removeprefix(ALERT_PREFIX))
    return words.get(kind) or rule_word(kind) or kind.replace("_", " ").capitalize()


def about_words(about: str, *, shop_name: str = "") -> str:
    """Whom a case is about, short."""
    told = about_of(about)
    if told.kind == "shop" and shop_name:
        return shop_name
    word = {
        "deposit": _("Payment"),
        "shop": _("Shop"),
        "address": _("Address"),
        "subject": _("Person or body"),
        "payout": _("Payout"),
        "list": _("List"),
        "network": _("Network"),
    }[told.kind]
    short = told.id if told.kind in ("list", "network") else f"…{told.id[-8:]}"
    return f"{word} {short}"


def entry_sign(verb: str) -> Sign:
    """What was done, in a case's timeline."""
    signs = {
        "opened": Sign("wait", "plus", _("Opened")),
        "alert_joined": Sign("wait", "alert", _("Another alert joined it")),
        "alert_worsened": Sign("problem", "alert", _("One of its alerts got worse")),
        "assigned": Sign("seen", "eye", _("Changed hands")),
        "investigated": Sign("seen", "search", _("Under investigation")),
        "escalated": Sign("problem", "flag", _("Escalated")),
        "noted": Sign("quiet", "list", _("Note")),
        "proposed": Sign("wait", "hourglass", _("An end was proposed")),
        "sent_back": Sign("quiet", "return", _("The proposal is off")),
        "closed": Sign("paid", "check-circle", _("Closed")),
        "reopened": Sign("wait", "return", _("Reopened")),
        "hold_decided": Sign("seen", "hand", _("The held payment was decided")),
        "overdue": Sign("problem", "clock", _("A deadline passed")),
        "report_begun": Sign("wait", "plus", _("A report was begun")),
        "report_filled": Sign("quiet", "list", _("The report was filled in")),
        "report_proposed": Sign("wait", "hourglass", _("The report was proposed")),
        "report_sent_back": Sign("quiet", "return", _("The report was sent back")),
        "report_approved": Sign("seen", "check", _("The report was approved")),
        "report_written": Sign("quiet", "list", _("The report's file was written again")),
        "report_filed": Sign("paid", "check-circle", _("The report was filed")),
        "report_refused": Sign("problem", "alert", _("The authority refused the report")),
        "report_acknowledged": Sign("paid", "check-circle", _("The authority acknowledged it")),
        "report_corrected": Sign("quiet", "return", _("An amendment replaced the report")),
        "report_read": Sign("quiet", "eye", _("The report was read")),
        "report_due_soon": Sign("wait", "clock", _("The report is due soon")),
        "report_overdue": Sign("problem", "clock", _("The report is late")),
        "erased": Sign("quiet", "cross", _("Kept for its time, and erased")),
    }
    return signs.get(verb) or Sign("quiet", "clock", verb.replace("_", " ").capitalize())


def entry_words(verb: str, facts: Mapping[str, Any], names: Mapping[str, str]) -> str:
    """What more there is to say of an entry, in one line; '' for nothing.

    Args:
        names: people by their ids.
    """

    def named(person: Any) -> str:
        return names.get(str(person), str(person)) if person else _("nobody")

    match verb:
        case "opened" | "alert_joined" | "alert_worsened":
            return f"{kind_word(facts['kind'])} · {severity_word(facts['severity'])}"
        case "assigned":
            return f"{named(facts['from'])} → {named(facts['to'])}"
        case "proposed" | "closed":
            return ending_word(facts["disposition"])
        case "hold_decided":
            return {
                "released": _("Released"),
                "returned": _("Given back"),
                "blocked": _("Kept for good"),
            }.get(facts["outcome"], facts["outcome"])
        case "sent_back":
            return {
                "new evidence": _("The case learnt something new"),
                "rejected": _("Rejected"),
                "cancelled": _("Cancelled"),
                "expired": _("Expired"),
                "failed": _("Could not be done"),
            }.get(facts["because"], facts["because"])
        case _:
            return ""


def result_sign(result: str) -> Sign:
    """What came of computing something anew."""
    return {
        "equal": Sign("paid", "check", _("The same, to the bit")),
        "differs": Sign("problem", "alert", _("Differs")),
        "unknown": Sign("wait", "hourglass", _("Can't be computed here")),
    }[result]


def part_word(what: str) -> str:
    """What was compared in a replay; a machine's part is shown by its own name and version."""
    words = {
        "evidence": _("The evidence"),
        "record": _("What the record committed to"),
        "outcome": _("The outcome"),
        "case_deadlines 1": _("The deadlines"),
        "behaviour_network 1": _("Whether the network was new"),
        "behaviour_session 1": _("Whether the network was the person's own"),
        "behaviour_spike 1": _("Whether the day stood out"),
        "behaviour_hours 1": _("Whether it was outside the hours"),
        "behaviour_score 1": _("The score"),
        "deposit_verdict 1": _("The verdict by the lists of that day"),
    }
    return words.get(what) or what.replace("_", " ")


def field_word(name: str) -> str:
    """What a value of the evidence is; one that nobody gave words to is shown by its own."""
    words = {
        "amount": _("Amount"),
        "asked name": _("Name asked for"),
        "country": _("Country"),
        "created at": _("Created"),
        "entity": _("Entry"),
        "exceptions": _("What is unusual"),
        "in force": _("Version in force"),
        "checked at": _("Last checked"),
        "name": _("Name"),
        "order id": _("Order"),
        "payout address": _("Payout address"),
        "pricing currency": _("Prices in"),
        "program": _("Program"),
        "refusal": _("Refused because"),
        "settlement asset": _("Settled in"),
        "source": _("List"),
        "status": _("Status"),
        "strength": _("Strength of the alias"),
    }
    return words.get(name) or name


def value_words(value: str) -> str:
    """A value of the evidence; moments as people write them."""
    return time_text(value) if MOMENT.fullmatch(value) else value


def known_words(name: str) -> str:
    """Whose facts a part of the evidence is."""
    return {"invoice": _("Invoice"), "shop": _("Shop")}.get(name) or name.replace("_", " ")


def moment_word(moment: str) -> str:
    """When a snapshot of the evidence was taken."""
    return {
        "opened": _("When it was opened"),
        "proposed": _("When its end was proposed"),
        "reopened": _("When it was reopened"),
    }[moment]


def problem_words(code: str) -> str:
    """A refusal of a case's verb, in the reader's language; '' where it has no words here."""
    words = {
        "case_moved": _("Somebody else was quicker. Look at it again."),
        "case_closed": _("This case is closed."),
        "case_not_closed": _("This case is not closed."),
        "case_not_yours": _("Take the case first: whoever works on it proposes its end."),
        "case_not_ready": _("Somebody was quicker: the case has moved on."),
        "case_escalated_already": _("It is escalated already."),
        "case_reason_missing": _("Say why: it is written down with your name."),
        "case_note_empty": _("A note says something, in at most 4,000 characters."),
        "case_disposition_unknown": _("Choose how it shall end."),
        "case_disposition_unfit": _(
            "It can't end like this: what became of the held payment says otherwise."
        ),
        "case_hold_open": _("Its payment is still held. Decide about that first."),
    }
    return words.get(code, "")
