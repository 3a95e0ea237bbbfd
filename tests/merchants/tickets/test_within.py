"""The tax and the tips of a ticket are in what pays it, all of them and once."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.invoices.models import Invoice
from gateway.money.amounts import parse_amount
from gateway.money.assets import FIAT
from merchants.tickets import services
from merchants.tickets.models import CashTake, PartDemand
from merchants.tickets.within import Within, tax_of_part
from tests.invoices.conftest import World
from tests.merchants.tickets.conftest import Till

UNITS = st.integers(0, 10**9)


@given(UNITS, st.lists(st.integers(1, 10**6), min_size=1, max_size=20))
def test_parts_have_all_of_the_tax(tax: int, goods: list[int]) -> None:
    numbers = range(1, len(goods) + 1)
    assert sum(tax_of_part(tax, goods, number) for number in numbers) == tax


@given(UNITS, UNITS, st.lists(st.integers(1, 10**6), min_size=1, max_size=8))
def test_payments_one_after_the_other_have_all_of_a_parts(
    tax: int, tip: int, payments: list[int]
) -> None:
    whole, found = Within(tax, tip), list[Within]()
    left = sum(payments)
    for units in payments:
        found.append(whole.less(found).share(units, left))
        left -= units
    assert Within() == whole.less(found)
    assert sum(one.tax_units for one in found) == tax
    assert sum(one.tip_units for one in found) == tip


def test_a_payment_of_nothing_of_nothing_holds_what_is_left() -> None:
    assert Within(3, 4).share(0, 0) == Within(3, 4)


@pytest.mark.django_db
def test_cash_an_invoice_and_kept_change_hold_a_tickets_tax_and_tips(till: Till) -> None:
    till.amount(1_000)  # 1.67 of it tax
    till.split(2)
    services.ticket_tip(**till.named, part=1, tip_units=100, tap=till.tap())
    till.cash(200)
    services.ticket_tip(**till.named, part=1, tip_units=150, tap=till.tap())
    asked = till.ask()
    till.cash(700, part=2, keep_change=True)
    takes = CashTake.objects.order_by("id")
    cash = [(one.tax_in_units, one.tip_in_units, one.tip_units) for one in takes]
    assert cash == [(28, 33, 0), (83, 0, 200)]
    assert (asked.metadata["tax"], asked.metadata["tip"]) == ("0.56", "1.17")
    demand = PartDemand.objects.get()
    assert (demand.tax_in_units, demand.tip_in_units) == (56, 117)
    assert 28 + 83 + 56 == 167


@pytest.mark.django_db
def test_what_asks_for_the_rest_of_a_part_holds_the_rest_of_its_tip(
    till: Till, world: World
) -> None:
    """Its tip was said anew by the second invoice: a report counted it twice."""
    till.amount(1_200)
    till.split()
    services.ticket_tip(**till.named, part=1, tip_units=120, tap=till.tap())
    first = till.ask()
    world.confirmed(first, units=world.quote(first).units // 2)
    services.part_withdraw(**till.named, part=1, tap=till.tap())
    second = till.ask()
    said = [_said(invoice) for invoice in (first, second)]
    assert said[0] == Within(200, 120)
    half = PartDemand.objects.get(invoice_id=first.id).within
    assert Within(half.tax_units + said[1].tax_units, half.tip_units + said[1].tip_units) == said[0]
    assert half.tip_units in (59, 60)


def _said(invoice: Invoice) -> Within:
    return Within(
        *(parse_amount(invoice.metadata[name], FIAT["EUR"]).units for name in ("tax", "tip"))
    )
