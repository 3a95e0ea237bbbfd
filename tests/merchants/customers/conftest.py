"""A shop that sells, and a key of its programs."""

from tests.faces import open_shop, staff
from tests.invoices.conftest import chain, world
from tests.merchants.api.conftest import _forget_the_market, key_for

__all__ = ["_forget_the_market", "chain", "key_for", "open_shop", "staff", "world"]
