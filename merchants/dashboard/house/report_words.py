"""Reports to authorities in words, for the officers who work on them. Nobody else reads these."""

from datetime import datetime, timedelta
from typing import Final

from django.utils.translation import gettext as _

from gateway.compliance.reporting.life import UNFILED
from gateway.compliance.reporting.models import Report
from merchants.dashboard.wording import Sign

SOON: Final = timedelta(days=5)


def kind_word(kind: str) -> str:
    """Which report to whom."""
    return {
        "fincen_sar": _("Suspicious activity report (FinCEN)"),
        "goaml": _("Suspicious transaction report (goAML)"),
        "ofac_blocking": _("Report of blocked property (OFAC)"),
        "ofac_annual": _("Annual report of blocked property (OFAC)"),
    }[kind]


def state_sign(state: str) -> Sign:
    """How far a report is."""
    return {
        "draft": Sign("wait", "list", _("Draft")),
        "proposed": Sign("wait", "hourglass", _("Waits for approval")),
        "approved": Sign("seen", "check", _("Approved, to be filed")),
        "filed": Sign("seen", "progress", _("Filed")),
        "acknowledged": Sign("paid", "check-circle", _("Acknowledged")),
        "corrected": Sign("quiet", "return", _("Replaced by an amendment")),
    }[state]


def due_sign(report: Report, *, now: datetime) -> Sign | None:
    """How much time is left; None once it is filed."""
    if report.state not in UNFILED:
        return None
    left = report.due_at - now
    if left < timedelta(0):
        days = -left // timedelta(days=1)
        return Sign("problem", "alert", _("%(days)s days late") % {"days": max(1, days)})
    days = left // timedelta(days=1)
    tone = "wait" if left < SOON else "quiet"
    return Sign(tone, "clock", _("%(days)s days left") % {"days": days})


def group_word(name: str) -> str:
    return {
        "filing": _("The filing"),
        "subject": _("Whom it is about"),
        "activity": _("What happened"),
        "transaction": _("Transactions"),
        "property": _("Blocked property"),
        "story": _("The story"),
    }[name]


def question_word(name: str) -> str:
    """What an answer is called; the name is its group's and its own: ``subject.born``."""
    group, _dot, own = name.partition(".")
    special = {
        "filing.with": _("What is reported"),
        "filing.prior": _("The authority's number of the report before it"),
        "transaction.day": _("Day"),
        "transaction.reference": _("Reference"),
        "transaction.description": _("Description of the payment"),
        "property.account": _("Account or address"),
        "property.description": _("Description of the property"),
        "story.reason": _("Why it is reported"),
        "subject.reason": _("Why they are named"),
    }
    words = {
        "type": _("Kind of filing"),
        "note": _("Note to FinCEN"),
        "attachment": _("What goes along with it"),
        "indicators": _("Indicators, by the unit's codes"),
        "who": _("Person or company"),
        "last_name": _("Last name, or a company's whole name"),
        "first_name": _("First name"),
        "company": _("Company's name"),
        "born": _("Date of birth"),
        "street": _("Street"),
        "city": _("City"),
        "state": _("State or province"),
        "zip": _("ZIP or postal code"),
        "country": _("Country"),
        "tax_id": _("Tax number of the US"),
        "id_kind": _("Kind of document"),
        "id_other": _("Which other document"),
        "id_number": _("Number of the document"),
        "id_country": _("Country of the document"),
        "nationality": _("Nationality"),
        "incorporation_number": _("Registration number"),
        "incorporation_country": _("Country of registration"),
        "occupation": _("Occupation or business"),
        "email": _("Email"),
        "website": _("Website"),
        "part": _("Sent or received"),
        "relationship": _("Relationship to us"),
        "first_day": _("First day"),
        "last_day": _("Last day"),
        "amount_is": _("Whether the amount is known"),
        "dollars": _("Amount in US dollars"),
        "amount": _("Amount in the unit's currency"),
        "basis": _("Where the amount comes from"),
        "cumulative": _("All amounts since the first report, in US dollars"),
        "classes": _("What it looks like"),
        "other_class": _("In words, what else it looks like"),
        "location": _("What we did"),
        "narrative": _("Narrative"),
        "number": _("Number"),
        "day": _("Day"),
        "payer_name": _("Payer's name"),
        "payer_account": _("Payer's wallet"),
        "payer_country": _("Payer's country"),
        "payee_name": _("Payee's name"),
        "payee_country": _("Payee's country"),
        "action": _("What we did about it"),
        "target": _("Whom the list names"),
        "owner": _("Owner"),
        "owner_address": _("Owner's address"),
        "location_of": _("Where it is"),
        "blocked_on": _("Blocked on"),
        "quantity": _("Quantity"),
        "valued": _("Actual or estimated"),
        "authority": _("Program or legal authority"),
        "parties": _("Parties"),
        "story": _("The transaction, in words"),
    }
    if group == "property" and own == "location":
        return words["location_of"]
    return special.get(name) or words[own]


