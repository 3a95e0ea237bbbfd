"""A card tells the country of who gave it out: where nobody is served, it is not charged."""

import pytest
from django.utils import timezone

from gateway.cards.models import CardTender
from gateway.compliance.knowing.jurisdictions import Place
from gateway.compliance.knowing.models import ShopperPlace
from gateway.compliance.knowing.shopper_places import shopper_place_note
from gateway.invoices.models import Invoice
from tests.cards.kit import Desk
from tests.stripe_fake import checkout_sessions

pytestmark = pytest.mark.django_db


def typed_in(desk: Desk, invoice: Invoice, country: str, *, mode: str = "live") -> None:
    """A card of that country says yes to a payment of real money."""
    desk.page(invoice)
    tender = desk.tender(invoice)
    checkout_sessions.pays(desk.place.fake.state, tender.remote_session, country=country)
    CardTender.objects.filter(id=tender.id).update(mode=mode)
    desk.carry()
    CardTender.objects.filter(id=tender.id).update(mode="test")  # as the books have it


def test_a_card_from_where_nobody_is_served_is_let_go(desk: Desk) -> None:
    invoice = desk.issue()
    typed_in(desk, invoice, "IR")
    assert desk.status(invoice) == ("waiting", "let_go")
    assert desk.charged() == ["canceled"]
    [kept] = ShopperPlace.objects.all()
    assert (kept.source, kept.country, kept.standing) == ("card", "IR", "prohibited")
    assert kept.invoice_id == invoice.id and kept.shop_id == invoice.shop_id
    typed_in(desk, invoice, "DE")
    assert desk.status(invoice) == ("waiting", "let_go"), "the strictest of what is known counts"


def test_a_cards_country_and_what_was_known_before_count_together(desk: Desk) -> None:
    invoice = desk.issue()
    shopper_place_note(
        invoice_id=invoice.id,
        shop_id=invoice.shop_id,
        source="proxy",
        place=Place("KP"),
        now=timezone.now(),
    )
    typed_in(desk, invoice, "DE")
    assert desk.status(invoice) == ("waiting", "let_go")


def test_any_other_card_is_charged_and_its_country_kept(desk: Desk) -> None:
    for country in ("DE", ""):
        invoice = desk.issue()
        typed_in(desk, invoice, country)
        assert desk.charged()[-1] == "succeeded"
    assert [row.country for row in ShopperPlace.objects.all()] == ["DE"]


def test_of_test_money_nothing_is_asked_or_kept(desk: Desk) -> None:
    invoice = desk.issue()
    typed_in(desk, invoice, "IR", mode="test")
    assert desk.status(invoice) == ("paid", "paid")
    assert not ShopperPlace.objects.exists()
