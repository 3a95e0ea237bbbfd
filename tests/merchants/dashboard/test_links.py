"""Payment links in the dashboard."""

from typing import Any

import pytest
from django.utils import timezone

from merchants.links.life import Price
from merchants.links.models import PaymentLink
from merchants.links.services import NewLink, link_make
from tests.faces import Staff

pytestmark = pytest.mark.django_db
ENGLISH = {"accept-language": "en"}
FORM = {"kind": "link", "title": "Concert ticket", "amount": "12.50"}


@pytest.fixture
def link(open_shop: Any) -> PaymentLink:
    return link_make(
        shop=open_shop.view,
        wanted=NewLink(title="Concert ticket", price=Price(1_250), sales_limit=3),
        by="user:t",
        now=timezone.now(),
    )


def base(world: Any) -> str:
    return f"/dashboard/{world.shop_id}/links"


def test_a_manager_makes_one_with_a_title_and_an_amount(open_shop: Any, staff: Staff) -> None:
    client = staff.client("manager", headers=ENGLISH)
    assert "No payment link yet" in client.get(base(open_shop)).content.decode()
    assert client.get(f"{base(open_shop)}/new").status_code == 200
    made = client.post(f"{base(open_shop)}/new", {**FORM, "draft": "d"}, follow=True)
    again = client.post(f"{base(open_shop)}/new", {**FORM, "draft": "d"})
    link = PaymentLink.objects.get()
    assert again["Location"] == f"{base(open_shop)}/{link.id}"
    page = made.content.decode()
    assert f"/l/{link.slug}" in page and "€12.50" in page and "data-copy" in page
    assert 'aria-label="QR code of the payment link"' in page
    assert (link.kind, link.amount_units) == ("link", 1_250)


def test_a_donation_has_bounds_an_end_by_the_shops_clock_and_a_limit(
    open_shop: Any, staff: Staff
) -> None:
    from gateway.shops.models import Shop

    Shop.objects.update(time_zone="Asia/Shanghai")
    typed = {"kind": "donation", "title": "New roof", "minimum": "1", "maximum": "500.00"}
    typed |= {"ends_at": "2099-12-24T18:00", "sales_limit": "40", "note": "Thank you"}
    answer = staff.client("owner").post(f"{base(open_shop)}/new", typed)
    assert answer.status_code == 302
    link = PaymentLink.objects.get()
    assert (link.minimum_units, link.maximum_units, link.sales_limit) == (100, 50_000, 40)
    assert link.ends_at.isoformat() == "2099-12-24T10:00:00+00:00"


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"amount": ""}, "Type an amount, or the least"),
        ({"amount": "12.505"}, "too many decimal places"),
        ({"amount": "5", "minimum": "1", "maximum": "9"}, "Type an amount, or the least"),
        ({"amount": "", "minimum": "9", "maximum": "1"}, "Type an amount, or the least"),
        ({"title": ""}, "required"),
        ({"ends_at": "2001-01-01T00:00"}, "Choose a moment that is still to come."),
        ({"sales_limit": "0"}, "greater than or equal to 1"),
        ({"kind": "gift"}, "Select a valid choice"),
    ],
)
def test_what_is_typed_wrongly_is_told_beside_its_field(
    open_shop: Any, staff: Staff, typed: Any, said: str
) -> None:
    client = staff.client("owner", headers=ENGLISH)
    answer = client.post(f"{base(open_shop)}/new", {**FORM, **typed})
    assert answer.status_code in {400, 422}
    assert said in answer.content.decode()
    assert not PaymentLink.objects.exists()


