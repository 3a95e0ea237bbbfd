"""The shop and the people of these tests."""

from tests.faces import open_shop, staff
from tests.invoices.conftest import chain, world
from tests.merchants.shifts.drawers import drawer
from tests.merchants.tills.tablets import till

__all__ = ["chain", "drawer", "open_shop", "staff", "till", "world"]
