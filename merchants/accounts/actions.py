"""Who may do what: one table of actions by roles, pure. Pages, API and tests all read it.

An action is written ``subject.verb``. A role of a shop acts in that shop only; a house role
(officers, the desk, operators: who runs the house's books, payouts and approvals) acts on every
shop, and only through the actions that name it here.
"""

from collections.abc import Collection, Iterable
from typing import Final

OWNER: Final = "owner"
MANAGER: Final = "manager"
CASHIER: Final = "cashier"
ACCOUNTANT: Final = "accountant"
DEVELOPER: Final = "developer"
COMPLIANCE_OFFICER: Final = "compliance_officer"
DESK: Final = "desk"
OPERATOR: Final = "operator"

SHOP_ROLES: Final = frozenset({OWNER, MANAGER, CASHIER, ACCOUNTANT, DEVELOPER})
HOUSE_ROLES: Final = frozenset({COMPLIANCE_OFFICER, DESK, OPERATOR})
ROLES: Final = (OWNER, MANAGER, CASHIER, ACCOUNTANT, DEVELOPER, COMPLIANCE_OFFICER, DESK, OPERATOR)

_EVERYONE: Final = frozenset({OWNER, MANAGER, CASHIER, ACCOUNTANT, DEVELOPER})

ACTIONS: Final[dict[str, frozenset[str]]] = {
    "shop.view": _EVERYONE | {COMPLIANCE_OFFICER},
    "dashboard.view": (_EVERYONE - {CASHIER}) | {COMPLIANCE_OFFICER},
    "settings.view": frozenset({OWNER, MANAGER}),
    "shop.change_terms": frozenset({OWNER}),
    "shop.change_payout_address": frozenset({OWNER}),
    "shop.move_in": frozenset({OWNER}),
    "shop.approve": frozenset({COMPLIANCE_OFFICER}),
    "verification.view": frozenset({OWNER, MANAGER}),
    "verification.change": frozenset({OWNER}),
    "verification.decide": frozenset({COMPLIANCE_OFFICER}),
    "shop.suspend": frozenset({COMPLIANCE_OFFICER}),
    "invoice.view": _EVERYONE | {COMPLIANCE_OFFICER},
    "invoice.create": frozenset({OWNER, MANAGER, CASHIER, DEVELOPER}),
    "invoice.void": frozenset({OWNER, MANAGER, CASHIER}),
    "invoice.mark": frozenset({OWNER, MANAGER}),
    "invoice.provoke": frozenset({OWNER, MANAGER, DEVELOPER}),
    "catalogue.view": _EVERYONE - {CASHIER},
    "catalogue.manage": frozenset({OWNER, MANAGER, DEVELOPER}),
    "link.view": frozenset({OWNER, MANAGER, ACCOUNTANT}),
    "link.manage": frozenset({OWNER, MANAGER}),
    "customer.view": frozenset({OWNER, MANAGER, ACCOUNTANT}),
    "customer.forget": frozenset({OWNER, MANAGER}),
    "refund.view": frozenset({OWNER, MANAGER, ACCOUNTANT}),
    "refund.request": frozenset({OWNER, MANAGER, CASHIER}),
    "refund.approve": frozenset({OWNER, MANAGER}),
    "balance.view": frozenset({OWNER, MANAGER, ACCOUNTANT}),
    "payout.view": frozenset({OWNER, MANAGER, ACCOUNTANT}),
    "payout.request": frozenset({OWNER}),
    "payout.cancel": frozenset({OWNER}),
    "report.export": frozenset({OWNER, MANAGER, ACCOUNTANT}),
    "till.manage": frozenset({OWNER, MANAGER}),
    "shift.view": frozenset({OWNER, MANAGER, ACCOUNTANT}),
    "member.manage": frozenset({OWNER}),
    "audit.view": frozenset({OWNER, ACCOUNTANT}),
    "api_key.view": frozenset({OWNER, DEVELOPER}),
    "api_key.manage": frozenset({OWNER, DEVELOPER}),
    "webhook.view": frozenset({OWNER, MANAGER, DEVELOPER}),
    "webhook.manage": frozenset({OWNER, MANAGER, DEVELOPER}),
    "hold.decide": frozenset({COMPLIANCE_OFFICER}),
    "case.work": frozenset({COMPLIANCE_OFFICER}),
    "case.decide": frozenset({COMPLIANCE_OFFICER}),
    "report.work": frozenset({COMPLIANCE_OFFICER}),
    "report.approve": frozenset({COMPLIANCE_OFFICER}),
    "retention.view": frozenset({COMPLIANCE_OFFICER}),
    "retention.hold": frozenset({COMPLIANCE_OFFICER}),
    "retention.export": frozenset({COMPLIANCE_OFFICER}),
    "list.load": frozenset({COMPLIANCE_OFFICER}),
    "scenario.edit": frozenset({COMPLIANCE_OFFICER}),
    "scenario.decide": frozenset({COMPLIANCE_OFFICER}),
    "screening.look": frozenset({COMPLIANCE_OFFICER}),
    "desk.view": frozenset({DESK}),
    "desk.control": frozenset({DESK}),
    "desk.resume": frozenset({DESK, OPERATOR}),
    "desk.trade": frozenset({DESK}),
    "provider.manage": frozenset({DESK}),
    "books.view": frozenset({OPERATOR, COMPLIANCE_OFFICER}),
    "books.post": frozenset({OPERATOR}),
    "books.close": frozenset({OPERATOR}),
    "approval.view": frozenset({OWNER, MANAGER, OPERATOR, COMPLIANCE_OFFICER, DESK}),
    "approval.propose": frozenset({OPERATOR, COMPLIANCE_OFFICER}),
    "approval.decide": frozenset({OWNER, MANAGER, OPERATOR, COMPLIANCE_OFFICER}),
    "house_role.view": frozenset({OPERATOR, COMPLIANCE_OFFICER}),
    "house_role.manage": frozenset({OPERATOR, COMPLIANCE_OFFICER}),
    "reconciliation.view": frozenset({OPERATOR, COMPLIANCE_OFFICER}),
    "reconciliation.run": frozenset({OPERATOR}),
}

