"""Who may let how much go back: pure.

Up to one's own limit one may decide alone, about one's own requests too. The owner decides about
everything; above the owner's limit, and where nobody can say what it is worth, only about what
somebody else has asked for.
"""

from dataclasses import dataclass
from typing import Literal

from gateway.shops.terms import ShopTerms

Level = Literal["cashier", "key", "manager", "owner"]


@dataclass(frozen=True, slots=True)
class Person:
    """Who acts, and from where.

    Attributes:
        who: ``user:<id>`` or ``key:<id>``.
        level: of the roles somebody holds, the one that may decide about the most.
        via: ``till``, ``dashboard`` or ``api``.
        session: names the till or browser session, so that its refunds can be put together.
    """

    who: str
    level: Level
    via: str
    session: str = ""


def limit_of(terms: ShopTerms, level: Level) -> int:
    """Minor units of the pricing currency."""
    return {
        "cashier": terms.refund_cashier_limit_units,
        "key": terms.refund_key_limit_units,
        "manager": terms.refund_manager_limit_units,
        "owner": terms.refund_owner_limit_units,
    }[level]


def needs_second(terms: ShopTerms, worth_units: int | None) -> bool:
    """Whether nobody may approve what they asked for themselves."""
    return worth_units is None or worth_units > terms.refund_owner_limit_units


def may_approve(
    terms: ShopTerms, person: Person, *, worth_units: int | None, requested_by: str
) -> bool:
    """Whether this person's word is enough.

    Args:
        worth_units: minor units; None if there is no price.
    """
    if needs_second(terms, worth_units):
        return person.level == "owner" and person.who != requested_by
    assert worth_units is not None
    return person.level == "owner" or worth_units <= limit_of(terms, person.level)
