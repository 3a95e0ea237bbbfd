"""The dashboard's page of what stands beside a till."""

import pytest
import zxingcpp

from merchants.audit.models import Record
from merchants.counter.models import Sticker
from merchants.counter.stickers import sticker_url
from tests.checkout.test_views import assert_strict
from tests.merchants.links.test_poster import printed
from tests.merchants.tills.tablets import ENGLISH

pytestmark = pytest.mark.django_db


@pytest.fixture
def page(tablet):
    return f"/dashboard/{tablet.till.shop_id}/settings/tills/{tablet.till.id}/beside"


@pytest.fixture
def manager(tablet):
    return tablet.staff.client("manager", **ENGLISH)


def test_a_sticker_is_made_printed_and_replaced(manager, page):
    empty = manager.get(page)
    assert_strict(empty)
    assert manager.get(f"{page}/sticker.pdf").status_code == 404
    manager.post(page, {"action": "sticker"})
    first = Sticker.objects.get()
    assert Record.objects.get(act="settings.changed").detail == {"sticker": "new"}
    assert sticker_url(first) in manager.get(page).content.decode()
    for size in ("a6", "a4"):
        pdf = manager.get(f"{page}/sticker.pdf?size={size}")
        assert pdf["Content-Type"] == "application/pdf" and first.slug in pdf["Content-Disposition"]
        (code,) = zxingcpp.read_barcodes(printed(pdf.content))
        assert code.text == sticker_url(first)
    assert manager.get(f"{page}/sticker.pdf?size=a0").status_code == 404
    manager.post(page, {"action": "sticker"})
    assert Sticker.objects.filter(replaced_at=None).get() != first
    assert sticker_url(first) not in manager.get(page).content.decode()


def test_whoever_may_not_manage_tills_sees_none_of_it(tablet, page):
    for role in ("cashier", "accountant", "developer"):
        client = tablet.staff.client(role, **ENGLISH)
        assert client.get(page).status_code == 403
        assert client.post(page, {"action": "sticker"}).status_code == 403
        assert client.get(f"{page}/sticker.pdf").status_code == 403
    assert not Sticker.objects.exists()


def test_a_form_that_asks_for_nothing_of_ours_is_not_there(manager, page):
    assert manager.post(page, {"action": "x"}).status_code == 404
    assert manager.post(page, {"action": "display", "display": "x"}).status_code == 404


def test_the_list_of_tills_leads_there(tablet, manager, page):
    tills = manager.get(f"/dashboard/{tablet.till.shop_id}/settings/tills").content.decode()
    assert f'href="{page}"' in tills
