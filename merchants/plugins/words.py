"""What a plugin asks for, in words for whoever is to say yes."""

from dataclasses import dataclass

from django.utils.translation import gettext as _

from merchants.plugins import permissions


@dataclass(frozen=True, slots=True)
class PermissionWords:
    """A permission for people: what it is for, and what it does and doesn't do."""

    name: str
    title: str
    more: str


def permission_words(permission: str) -> PermissionWords:
    """In the reader's language."""
    title, more = _said(permission)
    return PermissionWords(permission, title, more)


def _said(permission: str) -> tuple[str, str]:
    match permission:
        case permissions.VIEW_STORE:
            return (
                _("See the shop"),
                _("Its name, what it accepts, and today's rates."),
            )
        case permissions.CHANGE_STORE:
            return (
                _("Change the shop's settings"),
                _("Plugins can change none here, so this lets it see the shop and no more."),
            )
        case permissions.VIEW_INVOICES:
            return (_("See payments"), _("Which there are, and how each one stands."))
        case permissions.CREATE_INVOICE:
            return (_("Ask for payments"), _("What shoppers are to pay at its checkout."))
        case permissions.CHANGE_INVOICES:
            return (
                _("Change payments"),
                _("Its notes beside them, and a mark as settled or invalid. That moves no money."),
            )
        case permissions.WEBHOOKS:
            return (_("Be told of payments"), _("At a web address that it names."))
        case permissions.VIEW_PAYOUTS | permissions.VIEW_REFUNDS:
            return (_("See refunds"), _("How much goes back to whom."))
        case permissions.REFUND_WITH_APPROVAL:
            return (
                _("Ask for refunds"),
                _(
                    "To shoppers, of what they paid. "
                    "Above your limit for keys, it is approved first."
                ),
            )
        case permissions.END_REFUNDS:
            return (_("Call refunds off"), _("Those that were not sent yet. It can make none."))
        case _:
            return (
                _("Make refunds"),
                _("To shoppers, of what they paid, up to your limit for keys."),
            )
