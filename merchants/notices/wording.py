"""What a notice is called, what it means, and where its reader goes to look after it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from merchants.notices.models import Notice


@dataclass(frozen=True, slots=True)
class Words:
    """A notice for people.

    Attributes:
        path: below the public address: the page where it is looked after.
    """

    title: str
    meaning: str
    path: str


def words_of(notice: Notice) -> Words:
    """In the language that is active."""
    shop = f"/dashboard/{notice.shop_id}"
    match notice.kind:
        case "payout_failed":
            return Words(
                _("A payout did not reach you"),
                _("Its money is back in your balance. Look at the reason, then ask for it again."),
                f"{shop}/payouts",
            )
        case "requirement_due" if notice.body.get("kind") == "business":
            return Words(
                _("We need something more to verify your business"),
                _("Without it limits stay as they are, and a review that is overdue lowers them."),
                f"{shop}/verification",
            )
        case "requirement_due":
            return Words(
                _("Your bank payouts need something from you"),
                _("Payouts to the bank stop if it is not given in time."),
                f"{shop}/banks",
            )
        case "approval_waits":
            return Words(
                _("Something waits for a second person"),
                _("One person proposed it; another has to agree: %(reason)s.")
                % {"reason": _said(notice.body, "reason")},
                f"{shop}/approvals/{notice.subject.partition(':')[2]}",
            )
        case "key_new_network":
            return Words(
                _("An API key was used from a new network"),
                _(
                    "It was used from %(network)s for the first time. If that was not your"
                    " program, revoke the key now and make another."
                )
                % {"network": _said(notice.body, "network")},
                f"{shop}/developers",
            )
        case "shift_left_open":
            return Words(
                _("A shift was left open"),
                _("Nobody has closed the shift at “%(till)s”. Count its drawer and close it there.")
                % {"till": _said(notice.body, "till")},
                f"{shop}/shifts/{notice.subject.partition(':')[2]}",
            )
        case "sign_in_new_network":
            return Words(
                _("Somebody of your shop signed in from a new network"),
                _(
                    "It was %(network)s, for the first time. If it was none of your people,"
                    " tell us at once; revoke the API keys and look at the payout address."
                )
                % {"network": _said(notice.body, "network")},
                f"{shop}/",
            )
        case "webhook_failing" | "webhook_disabled":
            return _words_of_webhook(notice, f"{shop}/developers/webhooks")
        case _:
            return _words_of_house(notice)


def _words_of_webhook(notice: Notice, root: str) -> Words:
    path = f"{root}/{notice.subject.partition(':')[2]}"
    host = {"host": _said(notice.body, "host")}
    if notice.kind == "webhook_failing":
        return Words(
            _("Your program at %(host)s accepts no webhooks") % host,
            _("Nothing was accepted for a day. After five days we stop calling it."),
            path,
        )
    if notice.body.get("reason") == "gone":
        return Words(
            _("We stopped calling your program at %(host)s") % host,
            _(
                "It answered that it is gone for good. If it is not, switch it on again; what it"
                " missed can be sent then."
            ),
            path,
        )
    return Words(
        _("We stopped calling your program at %(host)s") % host,
        _(
            "It accepted nothing for five days. Repair it and switch it on again; what it missed"
            " can be sent then."
        ),
        path,
    )


def _words_of_house(notice: Notice) -> Words:
    about, body = notice.subject.partition(":")[2], notice.body
    match notice.kind:
        case "payout_failed_at_house":
            return Words(
                _("A shop's payout failed"),
                _("The shop has its money back in its balance. Find out why it failed: %(reason)s.")
                % {"reason": _said(body, "failure", "message") or about},
                "/house/books",
            )
        case "difference_found":
            return Words(
                _("The books and the world differ"),
                _(
                    "A balance outside is not what the books say. Large payouts wait until it"
                    " is closed."
                ),
                "/house/reconciliation",
            )
        case "chain_stalled":
            return Words(
                _("Chain %(chain)s is not followed") % {"chain": about},
                _("Payments on it are not seen and its invoices don't expire: %(reason)s.")
                % {"reason": _said(body, "reason")},
                "/house/",
            )
        case "float_low":
            return Words(
                _("Too little %(asset)s to pay shops") % {"asset": about},
                _("Payouts wait until the treasury holds more of it."),
                "/house/books",
            )
        case "gas_low":
            return Words(
                _("An account runs out of gas"),
                _("%(account)s on chain %(chain)s can soon send nothing more.")
                % {"account": _said(body, "account"), "chain": _said(body, "chain_id")},
                "/desk/capital",
            )
        case "shortfall_opened":
            return Words(
                _("A payment that was paid out was taken back"),
                _("A reorganisation left a shop's balance below zero."),
                "/house/books",
            )
        case "approval_waits_at_house" | "approval_waits_for_officers" | "approval_waits_at_desk":
            return Words(
                _("Something waits for a second person"),
                _("One person proposed it; another has to agree: %(reason)s.")
                % {"reason": _said(body, "reason")},
                f"/house/approvals/{about}",
            )
        case "bank_unclear":
            return Words(
                _("Nobody knows whether a bank was instructed"),
                _("No answer came within a day. Look at the provider's pages, then say which."),
                "/house/books",
            )
        case "case_opened":
            return Words(
                _("A case was opened"),
                _("Somebody has to look at it and decide."),
                f"/house/cases/{about}",
            )
        case "case_overdue":
            return Words(
                _("A case is late"),
                _("Its deadline has passed, and nobody has decided."),
                f"/house/cases/{about}",
            )
        case "case_decision_waits":
            return Words(
                _("A case waits for a second officer"),
                _("One officer proposed how it ends; another has to agree."),
                f"/house/cases/{_said(body, 'payload', 'case_id')}",
            )
        case _:
            return _words_of_guards(notice)


def _words_of_guards(notice: Notice) -> Words:
    """Of what the desk and the compliance officers look after."""
    about, body = notice.subject.partition(":")[2], notice.body
    match notice.kind:
        case "desk_halted":
            return Words(
                _("The desk was stopped"),
                _("New rates are refused until it is resumed: %(reason)s.")
                % {"reason": _said(body, "reason")},
                "/desk/switch",
            )
        case "money_held":
            return Words(
                _("A payment is held"),
                _("It waits for a decision by two people."),
                "/house/",
            )
        case "list_refused":
            return Words(
                _("A list could not be loaded"),
                _("%(list)s is judged by its last good version; stale lists stop new invoices.")
                % {"list": about},
                "/house/",
            )
        case "list_ageing":
            return Words(
                _("A list will soon be stale"),
                _("%(list)s was not found good for hours; stale lists stop new invoices.")
                % {"list": about},
                "/house/",
            )
        case "list_stale":
            return Words(
                _("A list is stale: no invoices are issued"),
                _(
                    "%(list)s was not found good for a day. Money that comes is judged by its last "
                    "good version."
                )
                % {"list": about},
                "/house/",
            )
        case "move_overdue":
            return Words(
                _("A move of inventory is overdue"),
                _("What left has not arrived where it should be."),
                f"/desk/moves/{about}",
            )
        case "report_due":
            return Words(
                _("A report to an authority is due"),
                _("It is not filed yet, and its term is nearly over, or is."),
                f"/house/reports/{about}",
            )
        case "report_waits":
            return Words(
                _("A report waits for a second officer"),
                _("One officer filled it in; another has to read and approve it."),
                f"/house/reports/{about}",
            )
        case other:
            raise LookupError(f"no words for notices of kind {other!r}")


def kind_word(kind: str) -> str:
    """What a kind is called where people choose."""
    return {
        "payout_failed": _("Payouts that failed"),
        "payout_failed_at_house": _("Payouts of shops that failed"),
        "requirement_due": _("What the bank's partner asks for"),
        "difference_found": _("Differences in the books"),
        "chain_stalled": _("Chains that stand still"),
        "float_low": _("Too little to pay shops"),
        "gas_low": _("Accounts low on gas"),
        "desk_halted": _("A stopped desk"),
        "money_held": _("Held payments"),
        "list_refused": _("Lists that fail to load"),
        "list_ageing": _("Lists about to be stale"),
        "list_stale": _("Stale lists"),
        "move_overdue": _("Overdue moves"),
        "shortfall_opened": _("Payments taken back"),
        "approval_waits": _("What waits for a second person"),
        "approval_waits_at_house": _("What waits for a second person of the house"),
        "approval_waits_for_officers": _("What waits for a second officer"),
        "approval_waits_at_desk": _("What waits for a second person of the desk"),
        "bank_unclear": _("Unclear instructions to banks"),
        "case_opened": _("Cases"),
        "case_overdue": _("Cases that are late"),
        "key_new_network": _("API keys used from new networks"),
        "shift_left_open": _("Shifts that were left open"),
        "sign_in_new_network": _("Sign-ins from new networks"),
        "webhook_failing": _("Webhooks that nobody accepts"),
        "webhook_disabled": _("Webhooks that were switched off"),
        "case_decision_waits": _("Cases that wait for a second officer"),
        "report_due": _("Reports that are due"),
        "report_waits": _("Reports that wait for a second officer"),
    }[kind]


def _said(body: Mapping[str, Any], *path: str) -> str:
    """What the event says there, as text; empty where it says nothing."""
    value: Any = body
    for name in path:
        value = value.get(name) if isinstance(value, Mapping) else None
    return "" if value is None else str(value).strip().removesuffix(".")
