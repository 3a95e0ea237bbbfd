"""Asking for money: what is promised, to whom it is refused, and what it costs us."""

import json
import math
import threading
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from gateway.chains.create2 import Factory, SaltTerms, deposit_address, terms_salt
from gateway.chains.models import Chain, DepositAddress
from gateway.compliance.models import ListSource
from gateway.events.models import Event
from gateway.invoices import services
from gateway.invoices.catalogue import catalogue
from gateway.invoices.changing import invoice_describe
from gateway.invoices.code_words import code_word
from gateway.invoices.errors import (
    BadLock,
    BadNumber,
    BadText,
    ExternalKeyConflict,
    NoQuote,
    ScreeningUnavailable,
    ShopHasNoPayoutAddress,
    WrongCurrency,
)
from gateway.invoices.exposure import shop_open_units
from gateway.invoices.models import Invoice
from gateway.invoices.presenters import invoice_as_dict
from gateway.invoices.quotebook import promise_of
from gateway.market.errors import LockCapReached, MarketUnavailable
from gateway.market.selectors import open_units
from gateway.market.snapshot_store import forget_snapshot
from gateway.money.amounts import Amount, format_amount
from gateway.money.assets import FIAT
from gateway.money.errors import NotPositive
from gateway.shops.errors import ShopNotActive
from gateway.shops.models import Shop
from gateway.shops.services import shop_set_status, shop_set_terms
from tests.chain_rows import TOKENS, USDC, WETH, make_chain
from tests.invoices.conftest import World
from tests.market.dev_market import dev_market, pools_say, with_asset
from tests.table_reads import analyse, rows_read

TABLES_OF_AN_INVOICE = (
    "invoices_invoice",
    "invoices_shopexposure",
    "chains_depositaddress",
    "events_outbox",
)


def test_a_coffee_is_quoted_in_every_token_of_the_chain(world: World) -> None:
    invoice = world.issue(1_250, order_id="Table 4")
    shown = invoice_as_dict(invoice)
    assert shown["status"] == "waiting"
    assert shown["release_goods"] == "wait"
    assert (shown["amount"], shown["currency"]) == ("12.50", "EUR")
    assert {due["symbol"] for due in shown["due"]} == {symbol for symbol, *_ in TOKENS}
    assert shown["refused"] == {}
    assert shown["credited"] == {"asset": USDC, "amount": "0", "units": "0"}
    for due, quote in zip(shown["due"], invoice.promises.latest.quotes, strict=True):
        promised = Amount(promise_of(quote).credit_units, quote.settlement_asset)
        assert due["credit"] == format_amount(promised, trim=True)  # after the fee
    assert shown["order_id"] == "Table 4"
    assert shown["code_word"] == code_word(bytes(invoice.address))
    usdc = next(due for due in shown["due"] if due["asset"] == USDC)
    assert usdc["amount"] == "13.5"
    assert usdc["uri"] == (
        f"ethereum:{usdc['token']}@31337/transfer"
        f"?address={shown['address']}&uint256={usdc['units']}"
    )
    eth = next(due for due in shown["due"] if due["symbol"] == "ETH")
    assert eth["uri"] == f"ethereum:{shown['address']}@31337?value={eth['units']}"


def test_what_is_shown_is_what_the_database_keeps(world: World) -> None:
    invoice = world.issue(1_250, order_id="7", metadata={"till": "2"}, created_by="ada")
    assert invoice_as_dict(world.again(invoice)) == invoice_as_dict(invoice)


def test_the_address_commits_to_the_terms_and_the_watcher_knows_it(world: World) -> None:
    invoice = world.issue()
    chain = Chain.objects.get()
    book = invoice.promises
    salt = terms_salt(
        SaltTerms(
            invoice_id=invoice.id,
            payee=world.view.payout_address,
            settlement_token=bytes([0xA0]) * 20,
            amount=min(promise_of(quote).credit_units for quote in book.latest.quotes),
            lock_end=int(invoice.lock_end.timestamp()),
        )
    )
    factory = Factory(
        address=bytes(chain.factory_address),
        version=chain.factory_version,
        init_code_hash=bytes(chain.factory_init_code_hash),
    )
    row = DepositAddress.objects.get(invoice_id=invoice.id)
    assert bytes(row.address) == bytes(invoice.address)
    assert bytes(row.address) == deposit_address(factory=factory, salt=salt)
    assert (row.mode, row.watch_until) == ("test", invoice.monitoring_end)


