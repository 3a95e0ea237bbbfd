"""Words of the verification pages: what is wanted and why, in plain language."""

from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from gateway.compliance.knowing.levels import LIMITS, Level, in_currency
from gateway.compliance.knowing.requirements import Requirement
from gateway.money.amounts import Amount, format_amount
from gateway.money.assets import FIAT
from merchants.dashboard.wording import Sign
from merchants.onboarding.wallet_words import wallet_problem

LEGAL_FORMS: Final[dict[str, Promise]] = {
    "sole_trader": gettext_lazy("I trade under my own name"),
    "partnership": gettext_lazy("A partnership"),
    "limited_company": gettext_lazy("A private limited company"),
    "stock_company": gettext_lazy("A public company with shares"),
    "cooperative": gettext_lazy("A cooperative"),
    "association": gettext_lazy("An association"),
    "foundation": gettext_lazy("A foundation"),
    "trust": gettext_lazy("A trust"),
    "public_body": gettext_lazy("A public body"),
}
TRADES: Final[dict[str, Promise]] = {
    "5411": gettext_lazy("Groceries"),
    "5462": gettext_lazy("Bakery"),
    "5812": gettext_lazy("Restaurant, café"),
    "5813": gettext_lazy("Bar"),
    "5814": gettext_lazy("Takeaway"),
    "5651": gettext_lazy("Clothes"),
    "5732": gettext_lazy("Electronics"),
    "5977": gettext_lazy("Cosmetics"),
    "5944": gettext_lazy("Jewellery, watches"),
    "5912": gettext_lazy("Pharmacy"),
    "5993": gettext_lazy("Tobacco"),
    "5999": gettext_lazy("Another kind of shop"),
    "7230": gettext_lazy("Hairdresser, beauty"),
    "7011": gettext_lazy("Hotel, rooms"),
    "4121": gettext_lazy("Taxi"),
    "8099": gettext_lazy("Health"),
    "7372": gettext_lazy("Software, computer work"),
    "5816": gettext_lazy("Games, digital goods"),
    "7299": gettext_lazy("Another service"),
    "8398": gettext_lazy("Charity"),
    "6051": gettext_lazy("Crypto-assets, currency exchange"),
    "7995": gettext_lazy("Betting, casino"),
}
ROLES: Final[dict[str, Promise]] = {
    "controller": gettext_lazy("Runs the business day to day"),
    "director": gettext_lazy("May sign for it (director, partner, sole trader)"),
    "owner": gettext_lazy("Owns a part of it"),
}
PAPERS: Final[dict[str, Promise]] = {
    "registration_extract": gettext_lazy("Extract from the register"),
    "proof_of_address": gettext_lazy("Proof of the business's address"),
    "ownership_chart": gettext_lazy("Chart of who owns the business"),
    "source_of_funds": gettext_lazy("Where the business's money comes from"),
    "identity_document": gettext_lazy("Passport or identity card"),
    "other": gettext_lazy("Another paper"),
}
PAPER_HINTS: Final[dict[str, Promise]] = {
    "registration_extract": gettext_lazy(
        "From the trade or company register, not older than 6 months."
    ),
    "proof_of_address": gettext_lazy("A bill or a letter from an office, not older than 3 months."),
    "ownership_chart": gettext_lazy("A drawing with every company and person and their shares."),
    "source_of_funds": gettext_lazy("Last year's accounts, a tax assessment or a bank's letter."),
}
REJECTIONS: Final[dict[str, Promise]] = {
    "unreadable": gettext_lazy("It can't be read. Take it again in good light."),
    "incomplete": gettext_lazy("A part is missing. Send all pages, with all four edges."),
    "too_old": gettext_lazy("It is too old."),
    "wrong_paper": gettext_lazy("It is another paper than the one we need."),
    "differs": gettext_lazy("It names somebody else, or another address."),
    "expired": gettext_lazy("It has expired."),
}
LEVEL_NAMES: Final[dict[str, Promise]] = {
    "none": gettext_lazy("Test"),
    "basic": gettext_lazy("Basic"),
    "standard": gettext_lazy("Standard"),
    "enhanced": gettext_lazy("Enhanced"),
}


