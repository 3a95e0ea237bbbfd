"""What roles and actions are called, in the reader's language."""

from collections.abc import Collection

from django.utils.translation import gettext as _

from merchants.accounts.actions import ACTIONS


def role_word(role: str) -> str:
    return {
        "owner": _("Owner"),
        "manager": _("Manager"),
        "cashier": _("Cashier"),
        "accountant": _("Accountant"),
        "developer": _("Developer"),
        "compliance_officer": _("Compliance officer"),
        "desk": _("Desk"),
        "operator": _("Operator"),
    }[role]


def subject_word(subject: str) -> str:
    """What an action is about: the part before its dot."""
    return {
        "shop": _("The shop and its terms"),
        "dashboard": _("The dashboard"),
        "settings": _("Settings"),
        "verification": _("Showing who you are"),
        "invoice": _("Sales"),
        "catalogue": _("Items"),
        "link": _("Payment links"),
        "customer": _("Customers"),
        "refund": _("Refunds"),
        "balance": _("Balances"),
        "payout": _("Payouts"),
        "report": _("Reports"),
        "till": _("Tills"),
        "shift": _("Shifts"),
        "member": _("The team"),
        "audit": _("The audit log"),
        "api_key": _("API keys"),
        "webhook": _("Webhooks"),
        "approval": _("Approvals"),
    }[subject]


def verb_word(verb: str) -> str:
    """What is done to it: the part behind the dot."""
    return {
        "view": _("look"),
        "change": _("change"),
        "change_terms": _("change the terms"),
        "change_payout_address": _("change where payouts go"),
        "move_in": _("move in from another program"),
        "create": _("take money in"),
        "void": _("call off"),
        "mark": _("mark as paid or invalid"),
        "provoke": _("try out what is hard to wait for, with test money"),
        "manage": _("change"),
        "request": _("ask for"),
        "approve": _("approve"),
        "cancel": _("take back"),
        "export": _("export"),
        "decide": _("decide"),
        "propose": _("propose"),
        "forget": _("forget"),
    }[verb]


def may_words(role: str) -> list[tuple[str, str]]:
    """What a shop's role may do, in words, by subject: drawn from the table of actions."""
    by_subject: dict[str, list[str]] = {}
    for action, roles in ACTIONS.items():
        if role in roles:
            subject, _dot, verb = action.partition(".")
            by_subject.setdefault(subject, []).append(verb)
    return [(subject_word(subject), _listed(verbs)) for subject, verbs in by_subject.items()]


def _listed(verbs: Collection[str]) -> str:
    return ", ".join(dict.fromkeys(verb_word(verb) for verb in verbs))
