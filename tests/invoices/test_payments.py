"""What happens to money that arrives: named for what a person would complain about."""

import json
import threading
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from gateway.events.models import Event
from gateway.invoices import services
from gateway.invoices.models import Payment
from gateway.invoices.presenters import invoice_as_dict
from gateway.invoices.quotebook import promise_of
from gateway.invoices.selectors import (
    invoice_public,
    open_claims,
)
from gateway.market.execution.models import FillRequest
from gateway.market.measures import selectors as measures
from gateway.market.measures.fair_values import Moment, fair_values_keep
from gateway.market.measures.following import journal_follow
from gateway.market.measures.values import Line
from gateway.market.snapshots import E18
from gateway.shops.services import shop_set_terms
from tests.chain_rows import (
    DEV_CHAIN,
    OTHER_SHOPPER,
    SHOPPER,
    USDC,
    WETH,
    make_chain,
    make_deposit,
)
from tests.invoices.books import W, available, promised, state, suspense, told
from tests.invoices.conftest import World


def test_a_coffee_is_seen_confirmed_and_credited_at_the_locked_rate(world: World) -> None:
    invoice = world.issue(1_250)
    deposit = world.pay(invoice, asset=WETH)
    assert state(invoice) == ("processing", set(), "yes")
    assert available(world) == 0
    world.hear(deposit, "confirmed")
    assert state(invoice) == ("paid", set(), "yes")
    assert available(world) == promised(world, invoice, WETH)
    assert told(invoice) == [
        "payment_seen",
        "processing",
        "payment_confirmed",
        "paid",
    ]
    assert suspense(W) == 0
    credited = Event.objects.get(type="payment.credited")
    assert credited.body == {
        "payment_id": str(Payment.objects.get().id),
        "deposit_id": str(deposit.id),
        "invoice_id": str(invoice.id),
        "shop_id": str(world.shop_id),
        "asset": USDC,
        "credited_units": str(promised(world, invoice, WETH)),
        "fee_units": str(promise_of(world.quote(invoice, WETH)).fee_units),
        "token_asset": WETH,
        "token_units": str(deposit.units),
        "chain_id": DEV_CHAIN,
        "kind": "locked",
    }
    assert FillRequest.objects.get().units == deposit.units


@pytest.mark.parametrize(
    "kept",
    ['{"x": 1e30}', f'{{"x": {"[" * 251}{"]" * 251}}}'],
    ids=["large number", "deep"],
)
def test_whatever_stands_beside_an_invoice_its_payment_is_applied(world: World, kept: str) -> None:
    """Such numbers and such depths could be stored once; they stand there still."""
    invoice = world.issue(1_250)
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE invoices_invoice SET metadata = %s WHERE id = %s", [kept, invoice.id]
        )
    world.hear(world.pay(invoice, asset=WETH), "confirmed")
    assert state(invoice) == ("paid", set(), "yes")
    paid = Event.objects.filter(type="invoice.paid").get()
    assert paid.body["metadata"] == json.loads(kept.replace("1e30", str(10**30)))


