"""What happens to money that arrives: named for what a person would complain about."""

import threading
from collections.abc import Iterator
from datetime import timedelta
from fractions import Fraction
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from gateway.chains.models import Chain
from gateway.compliance import services as compliance
from gateway.compliance.models import ListSource
from gateway.events.models import Event
from gateway.invoices import services
from gateway.invoices.errors import (
    BadMark,
    InvoiceCovered,
    InvoiceNotFound,
    InvoiceNotOpen,
)
from gateway.invoices.models import Claim, Invoice, LateQuote, Payment
from gateway.invoices.presenters import invoice_as_dict
from gateway.invoices.quotebook import decode_book, promise_of, quote_for
from gateway.invoices.selectors import (
    invoice_get,
    invoice_public,
    invoices_page,
    open_claims,
    open_invoices,
)
from gateway.ledger import accounts
from gateway.ledger.accounts import AccountName
from gateway.ledger.selectors import balance, shop_balance, trial_balance
from gateway.market.execution.models import FillRequest
from gateway.market.models import MinutePrice
from gateway.money.assets import Asset
from gateway.shops.services import shop_set_terms
from tests.chain_rows import (
    DEV_CHAIN,
    ETH,
    OTHER_SHOPPER,
    SHOPPER,
    USDC,
    WETH,
    make_chain,
    make_deposit,
    set_head,
)
from tests.invoices.conftest import LISTED, World, later_market

S = Asset(USDC, 6)
W = Asset(WETH, 18)


@pytest.fixture(autouse=True)
def _books_stay_balanced(db: None) -> Iterator[None]:
    """Whatever a test did, every asset sums to zero."""
    yield
    if not connection.needs_rollback:
        totals: dict[str, int] = {}
        for line in trial_balance():
            totals[line.asset] = totals.get(line.asset, 0) + line.units
        assert set(totals.values()) <= {0}


def available(world: World) -> int:
    """Settlement units the shop may draw."""
    return shop_balance(shop_id=world.shop_id, asset=USDC).available


def owed(account: AccountName, asset: Asset = S) -> int:
    """Units that stand on an account of what the house owes."""
    return -balance(account=account, asset=asset).units


def suspense(asset: Asset = S) -> int:
    return owed(accounts.suspense(), asset)


def refunds(asset: Asset = S) -> int:
    return owed(accounts.refunds(), asset)


def told(invoice: Invoice) -> list[str]:
    """The invoice's events after its creation, in order."""
    events = Event.objects.filter(subject=f"invoice:{invoice.id}").order_by("sequence")
    return [event.type.removeprefix("invoice.") for event in events][1:]


def promised(world: World, invoice: Invoice, asset: str = USDC) -> int:
    return promise_of(world.quote(invoice, asset)).credit_units


def state(invoice: Invoice) -> tuple[str, set[str], str]:
    fresh = Invoice.objects.get(id=invoice.id)
    return fresh.status, set(fresh.exceptions), fresh.release_goods


# --- the ordinary way ----------------------------------------------------------------------------


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


# --- the clock and the lock ----------------------------------------------------------------------


def test_an_in_time_payment_that_confirms_late_is_in_time(world: World, clock: Any) -> None:
    invoice = world.issue()
    clock.now = invoice.lock_end + timedelta(seconds=30)
    deposit = world.pay(invoice)
    clock.advance(hours=5)
    set_head(DEV_CHAIN, at=world.now)
    services.invoice_expire_due(now=world.now)
    assert state(invoice)[0] == "processing"
    world.hear(deposit, "confirmed")
    assert state(invoice)[:2] == ("paid", set())
    assert available(world) == promised(world, invoice)
    assert Payment.objects.get().kind == "locked"


def test_a_payment_mined_again_after_the_lock_keeps_its_first_decision(
    world: World, clock: Any
) -> None:
    invoice = world.issue()
    in_time = world.now
    deposit = world.confirmed(invoice)
    world.hear(deposit, "orphaned")
    clock.now = invoice.lock_end + timedelta(minutes=9)
    world.confirmed(invoice, remined_from_id=deposit.id, first_block_time=in_time)
    assert state(invoice)[:2] == ("paid", set())


