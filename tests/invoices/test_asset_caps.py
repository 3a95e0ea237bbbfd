"""What open locks of an asset may be of together, however many tills sell at the same moment."""

import threading
from collections import Counter
from typing import Any

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from gateway.invoices import services
from gateway.invoices.errors import NoQuote
from gateway.invoices.exposure import invoice_id_of_thread
from gateway.invoices.models import Invoice
from gateway.invoices.presenters import invoice_as_dict
from gateway.market.quotes import lock_caps
from gateway.market.selectors import open_units
from gateway.market.services import SHARDS
from gateway.market.snapshot_store import current_snapshot
from gateway.shops.services import shop_set_terms
from tests.chain_rows import USDC, WETH
from tests.invoices.conftest import World, later_market
from tests.market.dev_market import dev_market, with_policy

TILLS, SALES_OF_A_TILL = 8, 3
CAP_USD_CENTS = 10_000
"""Seven sales of 12.50 EUR, and a little."""


def offers(invoice: Invoice) -> set[str]:
    return {quote.asset for quote in invoice.promises.latest.quotes}


def cap_of(world: World, asset: str) -> int:
    return lock_caps(snapshot=current_snapshot(), assets=[asset], now=world.now)[asset]


@pytest.mark.django_db(transaction=True)
def test_a_cap_holds_while_many_tills_sell_and_they_go_on_in_what_is_left(world: World) -> None:
    """Each in a transaction that keeps an answer too, as the API does: tries that share a room out
    anew deadlocked while they held their own shard's from before."""
    # What the quotes were drawn from says that nothing is open, to all of them.
    world.publish(with_policy(dev_market(), asset_cap_usd_cents=CAP_USD_CENTS))
    shop, cap = world.view, cap_of(world, WETH)
    start = threading.Barrier(TILLS)
    sold: list[Invoice] = []
    failures: list[BaseException] = []

    def sell() -> None:
        try:
            start.wait(10)
            for _ in range(SALES_OF_A_TILL):
                with transaction.atomic():
                    sold.append(world.issue(shop=shop))
        except BaseException as error:
            failures.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=sell) for _ in range(TILLS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert failures == []
    assert len(sold) == TILLS * SALES_OF_A_TILL == Invoice.objects.count()
    with_it = [invoice for invoice in sold if WETH in offers(invoice)]
    counted = open_units(now=world.now)
    assert counted[WETH] == sum(world.quote(invoice, WETH).units for invoice in with_it) <= cap
    assert len(with_it) == cap // world.quote(with_it[0], WETH).units
    without = [invoice for invoice in sold if WETH not in offers(invoice)]
    assert {invoice_as_dict(each)["refused"][WETH] for each in without} == {"lock_cap_reached"}
    assert Counter(USDC in offers(invoice) for invoice in sold) == {True: len(sold)}


def test_where_only_a_full_asset_is_accepted_nothing_is_asked_for(world: World) -> None:
    shop_set_terms(shop_id=world.shop_id, changes={"accepted_assets": [WETH]}, now=world.now)
    world.publish(with_policy(dev_market(), asset_cap_usd_cents=2_000))
    world.issue()
    with pytest.raises(NoQuote) as refused:
        world.issue()
    assert refused.value.reasons == {WETH: "lock_cap_reached"}
    assert Invoice.objects.count() == 1


def test_new_quotes_take_the_place_of_the_old_ones_under_the_cap(world: World, clock: Any) -> None:
    world.publish(with_policy(dev_market(), asset_cap_usd_cents=2_000))
    first, second = world.issue(), world.issue()
    assert WETH in offers(first) and WETH not in offers(second)
    clock.advance(minutes=5)
    world.publish(with_policy(later_market(300), asset_cap_usd_cents=2_000))
    with CaptureQueriesContext(connection) as queries:
        renewed = services.invoice_requote(invoice_id=first.id, now=world.now)
    assert WETH in offers(renewed)
    assert sum("market_" in query["sql"] for query in queries) == 3, "rooms, release, take"
    assert WETH not in offers(services.invoice_requote(invoice_id=second.id, now=world.now))
    assert open_units(now=world.now)[WETH] == world.quote(renewed, WETH).units
    services.invoice_void(shop_id=world.shop_id, invoice_id=first.id, now=world.now)
    assert WETH in offers(services.invoice_requote(invoice_id=second.id, now=world.now))


def test_a_demand_asked_for_twice_takes_room_once(world: World) -> None:
    world.publish(with_policy(dev_market(), asset_cap_usd_cents=3_000))
    for _ in range(4):
        world.issue(external_key="order 7")
    assert open_units(now=world.now)[WETH] <= cap_of(world, WETH) // 2
    assert WETH in offers(world.issue())


@pytest.mark.django_db(transaction=True)
def test_no_two_threads_sell_in_one_shard_whichever_process_they_are_of() -> None:
    """Each waits for the commit of whoever sells in its shard, and processes once shared theirs."""
    before = _shard_of_a_new_thread()
    for _ in range(SHARDS - 2):  # threads of other processes, of which this one knows nothing
        with connection.cursor() as cursor:
            cursor.execute("SELECT nextval('invoices_shard_turn')")
    after = [_shard_of_a_new_thread(), _shard_of_a_new_thread()]
    assert after[0] == (before - 1) % SHARDS, "the one shard that nobody else was dealt"
    assert after[1] == before, "dealt again when all had their turn"


def _shard_of_a_new_thread() -> int:
    drawn: list[int] = []

    def draw() -> None:
        drawn.extend(invoice_id_of_thread().int % SHARDS for _ in range(3))
        connection.close()

    thread = threading.Thread(target=draw)
    thread.start()
    thread.join(30)
    (shard,) = set(drawn)
    return shard
