"""Who pays from an exchange may have one longer lock, dearer, of one token."""

from datetime import timedelta
from typing import Any

import msgspec
import pytest

from gateway.invoices import services
from gateway.invoices.errors import (
    ExchangeLockDearer,
    ExchangeLockOff,
    InvoiceCovered,
    NoQuote,
)
from gateway.invoices.exchange_locks import exchange_lock_open, exchange_offer
from gateway.invoices.models import Invoice
from gateway.invoices.presenters import invoice_as_dict
from gateway.invoices.quotebook import promise_of, quote_for
from gateway.market.errors import LockCapReached
from gateway.market.quotes import no_better
from gateway.market.selectors import open_units
from gateway.market.snapshot_store import current_snapshot
from gateway.shops.services import shop_set_terms
from tests.chain_rows import USDC, WETH
from tests.invoices.books import available, state, told
from tests.invoices.conftest import World, later_market
from tests.market.dev_market import feed_says, pools_say, with_asset, with_policy

pytestmark = pytest.mark.django_db

MOST = 10**30


@pytest.fixture(autouse=True)
def _minutes(settings: Any) -> None:
    settings.EXCHANGE_LOCK_MINUTES = 45


def choose(
    world: World, invoice: Invoice, *, asset: str = WETH, at_most_units: int = MOST
) -> Invoice:
    return services.invoice_lock_for_exchange(
        invoice_id=invoice.id, asset=asset, at_most_units=at_most_units, now=world.now
    )


def price(world: World, dollars: str) -> None:
    """From now on WETH is worth this."""
    moved = with_asset(current_snapshot(), WETH, sources=(pools_say(dollars), feed_says(dollars)))
    world.publish(moved)


def test_it_is_held_longer_of_one_token_and_costs_what_was_shown(world: World) -> None:
    invoice = world.issue()
    held = world.quote(invoice, WETH)
    offer = exchange_offer(invoice=invoice, asset=WETH, now=world.now)
    assert (offer.held, offer.more_units) == (held, offer.longer.units - held.units)
    assert offer.more_units > 0
    chosen = choose(world, invoice, at_most_units=offer.longer.units)
    latest = world.again(invoice).promises.latest
    assert [quote.asset for quote in latest.quotes] == [WETH]
    assert latest.quotes[0].units == offer.longer.units
    assert set(latest.refused.values()) == {"other_token_chosen"}
    assert chosen.lock_end == world.now + timedelta(minutes=45)
    assert chosen.monitoring_end > invoice.monitoring_end
    assert told(invoice) == ["requoted"]
    assert invoice_as_dict(chosen)["exchange_lock"] == "taken"
    assert [due["asset"] for due in invoice_as_dict(chosen)["due"]] == [WETH]


def test_it_is_the_fresh_quote_of_wholly_strategic_payers_and_no_better_than_the_held_one(
    world: World,
) -> None:
    invoice = world.issue()
    held = world.quote(invoice, WETH)
    price(world, "3090")
    offer = exchange_offer(invoice=invoice, asset=WETH, now=world.now)
    assert offer.longer.parts.strategic_share_ppm == 1_000_000
    assert offer.longer.units == held.units
    fresh = msgspec.structs.replace(
        world.quote(world.issue(lock_seconds=2_700), WETH), lock_end=offer.longer.lock_end
    )
    assert offer.longer.units == no_better(fresh, than=held).units
    assert 0 < offer.longer.raised_from < held.units


def test_the_longer_price_holds_to_its_end_and_not_beyond(world: World, clock: Any) -> None:
    invoice = world.issue()
    chosen = choose(world, invoice)
    clock.advance(minutes=40)
    world.publish(later_market(40 * 60))
    world.load_list()
    world.confirmed(chosen, asset=WETH)
    assert state(invoice)[:2] == ("paid", set())
    quote = quote_for(world.again(invoice).promises.latest, WETH)
    assert quote is not None
    assert available(world) == promise_of(quote).credit_units

    other = choose(world, world.issue())
    clock.now = other.lock_end + timedelta(seconds=31)
    world.publish(later_market((40 + 45) * 60 + 31))
    world.load_list()
    world.confirmed(other, asset=WETH)
    assert "late" in state(other)[1]


def test_another_token_is_not_promised_any_more_but_is_no_strange_one(world: World) -> None:
    invoice = choose(world, world.issue())
    first = world.again(invoice).promises.sets[0]
    units = next(quote.units for quote in first.quotes if quote.asset == USDC)
    world.confirmed(invoice, asset=USDC, units=units)
    exceptions = state(invoice)[1]
    assert "late" in exceptions
    assert "wrong_asset" not in exceptions


def test_what_a_block_held_before_the_choice_is_owed_the_first_price(
    world: World, clock: Any
) -> None:
    invoice = world.issue()
    before, units = world.now, world.quote(invoice, USDC).units
    clock.advance(seconds=5)
    chosen = choose(world, invoice, asset=WETH)
    world.confirmed(chosen, asset=USDC, units=units, at=before + timedelta(seconds=2))
    assert state(invoice)[:2] == ("paid", set())


