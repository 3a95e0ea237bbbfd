"""A sale's page with what goes back of it."""

import pytest
from django.utils import timezone

from gateway.money.amounts import Amount
from gateway.money.assets import FIAT
from gateway.refunds.limits import Person
from gateway.refunds.requesting import Wanted, refund_request
from tests.faces import Staff
from tests.invoices.conftest import World

pytestmark = pytest.mark.django_db


def test_a_sale_of_which_money_goes_back_still_has_its_page(staff: Staff, open_shop: World) -> None:
    invoice = open_shop.issue(3_000)
    open_shop.hear(open_shop.confirmed(invoice), "final")
    owner = Person(who=f"user:{staff.user('owner').id}", level="owner", via="dashboard")
    refund = refund_request(
        shop_id=open_shop.shop_id,
        invoice_id=invoice.id,
        wanted=Wanted(amount=Amount(1_000, FIAT["EUR"])),
        by=owner,
        now=timezone.now(),
    ).refund
    sale = f"/dashboard/{open_shop.shop_id}/invoices/{invoice.id}"
    page = staff.client("owner", HTTP_ACCEPT_LANGUAGE="en").get(sale)
    assert page.status_code == 200
    content = page.content.decode()
    assert f"/refunds/{refund.id}" in content
    assert "To be claimed" in content