def choice_word(name: str, value: str) -> str:
    """One of the answers that can be chosen; codes of authorities have words of their own."""
    own = name.rpartition(".")[2]
    if own == "classes":
        return class_word(value)
    words = {
        ("type", "initial"): _("First report"),
        ("type", "correction"): _("Correction"),
        ("type", "continuing"): _("Continuing activity"),
        ("attachment", "transfers"): _("The case's transfers, as a table"),
        ("attachment", "none"): _("Nothing"),
        ("who", "person"): _("A person"),
        ("who", "company"): _("A company"),
        ("who", "unknown"): _("Unknown"),
        ("id_kind", "licence"): _("Driver's licence or state ID"),
        ("id_kind", "passport"): _("Passport"),
        ("id_kind", "alien"): _("Alien registration"),
        ("id_kind", "other"): _("Another document"),
        ("part", "sender"): _("They sent"),
        ("part", "receiver"): _("They received"),
        ("part", "both"): _("Both"),
        ("relationship", "customer"): _("Customer"),
        ("relationship", "none"): _("None"),
        ("amount_is", "known"): _("Known"),
        ("amount_is", "unknown"): _("Unknown"),
        ("amount_is", "none"): _("No amount involved"),
        ("location", "selling"): _("We sold"),
        ("location", "paying"): _("We paid out"),
        ("location", "both"): _("Both"),
        ("with", "transactions"): _("Transactions"),
        ("with", "activity"): _("An activity without transactions"),
        ("valued", "actual"): _("Actual"),
        ("valued", "estimated"): _("Estimated"),
    }
    return words.get((own, value), value)


def class_word(code: str) -> str:
    """A kind of suspicious activity, as FinCEN's form calls it."""
    return {
        "106": _("Suspicious question about reporting or records"),
        "111": _("Changes or cancels to avoid a record"),
        "112": _("Changes or cancels to avoid a currency report"),
        "113": _("Below the threshold of a record"),
        "114": _("Below the threshold of a currency report"),
        "1999": _("Structuring, other"),
        "701": _("Known or suspected terrorist"),
        "7999": _("Terrorist financing, other"),
        "305": _("Card fraud"),
        "309": _("Mass marketing fraud"),
        "310": _("Pyramid scheme"),
        "322": _("Advance fee fraud"),
        "324": _("Ponzi scheme"),
        "3999": _("Fraud, other"),
        "401": _("Changes the spelling of a name"),
        "402": _("Several people with one identity"),
        "403": _("Doubtful or false documents"),
        "404": _("Refuses documents"),
        "405": _("One person with several identities"),
        "409": _("Doubtful or false identification"),
        "4999": _("Identification, other"),
        "804": _("Suspicious beneficiaries or joint owners"),
        "805": _("Suspicious transfers"),
        "806": _("Suspicious government payments"),
        "807": _("Suspicious use of several accounts"),
        "808": _("Suspicious use of noncash instruments"),
        "809": _("Suspicious use of third parties"),
        "812": _("Out of pattern for the customer"),
        "821": _("Suspicious source of funds"),
        "823": _("Trade-based laundering"),
        "824": _("Funnel account"),
        "8999": _("Money laundering, other"),
        "905": _("Identity theft"),
        "909": _("Informal value transfer"),
        "910": _("Suspicious use of several places"),
        "911": _("Two or more work together"),
        "913": _("Unlicensed money services business"),
        "920": _("Account takeover"),
        "921": _("Exploitation of the elderly"),
        "925": _("No apparent lawful purpose"),
        "926": _("Human smuggling"),
        "927": _("Human trafficking"),
        "928": _("High-risk country"),
        "9999": _("Other suspicious activity"),
        "1101": _("Cyber event against the institution"),
        "1102": _("Cyber event against its customers"),
        "11999": _("Cyber event, other"),
    }[code]


def source_sign(source: str, names: dict[str, str]) -> Sign:
    """Where an answer comes from."""
    kind, _colon, who = source.partition(":")
    return {
        "case": Sign("quiet", "list", _("from the case")),
        "ledger": Sign("paid", "check", _("from the books")),
        "house": Sign("quiet", "check", _("preset")),
        "report": Sign("quiet", "return", _("from the report before it")),
        "typed": Sign("wait", "list", _("typed by %(name)s") % {"name": names.get(who, who[:8])}),
    }.get(kind) or Sign("quiet", "list", source)


def flaw_word(code: str) -> str:
    """What is wrong with an answer."""
    return {
        "missing": _("This is missing."),
        "too_long": _("This is too long for the form."),
        "unreadable": _("There is a character in it that the form can't hold."),
        "unknown": _("Choose one of those that are offered."),
        "no_day": _("A day, as 2026-11-30."),
        "no_country": _("A country's code of two letters."),
        "no_whole": _("Whole dollars, digits only."),
        "no_amount": _("An amount with at most two decimals."),
        "no_number": _("Digits only."),
    }[code]


def refusal_words(code: str) -> str:
    """A refusal of a report's verb; '' where it has no words here."""
    return {
        "report_incomplete": _("Something is missing or wrong. It is marked below."),
        "report_changed": _("Somebody changed this report in the meantime. Look at it again."),
        "report_not_draft": _("It is no draft any more."),
        "report_not_proposed": _("Somebody was quicker: it does not wait for approval."),
        "report_not_approved": _("It is not approved."),
        "report_not_filed": _("It is not filed, or was answered already."),
        "report_not_acknowledged": _("Only an acknowledged report is amended."),
        "report_begun_already": _("There is one of this kind already."),
        "report_case_undecided": _("This case was not closed in a way that leads to this report."),
        "report_kind_unknown": _("Choose which report."),
        "report_acknowledgement_wrong": _(
            "This is no number of that authority. FinCEN's has 14 digits."
        ),
        "report_reason_missing": _("Say why: it is written down with your name."),
        "second_person_needed": _("Another person must approve what you proposed."),
        "report_erased": _("It was erased when it had been kept for its time."),
    }.get(code, "")


def reading_word(what: str) -> str:
    return {
        "page": _("the page"),
        "file": _("the file"),
        "table": _("the table"),
        "attachment": _("the attachment"),
        "package": _("the zip"),
    }[what]
