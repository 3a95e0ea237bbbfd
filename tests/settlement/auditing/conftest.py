"""A shop that sells right now."""

from tests.faces import open_shop
from tests.invoices.conftest import chain, world

__all__ = ["chain", "open_shop", "world"]