def late(world: World, invoice: Invoice, clock: Any, **facts: Any) -> Any:
    """A payment a minute after the grace, heard of while its rate can be had."""
    clock.now = invoice.lock_end + timedelta(seconds=91)
    world.publish(later_market((world.now - invoice.created_at).total_seconds()))
    set_head(DEV_CHAIN, at=world.now)
    services.invoice_expire_due(now=world.now)
    deposit = make_deposit(
        **{
            "units": world.quote(invoice, WETH).units,
            "at": world.now,
            "asset": WETH,
            "address": bytes(invoice.address),
            "invoice_id": invoice.id,
            "shop_id": invoice.shop_id,
            **facts,
        }
    )
    services.invoice_apply_deposit(deposit_id=deposit.id, now=world.now)
    return deposit


def confirm(world: World, deposit: Any) -> None:
    deposit.state = "confirmed"
    deposit.save()
    services.invoice_apply_deposit(deposit_id=deposit.id, now=world.now)


def test_late_money_is_seen_and_credited_at_its_own_days_rate(world: World, clock: Any) -> None:
    invoice = world.issue()
    deposit = late(world, invoice, clock, units=world.quote(invoice, WETH).units * 2)
    assert state(invoice) == ("expired", {"late"}, "no")
    assert LateQuote.objects.get().deposit_id == deposit.id
    confirm(world, deposit)
    assert state(invoice) == ("paid", {"late", "overpaid"}, "yes")
    assert told(invoice)[-3:] == ["payment_confirmed", "paid_late", "overpaid"]
    payment = Payment.objects.get()
    assert payment.kind == "late"
    assert available(world) == payment.credited_units
    # At most the demand and its tolerance is bought, late or not.
    assert payment.applied_units * 100 <= payment.due_units * 101
    assert refunds(W) == payment.surplus_units > 0


def test_a_late_payer_cannot_wait_for_a_better_rate(world: World, clock: Any) -> None:
    invoice = world.issue()
    deposit = late(world, invoice, clock)
    rate = LateQuote.objects.get().quote
    clock.advance(seconds=30)
    world.publish(later_market(2_000))
    confirm(world, deposit)
    assert LateQuote.objects.get().quote == rate
    assert Payment.objects.get().kind == "late"


def test_late_money_is_worth_the_price_of_its_minute_however_late_it_is_noticed(
    world: World, clock: Any
) -> None:
    invoice = world.issue()
    deposit = late(world, invoice, clock, first_block_time=invoice.lock_end + timedelta(seconds=31))
    LateQuote.objects.all().delete()
    minute = deposit.first_block_time.replace(second=0, microsecond=0)
    MinutePrice.objects.create(asset=WETH, minute=minute, buy_usd_e18=1_500 * 10**18)
    clock.advance(hours=3)
    world.publish(later_market((clock() - invoice.created_at).total_seconds()))
    confirm(world, deposit)
    half = Payment.objects.get()
    assert half.kind == "late"
    at_three_thousand = Fraction(half.credited_units, half.applied_units) * 2
    quoted = world.quote(invoice, WETH)
    assert at_three_thousand == pytest.approx(
        Fraction(quoted.settlement_units, quoted.units), rel=0.05
    )


def test_late_money_without_a_rate_of_its_time_is_the_payers(world: World, clock: Any) -> None:
    invoice = world.issue()
    deposit = late(world, invoice, clock, first_block_time=invoice.lock_end + timedelta(seconds=31))
    LateQuote.objects.all().delete()
    clock.advance(hours=3)
    confirm(world, deposit)
    assert state(invoice)[:2] == ("expired", {"late"})
    assert available(world) == 0
    assert refunds(W) == deposit.units
    assert Claim.objects.get().reason == "late"


