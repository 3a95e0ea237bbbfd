"""A shop that sells, and its people."""

from tests.faces import open_shop, staff
from tests.invoices.conftest import _forget_the_market, chain, world

__all__ = ["_forget_the_market", "chain", "open_shop", "staff", "world"]
