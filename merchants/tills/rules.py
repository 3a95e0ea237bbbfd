"""When a paired till asks for a manager's PIN, as the shop says. Pure.

A refund always waits for somebody who may approve it; these are about what a cashier could
otherwise do alone.
"""

from dataclasses import dataclass
from typing import Final, Literal

PPM: Final = 1_000_000
VoidRule = Literal["paid", "above", "always", "never"]
VOID_RULES: Final[tuple[VoidRule, ...]] = ("paid", "above", "always", "never")
"""``paid``: of a sale for which something was paid. ``above``: of that, and of one above an amount.
"""


@dataclass(frozen=True, slots=True)
class Rules:
    """What a shop wants.

    Attributes:
        void_above_units: minor units, with the rule ``above``.
        discount_above_ppm: parts of a million of a ticket's list prices that its discounts may take
            off together without a manager; None: all of them.
    """

    void: VoidRule = "paid"
    void_above_units: int = 0
    discount_above_ppm: int | None = None


def void_needs_manager(rules: Rules, *, units: int, is_money_on_it: bool) -> bool:
    """Whether calling off a sale of so many minor units needs a manager's PIN."""
    match rules.void:
        case "never":
            return False
        case "always":
            return True
        case "above":
            return is_money_on_it or units > rules.void_above_units
        case "paid":
            return is_money_on_it


def discount_needs_manager(rules: Rules, *, full_units: int, off_units: int) -> bool:
    """Whether so much off a ticket's list prices needs one."""
    most = rules.discount_above_ppm
    return most is not None and off_units * PPM > full_units * most
