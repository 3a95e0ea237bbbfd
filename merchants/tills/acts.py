"""What a till may do, and what it may do only with a manager's PIN. Pure."""

from typing import Final

from merchants.accounts.actions import CASHIER, MANAGER, OWNER

TILL_ROLES: Final = (CASHIER, MANAGER, OWNER)
"""Who stands at a till, the least first."""
MANAGER_ROLES: Final = frozenset({MANAGER, OWNER})
"""Whose PIN lets a cashier do what needs one."""
AT_TILL: Final = frozenset({CASHIER})
"""As whom a paired tablet acts, whoever stands at it: a cashier may sell, call off and ask for
refunds, and sees no dashboard."""

REFUND: Final = "refund"
VOID: Final = "void"
OPEN_DRAWER: Final = "open_drawer"
DISCOUNT: Final = "discount"
STEPPED_UP: Final = (REFUND, VOID, OPEN_DRAWER, DISCOUNT)
"""Acts that a manager's PIN may be asked for, each time anew."""
GRANT_SECONDS: Final = 60
"""For so long a manager's word may be used, once."""
