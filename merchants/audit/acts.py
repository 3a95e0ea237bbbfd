"""What the audit log knows of: every act by its name. Pure.

A name is written ``subject.verb``, in the past. Kinds put acts together for whoever looks.
"""

from typing import Final, Literal

Kind = Literal["access", "people", "programs", "settings", "money", "tills", "files"]
KINDS: Final[tuple[Kind, ...]] = (
    "access",
    "people",
    "programs",
    "settings",
    "money",
    "tills",
    "files",
)
ACTS: Final[dict[str, Kind]] = {
    "sign_in.done": "access",
    "sign_in.refused": "access",
    "password.changed": "access",
    "email.changed": "access",
    "factor.added": "access",
    "factor.removed": "access",
    "factor.reset_asked": "access",
    "factor.reset_cancelled": "access",
    "factor.reset": "access",
    "member.invited": "people",
    "member.invitation_sent_again": "people",
    "member.invitation_withdrawn": "people",
    "member.joined": "people",
    "member.role_changed": "people",
    "member.removed": "people",
    "house_role.given": "people",
    "house_role.taken": "people",
    "api_key.made": "programs",
    "api_key.revoked": "programs",
    "webhook.made": "programs",
    "webhook.changed": "programs",
    "webhook.removed": "programs",
    "webhook.secret_changed": "programs",
    "webhook.replayed": "programs",
    "settings.changed": "settings",
    "move.begun": "files",
    "past_buyers.forgotten": "files",
    "payout_address.asked": "money",
    "bank_account.asked": "money",
    "payout.asked": "money",
    "payout.cancelled": "money",
    "refund.approved": "money",
    "refund.rejected": "money",
    "invoice.marked": "money",
    "sale.voided": "money",
    "away_sale.booked": "money",
    "away_sale.set_aside": "money",
    "till.paired": "tills",
    "till.revoked": "tills",
    "pin.dropped": "tills",
    "grant.given": "tills",
    "customer.forgotten": "files",
    "file.exported": "files",
}


def acts_of(kind: str) -> list[str]:
    """The acts of one kind; none for what is no kind."""
    return [act for act, its in ACTS.items() if its == kind]