def test_a_shop_that_refunds_late_money_owes_it_back(world: World, clock: Any) -> None:
    shop_set_terms(shop_id=world.shop_id, changes={"late_policy": "refund"}, now=world.now)
    invoice = world.issue()
    deposit = late(world, invoice, clock)
    confirm(world, deposit)
    assert state(invoice)[:2] == ("expired", {"late"})
    assert (available(world), refunds(W)) == (0, deposit.units)


def test_money_weeks_after_the_monitoring_still_arrives(world: World, clock: Any) -> None:
    invoice = world.issue()
    clock.now = invoice.monitoring_end + timedelta(days=20)
    set_head(DEV_CHAIN, at=world.now)
    services.invoice_expire_due(now=world.now)
    world.confirmed(invoice)
    assert state(invoice)[:2] == ("expired", {"late"})
    assert Claim.objects.get().units == world.quote(invoice).units


def test_more_than_the_quote_sent_at_a_favourable_lock_is_not_bought(world: World) -> None:
    invoice = world.issue()
    quote = world.quote(invoice, WETH)
    deposit = world.confirmed(invoice, asset=WETH, units=quote.units * 10)
    assert state(invoice)[:2] == ("paid", {"overpaid"})
    payment = Payment.objects.get()
    assert payment.applied_units == quote.units * 101 // 100
    assert available(world) <= promised(world, invoice, WETH) * 101 // 100
    assert refunds(W) == deposit.units - payment.applied_units
    [claim] = open_claims(shop_id=world.shop_id)
    assert (claim.reason, claim.units) == ("surplus", payment.surplus_units)
    assert FillRequest.objects.get().units == payment.applied_units
    # A second try finds the lock used up.
    world.confirmed(invoice, asset=ETH)
    assert Payment.objects.count() == 1
    assert Claim.objects.count() == 2


