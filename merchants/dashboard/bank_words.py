"""Words for a shop's account at a payment provider, and for what the provider asks for."""

from collections.abc import Sequence

from django.utils.translation import gettext as _

from merchants.dashboard.wording import Sign


def ramp_word(kind: str) -> str:
    """The provider's own name."""
    return {"stripe": "Stripe", "iso20022": "SEPA"}[kind]


def bank_sign(state: str) -> Sign:
    """The state of an account, as ``account_as_dict`` names it."""
    match state:
        case "ready":
            return Sign("paid", "check-circle", _("Ready"))
        case "due_soon":
            return Sign("wait", "alert", _("Ready, with something to do"))
        case "checking":
            return Sign("seen", "hourglass", _("Being checked"))
        case "restricted":
            return Sign("problem", "alert", _("Payouts stopped"))
        case "incomplete":
            return Sign("wait", "half", _("Not finished"))
        case _:
            return Sign("quiet", "bank", _("Not connected"))


def bank_words(state: str, *, name: str, by_hand: bool = False) -> str:
    """What that means, and what to do.

    Args:
        by_hand: people of the house take the account's number; the provider has no pages.
    """
    if by_hand:
        return _words_by_hand(state)
    told = {
        "ready": _("%(name)s can pay your bank account."),
        "due_soon": _("%(name)s still pays you. Answer what it asks before the deadline."),
        "checking": _("%(name)s is looking at what you told it. There is nothing to do now."),
        "restricted": _("%(name)s pays you nothing until you answer what it asks."),
        "incomplete": _("Go on with %(name)s where you left off."),
    }
    none = _("Connect a bank account to be paid in money. %(name)s asks who you are first.")
    return told.get(state, none) % {"name": name}


def _words_by_hand(state: str) -> str:
    match state:
        case "ready" | "due_soon":
            return _("You are paid by bank transfer to the account that you named.")
        case "checking":
            return _("Your account's number is noted. For your safety it rests before it is paid.")
        case _:
            return _("Name the bank account (IBAN) that you want to be paid to.")


def requirement_words(names: Sequence[str]) -> list[tuple[str, list[str]]]:
    """What is asked for, in words, each with the names that the provider has for it."""
    found: dict[str, list[str]] = {}
    for name in names:
        found.setdefault(_requirement(name), []).append(name)
    return list(found.items())


def _requirement(name: str) -> str:
    first = name.partition(".")[0]
    if "verification.document" in name or "verification.additional_document" in name:
        return _("A photo of an identity document")
    if first.startswith(("person_", "owners", "directors", "executives", "representative")):
        return _("Who owns and runs the business")
    known = {
        "external_account": _("A bank account"),
        "tos_acceptance": _("Agreement to the provider's terms"),
        "business_profile": _("What the business sells, and where it is found"),
        "business_type": _("What kind of business it is"),
        "company": _("The company's name, address and numbers"),
        "individual": _("Your name, address and date of birth"),
        "person": _("Who owns and runs the business"),
    }
    return known.get(first) or name.replace("_", " ").replace(".", ": ")
