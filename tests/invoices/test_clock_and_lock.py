"""What time and the lock decide about money that arrives."""

from datetime import timedelta
from fractions import Fraction
from typing import Any

import pytest

from gateway.invoices import services
from gateway.invoices.errors import NoQuote
from gateway.invoices.models import Claim, Invoice, LateQuote, Payment
from gateway.invoices.presenters import invoice_as_dict
from gateway.invoices.selectors import (
    open_claims,
)
from gateway.market.execution.models import FillRequest
from gateway.market.models import MinutePrice
from gateway.market.risk.states import RiskState
from gateway.market.snapshots import MarketSnapshot, RiskMark
from gateway.shops.services import shop_set_terms
from tests.chain_rows import (
    DEV_CHAIN,
    ETH,
    USDC,
    WETH,
    make_chain,
    make_deposit,
    set_head,
)
from tests.invoices.books import W, available, promised, refunds, state, told
from tests.invoices.conftest import World, later_market
from tests.market.dev_market import dev_market, with_asset


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


def rough(snapshot: MarketSnapshot) -> MarketSnapshot:
    """The market with WETH in WIDE."""
    mark = RiskMark(int(RiskState.WIDE), "price_jump", snapshot.at_ms, snapshot.at_ms)
    return with_asset(snapshot, WETH, risk=mark)


def test_in_a_rough_market_an_invoice_has_the_shorter_clock_and_is_owed_its_lock(
    world: World, clock: Any
) -> None:
    calm = world.issue()
    world.publish(rough(dev_market()))
    short = world.issue()
    shown = invoice_as_dict(short)
    assert shown["lock_end"] == "2026-11-24T12:05:00Z"
    assert short.lock_end == world.now + timedelta(seconds=300)
    assert {quote.lock_end for quote in short.promises.latest.quotes} == {short.lock_end}
    assert calm.lock_end == world.now + timedelta(seconds=900), "given before, and kept"

    clock.now = short.lock_end + timedelta(minutes=5)
    world.confirmed(calm, asset=WETH)
    assert state(calm)[:2] == ("paid", set())
    set_head(DEV_CHAIN, at=world.now)
    services.invoice_expire_due(now=world.now)
    assert state(short)[0] == "expired"

    # When it is calm again, new quotes hold as long as the shop's terms say.
    world.publish(later_market(600))
    renewed = services.invoice_requote(invoice_id=short.id, now=world.now)
    assert renewed.lock_end == world.now + timedelta(seconds=900)


def test_a_long_lock_asked_for_in_a_rough_market_comes_without_the_rough_token(
    world: World,
) -> None:
    world.publish(rough(dev_market()))
    shown = invoice_as_dict(world.issue(lock_seconds=900))
    assert shown["refused"][WETH] == "lock_too_long"
    assert shown["lock_end"] == "2026-11-24T12:15:00Z"
    assert WETH in {due["asset"] for due in invoice_as_dict(world.issue(lock_seconds=300))["due"]}

    shop_set_terms(shop_id=world.shop_id, changes={"accepted_assets": [WETH]}, now=world.now)
    with pytest.raises(NoQuote) as refused:
        world.issue(lock_seconds=900)
    assert refused.value.reasons == {WETH: "lock_too_long"}
