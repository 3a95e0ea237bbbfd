"""A sale of the keypad is repeated: its amount stands there, nothing is charged."""

from typing import Any
from uuid import uuid4

from gateway.invoices.models import Invoice
from tests.faces import Staff


def test_the_amount_of_a_paid_sale_is_typed_again(staff: Staff, open_shop: Any) -> None:
    cashier = staff.client("cashier", HTTP_ACCEPT_LANGUAGE="en")
    sale = open_shop.issue(1_250)
    home = f"/pos/{open_shop.shop_id}"
    assert "Same amount again" not in cashier.get(f"{home}/sales/{sale.id}").content.decode()
    open_shop.confirmed(sale)
    page = cashier.get(f"{home}/sales/{sale.id}").content.decode()
    there = f"{home}/?again={sale.id}"
    assert there in page
    assert 'value="12.50"' in cashier.get(there).content.decode()
    assert Invoice.objects.count() == 1


def test_what_is_no_sale_of_the_shop_types_nothing(staff: Staff, open_shop: Any) -> None:
    cashier = staff.client("cashier")
    for named in ("", "x", str(uuid4())):
        page = cashier.get(f"/pos/{open_shop.shop_id}/?again={named}")
        assert page.status_code == 200 and 'placeholder="0.00" value=""' in page.content.decode()
