"""Money back to a card: once, never more than was charged, whatever becomes of answers."""

from io import StringIO
from typing import Any
from uuid import uuid4

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, transaction
from hypothesis import given
from hypothesis import strategies as st

from gateway.cards.models import CardTender
from gateway.events.models import Event
from gateway.invoices.models import Invoice
from gateway.ledger.accounts import refunds as refunds_account
from gateway.money.amounts import Amount
from gateway.ramps.models import RampEvent
from gateway.ramps.refund_terms import Back
from gateway.refunds.cards import requesting
from gateway.refunds.cards.carrying import card_refunds_carry
from gateway.refunds.cards.life import UNDONE, Status, left_to_refund, status_after
from gateway.refunds.cards.models import CardRefund
from gateway.refunds.cards.selectors import card_refundable
from gateway.refunds.errors import (
    ApprovalRefused,
    NothingToRefund,
    RefundNotOpen,
    RefundTooLarge,
    RefundTooSmall,
    RefundUnknown,
    ShopBalanceShort,
)
from gateway.refunds.limits import Person
from gateway.settlement.selectors import payable_balances
from gateway.shops.services import shop_set_terms
from tests.cards.kit import EUR, STRIPE_FEE, Desk
from tests.ramps.kit import Killed, killer
from tests.stripe_fake import disputes, refunds
from tests.stripe_fake.faults import Fault

REFUNDS = "POST /v1/refunds"
OWNER = Person(who="user:owner", level="owner", via="dashboard")
CASHIER = Person(who="user:cashier", level="cashier", via="till")


@pytest.fixture
def sold(desk: Desk) -> Invoice:
    """A sale that a card paid and whose money has come, beside another one: the shop has money."""
    invoice = desk.paid()
    desk.settles(invoice)
    other = desk.issue()
    desk.authorised(other)
    desk.carry()
    desk.settles(other)
    return invoice


def _ask(desk: Desk, invoice: Invoice, units: int | None = 500, **how: Any) -> CardRefund:
    wanted = {"shop_id": invoice.shop_id, "by": OWNER, **how}
    amount = None if units is None else Amount(units, EUR)
    return requesting.card_refund_request(
        invoice_id=invoice.id, amount=amount, now=desk.place.now, **wanted
    )


def _carry(desk: Desk, *, seconds: float = 31, **how: Any) -> None:
    desk.world.clock.advance(seconds=seconds)
    card_refunds_carry(now=desk.place.now, **how)


def _at_ramp(desk: Desk) -> list[tuple[int, str]]:
    found = desk.place.fake.state.objects["refund"].values()
    return [(row["amount"], row["status"]) for row in found]


def _cashiers_limit(desk: Desk, units: int) -> None:
    shop_set_terms(
        shop_id=desk.world.shop_id,
        changes={"refund_cashier_limit_units": units},
        now=desk.place.now,
        changed_by="user:owner",
    )


def _told(name: str) -> int:
    return Event.objects.filter(type=name).count()


def test_a_part_goes_back_to_the_card(desk: Desk, sold: Invoice) -> None:
    before = desk.books()
    refund = _ask(desk, sold)
    assert (desk.shop, desk.units(refunds_account())) == (before["shop"] - 500, -500)
    _carry(desk)
    refund.refresh_from_db()
    assert (refund.status, _at_ramp(desk)) == ("completed", [(500, "succeeded")])
    (asked,) = desk.place.fake.sent(REFUNDS)
    assert asked.idempotency_key == f"tillway:card_refund:{refund.id}"
    after = desk.books()
    assert after["bank"] == before["bank"] - 500
    assert (after["ramp_fees"], after["fees"]) == (before["ramp_fees"], before["fees"])
    assert desk.units(refunds_account()) == 0
    assert _told("card.refunded") == 1
    left = card_refundable(shop_id=sold.shop_id, invoice_id=sold.id)
    assert left == Amount(750, EUR)


def test_no_more_goes_back_than_was_charged(desk: Desk, sold: Invoice) -> None:
    _ask(desk, sold, 500)
    with pytest.raises(RefundTooLarge):
        _ask(desk, sold, 751)
    with pytest.raises(RefundTooSmall):
        _ask(desk, sold, 0)
    assert _ask(desk, sold, None).units == 750
    with pytest.raises(NothingToRefund):
        _ask(desk, sold, 1)
    _carry(desk)
    assert sorted(_at_ramp(desk)) == [(500, "succeeded"), (750, "succeeded")]
    tender = desk.tender(sold)
    with pytest.raises(IntegrityError), transaction.atomic():
        CardTender.objects.filter(id=tender.id).update(refunded_units=1_251)