def test_the_event_stands_on_its_own(world: World) -> None:
    invoice = world.issue(order_id="Table 4")
    event = Event.objects.get(type="invoice.created")
    assert event.subject == f"invoice:{invoice.id}"
    assert event.shop_id == world.shop_id
    assert event.body["amount"] == "12.50"
    assert event.body["order_id"] == "Table 4"
    assert {due["asset"] for due in event.body["due"]} >= {USDC, WETH}


def statements_of_one_creation(world: World) -> list[str]:
    shop = world.view
    catalogue("test")
    with CaptureQueriesContext(connection) as queries:
        world.issue(shop=shop)
    return [query["sql"] for query in queries if "SAVEPOINT" not in query["sql"]]


def test_creating_an_invoice_is_one_statement_in_one_transaction(world: World) -> None:
    world.issue()
    assert len(statements_of_one_creation(world)) == 1


def rows_read_by_one_creation(world: World) -> int:
    """Rows of any table that one creation looks at, by scan or by index."""
    shop = world.view
    before = _rows_read()
    world.issue(shop=shop, order_id="new")
    return _rows_read() - before


def _rows_read() -> int:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT sum(seq_tup_read + coalesce(idx_tup_fetch, 0)) FROM pg_stat_xact_user_tables"
        )
        return int(cursor.fetchone()[0])