def test_it_is_changed_paused_opened_and_closed(
    open_shop: Any, staff: Staff, link: PaymentLink
) -> None:
    client = staff.client("owner", headers=ENGLISH)
    here = f"{base(open_shop)}/{link.id}"
    edited = {"action": "edit", "title": "Seat", "note": "Row 3", "ends_at": ""}
    steps = [(edited, "Saved."), ({"action": "pause"}, "The link is paused.")]
    steps += [({"action": "resume"}, "open again"), ({"action": "close"}, "The link is closed.")]
    for posted, said in steps:
        assert said in client.post(here, posted, follow=True).content.decode()
    link.refresh_from_db()
    assert (link.title, link.note, link.status) == ("Seat", "Row 3", "closed")
    late = client.post(here, {"action": "resume"}, follow=True).content.decode()
    assert "closed for good" in late and 'value="pause"' not in late
    assert client.post(here, {"action": "burn"}).status_code == 404


def test_an_end_that_is_over_is_told_beside_its_field(
    open_shop: Any, staff: Staff, link: PaymentLink
) -> None:
    client = staff.client("owner", headers=ENGLISH)
    edited = {"action": "edit", "title": "Seat", "ends_at": "2001-01-01T00:00"}
    answer = client.post(f"{base(open_shop)}/{link.id}", edited)
    assert answer.status_code == 400
    assert "Choose a moment that is still to come." in answer.content.decode()
    link.refresh_from_db()
    assert link.title == "Concert ticket"


def test_the_accountant_looks_and_changes_nothing(
    open_shop: Any, staff: Staff, link: PaymentLink
) -> None:
    client = staff.client("accountant", headers=ENGLISH)
    here = f"{base(open_shop)}/{link.id}"
    for path in (base(open_shop), here, f"{here}/poster.pdf"):
        assert client.get(path).status_code == 200
    assert "Close for good" not in client.get(here).content.decode()
    assert client.post(here, {"action": "close"}).status_code == 403
    assert client.get(f"{base(open_shop)}/new").status_code == 403
    assert client.post(f"{base(open_shop)}/new", FORM).status_code == 403


@pytest.mark.parametrize("role", ["cashier", "developer"])
def test_others_see_none(open_shop: Any, staff: Staff, link: PaymentLink, role: str) -> None:
    client = staff.client(role)
    for path in (base(open_shop), f"{base(open_shop)}/{link.id}"):
        assert client.get(path).status_code == 403
    home = client.get(f"/dashboard/{open_shop.shop_id}/")
    assert f"{base(open_shop)}" not in home.content.decode()


def test_its_sales_and_takings_stand_on_its_page_and_in_the_list(
    open_shop: Any, staff: Staff, link: PaymentLink
) -> None:
    from django.test import Client

    drawn = Client().post(f"/l/{link.slug}")["Location"].removeprefix("/i/")
    from gateway.invoices.models import Invoice

    open_shop.confirmed(Invoice.objects.get(id=drawn))
    client = staff.client("owner", headers=ENGLISH)
    page = client.get(f"{base(open_shop)}/{link.id}").content.decode()
    assert f"/invoices/{drawn}" in page and "1 / 3" in page
    assert "€12.50" in client.get(base(open_shop)).content.decode()


def test_the_poster_is_a_pdf_in_two_sizes_and_in_the_readers_words(
    open_shop: Any, staff: Staff, link: PaymentLink
) -> None:
    here = f"{base(open_shop)}/{link.id}/poster.pdf"
    client = staff.client("owner", headers={"accept-language": "zh-hans"})
    for size in ("a4", "a6"):
        answer = client.get(f"{here}?size={size}")
        assert answer.content.startswith(b"%PDF-")
        assert answer["Content-Disposition"].endswith(f'{link.slug}-{size}.pdf"')
    assert client.get(f"{here}?size=a0").status_code == 404


def test_the_pages_cost_the_same_for_many_links(
    open_shop: Any, staff: Staff, link: PaymentLink, django_assert_num_queries: Any
) -> None:
    client = staff.client("owner")
    client.get(base(open_shop))
    with django_assert_num_queries(5):  # session, user, guard, links, shops of the menu
        client.get(base(open_shop))
    for number in range(20):
        link_make(
            shop=open_shop.view,
            wanted=NewLink(title=f"Link {number}", price=Price(500)),
            by="user:t",
            now=timezone.now(),
        )
    with django_assert_num_queries(5):
        client.get(base(open_shop))
