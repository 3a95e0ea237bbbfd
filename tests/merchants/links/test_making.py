"""A shop makes, changes and closes its links; the database holds to what they are."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from gateway.events.errors import TillwayError
from merchants.links.errors import PaymentLinkUnknown
from merchants.links.life import Price
from merchants.links.models import PaymentLink
from merchants.links.selectors import links_page
from merchants.links.services import NewLink, link_change, link_close, link_make
from tests.as_web import as_web
from tests.invoices.conftest import World
from tests.merchants.links.conftest import Make
from tests.tenancy.tables import uuid_of

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("wanted", "code"),
    [
        ({"title": ""}, "payment_link_text_invalid"),
        ({"title": "x" * 121}, "payment_link_text_invalid"),
        ({"title": "two\nlines"}, "payment_link_text_invalid"),
        ({"note": "x" * 501}, "payment_link_text_invalid"),
        ({"note": "bell\a"}, "payment_link_text_invalid"),
        ({"price": Price()}, "payment_link_price_invalid"),
        ({"price": Price(0)}, "payment_link_price_invalid"),
        ({"price": Price(5, 1, 9)}, "payment_link_price_invalid"),
        ({"price": Price(None, 9, 1)}, "payment_link_price_invalid"),
        ({"price": Price(None, 1, None)}, "payment_link_price_invalid"),
        ({"price": Price(2_500_001)}, "payment_link_price_too_large"),
        ({"price": Price(None, 1, 2_500_001)}, "payment_link_price_too_large"),
        ({"sales_limit": 0}, "payment_link_sales_limit_invalid"),
        ({"ends_at": timezone.now() - timedelta(days=1)}, "payment_link_end_invalid"),
    ],
)
def test_what_can_be_no_link_is_refused(open_shop: World, wanted: Any, code: str) -> None:
    wanted = NewLink(**{"title": "Ticket", "price": Price(500), **wanted})
    with pytest.raises(TillwayError) as refusal:
        link_make(shop=open_shop.view, wanted=wanted, by="user:t", now=timezone.now())
    assert refusal.value.code == code
    assert not PaymentLink.objects.exists()


def test_the_longest_title_and_note_are_kept_whole(make: Make) -> None:
    link = make(title="票" * 120, note="一\n" * 249)
    again = PaymentLink.objects.get(id=link.id)
    assert (len(again.title), len(again.note)) == (120, 497)


def test_the_same_wish_sent_twice_is_one_link(open_shop: World) -> None:
    wish = {"wanted": NewLink(title="Ticket", price=Price(500)), "by": "user:t"}
    ids = {
        link_make(shop=open_shop.view, now=timezone.now(), external_key="draft", **wish).id
        for _ in range(2)
    }
    assert len(ids) == 1 == PaymentLink.objects.count()


def test_a_link_is_changed_paused_and_closed_for_good(open_shop: World, make: Make) -> None:
    link, now = make(), timezone.now()
    whose = {"shop_id": open_shop.shop_id, "link_id": link.id, "now": now}
    end = now + timedelta(days=1)
    changed = link_change(**whose, title="Seat", note="Row 3", ends_at=end, paused=True)
    assert (changed.title, changed.note, changed.ends_at) == ("Seat", "Row 3", end)
    assert changed.state_at(now) == "paused"
    assert link_change(**whose, ends_at=None, paused=False).state_at(end) == "open"
    for _ in range(2):
        assert link_close(**whose).state_at(now) == "closed"
    with pytest.raises(TillwayError) as refusal:
        link_change(**whose, paused=False)
    assert refusal.value.code == "payment_link_closed"


def test_a_link_that_has_ended_keeps_its_end_when_its_title_is_corrected(make: Make) -> None:
    link, now = make(ends_at=timezone.now() + timedelta(hours=1)), timezone.now()
    later = now + timedelta(hours=2)
    whose = {"shop_id": link.shop_id, "link_id": link.id, "now": later}
    assert link_change(**whose, title="Seats", ends_at=link.ends_at).state_at(later) == "ended"


def test_another_shops_link_is_not_there(make: Make) -> None:
    link = make()
    for verb in (link_change, link_close):
        with pytest.raises(PaymentLinkUnknown):
            verb(shop_id=uuid_of(9), link_id=link.id, now=timezone.now())


@pytest.mark.parametrize(
    "wrong",
    [
        {"amount_units": 0},
        {"amount_units": None},
        {"minimum_units": 5},
        {"amount_units": None, "minimum_units": 9, "maximum_units": 5},
        {"amount_units": None, "minimum_units": 0, "maximum_units": 5},
        {"sold": 1},
        {"sold": -1},
        {"taken_units": -1},
        {"sales_limit": 0},
        {"title": ""},
        {"title": "x" * 121},
        {"note": "x" * 501},
        {"slug": "short"},
        {"slug": "aeiouaeiouae"},
        {"kind": "gift"},
        {"mode": "real"},
        {"status": "gone"},
        {"status": "closed"},
        {"closed_at": timezone.now()},
    ],
)
def test_the_database_itself_refuses_what_can_be_no_link(make: Make, wrong: Any) -> None:
    link = make()
    with pytest.raises(IntegrityError), transaction.atomic():
        PaymentLink.objects.filter(id=link.id).update(**wrong)


def test_links_are_listed_by_cursor_in_one_query(
    open_shop: World, make: Make, django_assert_num_queries: Any
) -> None:
    ids = [make().id for _ in range(5)]
    with django_assert_num_queries(1):
        first = links_page(shop_id=open_shop.shop_id, size=3)
    second = links_page(shop_id=open_shop.shop_id, size=3, cursor=first.next_cursor)
    assert [link.id for link in (*first.items, *second.items)] == ids[::-1]
    assert second.next_cursor is None


def test_nobodys_scope_sees_no_link_and_a_shops_own_only(open_shop: World, make: Make) -> None:
    make()
    with as_web():
        assert not PaymentLink.objects.exists()
    with as_web(uuid_of(9)):
        assert not PaymentLink.objects.exists()
    with as_web(open_shop.shop_id):
        assert PaymentLink.objects.count() == 1
