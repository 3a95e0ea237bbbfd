"""The shopper's and the till's choice of a card."""

from django.test import Client

from gateway.ramps.models import RampAccount
from tests.cards.kit import Desk
from tests.faces import Staff
from tests.stripe_fake.faults import Fault

WORD = "Pay by card"


def _page(path: str, language: str = "en") -> str:
    return Client().get(path, headers={"Accept-Language": language}).content.decode()


def test_a_page_offers_a_card_where_the_shop_takes_them(desk: Desk) -> None:
    invoice = desk.issue()
    assert WORD in _page(f"/i/{invoice.id}")
    assert "刷卡支付" in _page(f"/i/{invoice.id}", "zh-hans")
    RampAccount.objects.update(capabilities={"transfers": "active"})
    assert WORD not in _page(f"/i/{invoice.id}")


def test_asking_for_a_card_shows_the_way_to_the_providers_page(desk: Desk) -> None:
    invoice = desk.issue()
    answer = Client().post(f"/i/{invoice.id}/card")
    assert (answer.status_code, answer["Location"]) == (302, f"/i/{invoice.id}#card")
    url = desk.tender(invoice).url
    assert url.startswith("https://checkout.stripe.com/")
    assert f'href="{url}"' in _page(f"/i/{invoice.id}")
    (asked,) = desk.place.fake.sent("POST /v1/checkout/sessions")
    assert asked.params["success_url"].endswith(f"/i/{invoice.id}")


def test_where_no_page_can_be_had_the_shopper_is_told(desk: Desk) -> None:
    invoice = desk.issue()
    desk.place.fake.faults.order(Fault.CUT_BEFORE, on="POST /v1/checkout/sessions")
    answer = Client().post(f"/i/{invoice.id}/card")
    assert answer.status_code == 502
    assert "There is no card page just now" in answer.content.decode()


def test_a_paid_page_says_that_a_card_paid(desk: Desk) -> None:
    invoice = desk.paid()
    page = _page(f"/i/{invoice.id}")
    assert "Your card paid it." in page and WORD not in page
    assert "Card" in _page(f"/i/{invoice.id}/receipt")


def test_the_till_opens_the_card_page_on_its_tablet(desk: Desk) -> None:
    client = Staff(desk.world).client("cashier")
    invoice = desk.issue()
    path = f"/pos/{invoice.shop_id}/sales/{invoice.id}"
    assert f'action="{path}/card"' in client.get(path).content.decode()
    assert client.post(f"{path}/card")["Location"] == path
    assert desk.tender(invoice).url in client.get(path).content.decode()
    desk.types_in(invoice)
    desk.carry()
    assert "Yes, hand over" in client.get(path).content.decode()
