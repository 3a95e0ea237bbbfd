"""Buttons of a test shop's payment that have things happen to it."""

from pathlib import Path
from typing import Any

import pytest

from gateway.shops.services import shop_approve
from gateway.trying.models import Provocation
from tests.invoices.conftest import World
from tests.trying.own_ground import bring_along, layout_of_rows

pytestmark = pytest.mark.django_db
ENGLISH = {"HTTP_ACCEPT_LANGUAGE": "en"}


@pytest.fixture
def own(open_shop: World, settings: Any, tmp_path: Path) -> World:
    bring_along(settings, tmp_path, layout=layout_of_rows())
    return open_shop


def page_of(client: Any, world: World, invoice: Any) -> str:
    answer = client.get(f"/dashboard/{world.shop_id}/invoices/{invoice.id}")
    assert answer.status_code == 200
    return str(answer.content.decode())


def press(client: Any, world: World, invoice: Any, what: str) -> Any:
    path = f"/dashboard/{world.shop_id}/invoices/{invoice.id}/provoke"
    return client.post(path, {"what": what}, follow=True)


def test_a_button_puts_it_under_way_and_the_page_says_so(own: World, staff: Any) -> None:
    client, invoice = staff.client("developer", **ENGLISH), own.issue()
    assert 'value="reorg"' in page_of(client, own, invoice)
    answer = press(client, own, invoice, "under")
    page = answer.content.decode()
    assert "It is under way" in page
    assert "Pay half of it" in page
    assert 'value="reorg"' not in page, "one thing at a time"
    row = Provocation.objects.get()
    assert (row.what, row.asked_by) == ("under", f"user:{staff.user('developer').id}")


def test_a_refusal_is_said_in_words(own: World, staff: Any) -> None:
    client, invoice = staff.client("owner", **ENGLISH), own.issue()
    page = press(client, own, invoice, "wrong_asset").content.decode()
    assert "takes every token" in page
    assert not Provocation.objects.exists()


def test_where_the_chain_is_of_others_no_button_pretends(open_shop: World, staff: Any) -> None:
    client, invoice = staff.client("owner", **ENGLISH), open_shop.issue()
    page = page_of(client, open_shop, invoice)
    assert "doesn’t run this shop’s chain" in page
    assert "/provoke" not in page


def test_a_live_shop_has_no_such_card(own: World, staff: Any) -> None:
    client, invoice = staff.client("owner", **ENGLISH), own.issue()
    shop_approve(shop_id=own.shop_id, live=True, now=own.now)
    assert 'id="provoke"' not in page_of(client, own, invoice)
    press(client, own, invoice, "paid")
    assert not Provocation.objects.exists()


def test_who_may_not_provoke_sees_no_button_and_is_refused(own: World, staff: Any) -> None:
    client, invoice = staff.client("accountant", **ENGLISH), own.issue()
    assert 'id="provoke"' not in page_of(client, own, invoice)
    assert press(client, own, invoice, "paid").status_code == 403


def test_a_developer_may_not_refund_and_provokes_none(own: World, staff: Any) -> None:
    client, invoice = staff.client("developer", **ENGLISH), own.issue()
    own.hear(own.confirmed(invoice), "final")
    assert 'value="refund"' not in page_of(client, own, invoice)
    assert press(client, own, invoice, "refund").status_code == 403
    assert 'value="refund"' in page_of(staff.client("owner", **ENGLISH), own, invoice)