def test_the_shop_gives_no_more_than_it_has(desk: Desk) -> None:
    invoice = desk.paid()  # of which the shop has what the house's fee leaves
    with pytest.raises(ShopBalanceShort):
        _ask(desk, invoice, None)
    assert (desk.tender(invoice).refunded_units, CardRefund.objects.count()) == (0, 0)


def test_what_has_not_come_yet_can_go_back_and_no_more_is_kept_for_it(desk: Desk) -> None:
    invoice = desk.paid()
    _ask(desk, invoice, 500)
    assert desk.tender(invoice).unsettled_units == desk.shop
    _carry(desk)
    desk.carry(seconds=3_700)
    assert desk.tender(invoice).unsettled_units == desk.shop
    desk.settles(invoice)
    payable = payable_balances(shop=desk.world.view, now=desk.place.now)["EUR"]
    assert payable.units == desk.shop
    assert desk.books()["bank"] == 1_250 - STRIPE_FEE - 500


def test_above_a_limit_somebody_else_decides(desk: Desk, sold: Invoice) -> None:
    _cashiers_limit(desk, 100)
    refund = _ask(desk, sold, 500, by=CASHIER)
    _carry(desk)
    assert (refund.status, _at_ramp(desk)) == ("requested", [])
    decide = {"shop_id": sold.shop_id, "refund_id": refund.id, "now": desk.place.now}
    with pytest.raises(ApprovalRefused):
        requesting.card_refund_approve(by=CASHIER, **decide)
    with pytest.raises(RefundUnknown):
        requesting.card_refund_approve(by=OWNER, **{**decide, "shop_id": uuid4()})
    requesting.card_refund_approve(by=OWNER, **decide)
    with pytest.raises(RefundNotOpen):
        requesting.card_refund_reject(by=OWNER, **decide)
    _carry(desk)
    assert _at_ramp(desk) == [(500, "succeeded")]


def test_what_is_called_off_is_the_shops_again(desk: Desk, sold: Invoice) -> None:
    _cashiers_limit(desk, 100)
    before = desk.books()
    refund = _ask(desk, sold, 500, by=CASHIER)
    for _ in range(2):
        requesting.card_refund_reject(
            shop_id=sold.shop_id, refund_id=refund.id, by=OWNER, now=desk.place.now
        )
    assert (desk.books(), desk.tender(sold).refunded_units) == (before, 0)
    _carry(desk)
    assert _at_ramp(desk) == []


def test_the_same_request_twice_is_one_refund(desk: Desk, sold: Invoice) -> None:
    assert _ask(desk, sold, key="draft") == _ask(desk, sold, key="draft")
    assert CardRefund.objects.count() == 1


def test_a_strangers_sale_gives_nothing_back(desk: Desk, sold: Invoice) -> None:
    with pytest.raises(NothingToRefund):
        _ask(desk, sold, shop_id=uuid4())


@pytest.mark.parametrize("point", ["refund_asked", "refund_answered", "refund_kept"])
def test_a_process_that_dies_pays_back_once(point: str, desk: Desk, sold: Invoice) -> None:
    refund = _ask(desk, sold)
    reached = killer(point, times=2)
    for _ in range(4):
        try:
            _carry(desk, reached=reached)
        except Killed:
            continue
    refund.refresh_from_db()
    assert (refund.status, _at_ramp(desk)) == ("completed", [(500, "succeeded")])


@pytest.mark.parametrize(
    "fault",
    [
        *(Fault.CUT_BEFORE, Fault.CUT_AFTER, Fault.CONFLICT, Fault.BUSY),
        *(Fault.TIMEOUT_AFTER, Fault.ERROR_AFTER),
    ],
)
def test_an_answer_that_never_came_pays_back_once(fault: Fault, desk: Desk, sold: Invoice) -> None:
    refund = _ask(desk, sold)
    desk.place.fake.faults.order(fault, on=REFUNDS)
    for _ in range(3):
        _carry(desk, seconds=120)
    assert desk.place.fake.faults.struck
    refund.refresh_from_db()
    assert (refund.status, _at_ramp(desk)) == ("completed", [(500, "succeeded")])


def test_a_refund_that_nobody_can_tell_of_waits_for_a_person(desk: Desk, sold: Invoice) -> None:
    """Its first answer was an error, which stays under its key."""
    before = desk.books()
    refund = _ask(desk, sold)
    desk.place.fake.faults.order(Fault.ERROR_BEFORE, on=REFUNDS)
    for _ in range(24):
        _carry(desk, seconds=3_601)
    refund.refresh_from_db()
    assert (refund.status, _at_ramp(desk)) == ("unclear", [])
    out = StringIO()
    call_command("cards", "unclear", stdout=out)
    assert f"refund {refund.id}" in out.getvalue()
    told = ("--by", "ANA", "--because", "no refund in the log")
    call_command("cards", "unmade", str(refund.id), *told)
    assert (desk.books(), desk.tender(sold).refunded_units) == (before, 0)
    with pytest.raises(CommandError, match="step"):
        call_command("cards", "unmade", str(refund.id), *told)


