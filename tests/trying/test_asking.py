"""What is asked for, and what is refused, before anything reaches a chain."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from gateway.compliance.models import ListSource
from gateway.events.errors import TillwayError
from gateway.invoices.models import Invoice
from gateway.refunds.limits import Person
from gateway.refunds.models import Refund
from gateway.shops.services import shop_set_terms
from gateway.treasury.services import float_fund
from gateway.trying.acting import provocations_act
from gateway.trying.models import Provocation
from gateway.trying.services import provoke
from tests.chain_rows import ETH, USDC, WETH
from tests.faces import open_shop
from tests.invoices.conftest import LISTED, World, _forget_the_market, chain, world
from tests.trying.own_ground import bring_along, layout_of_rows

__all__ = ["_forget_the_market", "chain", "open_shop", "world"]
pytestmark = pytest.mark.django_db

DEVELOPER = Person(who="key:7", level="key", via="api")


@pytest.fixture
def own(open_shop: World, settings: Any, tmp_path: Path) -> World:
    bring_along(settings, tmp_path, layout=layout_of_rows())
    return open_shop


def ask(world: World, invoice: Invoice, what: Any, **options: Any) -> Provocation:
    shop = options.pop("shop", None) or world.view
    return provoke(
        shop=shop, invoice_id=invoice.id, what=what, by=DEVELOPER, now=world.now, **options
    )


def refused(world: World, invoice: Invoice, what: Any, **options: Any) -> str:
    with pytest.raises(TillwayError) as caught:
        ask(world, invoice, what, **options)
    assert caught.value.hint, "a refusal names a way out"
    assert not Provocation.objects.filter(invoice_id=invoice.id).exists()
    return caught.value.code


def test_what_is_paid_is_the_shops_own_asset_unless_named(own: World) -> None:
    row = ask(own, own.issue(), "paid")
    assert (row.asset, row.status) == (USDC, "waiting")
    named = ask(own, invoice := own.issue(), "paid", asset=WETH)
    assert (named.asset, named.units) == (WETH, own.quote(invoice, WETH).due.units)
    assert bytes(named.to) == bytes(invoice.address)


def test_after_a_part_arrived_the_rest_is_paid(own: World) -> None:
    invoice = own.issue()
    due = own.quote(invoice).due.units
    own.confirmed(invoice, units=due // 2)
    assert own.again(invoice).status == "partial"
    assert ask(own, invoice, "paid").units <= due - due // 2 + 1


def test_live_money_is_never_provoked(own: World, settings: Any) -> None:
    from dataclasses import replace

    invoice = own.issue()
    assert refused(own, invoice, "paid", shop=replace(own.view, mode="live")) == "test_only"
    settings.LIVE_MODE = True
    assert refused(own, invoice, "paid") == "test_only"


def test_the_database_takes_no_live_provocation_whatever_a_verb_forgets(own: World) -> None:
    row = ask(own, own.issue(), "paid")
    with pytest.raises(IntegrityError, match="provocation_is_a_test"), transaction.atomic():
        Provocation.objects.filter(id=row.id).update(mode="live")


def test_a_chain_of_others_is_refused_in_words(open_shop: World, settings: Any) -> None:
    invoice = open_shop.issue()
    for what in ("paid", "reorg", "held", "refund"):
        assert refused(open_shop, invoice, what) == "chain_not_ours"
    settings.EMBEDDED_CHAIN = False
    assert refused(open_shop, invoice, "paid") == "chain_not_ours"


def test_one_thing_at_a_time(own: World) -> None:
    invoice = own.issue()
    ask(own, invoice, "under")
    with pytest.raises(TillwayError) as caught:
        ask(own, invoice, "paid")
    assert (caught.value.code, caught.value.passes) == ("provoking_under_way", True)
    ask(own, own.issue(), "paid")


def test_a_paid_invoice_waits_for_no_payment(own: World) -> None:
    invoice = own.issue()
    own.confirmed(invoice)
    for what in ("paid", "under", "over", "late", "held", "wrong_asset"):
        assert refused(own, invoice, what) == "nothing_to_pay"


def test_a_late_payment_waits_for_a_short_lock_and_its_grace(own: World) -> None:
    invoice = own.issue()
    row = ask(own, invoice, "late")
    stored = own.again(invoice)
    assert stored.lock_end <= own.now + timedelta(seconds=30) < invoice.lock_end
    assert row.not_before is not None
    assert row.not_before > stored.lock_end + timedelta(seconds=30)
    assert row.due_at == row.not_before
    assert row.units == own.quote(stored).due.units


def test_the_wrong_asset_is_one_that_was_never_asked_for(own: World) -> None:
    assert refused(own, own.issue(), "wrong_asset", asset=USDC) == "asset_quoted"
    assert refused(own, own.issue(), "wrong_asset", asset="USDC@1") == "asset_not_there"
    assert refused(own, own.issue(), "wrong_asset") == "every_token_quoted"
    accepted = {"accepted_assets": [USDC, WETH]}
    shop_set_terms(shop_id=own.shop_id, changes=accepted, now=own.now)
    row = ask(own, own.issue(), "wrong_asset")
    assert row.asset not in (USDC, WETH, ETH)
    assert row.units > 0


def test_who_is_held_is_somebody_that_a_list_in_force_names(own: World) -> None:
    assert refused(own, own.issue(), "held", asset=ETH) == "token_needed"
    row = ask(own, own.issue(), "held")
    assert bytes(row.listed_payer or b"") == LISTED
    ListSource.objects.update(enabled=False)
    assert refused(own, own.issue(), "held") == "nobody_listed"


def test_a_seen_payment_is_taken_back_and_a_final_one_never(own: World) -> None:
    invoice = own.issue()
    deposit = own.confirmed(invoice)
    row = ask(own, invoice, "reorg")
    assert (row.status, bytes(row.tx_hash or b"")) == ("sent", bytes(deposit.tx_hash))
    final = own.issue()
    own.hear(own.confirmed(final), "final")
    assert refused(own, final, "reorg") == "payment_final"


def test_a_refund_is_asked_for_and_claimed_by_the_rooms_own_verbs(own: World) -> None:
    invoice = own.issue()
    own.hear(own.confirmed(invoice), "final")
    float_fund(asset=USDC, units=10**12, reference="float", now=own.now)
    own.drain()
    row = ask(own, invoice, "refund")
    refund = Refund.objects.get(id=row.refund_id)
    assert row.status == "done"
    assert refund.status in {"claimed", "approved"}
    assert (refund.invoice_id, refund.requested_by) == (invoice.id, DEVELOPER.who)
    assert refund.destination is not None


def test_what_the_house_can_no_longer_reach_fails_in_words(own: World, settings: Any) -> None:
    row = ask(own, own.issue(), "paid")
    settings.EMBEDDED_CHAIN = False
    provocations_act(now=own.now)
    row.refresh_from_db()
    assert (row.status, row.failure_code) == ("failed", "chain_not_ours")
    assert row.failure


def test_a_node_that_is_silent_is_asked_again_and_not_for_ever(own: World) -> None:
    row = ask(own, own.issue(), "paid")  # the node's address leads nowhere
    assert provocations_act(now=own.now) == 1
    row.refresh_from_db()
    assert row.status == "waiting"
    assert own.now < row.due_at < own.now + timedelta(seconds=5)
    provocations_act(now=own.now + timedelta(minutes=11))
    row.refresh_from_db()
    assert (row.status, row.failure_code) == ("failed", "never_happened")


def test_nothing_is_asked_of_the_database_but_once_while_nothing_is_due(
    own: World, django_assert_num_queries: Any
) -> None:
    with django_assert_num_queries(1):
        assert provocations_act(now=timezone.now()) == 0
