"""A paired till with a cashier at it, and what its sales bring."""

from tests.faces import open_shop, staff
from tests.invoices.conftest import _forget_the_market, chain, world
from tests.merchants.shifts.drawers import drawer
from tests.merchants.tills.tablets import tablet, till

__all__ = [
    "_forget_the_market",
    "chain",
    "drawer",
    "open_shop",
    "staff",
    "tablet",
    "till",
    "world",
]