def test_the_desk_keeps_what_the_rate_it_bought_at_was_made_of(world: World) -> None:
    invoice = world.issue(1_250)
    world.hear(world.pay(invoice, asset=WETH), "confirmed")
    quote, request = world.quote(invoice, WETH), FillRequest.objects.get()
    assert (request.promised_at, request.due_units) == (quote.priced_at, quote.units)
    assert request.spread_ppm == quote.parts.spread_ppm
    assert request.lock_premium_ppm == quote.parts.lock_premium_ppm
    assert (request.fill_ppm, request.gas_units) == (quote.parts.fill_ppm, quote.parts.gas_units)

    at_quote = Moment(quote.priced_at, 1, {WETH: 3_000 * E18, USDC: E18})
    paid_at = Payment.objects.get().applied_at
    fair_values_keep(moments=[at_quote, Moment(paid_at, 2, {WETH: 2_970 * E18, USDC: E18})])
    assert journal_follow(lag=timedelta(0)) == 1
    (made,) = measures.fills(mode="test", **booked_today()).items
    assert made.invoice_id == invoice.id and made.promised_at == quote.priced_at
    assert made.quoted is not None and made.quoted.spread_ppm == quote.parts.spread_ppm
    falls = measures.waterfall(mode="test", **booked_today())
    lines = {each.line: each.usd_e6 for each in falls.lines}
    # a hundredth of what came in was lost before it was credited
    assert lines[Line.LOCK_MOVE] == pytest.approx(-request.units * 30 // 10**12, abs=2)
    assert lines[Line.QUOTED_SPREAD] > 0 and lines[Line.FEE] > 0
    assert measures.ledger_differences(mode="test", **booked_today()) == []


def booked_today() -> dict[str, Any]:
    """The days that the database may book in while this runs."""
    today = datetime.now(UTC).date()
    return {"first": today - timedelta(days=1), "last": today + timedelta(days=1)}


def test_a_large_sale_waits_for_confirmations_before_the_goods_go(world: World) -> None:
    invoice = world.issue(5_000)
    deposit = world.pay(invoice)
    assert state(invoice) == ("processing", set(), "wait")
    world.hear(deposit, "confirmed")
    assert state(invoice)[2] == "yes"


def test_the_till_hears_when_a_careful_shops_goods_may_go(world: World) -> None:
    shop_set_terms(
        shop_id=world.shop_id,
        changes={"release_rules": [{"up_to": None, "at": "final"}]},
        now=world.now,
    )
    invoice = world.issue()
    deposit = world.confirmed(invoice)
    assert state(invoice) == ("paid", set(), "wait")
    world.hear(deposit, "final")
    assert state(invoice) == ("paid", set(), "yes")
    assert told(invoice)[-1] == "release_changed"


def test_hearing_everything_again_changes_nothing(world: World) -> None:
    invoice = world.issue()
    deposit = world.confirmed(invoice)
    before = (available(world), told(invoice), state(invoice))
    for _ in range(3):
        services.invoice_apply_deposit(deposit_id=deposit.id, now=world.now)
        world.hear(deposit, "confirmed")
    assert (available(world), told(invoice), state(invoice)) == before
    assert Payment.objects.count() == 1


def test_a_payment_before_anyone_opened_the_page_arrives(world: World) -> None:
    invoice = world.issue()
    world.confirmed(invoice)
    shown = invoice_as_dict(invoice_public(invoice.id))
    assert shown["status"] == "paid"
    assert shown["received"][0]["credited"] is True
    assert shown["received"][0]["amount"] == "13.5"


def test_confirmations_are_counted_while_they_are_awaited(world: World) -> None:
    invoice = world.issue()
    world.pay(invoice, block_number=int(world.now.timestamp()))
    [entry] = invoice_as_dict(world.again(invoice))["received"]
    assert (entry["state"], entry["confirmations"], entry["needed"]) == ("seen", 1, 2)


# --- defects seen in the peers -------------------------------------------------------------------


def test_a_payment_undone_by_a_reorg_is_taken_back_and_the_till_says_so(world: World) -> None:
    invoice = world.issue()
    deposit = world.confirmed(invoice, asset=WETH)
    credited = available(world)
    world.hear(deposit, "orphaned")
    assert state(invoice) == ("waiting", {"reverted"}, "no")
    assert (credited > 0, available(world), suspense(W)) == (True, 0, 0)
    assert told(invoice)[-1] == "reverted"
    reverted = Event.objects.get(type="payment.reversed")
    assert reverted.body["credited_units"] == str(credited)
    assert world.again(invoice).credited_units == 0


def test_the_same_transfer_mined_again_is_paid_again_once(world: World) -> None:
    invoice = world.issue()
    deposit = world.confirmed(invoice)
    first = available(world)
    world.hear(deposit, "orphaned")
    again = world.confirmed(invoice, remined_from_id=deposit.id)
    assert state(invoice) == ("paid", set(), "yes")
    assert available(world) == first
    world.hear(again, "final")
    assert available(world) == first


def test_a_block_that_comes_back_after_a_reorg_counts_again(world: World) -> None:
    invoice = world.issue()
    deposit = world.confirmed(invoice)
    first = available(world)
    world.hear(deposit, "orphaned", "seen", "confirmed")
    assert state(invoice) == ("paid", set(), "yes")
    assert available(world) == first
    assert Payment.objects.filter(reversed_at=None).count() == 1
    assert Payment.objects.count() == 2


def test_what_was_only_seen_and_vanished_stops_the_goods_too(world: World) -> None:
    invoice = world.issue(1_250)
    deposit = world.pay(invoice)
    assert state(invoice)[2] == "yes"
    world.hear(deposit, "orphaned")
    assert state(invoice) == ("waiting", {"reverted"}, "no")


def test_two_transfers_in_one_transaction_are_both_credited(world: World) -> None:
    invoice = world.issue()
    half = world.quote(invoice).units // 2
    tx_hash, block_hash = bytes([9]) * 32, bytes([8]) * 32
    for log_index, units in ((3, half), (7, world.quote(invoice).units - half)):
        world.confirmed(
            invoice, units=units, log_index=log_index, tx_hash=tx_hash, block_hash=block_hash
        )
    assert state(invoice) == ("paid", set(), "yes")
    assert Payment.objects.count() == 2
    assert promised(world, invoice) - available(world) in (0, 1)


def test_many_transfers_to_one_invoice_add_up(world: World) -> None:
    invoice = world.issue()
    due = world.quote(invoice).units
    parts = [due // 10] * 9
    parts.append(due - sum(parts))
    for units in parts[:-1]:
        world.confirmed(invoice, units=units)
    assert state(invoice)[:2] == ("partial", {"underpaid"})
    world.confirmed(invoice, units=parts[-1])
    assert state(invoice)[:2] == ("paid", set())
    assert 0 <= promised(world, invoice) - available(world) <= len(parts)


@pytest.mark.django_db(transaction=True)
def test_notifications_that_come_at_once_lose_no_update(world: World) -> None:
    invoice = world.issue()
    due = world.quote(invoice).units
    parts = [due // 8] * 7
    parts.append(due - sum(parts))
    deposits = [
        make_deposit(
            units=units,
            at=world.now,
            address=bytes(invoice.address),
            invoice_id=invoice.id,
            shop_id=invoice.shop_id,
            state="confirmed",
        )
        for units in parts
    ]
    failures: list[BaseException] = []
    start = threading.Barrier(16)

    def notify(deposit_id: Any) -> None:
        try:
            start.wait(10)
            services.invoice_apply_deposit(deposit_id=deposit_id, now=world.now)
        except BaseException as error:
            failures.append(error)
        finally:
            connection.close()

    threads = [
        threading.Thread(target=notify, args=[deposit.id]) for deposit in deposits for _ in "ab"
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert failures == []
    assert Payment.objects.count() == 8
    assert state(invoice)[0] == "paid"
    fresh = world.again(invoice)
    assert fresh.credited_units == available(world)
    assert 0 <= promised(world, invoice) - available(world) <= 8
    assert len(fresh.received) == 8
    assert told(invoice).count("paid") == 1


def test_the_database_itself_lets_a_deposit_count_once(world: World) -> None:
    invoice = world.issue()
    world.confirmed(invoice)
    payment = Payment.objects.get()
    payment.pk = None
    with pytest.raises(IntegrityError), transaction.atomic():
        Payment.objects.create(
            **{
                field.attname: getattr(payment, field.attname)
                for field in Payment._meta.fields
                if field.name != "id"
            }
        )


def test_a_token_without_a_rate_is_never_credited_one_to_one(world: World) -> None:
    """A known token that wasn't quoted, for the very number of units that would have paid."""
    shop_set_terms(shop_id=world.shop_id, changes={"accepted_assets": [USDC]}, now=world.now)
    invoice = world.issue()
    world.confirmed(invoice, asset=WETH, units=world.quote(invoice).units)
    assert state(invoice)[:2] == ("waiting", {"wrong_asset"})
    assert available(world) == 0
    assert suspense(W) == world.quote(invoice).units
    [claim] = open_claims(shop_id=world.shop_id)
    assert (claim.reason, claim.asset, claim.posted) == ("wrong_asset", WETH, False)


def test_a_quoted_token_on_another_chain_is_a_wrong_asset(world: World) -> None:
    invoice = world.issue()
    make_chain(chain_id=31338, now=world.now)
    world.confirmed(invoice, asset="USDC@31338", units=world.quote(invoice).units)
    assert state(invoice)[:2] == ("waiting", {"wrong_asset"})
    assert available(world) == 0


def test_one_shoppers_payment_cannot_be_claimed_for_anothers_invoice(world: World) -> None:
    """Same shop, same amount, same second: only the address says whose it is."""
    mine, theirs = world.issue(1_250), world.issue(1_250)
    world.confirmed(mine, sender=SHOPPER)
    assert state(mine)[0] == "paid"
    assert state(theirs) == ("waiting", set(), "wait")
    world.confirmed(theirs, sender=OTHER_SHOPPER)
    assert {payment.invoice_id for payment in Payment.objects.all()} == {mine.id, theirs.id}
    assert (
        Payment.objects.get(invoice=mine).deposit_id
        != Payment.objects.get(invoice=theirs).deposit_id
    )


def test_a_deposit_of_no_invoice_is_booked_and_taken_back_with_its_block(world: World) -> None:
    deposit = make_deposit(units=7_000_000, at=world.now)
    world.hear(deposit, "seen", "confirmed")
    assert suspense() == 7_000_000
    world.hear(deposit, "orphaned")
    assert suspense() == 0