STEPPED_UP: Final = frozenset(
    {
        "shop.change_payout_address",
        "shop.change_terms",
        "shop.move_in",
        "payout.request",
        "refund.approve",
        "api_key.manage",
        "member.manage",
        "approval.decide",
        "house_role.manage",
    }
)
"""Acts that need a second factor in a live shop, shown afresh by everybody who has one."""

SCOPES: Final[dict[str, str]] = {
    "invoices:read": "invoice.view",
    "invoices:write": "invoice.create",
    "invoices:mark": "invoice.mark",
    "invoices:provoke": "invoice.provoke",
    "quotes:read": "invoice.view",
    "balances:read": "balance.view",
    "payouts:read": "payout.view",
    "payouts:write": "payout.request",
    "refunds:read": "refund.view",
    "refunds:write": "refund.approve",
    "refunds:end": "refund.approve",
    "links:read": "link.view",
    "links:write": "link.manage",
    "webhooks:read": "webhook.view",
    "webhooks:write": "webhook.manage",
    "events:read": "webhook.view",
    "reports:read": "report.export",
    "catalogue:read": "catalogue.view",
    "catalogue:write": "catalogue.manage",
    "ecr:use": "invoice.create",
}
"""What an API key may carry, and the action its maker must hold to give it away."""

IMPLIED: Final[dict[str, str]] = {"refunds:write": "refunds:end"}
"""Scopes that hold another: who may make refunds may call them off."""

TILL_SCOPES: Final = ("invoices:read", "invoices:write", "quotes:read")
"""A sensible default: a key that can take money in and can't take any out."""


def scopes_held(scopes: Iterable[str]) -> frozenset[str]:
    """What a key that carries these may do: they, and what they imply."""
    carried = frozenset(scopes)
    return carried | {IMPLIED[scope] for scope in carried & IMPLIED.keys()}


def roles_allowing(action: str) -> frozenset[str]:
    """The roles that hold ``action``. An unknown action is a mistake of ours, never a yes."""
    try:
        return ACTIONS[action]
    except KeyError:
        raise LookupError(f"no such action: {action}") from None


def roles_allow(roles: Collection[str], action: str) -> bool:
    """Whether somebody with all these roles may do it."""
    return not roles_allowing(action).isdisjoint(roles)


def actions_allowed(roles: Collection[str]) -> frozenset[str]:
    """Everything that somebody with these roles may do."""
    return frozenset(action for action, allowed in ACTIONS.items() if not allowed.isdisjoint(roles))


def role_allows(role: str, action: str) -> bool:
    return role in roles_allowing(action)
