"""A till's shift as tests run it: opened, sold at, counted."""

from typing import Any

import pytest
from django.utils import timezone

from gateway.chains.models import Deposit
from gateway.invoices.models import Invoice
from merchants.shifts.figures import CashKind, Figures
from merchants.shifts.models import CashMove, Shift, ZReport
from merchants.shifts.selectors import figures_now, open_shift
from merchants.shifts.services import cash_move, shift_close, shift_open
from merchants.tills.makers import made_by
from merchants.tills.models import Till
from tests.faces import Staff
from tests.invoices.conftest import World


class TillDrawer:
    """One till, its shop's world, and its cashier."""

    def __init__(self, *, world: World, staff: Staff, till: Till) -> None:
        self.world, self.staff, self.till = world, staff, till
        self.by = staff.user("cashier").id
        self._drafts = 0

    @property
    def at(self) -> dict[str, Any]:
        return {
            "shop_id": self.till.shop_id,
            "till_id": self.till.id,
            "by": self.by,
            "now": timezone.now(),
        }

    def open(self, float_units: int = 10_000) -> Shift:
        return shift_open(**self.at, mode="test", currency="EUR", float_units=float_units)

    def close(self, counted_units: int = 10_000) -> ZReport:
        return shift_close(**self.at, mode="test", counted_units=counted_units)

    def cash(self, kind: CashKind, units: int, reason: str = "change", **more: Any) -> CashMove:
        self._drafts += 1
        wanted = {"draft": f"d{self._drafts}", **more}
        return cash_move(**self.at, kind=kind, units=units, reason=reason, **wanted)

    def sells(self, units: int = 1_250, **options: Any) -> Invoice:
        """A sale of this till."""
        maker = made_by(user_id=self.by, till_id=self.till.id)
        return self.world.issue(units, created_by=maker, **options)

    def takes(self, units: int = 1_250, **options: Any) -> Deposit:
        """A sale of this till that tokens paid."""
        return self.world.confirmed(self.sells(units, **options))

    @property
    def figures(self) -> Figures:
        """Of the open shift."""
        shift = open_shift(shop_id=self.till.shop_id, till_id=self.till.id)
        assert shift is not None
        return figures_now(shift)


@pytest.fixture
def drawer(open_shop: World, staff: Staff, till: Till) -> TillDrawer:
    return TillDrawer(world=open_shop, staff=staff, till=till)