def status_sign(status: str) -> Sign:
    """How far a file is."""
    match status:
        case "submitted":
            return Sign("seen", "hourglass", _("With us"))
        case "more_wanted":
            return Sign("wait", "alert", _("We need more"))
        case "approved":
            return Sign("paid", "check-circle", _("Approved"))
        case "refused":
            return Sign("problem", "alert", _("Not accepted"))
        case "reopened":
            return Sign("wait", "alert", _("Changed: hand it in again"))
    return Sign("quiet", "list", _("Not handed in yet"))


def state_sign(state: str) -> Sign:
    """Of a paper or a proof of identity."""
    match state:
        case "accepted" | "verified":
            return Sign("paid", "check-circle", _("Accepted"))
        case "waiting":
            return Sign("seen", "hourglass", _("We look at it"))
        case "rejected":
            return Sign("problem", "alert", _("Please send it again"))
    return Sign("wait", "alert", _("Missing"))


def requirement_word(one: Requirement, *, who: str) -> str:
    """What is wanted. ``who``: the person's name, "" for the business."""
    word = _requirement(one.code)
    return _("%(who)s: %(what)s") % {"who": who, "what": word} if who else word


def _requirement(code: str) -> str:
    if code.startswith("paper_"):
        return str(PAPERS[code.removeprefix("paper_")])
    return {
        "name": _("Name"),
        "registration": _("Number in the register, or tax number"),
        "country": _("Country"),
        "address": _("Address"),
        "legal_form": _("What kind of business it is"),
        "mcc": _("What it sells"),
        "expected_monthly": _("How much it expects to take in a month"),
        "sells_to": _("Where its customers are"),
        "director": _("Somebody who may sign for the business"),
        "controller": _("Who runs the business day to day"),
        "owners": _("Who owns the business"),
        "date_of_birth": _("Date of birth"),
        "nationality": _("Nationality"),
        "identity": _("Proof of identity"),
        "periodic_review": _("Look through everything and hand it in again"),
    }[code]


def why_word(one: Requirement) -> str:
    """Why it is wanted."""
    return {
        "every_business": _("The law asks this of every business."),
        "every_person": _("The law asks this of everybody behind a business."),
        "who_answers": _("Somebody has to answer for it."),
        "who_runs_it": _("We must know who decides from day to day."),
        "stakes_unsound": _("The shares don't add up: look at them again."),
        "owners_untraced": _("A quarter or more belongs to nobody named yet."),
        "nobody_named": _("Say who owns it, at least in part."),
        "runs_it": _("Who runs the business shows who they are."),
        "owns_a_quarter": _("Who owns a quarter or more shows who they are."),
        "directs_it": _("At this level directors show who they are."),
        "high_risk": _("We ask this of businesses like yours."),
        "level_standard": _("Needed for the standard level."),
        "level_enhanced": _("Needed for the enhanced level."),
        "review_due": _("We look at every business again from time to time."),
    }[one.why]


def level_words(level: Level, *, currency: str) -> str:
    """What a level lets a shop do."""
    limits = LIMITS[level]
    if level == "none":
        return _("Test payments only: no real money moves.")
    if limits.payment is None or limits.taken is None:
        return _("No limit.")
    return _("Up to %(payment)s a payment and %(taken)s in 30 days.") % {
        "payment": _amount(limits.payment, currency),
        "taken": _amount(limits.taken, currency),
    }


def identity_problem(code: str) -> str:
    """What was wrong with a try, for the person who made it."""
    return {
        "document_expired": _("The document has expired."),
        "document_unverified_other": _("The document could not be checked."),
        "document_type_not_supported": _("This kind of document is not accepted."),
        "selfie_face_mismatch": _("The photo and the document show different faces."),
        "selfie_manipulated": _("The photo could not be accepted."),
        "canceled": _("The check was ended before it was finished."),
        "name_differs": _("The document has another name than the one typed here."),
        "born_differs": _("The document has another date of birth than the one typed here."),
    }.get(code) or (
        wallet_problem(code) or str(REJECTIONS.get(code, _("It did not work. Please try again.")))
    )


def _amount(euros: int, currency: str) -> str:
    asset = FIAT[currency]
    text = format_amount(Amount(in_currency(euros, currency), asset), trim=True)
    return f"{int(text):,} {currency}".replace(",", "\u202f")
