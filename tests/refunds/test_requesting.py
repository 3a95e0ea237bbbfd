"""A shop asks: amounts, sums, limits, and what is not its to give."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import IntegrityError, connection, connections, transaction

from gateway.compliance.services import hold_release, hold_return
from gateway.events.models import Event
from gateway.invoices.claims import claims_of
from gateway.invoices.models import Payment
from gateway.ledger import accounts
from gateway.ledger.checks import ledger_checks
from gateway.ledger.selectors import balance
from gateway.money.assets import Asset
from gateway.refunds.deciding import refund_approve, refund_reject
from gateway.refunds.errors import (
    ApprovalRefused,
    ClaimTaken,
    ClaimUnknown,
    NothingToRefund,
    RefundAssetUnknown,
    RefundConflict,
    RefundNotNow,
    RefundRateNotAllowed,
    RefundTooLarge,
    RefundUnknown,
    ShopBalanceShort,
)
from gateway.refunds.models import Refund
from gateway.refunds.requesting import Wanted, refund_preview, refund_request
from gateway.refunds.selectors import refundable_of
from gateway.settlement.requesting import payout_request
from gateway.shops.services import shop_open, shop_set_terms
from tests.chain_rows import USDC, WETH
from tests.invoices.conftest import LISTED
from tests.refunds.conftest import Refunds, euros, person, usdc

OWED_USDC = Asset(USDC, 6)


def owed_to_payers(asset: Asset = OWED_USDC) -> int:
    return -balance(account=accounts.refunds(), asset=asset).units


def test_a_full_refund_sets_aside_what_was_paid_fee_included(refunds: Refunds) -> None:
    invoice = refunds.paid()
    refunds.paid(500)  # the fee of the first is given back out of what else the shop has
    payment = Payment.objects.get(invoice_id=invoice.id)
    gross = payment.credited_units + payment.fee_units
    before = refunds.available()
    asked = refunds.ask(invoice, reason="Wrong size")
    refund = asked.refund
    assert (refund.status, refund.taken_units, refund.worth_units) == ("requested", gross, 1_250)
    assert refunds.available() == before - gross
    assert owed_to_payers() == gross
    assert refund.approved_by == refund.requested_by == "user:mia"
    assert (refund.requested_via, refund.session) == ("dashboard", "s1")
    shown = refunds.world.again(invoice).refunds
    assert [(one["status"], one["worth"]) for one in shown] == [("requested", "12.50")]
    assert Event.objects.filter(subject=f"refund:{refund.id}").get().type == "refund.requested"
    assert ledger_checks() == []


def test_the_sum_of_refunds_is_never_more_than_was_paid(refunds: Refunds) -> None:
    invoice = refunds.paid()
    refunds.paid(500)
    refunds.ask(invoice, amount=euros(1_000))
    with pytest.raises(RefundTooLarge):
        refunds.ask(invoice, amount=euros(251))
    refunds.ask(invoice, amount=euros(250))
    with pytest.raises(NothingToRefund):
        refunds.ask(invoice)
    payment = Payment.objects.get(invoice_id=invoice.id)
    gross = payment.credited_units + payment.fee_units
    assert sum(Refund.objects.values_list("part_units", flat=True)) == gross


def test_the_database_itself_refuses_more_than_was_paid(refunds: Refunds) -> None:
    invoice = refunds.paid()
    refunds.paid(500)
    first = refunds.ask(invoice, amount=euros(1_000)).refund
    copy = refunds.again(first)
    copy.pk, copy.link_hash = None, b"\1" * 32
    with pytest.raises(IntegrityError, match="more than was paid"), transaction.atomic():
        copy.save(force_insert=True)
    with pytest.raises(IntegrityError, match="is fixed"), transaction.atomic():
        Refund.objects.filter(id=first.id).update(part_units=first.part_units - 1)
    refund_reject(shop_id=invoice.shop_id, refund_id=first.id, by=person(), now=refunds.world.now)
    with pytest.raises(IntegrityError, match="is over"), transaction.atomic():
        Refund.objects.filter(id=first.id).update(status="requested", ended_at=None)


def test_a_refund_in_units_of_the_token_or_of_the_stablecoin(refunds: Refunds) -> None:
    invoice = refunds.paid(3_000, asset=WETH)
    refunds.paid(500)
    payment = Payment.objects.get(invoice_id=invoice.id)
    part = refunds.ask(invoice, amount=usdc(1_000_000)).refund
    assert (part.taken_units, part.offered) == (1_000_000, [WETH, USDC])
    assert part.token_units == payment.applied_units * 1_000_000 // (
        payment.credited_units + payment.fee_units
    )
    with pytest.raises(RefundAssetUnknown):
        refunds.ask(invoice, assets=("DAI@31337",))
    with pytest.raises(RefundTooLarge):
        refunds.ask(invoice, amount=usdc(10**9))


def test_at_todays_rate_the_worth_is_given_back_not_the_number(refunds: Refunds) -> None:
    invoice = refunds.paid(3_000, asset=WETH)
    refunds.paid(500)
    refund = refunds.ask(invoice, amount=euros(1_000), rate="today").refund
    assert refund.taken_units == 10_800_000  # ten euros at 1.08, today as then
    shop_set_terms(
        shop_id=invoice.shop_id, changes={"refund_rates": ["paid"]}, now=refunds.world.now
    )
    with pytest.raises(RefundRateNotAllowed):
        refunds.ask(invoice, amount=euros(100), rate="today")


def test_a_shop_that_was_paid_out_can_not_refund_what_it_does_not_have(refunds: Refunds) -> None:
    invoice = refunds.paid()
    payout_request(
        shop_id=invoice.shop_id, units=None, idempotency_key="all", now=refunds.world.now
    )
    with pytest.raises(ShopBalanceShort):
        refunds.ask(invoice)
    assert refunds.available() == 0
    assert not Refund.objects.exists()


def test_a_preview_keeps_nothing(refunds: Refunds) -> None:
    invoice = refunds.paid()
    before = refunds.available()
    refund, alone = refund_preview(
        shop_id=invoice.shop_id,
        invoice_id=invoice.id,
        wanted=Wanted(amount=euros(500)),
        by=person("cashier"),
        now=refunds.world.now,
    )
    assert (refund.worth_units, alone) == (500, False)
    assert refunds.available() == before
    assert not Refund.objects.exists()


def test_the_same_key_is_the_same_refund(refunds: Refunds) -> None:
    invoice = refunds.paid()

    def ask(**changes: Any) -> Any:
        return refund_request(
            **{
                "shop_id": invoice.shop_id,
                "invoice_id": invoice.id,
                "wanted": Wanted(amount=euros(100)),
                "by": person(),
                "now": refunds.world.now,
                "key": "draft-1",
            }
            | changes
        )

    first = ask()
    again = ask()
    assert (again.refund.id, again.token) == (first.refund.id, "")
    with pytest.raises(RefundConflict):
        ask(by=person(name="somebody"))
    assert Refund.objects.count() == 1


def test_another_shops_invoice_is_not_there(refunds: Refunds) -> None:
    invoice = refunds.paid()
    refund = refunds.ask(invoice, amount=euros(100)).refund
    other = shop_open(
        name="Other",
        pricing_currency="EUR",
        settlement_asset=USDC,
        now=refunds.world.now,
    )
    for verb in (refund_approve, refund_reject):
        with pytest.raises(RefundUnknown):
            verb(shop_id=other.id, refund_id=refund.id, by=person("owner"), now=refunds.world.now)


# --- who may --------------------------------------------------------------------------------------


def test_a_cashier_asks_and_a_manager_approves(refunds: Refunds) -> None:
    invoice = refunds.paid()
    refund = refunds.ask(invoice, amount=euros(100), by=person("cashier", "cy")).refund
    assert (refund.approved_by, refund.requested_by) == ("", "user:cy")
    with pytest.raises(ApprovalRefused):
        approve(refunds, refund, "cashier", "cy")
    assert approve(refunds, refund, "manager", "mia").approved_by == "user:mia"
    # Again is the same: who approved it first stands.
    assert approve(refunds, refund, "owner", "olga").approved_by == "user:mia"


def approve(refunds: Refunds, refund: Refund, level: Any, name: str) -> Refund:
    return refund_approve(
        shop_id=refund.shop_id, refund_id=refund.id, by=person(level, name), now=refunds.world.now
    )


def test_above_the_owners_limit_the_maker_is_never_the_checker(refunds: Refunds) -> None:
    shop_set_terms(
        shop_id=refunds.world.shop_id,
        changes={"refund_owner_limit_units": 500},
        now=refunds.world.now,
    )
    invoice = refunds.paid()
    refund = refunds.ask(invoice, amount=euros(501), by=person("owner", "olga")).refund
    assert (refund.needs_second, refund.approved_by) == (True, "")
    with pytest.raises(ApprovalRefused):
        approve(refunds, refund, "owner", "olga")
    with pytest.raises(ApprovalRefused):
        approve(refunds, refund, "manager", "mia")
    with pytest.raises(IntegrityError, match="maker_is_not_checker"), transaction.atomic():
        Refund.objects.filter(id=refund.id).update(
            approved_by="user:olga", approved_at=refunds.world.now
        )
    assert approve(refunds, refund, "owner", "otto").approved_by == "user:otto"


def test_a_key_approves_nothing_by_itself_unless_the_terms_say_so(refunds: Refunds) -> None:
    invoice = refunds.paid()
    assert refunds.ask(invoice, amount=euros(100), by=person("key", "k")).refund.approved_by == ""
    shop_set_terms(
        shop_id=invoice.shop_id, changes={"refund_key_limit_units": 100}, now=refunds.world.now
    )
    assert refunds.ask(invoice, amount=euros(100), by=person("key", "k")).refund.approved_by


# --- money that is the payer's --------------------------------------------------------------------


def test_a_surplus_goes_back_once(refunds: Refunds) -> None:
    invoice = refunds.world.issue()
    refunds.world.confirmed(invoice, units=30_000_000)
    (claim,) = claims_of(invoice.id)
    before = refunds.available()
    refund = refunds.ask(invoice, claim_id=claim.id).refund
    assert (refund.kind, refund.token_units, refund.taken_units) == ("surplus", claim.units, 0)
    assert refund.worth_units is not None and 1_000 < refund.worth_units < 2_000
    assert refunds.available() == before  # it never was the shop's
    with pytest.raises(ClaimTaken):
        refunds.ask(invoice, claim_id=claim.id)
    refund_reject(shop_id=invoice.shop_id, refund_id=refund.id, by=person(), now=refunds.world.now)
    assert owed_to_payers() == claim.units  # still owed
    assert refunds.ask(invoice, claim_id=claim.id).refund.status == "requested"


def test_money_owed_for_another_invoice_is_unknown_here(refunds: Refunds) -> None:
    invoice = refunds.world.issue()
    refunds.world.confirmed(invoice, units=30_000_000)
    (claim,) = claims_of(invoice.id)
    with pytest.raises(ClaimUnknown):
        refunds.ask(refunds.paid(), claim_id=claim.id)


def test_without_a_price_a_second_person_decides(refunds: Refunds) -> None:
    invoice = refunds.world.issue()
    refunds.world.confirmed(invoice, units=30_000_000)
    (claim,) = claims_of(invoice.id)
    refunds.later(hours=2)  # the market's snapshot is old by now
    refund = refunds.ask(invoice, claim_id=claim.id, by=person("owner")).refund
    assert (refund.worth_units, refund.needs_second, refund.approved_by) == (None, True, "")


def test_held_money_can_not_be_refunded_and_nothing_says_why(refunds: Refunds) -> None:
    invoice = refunds.world.issue()
    deposit = refunds.world.confirmed(invoice, sender=LISTED)
    with pytest.raises(RefundNotNow) as refused:
        refunds.ask(invoice)
    assert "check" not in str(refused.value) and "hold" not in str(refused.value)
    refunds.world.decide(deposit, hold_release)
    assert refunds.ask(refunds.world.again(invoice), amount=euros(100)).refund.status == "requested"


def test_held_money_that_people_return_is_owed_to_its_payer(refunds: Refunds) -> None:
    invoice = refunds.world.issue()
    deposit = refunds.world.confirmed(invoice, sender=LISTED)
    refunds.world.decide(deposit, hold_return)
    (claim,) = claims_of(invoice.id)
    assert refunds.ask(invoice, claim_id=claim.id).refund.kind == "returned"
    with pytest.raises(RefundNotNow):
        refunds.ask(invoice)


def test_what_may_be_refunded_is_told_before_anybody_asks(refunds: Refunds) -> None:
    invoice = refunds.world.issue()
    refunds.world.confirmed(invoice, units=30_000_000)
    invoice = refunds.world.again(invoice)
    found = refundable_of(invoice)
    assert found.is_anything and [owed.reason for owed in found.owed] == ["surplus"]
    assert found.left.units == 1_262  # the quote and the tolerance of 1 %
    refunds.ask(invoice, claim_id=found.owed[0].claim_id)
    assert refundable_of(invoice).owed == ()


@pytest.mark.django_db(transaction=True)
def test_two_who_ask_at_the_same_time_do_not_get_more_than_was_paid(refunds: Refunds) -> None:
    invoice = refunds.paid()
    refunds.paid(2_000)

    def ask(number: int) -> str:
        try:
            refund_request(
                shop_id=invoice.shop_id,
                invoice_id=invoice.id,
                wanted=Wanted(amount=euros(500)),
                by=person(name=str(number)),
                now=refunds.world.now,
            )
        except RefundTooLarge:
            return "refused"
        finally:
            connections.close_all()
        return "asked"

    with ThreadPoolExecutor(4) as pool:
        answers = sorted(pool.map(ask, range(4)))
    assert answers == ["asked", "asked", "refused", "refused"]
    assert connection.is_usable()
    assert sum(Refund.objects.values_list("worth_units", flat=True)) == 1_000
    assert ledger_checks() == []
