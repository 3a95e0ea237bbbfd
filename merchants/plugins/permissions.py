"""What a plugin may be allowed, in the names its protocol has for it, and what that is here. Pure.

Keys carry our own scopes (``merchants.accounts.actions``); a permission stands for some of them.
What shops' plugins can't be given here is in no list: running a server, keys of wallets, money out.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Final

from merchants.accounts.actions import SCOPES

VIEW_STORE: Final = "btcpay.store.canviewstoresettings"
CHANGE_STORE: Final = "btcpay.store.canmodifystoresettings"
VIEW_INVOICES: Final = "btcpay.store.canviewinvoices"
CREATE_INVOICE: Final = "btcpay.store.cancreateinvoice"
CHANGE_INVOICES: Final = "btcpay.store.canmodifyinvoices"
WEBHOOKS: Final = "btcpay.store.webhooks.canmodifywebhooks"
REFUND_WITH_APPROVAL: Final = "btcpay.store.cancreatenonapprovedpullpayments"
REFUND: Final = "btcpay.store.cancreatepullpayments"
MANAGE_REFUNDS: Final = "btcpay.store.canmanagepullpayments"
VIEW_REFUNDS: Final = "btcpay.store.canviewpullpayments"
END_REFUNDS: Final = "btcpay.store.canarchivepullpayments"
VIEW_PAYOUTS: Final = "btcpay.store.canviewpayouts"
MANAGE_PAYOUTS: Final = "btcpay.store.canmanagepayouts"

GRANTS: Final[dict[str, tuple[str, ...]]] = {
    VIEW_STORE: ("quotes:read",),
    CHANGE_STORE: ("quotes:read",),
    VIEW_INVOICES: ("invoices:read",),
    CREATE_INVOICE: ("invoices:write",),
    CHANGE_INVOICES: ("invoices:read", "invoices:write", "invoices:mark"),
    WEBHOOKS: ("webhooks:read", "webhooks:write"),
    REFUND_WITH_APPROVAL: ("refunds:read", "refunds:write"),
    REFUND: ("refunds:read", "refunds:write"),
    MANAGE_REFUNDS: ("refunds:read", "refunds:write"),
    VIEW_REFUNDS: ("refunds:read",),
    END_REFUNDS: ("refunds:end",),
    VIEW_PAYOUTS: ("refunds:read",),
    MANAGE_PAYOUTS: ("refunds:read", "refunds:write"),
}
"""Each permission that a plugin may ask for, and the scopes that are given for it. The API offers
nothing to change of a shop's settings, so that permission gives no more than to read them."""


@dataclass(frozen=True, slots=True)
class Need:
    """What a call needs: the scope that is looked for, and the permission that is told missing."""

    permission: str
    scope: str


MAY_VIEW_STORE: Final = Need(VIEW_STORE, "quotes:read")
MAY_VIEW_INVOICES: Final = Need(VIEW_INVOICES, "invoices:read")
MAY_CREATE_INVOICE: Final = Need(CREATE_INVOICE, "invoices:write")
MAY_DESCRIBE_INVOICE: Final = Need(CHANGE_INVOICES, "invoices:write")
MAY_MARK_INVOICE: Final = Need(CHANGE_INVOICES, "invoices:mark")
MAY_SEE_WEBHOOKS: Final = Need(WEBHOOKS, "webhooks:read")
MAY_CHANGE_WEBHOOKS: Final = Need(WEBHOOKS, "webhooks:write")
MAY_REFUND: Final = Need(REFUND_WITH_APPROVAL, "refunds:write")
MAY_VIEW_REFUNDS: Final = Need(VIEW_REFUNDS, "refunds:read")
MAY_END_REFUNDS: Final = Need(END_REFUNDS, "refunds:end")
MAY_VIEW_PAYOUTS: Final = Need(VIEW_PAYOUTS, "refunds:read")
MAY_MANAGE_PAYOUTS: Final = Need(MANAGE_PAYOUTS, "refunds:write")

TAKE_MONEY: Final = (VIEW_INVOICES, CREATE_INVOICE, VIEW_STORE, WEBHOOKS)
"""Of a key that is made by hand for any plugin: it takes money in, hears of it, and no more."""


def scopes_for(permissions: Iterable[str]) -> tuple[str, ...]:
    """Our scopes for these permissions, each once, in the order of ours."""
    wanted = {scope for permission in permissions for scope in GRANTS[permission]}
    return tuple(scope for scope in SCOPES if scope in wanted)


def actions_for(permissions: Iterable[str]) -> frozenset[str]:
    """What somebody must be allowed themselves to give these permissions away."""
    return frozenset(SCOPES[scope] for scope in scopes_for(permissions))


def permissions_within(scopes: Collection[str]) -> list[str]:
    """The permissions that a key that holds these scopes fulfils: what a key of a program is said
    to have. To change settings it is never said to be allowed: nobody asked its maker."""
    return [
        permission
        for permission, needed in GRANTS.items()
        if permission != CHANGE_STORE and set(needed) <= set(scopes)
    ]


def of_store(permission: str, store_id: object) -> str:
    """A permission as it is granted: for one store."""
    return f"{permission}:{store_id}"
