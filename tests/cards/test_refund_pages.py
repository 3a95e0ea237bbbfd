"""A card payment is given back at the till and in the dashboard, by role and limit."""

import re

from django.test import Client
from django.utils import timezone

from gateway.invoices.models import Invoice
from gateway.refunds.cards.carrying import card_refunds_carry
from gateway.refunds.cards.models import CardRefund
from gateway.shops.services import shop_set_terms
from merchants.accounts.factors.models import Passkey
from tests.cards.kit import Desk
from tests.faces import Staff


def _sold(desk: Desk) -> Invoice:
    invoice = desk.paid()
    desk.settles(invoice)
    return invoice


def _cashiers_limit(desk: Desk, units: int) -> None:
    shop_set_terms(
        shop_id=desk.world.shop_id,
        changes={"refund_cashier_limit_units": units},
        now=desk.place.now,
        changed_by="user:owner",
    )


def _text(client: Client, path: str, language: str = "en") -> str:
    return client.get(path, headers={"Accept-Language": language}).content.decode()


def _draft(page: str) -> str:
    found = re.search(r'action="[^"]*/card-refund">.*?name="draft" value="([^"]+)"', page)
    assert found is not None
    return found[1]


def test_a_cashier_gives_a_part_back_at_the_till(desk: Desk) -> None:
    invoice, client = _sold(desk), Staff(desk.world).client("cashier")
    _cashiers_limit(desk, 2_000)
    path = f"/pos/{invoice.shop_id}/sales/{invoice.id}"
    page = _text(client, path)
    assert "Refund to the card" in page and 'value="12.50"' in page
    assert "退款到卡" in _text(client, path, "zh-hans")
    form = {"draft": _draft(page), "amount": "5.00", "reason": "cold"}
    for _ in range(2):
        assert client.post(f"{path}/card-refund", form)["Location"] == path
    page = _text(client, path)
    assert "Approved" in page
    card_refunds_carry(now=desk.world.clock.advance(seconds=60))
    page = _text(client, path)
    assert "Back on the card" in page and 'value="7.50"' in page
    assert CardRefund.objects.get().reason == "cold"


def test_too_much_is_refused_with_the_reason(desk: Desk) -> None:
    invoice, client = _sold(desk), Staff(desk.world).client("cashier")
    path = f"/pos/{invoice.shop_id}/sales/{invoice.id}/card-refund"
    for amount, why in (
        ("12.51", "more than is left"),
        ("x", "not an amount"),
        ("12.50", "balance does not cover"),
    ):
        answer = client.post(path, {"draft": amount, "amount": amount})
        assert why in answer.content.decode(), amount
    assert not CardRefund.objects.exists()


def test_above_a_cashiers_limit_the_owner_decides(desk: Desk) -> None:
    invoice, staff = _sold(desk), Staff(desk.world)
    _cashiers_limit(desk, 100)
    till = f"/pos/{invoice.shop_id}/sales/{invoice.id}/card-refund"
    staff.client("cashier").post(till, {"draft": "1", "amount": "5.00"})
    row, owner = CardRefund.objects.get(), staff.client("owner")
    here = f"/dashboard/{invoice.shop_id}/invoices/{invoice.id}"
    assert "To cards: waiting for approval" in _text(owner, f"/dashboard/{invoice.shop_id}/refunds")
    assert "Waits for approval" in _text(owner, here)
    decide = f"/dashboard/{invoice.shop_id}/card-refunds/{row.id}"
    assert staff.client("accountant").post(decide, {"action": "approve"}).status_code == 403
    assert owner.post(decide, {"action": "none"}).status_code == 404
    assert owner.post(decide, {"action": "approve"})["Location"] == f"{here}#card-refunds"
    card_refunds_carry(now=desk.world.clock.advance(seconds=60))
    assert "Back on the card" in _text(owner, here)


def test_who_has_a_second_factor_shows_it_before_money_goes_back(desk: Desk) -> None:
    invoice, staff = _sold(desk), Staff(desk.world)
    _cashiers_limit(desk, 100)
    till = f"/pos/{invoice.shop_id}/sales/{invoice.id}/card-refund"
    staff.client("cashier").post(till, {"draft": "1", "amount": "5.00"})
    row, owner = CardRefund.objects.get(), staff.client("owner")
    Passkey.objects.create(
        user=staff.user("owner"),
        credential_id=b"x",
        credential=b"x",
        name="x",
        made_at=timezone.now(),
    )
    base = f"/dashboard/{invoice.shop_id}"
    for path, form in (
        (f"invoices/{invoice.id}/card-refund", {"draft": "2", "amount": "2.00"}),
        (f"card-refunds/{row.id}", {"action": "approve"}),
    ):
        answer = owner.post(f"{base}/{path}", form)
        assert answer["Location"].startswith("/account/confirm?next="), path
    assert CardRefund.objects.get().status == "requested"
    owner.post(f"{base}/card-refunds/{row.id}", {"action": "reject"})
    assert CardRefund.objects.get().status == "rejected"


def test_the_owner_asks_for_one_on_the_invoices_page_and_calls_another_off(desk: Desk) -> None:
    invoice, staff = _sold(desk), Staff(desk.world)
    here = f"/dashboard/{invoice.shop_id}/invoices/{invoice.id}"
    owner = staff.client("owner")
    form = {"draft": _draft(_text(owner, here)), "amount": "2.00"}
    assert owner.post(f"{here}/card-refund", form)["Location"] == f"{here}#card-refunds"
    assert "It goes back to the card." in _text(owner, here)
    CardRefund.objects.update(status="requested", approved_by="", approved_at=None)
    decide = f"/dashboard/{invoice.shop_id}/card-refunds/{CardRefund.objects.get().id}"
    owner.post(decide, {"action": "reject"})
    assert "Called off" in _text(owner, here)
    assert desk.tender(invoice).refunded_units == 0