def test_an_unclear_refund_that_turns_up_is_taken(desk: Desk, sold: Invoice) -> None:
    refund = _ask(desk, sold)
    desk.place.fake.faults.order(Fault.ERROR_AFTER, on=REFUNDS)
    _carry(desk)
    CardRefund.objects.update(status="unclear")
    _carry(desk, seconds=3_601)
    refund.refresh_from_db()
    assert (refund.status, refund.is_taken) == ("completed", True)


def test_a_refund_that_waits_is_booked_when_its_money_has_left(desk: Desk, sold: Invoice) -> None:
    refunds.wait(desk.place.fake.state)
    before = desk.books()
    refund = _ask(desk, sold)
    _carry(desk)
    refund.refresh_from_db()
    assert (refund.status, desk.books()["bank"]) == ("left", before["bank"])
    refunds.goes_through(desk.place.fake.state, refund.remote_id)
    desk.place.deliver()
    _carry(desk, seconds=1)
    refund.refresh_from_db()
    assert (refund.status, desk.books()["bank"]) == ("completed", before["bank"] - 500)


@pytest.mark.parametrize("waits", [False, True])
def test_what_the_cards_bank_sends_back_is_the_shops_again(
    waits: bool, desk: Desk, sold: Invoice
) -> None:
    if waits:
        refunds.wait(desk.place.fake.state)
    before = desk.books()
    refund = _ask(desk, sold)
    _carry(desk)
    refund.refresh_from_db()
    refunds.is_sent_back(desk.place.fake.state, refund.remote_id)
    for seed in range(3):
        desk.place.deliver(times=2, seed=seed)
        _carry(desk, seconds=1)
    refund.refresh_from_db()
    assert (refund.status, refund.last_error) == ("failed", "lost_or_stolen_card")
    assert (desk.books(), desk.tender(sold).refunded_units) == (before, 0)
    assert _told("card.refund_failed") == 1
    types = set(RampEvent.objects.filter(status="handled").values_list("type", flat=True))
    assert {"refund.created", "refund.updated", "refund.failed", "charge.refunded"} <= types


def test_a_refund_that_the_ramp_refuses_is_the_shops_again(desk: Desk, sold: Invoice) -> None:
    before = desk.books()
    refund = _ask(desk, sold)
    charge = desk.place.fake.state.objects["charge"]
    for row in charge.values():
        row["disputed"] = True
    _carry(desk)
    refund.refresh_from_db()
    assert (refund.status, refund.last_error) == ("failed", "This charge has been charged back.")
    assert desk.books() == before


def test_a_disputed_payment_gives_nothing_back(desk: Desk, sold: Invoice) -> None:
    disputes.opens(desk.place.fake.state, desk.tender(sold).remote_intent)
    desk.carry(seconds=90_000)
    with pytest.raises(NothingToRefund):
        _ask(desk, sold)


def test_a_payment_charged_by_nobody_of_ours_is_given_back_by_a_person(desk: Desk) -> None:
    invoice = desk.issue()
    desk.authorised(invoice)
    intent = next(iter(desk.place.fake.state.objects["payment_intent"].values()))
    intent["status"], intent["amount_received"] = "succeeded", 1_250
    desk.carry()
    tender, out = desk.tender(invoice), StringIO()
    call_command("cards", "unclear", stdout=out)
    assert f"payment {tender.id}" in out.getvalue() and intent["id"] in out.getvalue()
    told = ("--by", "ANA", "--because", "refunded by hand, re_1")
    call_command("cards", "given_back", str(tender.id), *told)
    assert desk.status(invoice) == ("waiting", "let_go")
    with pytest.raises(CommandError, match="Nobody has to decide"):
        call_command("cards", "given_back", str(tender.id), *told)


STATES = st.sampled_from(["approved", "asked", "left", "completed", "failed", "unclear"])


@given(STATES, st.lists(st.sampled_from(Back), max_size=8))
def test_what_failed_stays_so_and_what_is_done_can_only_fail(
    status: Status, told: list[Back]
) -> None:
    for one in told:
        after = status_after(status=status, told=one)
        if status in UNDONE:
            assert after == status
        if status == "completed":
            assert after in ("completed", "failed")
        status = after


@given(st.integers(0, 10**8), st.integers(0, 10**8), st.integers(0, 10**8))
def test_never_more_than_was_charged(charged: int, refunded: int, disputed: int) -> None:
    left = left_to_refund(charged=charged, refunded=refunded, disputed=disputed)
    assert 0 <= left <= charged
    assert left == 0 or refunded + disputed + left == charged
