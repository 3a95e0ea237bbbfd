"""The shop and the people of these tests."""

from tests.faces import open_shop, staff
from tests.invoices.conftest import _fresh_memory, chain, world

__all__ = ["_fresh_memory", "chain", "open_shop", "staff", "world"]
