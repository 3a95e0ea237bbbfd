"""Refusals about PINs and tablets, in the reader's language."""

from django.utils.translation import gettext as _

from gateway.events.errors import TillwayError
from gateway.money.errors import MoneyError
from merchants.tills.errors import PairingThrottled, PinThrottled


def pin_problems(error: TillwayError | MoneyError) -> dict[str, str]:
    """What is said of each refusal of ``merchants.tills``, by its code."""
    return {
        "pairing_code_wrong": _(
            "This code pairs nothing. It is good once, for ten minutes: have a new one made."
        ),
        "pairing_throttled": _wait(error),
        "till_name_invalid": _("A till needs a name."),
        "till_name_taken": _("Another till of this shop has that name."),
        "pin_invalid": _("A PIN has four to eight digits."),
        "pin_too_simple": _("This PIN is guessed first: take no run and not one digit only."),
        "pin_wrong": _("That is not the PIN."),
        "pin_throttled": _wait(error),
        "not_at_tills": _("This person does not work at the tills of this shop."),
        "manager_needed": _("This needs a manager's PIN. Choose a manager and type it."),
        "grant_refused": _("Have the manager type the PIN again: it is good once, for a minute."),
    }


def pin_problem(error: TillwayError) -> str:
    """One of them; in its own words where we have none in the reader's language."""
    return pin_problems(error).get(error.code) or " ".join(
        filter(None, (error.message, error.hint))
    )


def _wait(error: TillwayError | MoneyError) -> str:
    if not isinstance(error, PinThrottled | PairingThrottled):
        return ""
    return _("Too many wrong ones. Wait %(seconds)d seconds and try again.") % {
        "seconds": error.retry_after_seconds
    }
