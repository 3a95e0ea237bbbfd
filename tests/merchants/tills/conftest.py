"""A shop with people, a till, and a tablet that is paired with it."""

from tests.faces import open_shop, staff
from tests.invoices.conftest import _forget_the_market, chain, world
from tests.merchants.tills.tablets import tablet, till

__all__ = ["_forget_the_market", "chain", "open_shop", "staff", "tablet", "till", "world"]
