"""A card and tokens for one invoice: one of them pays it, whoever comes first, or both at once."""

import threading

import pytest
from django.db import IntegrityError, connection, transaction

from gateway.invoices.applying import invoice_apply_deposits
from gateway.invoices.models import Claim, Invoice, Payment
from tests.cards.kit import Desk
from tests.stripe_fake.faults import Fault

CAPTURES = r"POST /v1/payment_intents/\w+/capture"


def _claims(invoice: Invoice) -> list[str]:
    rows = Claim.objects.filter(invoice_id=invoice.id, reversed_at=None)
    return list(rows.values_list("reason", flat=True))


def _credited(invoice: Invoice) -> int:
    return Payment.objects.filter(invoice_id=invoice.id, reversed_at=None).count()


def test_tokens_after_a_card_are_their_payers(desk: Desk) -> None:
    invoice = desk.paid()
    desk.world.confirmed(invoice)
    again = desk.world.again(invoice)
    assert (again.status, again.release_goods) == ("paid", "yes")
    assert again.exceptions == ["overpaid"]
    assert (_credited(invoice), _claims(invoice)) == (0, ["surplus"])


def test_a_card_after_tokens_is_never_charged(desk: Desk) -> None:
    invoice = desk.issue()
    desk.authorised(invoice)
    desk.world.confirmed(invoice)
    desk.carry()
    assert desk.status(invoice) == ("paid", "let_go")
    assert desk.charged() == ["canceled"]
    assert (_credited(invoice), desk.shop) == (1, 0)


def test_a_part_in_tokens_leaves_no_room_for_a_card(desk: Desk) -> None:
    invoice = desk.issue()
    desk.authorised(invoice)
    desk.world.pay(invoice, units=1_000_000)
    desk.carry()
    assert desk.status(invoice) == ("partial", "let_go")
    assert desk.charged() == ["canceled"]


def test_a_deposit_that_nobody_has_heard_of_yet_counts(desk: Desk) -> None:
    from tests.chain_rows import make_deposit

    invoice = desk.issue()
    desk.authorised(invoice)
    make_deposit(
        units=desk.world.quote(invoice).units,
        at=desk.world.now,
        asset=desk.world.quote(invoice).asset,
        address=bytes(invoice.address),
        invoice_id=invoice.id,
        shop_id=invoice.shop_id,
    )
    desk.carry()
    assert desk.status(invoice) == ("processing", "let_go")


def test_tokens_that_come_while_a_card_is_charged_wait_and_are_claimed(desk: Desk) -> None:
    invoice = desk.issue()
    desk.authorised(invoice)
    desk.place.fake.faults.order(Fault.CUT_BEFORE, on=CAPTURES)
    desk.carry()
    desk.world.confirmed(invoice)
    assert (_credited(invoice), _claims(invoice)) == (0, [])
    assert desk.status(invoice) == ("processing", "taken")
    desk.carry(seconds=700)
    assert desk.status(invoice) == ("paid", "paid")
    assert (_credited(invoice), _claims(invoice)) == (0, ["surplus"])


def test_tokens_that_waited_for_a_card_that_failed_pay(desk: Desk) -> None:
    from tests.stripe_fake import payment_intents

    invoice = desk.issue()
    desk.authorised(invoice)
    desk.place.fake.faults.order(Fault.CUT_BEFORE, on=CAPTURES)
    desk.carry()
    desk.world.confirmed(invoice)
    payment_intents.lapses(desk.place.fake.state, desk.tender(invoice).remote_intent)
    desk.carry(seconds=700)
    assert desk.status(invoice) == ("paid", "let_go")
    assert (_credited(invoice), _claims(invoice), desk.shop) == (1, [], 0)


def test_the_database_lets_no_invoice_be_credited_for_both(desk: Desk) -> None:
    invoice = desk.paid()
    with pytest.raises(IntegrityError), transaction.atomic():
        Invoice.objects.filter(id=invoice.id).update(credited_units=1)


@pytest.mark.django_db(transaction=True)
def test_both_at_once_are_one_payment(desk: Desk) -> None:
    for _ in range(4):
        _race(desk)


def _race(desk: Desk) -> None:
    from gateway.cards.carrying import cards_carry
    from tests.chain_rows import make_deposit

    invoice = desk.issue()
    desk.authorised(invoice)
    quote = desk.world.quote(invoice)
    at = desk.world.clock.advance(seconds=61)
    start = threading.Barrier(2)

    def tokens() -> None:
        start.wait()
        deposit = make_deposit(
            units=quote.units,
            at=at,
            asset=quote.asset,
            address=bytes(invoice.address),
            invoice_id=invoice.id,
            shop_id=invoice.shop_id,
            state="confirmed",
        )
        invoice_apply_deposits(deposit_ids={deposit.id}, now=at)
        connection.close()

    def card() -> None:
        start.wait()
        cards_carry(now=at)
        connection.close()

    threads = [threading.Thread(target=tokens), threading.Thread(target=card)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    desk.carry(seconds=700)
    tender, again = desk.tender(invoice), desk.world.again(invoice)
    assert again.status == "paid"
    if tender.status == "paid":
        assert (_credited(invoice), again.card) == (0, "paid")
    else:
        assert (tender.status, _credited(invoice), again.card) == ("let_go", 1, "")