def test_creating_an_invoice_costs_the_same_with_thousands_stored(world: World) -> None:
    """Creation that slows with what is stored ends in a queue at the till."""
    world.issue(order_id="first")
    before = rows_read_by_one_creation(world)
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO invoices_invoice SELECT (jsonb_populate_record(i, jsonb_build_object("
            "    'id', uuidv7(), 'order_id', 'old-' || n))).*"
            "  FROM invoices_invoice i, generate_series(1, 20000) n WHERE i.order_id = 'first'"
        )
        cursor.execute("ANALYZE invoices_invoice")
    assert len(statements_of_one_creation(world)) == 1
    assert rows_read_by_one_creation(world) <= before + 50


def test_a_shop_that_takes_two_tokens_offers_two(world: World) -> None:
    shop_set_terms(shop_id=world.shop_id, changes={"accepted_assets": [USDC, WETH]}, now=world.now)
    shown = invoice_as_dict(world.issue())
    assert {due["asset"] for due in shown["due"]} == {USDC, WETH}


def test_a_token_without_a_price_is_left_out_with_a_reason(world: World) -> None:
    world.publish(with_asset(dev_market(), WETH, sources=()))
    shown = invoice_as_dict(world.issue())
    assert WETH not in {due["asset"] for due in shown["due"]}
    assert shown["refused"][WETH] == "price_not_fresh"


def test_nothing_to_offer_is_a_refusal_that_says_why_for_each(world: World) -> None:
    """A missing rate is never one to one: without prices there is no invoice."""
    shop_set_terms(shop_id=world.shop_id, changes={"accepted_assets": [WETH]}, now=world.now)
    world.publish(with_asset(dev_market(), WETH, sources=()))
    with pytest.raises(NoQuote) as refused:
        world.issue()
    assert refused.value.code == "no_quote"
    assert refused.value.reasons == {WETH: "price_not_fresh"}
    assert not Invoice.objects.exists()


def test_without_a_market_nothing_is_asked_for(world: World, valkey: Any) -> None:
    valkey.flushdb()
    forget_snapshot()
    with pytest.raises(MarketUnavailable):
        world.issue()


def test_an_amount_beyond_a_tokens_bounds_is_not_offered_in_it(world: World) -> None:
    shown = invoice_as_dict(world.issue(4_000_000))
    assert shown["refused"]["LINK@31337"] == "amount_above_maximum"
    assert USDC in {due["asset"] for due in shown["due"]}


def test_a_pool_pushed_by_a_fifth_in_one_block_does_not_set_the_price(world: World) -> None:
    calm = world.quote(world.issue(), WETH)
    # Pushed up, our token would look dearer, and the shopper would send less of it.
    pushed = pools_say("3600", average="3000")
    world.publish(
        with_asset(
            dev_market(),
            WETH,
            sources=(pushed, *dev_market().assets[WETH].sources[1:]),
        )
    )
    shown = invoice_as_dict(world.issue())
    offered = {due["asset"]: int(due["units"]) for due in shown["due"]}
    assert WETH not in offered or offered[WETH] >= calm.units * 99 // 100


@pytest.mark.parametrize("units", [0, -1])
def test_nothing_or_less_cannot_be_asked_for(world: World, units: int) -> None:
    with pytest.raises(NotPositive):
        world.issue(units)


def test_another_currency_than_the_shops_is_refused(world: World) -> None:
    with pytest.raises(WrongCurrency):
        world.issue(amount=Amount(1_250, FIAT["USD"]))


def test_a_shop_without_a_payout_address_cannot_ask(world: World) -> None:
    Shop.objects.update(payout_address=None)
    with pytest.raises(ShopHasNoPayoutAddress) as refused:
        world.issue()
    assert refused.value.code == "shop_has_no_payout_address"


@pytest.mark.parametrize("status", ["suspended", "closing"])
def test_a_suspended_shop_cannot_ask(world: World, status: str) -> None:
    shop_set_status(shop_id=world.shop_id, status=status, now=world.now)
    with pytest.raises(ShopNotActive):
        world.issue()


@pytest.mark.parametrize("seconds", [0, -60, 29, 3_601, 10**9])
def test_a_lock_of_a_second_or_a_year_is_refused(world: World, seconds: int) -> None:
    with pytest.raises(BadLock):
        world.issue(lock_seconds=seconds)


@pytest.mark.parametrize(
    "options",
    [
        {"order_id": "x" * 201},
        {"order_id": "a\x00b"},
        {"external_key": "\ud800"},
        {"metadata": {"note": "x" * 9_000}},
        {"metadata": {"note": "\x00"}},
        {"metadata": {"when": object()}},
        {"metadata": {"deep": json.loads("[" * 40 + "]" * 40)}},
    ],
)
def test_text_that_cannot_be_kept_is_refused(world: World, options: dict[str, Any]) -> None:
    with pytest.raises(BadText):
        world.issue(**options)


@pytest.mark.parametrize("number", [1e30, -1e30, 2**53, -(2**53), 2**64, math.inf, math.nan])
def test_a_number_that_would_come_back_as_another_is_refused(world: World, number: Any) -> None:
    for metadata in ({"points": number}, {"lines": [{"points": number}]}):
        with pytest.raises(BadNumber) as refused:
            world.issue(metadata=metadata)
        assert (refused.value.code, refused.value.field) == ("number_not_exact", "metadata")
        with pytest.raises(BadNumber):
            invoice_describe(
                shop_id=world.shop_id,
                invoice_id=world.issue().id,
                metadata=metadata,
                order_id="",
            )
    world.issue(metadata={"points": [2**53 - 1, -(2**53 - 1), 0.1, True, None]})


def test_a_test_shop_never_sees_a_live_chain(world: World) -> None:
    live = make_chain(chain_id=8453, mode="live", now=world.now)
    shown = invoice_as_dict(world.issue())
    assert {due["chain_id"] for due in shown["due"]} == {31337}
    assert str(live.id) not in {code.partition("@")[2] for code in shown["refused"]}


def test_open_locks_of_a_shop_are_capped_and_lapse_with_their_time(
    world: World, clock: Any
) -> None:
    shop_set_terms(shop_id=world.shop_id, changes={"max_open_lock_units": 3_000}, now=world.now)
    world.issue(1_250)
    world.issue(1_250)
    with pytest.raises(LockCapReached):
        world.issue(1_250)
    assert shop_open_units(shop_id=world.shop_id, now=world.now) == 2_500
    clock.advance(minutes=17)
    shop = world.view
    from tests.invoices.conftest import later_market

    world.publish(later_market(17 * 60))
    world.issue(1_250, shop=shop)


def test_what_is_locked_is_counted_by_asset_and_leaves_with_a_void(world: World) -> None:
    invoice = world.issue(1_250)
    counted = open_units(now=world.now)
    assert counted[WETH] == world.quote(invoice, WETH).units
    assert USDC not in counted
    services.invoice_void(shop_id=world.shop_id, invoice_id=invoice.id, now=world.now)
    assert set(open_units(now=world.now).values()) <= {0}
    assert shop_open_units(shop_id=world.shop_id, now=world.now) == 0


def test_a_stale_screening_list_stops_new_invoices(world: World, clock: Any) -> None:
    ListSource.objects.update(checked_at=world.now - timedelta(hours=24, seconds=1))
    with pytest.raises(ScreeningUnavailable):
        world.issue()


def test_a_test_shop_may_try_things_out_without_a_list(world: World) -> None:
    ListSource.objects.update(enabled=False)
    world.issue()


def test_screening_can_be_configured_not_to_stop_invoices(world: World, settings: Any) -> None:
    settings.SCREENING_REQUIRED = False
    ListSource.objects.update(checked_at=world.now - timedelta(days=9))
    world.issue()


def test_the_same_order_asked_for_twice_is_flagged(world: World) -> None:
    first = world.issue(order_id="1001")
    second = world.issue(order_id="1001")
    assert first.id != second.id
    assert first.exceptions == []
    assert second.exceptions == ["duplicate_order"]
    told = Event.objects.get(subject=f"invoice:{second.id}")
    assert told.body["exceptions"] == ["duplicate_order"]


def test_the_same_key_is_the_same_invoice(world: World) -> None:
    first = world.issue(external_key="till-1:42")
    again = world.issue(external_key="till-1:42")
    assert again.id == first.id
    assert Invoice.objects.count() == 1
    assert Event.objects.filter(type="invoice.created").count() == 1
    with pytest.raises(ExternalKeyConflict):
        world.issue(1_300, external_key="till-1:42")


def test_two_shops_may_use_the_same_key(world: World, clock: Any) -> None:
    from gateway.shops.services import shop_open

    other = shop_open(
        name="Bar Luce",
        pricing_currency="EUR",
        settlement_asset=USDC,
        payout_address=bytes([1]) * 20,
        now=clock(),
    )
    first = world.issue(external_key="42")
    world.shop_id = other.id
    assert world.issue(external_key="42").id != first.id


@pytest.mark.django_db
def test_a_plan_made_for_few_invoices_reads_no_table_through(world: World) -> None:
    """Creation slowed with what was stored while plans of the first minute were kept."""
    for number in range(10):  # more often than a statement is planned anew
        world.issue(order_id=f"early-{number}", external_key=f"early-{number}")
        if number == 0:
            for table in TABLES_OF_AN_INVOICE:
                analyse(table)
    before = {table: rows_read(table) for table in TABLES_OF_AN_INVOICE}
    for number in range(10):
        world.issue(order_id=f"late-{number}", external_key=f"late-{number}")
    for table in TABLES_OF_AN_INVOICE:
        assert rows_read(table).since(before[table]).in_sequence == 0, table


@pytest.mark.django_db(transaction=True)
def test_ten_identical_requests_at_once_make_one_invoice(world: World) -> None:
    shop = world.view
    ids: list[Any] = []
    failures: list[BaseException] = []
    start = threading.Barrier(10)

    def ask() -> None:
        try:
            start.wait(10)
            ids.append(world.issue(shop=shop, external_key="order-1001").id)
        except BaseException as error:
            failures.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=ask) for _ in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert failures == []
    assert len(ids) == 10
    assert len(set(ids)) == 1
    assert Invoice.objects.count() == 1
    assert DepositAddress.objects.count() == 1
    assert Event.objects.filter(type="invoice.created").count() == 1
    assert shop_open_units(shop_id=world.shop_id, now=world.now) == 1_250
