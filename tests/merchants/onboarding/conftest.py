"""The shop and the people of these tests."""

from tests.faces import open_shop, staff
from tests.invoices.conftest import chain, world

__all__ = ["chain", "open_shop", "staff", "world"]