def test_once_and_never_again(world: World, clock: Any) -> None:
    invoice = world.issue()
    choose(world, invoice)
    with pytest.raises(ExchangeLockOff):
        choose(world, invoice)
    clock.now = world.again(invoice).lock_end + timedelta(minutes=1)
    world.publish(later_market(46 * 60))
    world.load_list()
    services.invoice_requote(invoice_id=invoice.id, now=world.now)
    with pytest.raises(ExchangeLockOff):
        choose(world, world.again(invoice))
    assert invoice_as_dict(world.again(invoice))["exchange_lock"] == ""


def test_not_once_the_first_price_ran_out_or_was_drawn_anew(world: World, clock: Any) -> None:
    invoice, renewed = world.issue(), world.issue()
    services.invoice_requote(invoice_id=renewed.id, now=world.now)
    with pytest.raises(ExchangeLockOff):
        choose(world, renewed)
    clock.now = invoice.lock_end
    assert not exchange_lock_open(world.again(invoice), now=world.now)
    with pytest.raises(ExchangeLockOff):
        choose(world, invoice)


def test_not_once_money_came(world: World) -> None:
    begun, covered = world.issue(), world.issue()
    world.confirmed(begun, units=world.quote(begun).units // 2)
    with pytest.raises(ExchangeLockOff):
        choose(world, begun)
    world.pay(covered)
    with pytest.raises(InvoiceCovered):
        choose(world, covered)


def test_it_is_not_taken_for_more_than_was_shown(world: World) -> None:
    invoice = world.issue()
    shown = exchange_offer(invoice=invoice, asset=WETH, now=world.now).longer.units
    price(world, "2990")
    before = world.again(invoice).book
    with pytest.raises(ExchangeLockDearer):
        choose(world, invoice, at_most_units=shown)
    assert world.again(invoice).book == before
    price(world, "3010")
    choose(world, invoice, at_most_units=shown)


def test_exposure_of_the_longer_lock_takes_the_place_of_the_old_ones(world: World) -> None:
    invoice = world.issue()
    assert set(open_units(now=world.now)) > {WETH, "WBTC@31337"}
    chosen = choose(world, invoice)
    counted = {asset: units for asset, units in open_units(now=world.now).items() if units}
    assert counted == {WETH: world.quote(chosen, WETH).units}
    after = invoice.lock_end + timedelta(minutes=2)
    assert open_units(now=after)[WETH] == world.quote(chosen, WETH).units
    assert not any(open_units(now=chosen.lock_end + timedelta(minutes=2)).values())


def test_without_room_for_it_the_first_price_stands(world: World) -> None:
    invoice = world.issue(4_000)
    before = world.again(invoice).book
    shop_set_terms(shop_id=world.shop_id, changes={"max_open_lock_units": 3_000}, now=world.now)
    with pytest.raises(LockCapReached):
        choose(world, invoice)
    world.publish(with_policy(current_snapshot(), asset_cap_usd_cents=1_000))
    shop_set_terms(shop_id=world.shop_id, changes={"max_open_lock_units": 5_000_000}, now=world.now)
    with pytest.raises(NoQuote):
        choose(world, invoice)
    assert world.again(invoice).book == before
    assert world.again(invoice).lock_end == invoice.lock_end


@pytest.mark.parametrize("asset", ["NONE@31337", "", USDC + "1"])
def test_a_token_that_was_not_offered_is_not_held_longer(world: World, asset: str) -> None:
    with pytest.raises(NoQuote):
        choose(world, world.issue(), asset=asset)


def test_a_shop_or_the_house_may_leave_it_out(world: World, settings: Any) -> None:
    def offered() -> str:
        return str(invoice_as_dict(world.issue())["exchange_lock"])

    assert offered() == "offered"
    shop_set_terms(shop_id=world.shop_id, changes={"exchange_lock": False}, now=world.now)
    refused = world.issue()
    assert invoice_as_dict(refused)["exchange_lock"] == ""
    with pytest.raises(ExchangeLockOff):
        choose(world, refused)
    shop_set_terms(shop_id=world.shop_id, changes={"exchange_lock": True}, now=world.now)
    # A lock that is as long already needs none.
    assert invoice_as_dict(world.issue(lock_seconds=2_700))["exchange_lock"] == ""
    settings.EXCHANGE_LOCK_MINUTES = 0
    assert offered() == ""


@pytest.mark.parametrize(
    ("minutes", "is_fine"),
    [(0, True), (15, True), (60, True), (14, False), (61, False), ("x", False)],
)
def test_its_setting_is_checked(settings: Any, minutes: Any, is_fine: bool) -> None:
    from gateway.invoices.checks import exchange_locks_are_bounded

    settings.EXCHANGE_LOCK_MINUTES = minutes
    assert (exchange_locks_are_bounded(None) == []) is is_fine