def test_a_little_more_than_asked_is_the_shops(world: World) -> None:
    invoice = world.issue()
    quote = world.quote(invoice)
    world.confirmed(invoice, units=quote.units * 101 // 100)
    assert state(invoice)[:2] == ("paid", set())
    assert not Claim.objects.exists()


def test_a_cent_less_than_asked_is_paid_and_half_is_partial(world: World) -> None:
    invoice = world.issue()
    quote = world.quote(invoice)
    world.confirmed(invoice, units=quote.units * 9_960 // 10_000)
    assert state(invoice)[:2] == ("paid", set())
    half = world.issue()
    world.confirmed(half, units=quote.units // 2)
    assert state(half)[:2] == ("partial", {"underpaid"})
    assert world.again(half).credited_units > 0
    shown = invoice_as_dict(world.again(half))
    rest = next(due for due in shown["due"] if due["asset"] == USDC)
    assert int(rest["units"]) == quote.units - quote.units // 2
    assert rest["uri"].endswith(f"uint256={rest['units']}")


def test_nobody_paid_and_the_time_is_over(world: World, clock: Any) -> None:
    invoice = world.issue()
    clock.now = invoice.lock_end + timedelta(seconds=30)
    set_head(DEV_CHAIN, at=world.now)
    services.invoice_expire_due(now=world.now)
    assert state(invoice)[0] == "waiting"
    clock.advance(seconds=1)
    set_head(DEV_CHAIN, at=world.now)
    assert services.invoice_expire_due(now=world.now) == 1
    assert state(invoice) == ("expired", set(), "no")
    assert told(invoice) == ["expired"]
    assert services.invoice_expire_due(now=world.now) == 0


def test_a_stalled_watcher_delays_expiry(world: World, clock: Any) -> None:
    make_chain(chain_id=31338, now=world.now)
    invoice = world.issue()
    clock.now = invoice.lock_end + timedelta(hours=2)
    set_head(DEV_CHAIN, at=world.now)
    assert services.invoice_expire_due(now=world.now) == 0
    assert state(invoice)[0] == "waiting"
    set_head(31338, at=world.now)
    assert services.invoice_expire_due(now=world.now) == 1


def test_a_chain_that_was_never_heard_of_delays_expiry(world: World, clock: Any) -> None:
    from gateway.chains.models import ProcessedHead

    invoice = world.issue()
    ProcessedHead.objects.all().delete()
    clock.now = invoice.lock_end + timedelta(hours=2)
    assert services.invoice_expire_due(now=world.now) == 0


def test_a_payment_in_the_last_block_is_found_by_expiry_before_its_event(
    world: World, clock: Any
) -> None:
    invoice = world.issue()
    make_deposit(
        units=world.quote(invoice).units,
        at=invoice.lock_end,
        address=bytes(invoice.address),
        invoice_id=invoice.id,
        shop_id=invoice.shop_id,
    )
    clock.now = invoice.lock_end + timedelta(minutes=5)
    set_head(DEV_CHAIN, at=world.now)
    services.invoice_expire_due(now=world.now)
    assert state(invoice)[0] == "processing"


def test_seen_and_never_confirmed_is_invalid_at_the_monitoring_end(
    world: World, clock: Any
) -> None:
    invoice = world.issue()
    world.pay(invoice)
    clock.now = invoice.monitoring_end + timedelta(minutes=1)
    set_head(DEV_CHAIN, at=world.now)
    services.invoice_expire_due(now=world.now)
    assert state(invoice) == ("invalid", set(), "no")
    assert told(invoice)[-1] == "invalidated"


def test_reverted_and_never_mined_again_is_invalid_at_the_monitoring_end(
    world: World, clock: Any
) -> None:
    invoice = world.issue()
    deposit = world.confirmed(invoice)
    world.hear(deposit, "orphaned")
    clock.now = invoice.lock_end + timedelta(minutes=2)
    set_head(DEV_CHAIN, at=world.now)
    services.invoice_expire_due(now=world.now)
    assert state(invoice)[:2] == ("expired", {"reverted"})
    clock.now = invoice.monitoring_end + timedelta(minutes=1)
    set_head(DEV_CHAIN, at=world.now)
    services.invoice_expire_due(now=world.now)
    assert state(invoice)[:2] == ("invalid", {"reverted"})


# --- people --------------------------------------------------------------------------------------


def test_money_after_voiding_goes_to_a_claim_and_never_to_the_sale(world: World) -> None:
    invoice = world.issue()
    services.invoice_void(shop_id=world.shop_id, invoice_id=invoice.id, now=world.now)
    deposit = world.confirmed(invoice)
    assert state(invoice) == ("cancelled", set(), "no")
    assert (available(world), refunds()) == (0, deposit.units)
    assert Claim.objects.get().reason == "cancelled"
    assert told(invoice) == ["cancelled", "payment_seen"]


def test_a_covered_invoice_cannot_be_voided(world: World) -> None:
    invoice = world.issue()
    world.pay(invoice)
    with pytest.raises(InvoiceCovered):
        services.invoice_void(shop_id=world.shop_id, invoice_id=invoice.id, now=world.now)


def test_voiding_twice_is_voiding_once(world: World) -> None:
    invoice = world.issue()
    for _ in range(2):
        services.invoice_void(shop_id=world.shop_id, invoice_id=invoice.id, now=world.now)
    assert told(invoice) == ["cancelled"]


def test_another_shops_invoice_is_as_unknown_as_none(world: World) -> None:
    invoice = world.issue()
    stranger = bytes(16)
    from uuid import UUID

    with pytest.raises(InvoiceNotFound):
        services.invoice_void(shop_id=UUID(bytes=stranger), invoice_id=invoice.id, now=world.now)
    with pytest.raises(InvoiceNotFound):
        invoice_get(shop_id=UUID(bytes=stranger), invoice_id=invoice.id)


def test_new_quotes_end_the_old_ones(world: World, clock: Any) -> None:
    invoice = world.issue()
    clock.advance(minutes=10)
    world.publish(later_market(600))
    renewed = services.invoice_requote(invoice_id=invoice.id, now=world.now)
    assert renewed.lock_end == world.now + timedelta(seconds=900)
    assert bytes(renewed.address) == bytes(invoice.address)
    assert told(invoice) == ["requoted"]
    # Mined after the old lock's end, before the new one's: owed the new quotes.
    clock.advance(minutes=10)
    world.confirmed(renewed, asset=WETH)
    assert state(invoice)[:2] == ("paid", set())
    latest = decode_book(world.again(invoice).book).latest
    quote = quote_for(latest, WETH)
    assert quote is not None
    assert available(world) == promise_of(quote).credit_units


def test_an_expired_invoice_can_be_renewed(world: World, clock: Any) -> None:
    invoice = world.issue()
    clock.now = invoice.lock_end + timedelta(minutes=5)
    set_head(DEV_CHAIN, at=world.now)
    services.invoice_expire_due(now=world.now)
    world.publish(later_market(20 * 60))
    services.invoice_requote(invoice_id=invoice.id, now=world.now)
    assert state(invoice)[0] == "waiting"
    world.confirmed(world.again(invoice))
    assert state(invoice)[:2] == ("paid", set())


def test_a_paid_or_voided_invoice_cannot_be_renewed(world: World) -> None:
    invoice = world.issue()
    world.confirmed(invoice)
    with pytest.raises(InvoiceCovered):
        services.invoice_requote(invoice_id=invoice.id, now=world.now)
    other = world.issue()
    services.invoice_void(shop_id=world.shop_id, invoice_id=other.id, now=world.now)
    with pytest.raises(InvoiceNotOpen):
        services.invoice_requote(invoice_id=other.id, now=world.now)


def test_marking_posts_nothing_and_can_be_taken_back(world: World) -> None:
    invoice = world.issue()
    mark = {"shop_id": world.shop_id, "invoice_id": invoice.id, "by": "ada", "now": world.now}
    services.invoice_mark(status="settled", **mark)
    assert state(invoice) == ("paid", {"marked"}, "yes")
    assert available(world) == 0
    services.invoice_mark(status="invalid", **mark)
    assert state(invoice) == ("invalid", {"marked"}, "no")
    assert told(invoice) == ["marked", "marked"]
    with pytest.raises(BadMark):
        services.invoice_mark(status="paid", **mark)


# --- screening -----------------------------------------------------------------------------------


def test_goods_that_go_on_sight_wait_for_the_verdict_and_the_till_hears_it(world: World) -> None:
    ListSource.objects.update(enabled=False)
    invoice = world.issue()
    world.pay(invoice)
    assert state(invoice) == ("processing", set(), "wait")
    compliance.list_load(
        lines=[f"0x{LISTED.hex()}"], source="fresh", loaded_by="test", now=world.now
    )
    world.drain()
    assert state(invoice) == ("processing", set(), "yes")
    assert told(invoice)[-1] == "release_changed"


def test_a_listed_payers_money_is_held_and_the_goods_stay(world: World) -> None:
    invoice = world.issue()
    deposit = world.confirmed(invoice, sender=LISTED)
    assert state(invoice) == ("processing", {"held"}, "no")
    assert available(world) == 0
    assert owed(accounts.held(deposit.id), S) == deposit.units
    assert "held" in told(invoice)
    for event in Event.objects.filter(subject=f"invoice:{invoice.id}"):
        assert "LAZARUS" not in str(event.body)
        assert "match" not in str(event.body)


def test_without_a_list_nothing_is_credited_until_one_is_loaded(world: World) -> None:
    ListSource.objects.update(version=None, number=0)
    invoice = world.issue()
    world.confirmed(invoice)
    assert state(invoice) == ("processing", set(), "wait")
    assert available(world) == 0
    assert suspense() == world.quote(invoice).units
    ListSource.objects.all().update(enabled=False)
    compliance.list_load(
        lines=[f"0x{LISTED.hex()}"], source="fresh", loaded_by="test", now=world.now
    )
    world.drain()
    assert state(invoice) == ("paid", set(), "yes")
    assert available(world) == promised(world, invoice)


def test_who_is_listed_before_the_payment_confirms_is_not_credited(world: World) -> None:
    invoice = world.issue()
    deposit = world.pay(invoice, sender=SHOPPER)
    world.load_list(LISTED, SHOPPER)
    world.hear(deposit, "confirmed")
    assert state(invoice) == ("processing", {"held"}, "no")
    assert available(world) == 0


def decide(world: World, deposit: Any, propose: Any) -> None:
    propose(deposit_id=deposit.id, by="ada", reason="looked at", now=world.now)
    compliance.hold_approve(deposit_id=deposit.id, by="bea", now=world.now)
    world.drain()


def test_a_released_hold_is_credited_at_the_lock(world: World) -> None:
    invoice = world.issue()
    deposit = world.confirmed(invoice, asset=WETH, sender=LISTED)
    # Handlers go by our own clock; the hold was decided within the day.
    decide(world, deposit, compliance.hold_release)
    assert state(invoice)[:2] == ("paid", set())
    payment = Payment.objects.get(deposit_id=deposit.id)
    assert payment.kind == "released"
    assert available(world) == payment.credited_units == promised(world, invoice, WETH)
    assert owed(accounts.held(deposit.id), W) == 0


def test_a_returned_hold_is_owed_to_its_payer(world: World) -> None:
    invoice = world.issue()
    deposit = world.confirmed(invoice, sender=LISTED)
    decide(world, deposit, compliance.hold_return)
    assert state(invoice)[:2] == ("waiting", set())
    assert (available(world), refunds()) == (0, deposit.units)
    assert owed(accounts.held(deposit.id), S) == 0
    assert "returned" in told(invoice)


def test_a_blocked_payment_is_kept_and_looks_like_a_hold(world: World) -> None:
    invoice = world.issue()
    deposit = world.confirmed(invoice, sender=LISTED)
    before = told(invoice)
    decide(world, deposit, compliance.hold_block)
    assert owed(accounts.blocked(), S) == deposit.units
    assert refunds() == 0
    assert state(invoice)[1] == {"held"}
    assert [kind for kind in told(invoice) if kind not in before] == []


def test_a_hold_undone_by_a_reorg_leaves_no_trace_in_the_books(world: World) -> None:
    invoice = world.issue()
    deposit = world.confirmed(invoice, sender=LISTED)
    world.hear(deposit, "orphaned")
    assert owed(accounts.held(deposit.id), S) == 0
    assert suspense() == 0


def test_test_money_never_meets_a_live_invoice(world: World) -> None:
    make_chain(chain_id=8453, mode="live", now=world.now)
    invoice = world.issue()
    world.confirmed(invoice, asset="USDC@8453", units=world.quote(invoice).units)
    assert state(invoice) == ("waiting", set(), "wait")
    assert not Payment.objects.exists()
    assert Chain.objects.get(id=8453).mode == "live"


# --- questions -----------------------------------------------------------------------------------


def test_a_page_of_invoices_is_one_query_and_goes_on_where_it_ended(world: World) -> None:
    issued = [world.issue() for _ in range(5)]
    with CaptureQueriesContext(connection) as queries:
        page = invoices_page(shop_id=world.shop_id, size=3)
        shown = [invoice_as_dict(invoice) for invoice in page.items]
    assert len(queries) == 1
    assert [entry["id"] for entry in shown] == [str(i.id) for i in reversed(issued[2:])]
    rest = invoices_page(shop_id=world.shop_id, size=3, cursor=page.next_cursor)
    assert [invoice.id for invoice in rest.items] == [i.id for i in reversed(issued[:2])]
    assert rest.next_cursor is None


def test_open_invoices_are_those_that_still_wait(world: World) -> None:
    paid, waiting = world.issue(), world.issue()
    world.confirmed(paid)
    page = open_invoices(shop_id=world.shop_id)
    assert [invoice.id for invoice in page.items] == [waiting.id]
