"""The shop and the people of these tests."""

import pytest
from django.test import Client

from tests.faces import Staff, open_shop, staff
from tests.invoices.conftest import chain, world

__all__ = ["chain", "open_shop", "staff", "world"]


@pytest.fixture
def olga(staff: Staff) -> Client:
    """Who runs the house's books."""
    return staff.client("operator")
