"""A shop's fee schedule over HTTP, beside what its invoices keep of it."""

from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import DatabaseError, connection, transaction

from gateway.custody.approvals.carrying import acts_carry_out_due
from gateway.custody.approvals.models import Act
from gateway.custody.approvals.services import act_agree
from gateway.invoices.models import Invoice
from gateway.settlement.fee_schedule import fee_propose
from gateway.shops.errors import TermsRefused
from gateway.shops.fees import fee_of
from gateway.shops.models import FeeVersion
from gateway.shops.selectors import shop_view
from gateway.shops.services import shop_set_terms
from tests.as_web import as_web
from tests.custody.approvals.conftest import delay_passed
from tests.merchants.api.conftest import Api, refused

ANN, BEA = uuid4(), uuid4()


def proposed(shop_id: UUID, bps: int) -> Act:
    return fee_propose(shop_id=shop_id, fee_bps=bps, reason="agreed by letter", by=ANN)


def changed(shop_id: UUID, bps: int) -> Act:
    act = proposed(shop_id, bps)
    act_agree(act_id=act.id, by=BEA)
    delay_passed(act.id)
    acts_carry_out_due()
    act.refresh_from_db()
    return act


def test_a_shop_begins_with_the_first_version(api: Api, django_assert_num_queries: Any) -> None:
    found = api.get("fee-schedule").json()
    assert (found["version"], found["fee_bps"]) == (1, 50)
    example = {"amount": "100.00", "fee": "0.50", "gets": "99.50", "currency": "EUR"}
    assert found["example"] == example
    [version] = found["versions"]
    assert (version["version"], version["set_by"]) == (1, "opened")


def test_two_people_change_it_and_invoices_keep_theirs(api: Api, open_shop: Any) -> None:
    before = api.invoice("10.00")
    act = changed(open_shop.shop_id, 30)
    assert act.state == "carried_out"
    after = api.invoice("10.00")
    books = [Invoice.objects.get(id=made["id"]).promises for made in (before, after)]
    assert [(book.terms.fee_version, book.terms.fee_bps) for book in books] == [(1, 50), (2, 30)]
    found = api.get("fee-schedule").json()
    assert [version["fee_bps"] for version in found["versions"]] == [30, 50]
    assert found["versions"][0]["set_by"] == "house"
    assert found["example"]["gets"] == "99.70"


def test_until_its_delay_has_passed_nothing_changes(api: Api, open_shop: Any) -> None:
    act = proposed(open_shop.shop_id, 30)
    act_agree(act_id=act.id, by=BEA)
    assert acts_carry_out_due() == 0
    assert api.get("fee-schedule").json()["fee_bps"] == 50


@pytest.mark.parametrize("bps", [50, -1, 501])
def test_no_other_fee_or_one_out_of_range_is_refused(open_shop: Any, bps: int) -> None:
    with pytest.raises(TermsRefused):
        proposed(open_shop.shop_id, bps)
    assert not Act.objects.exists()


@pytest.mark.parametrize("changes", [{"fee_bps": 0}, {"fee_version": 9}])
def test_terms_have_no_way_around_the_schedule(open_shop: Any, changes: dict[str, int]) -> None:
    with pytest.raises(TermsRefused):
        shop_set_terms(shop_id=open_shop.shop_id, changes=changes, now=open_shop.now)
    assert shop_view(shop_id=open_shop.shop_id).terms.fee_bps == 50


def test_versions_stay_and_only_two_people_add_one(open_shop: Any) -> None:
    for write in (
        "UPDATE shops_feeversion SET fee_bps = 0",
        "DELETE FROM shops_feeversion",
        "INSERT INTO shops_feeversion (shop_id, number, fee_bps, in_force_from, set_by, reason)"
        " SELECT shop_id, 2, 0, now(), 'somebody', 'x' FROM shops_feeversion",
    ):
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(write)
    assert FeeVersion.objects.get(shop_id=open_shop.shop_id).fee_bps == 50


def test_the_web_can_add_no_version(open_shop: Any) -> None:
    with as_web(open_shop.shop_id), pytest.raises(DatabaseError, match="permission denied"):
        with transaction.atomic():
            FeeVersion.objects.create(
                shop_id=open_shop.shop_id, number=2, fee_bps=0, act_id=uuid4(),
                in_force_from=open_shop.now, set_by="user:x", reason="x",
            )  # fmt: skip


def test_a_stranger_sees_its_own_schedule(stranger: Api, open_shop: Any) -> None:
    changed(open_shop.shop_id, 30)
    assert [v["fee_bps"] for v in stranger.get("fee-schedule").json()["versions"]] == [50]


def test_a_key_without_the_scope_sees_none(open_shop: Any, key_for: Any) -> None:
    api = Api(key_for(open_shop.shop_id, scopes=("invoices:read",)))
    refused(api.get("fee-schedule"), 403, "scope_missing")


@pytest.mark.parametrize("amount", ["10.00", "3.33", "0.57"])
def test_the_fee_that_is_told_is_the_fee_that_is_taken(
    api: Api, open_shop: Any, amount: str
) -> None:
    changed(open_shop.shop_id, 37)
    made = api.invoice(amount)
    invoice = Invoice.objects.get(id=made["id"])
    open_shop.confirmed(invoice)
    [payment] = invoice.payments.all()
    gross = payment.credited_units + payment.fee_units
    assert payment.fee_units == fee_of(int(gross), fee_bps=37)


def test_an_invoice_says_what_it_cost(
    api: Api, open_shop: Any, django_assert_max_num_queries: Any
) -> None:
    invoice = open_shop.issue(1_250)
    open_shop.confirmed(invoice)
    with django_assert_max_num_queries(9):
        found = api.get(f"invoices/{invoice.id}/fees").json()
    [cost], [payment] = found["payments"], invoice.payments.all()
    assert (found["fee_version"], found["fee_bps"], found["payouts"]) == (1, 50, [])
    assert int(Decimal(cost["fee"]).scaleb(6)) == payment.fee_units > 0
    assert int(Decimal(cost["gross"]).scaleb(6)) == payment.fee_units + payment.credited_units
    assert set(cost["rate"]) == {"spread", "lock_premium", "fill", "gas"}


def test_a_stranger_learns_nothing_of_an_invoices_costs(stranger: Api, open_shop: Any) -> None:
    refused(stranger.get(f"invoices/{open_shop.issue(1_250).id}/fees"), 404, "invoice_not_found")
