"""No account makes the shop floor wait in line: neither the house's nor a busy shop's."""

import threading
from collections.abc import Callable
from contextlib import contextmanager
from typing import Any
from uuid import UUID

from django.db import connection, connections, transaction

from gateway.events.ids import uuid7
from gateway.ledger.checks import ledger_checks
from gateway.ledger.deposits import post_deposit_confirmed, post_payment
from gateway.ledger.house import post_gas
from gateway.ledger.models import ShopBalance
from gateway.ledger.payouts import post_payout_reserved
from gateway.ledger.selectors import shop_balance
from tests.ledger.books import CHAIN, FEE, GAS, NOW, TOKEN, USDC, funded, usdc

SALES = 8
PATIENCE_SECONDS = 30


def sell(shop_id: UUID) -> None:
    """A sale touches custody, suspense, desk, fees and the shop."""
    deposit_id = uuid7()
    post_deposit_confirmed(deposit_id=deposit_id, chain_id=CHAIN, amount=TOKEN, now=NOW)
    post_payment(
        deposit_id=deposit_id,
        invoice_id=deposit_id,
        shop_id=shop_id,
        token=TOKEN,
        credit=usdc(13_300_000),
        fee=FEE,
        now=NOW,
    )


@contextmanager
def left_open(*verbs: Callable[[], Any]) -> Any:
    """Each verb is done in a transaction of its own, and none of them ends before all are done."""
    all_done, errors = threading.Barrier(len(verbs) + 1), []
    over = threading.Event()

    def run(verb: Callable[[], Any]) -> None:
        try:
            with transaction.atomic():
                with connection.cursor() as cursor:
                    cursor.execute("SET LOCAL lock_timeout = '20s'")
                verb()
                all_done.wait(PATIENCE_SECONDS)
                over.wait(PATIENCE_SECONDS)
        except Exception as error:
            errors.append(error)
            all_done.abort()
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=(verb,)) for verb in verbs]
    for thread in threads:
        thread.start()
    try:
        all_done.wait(PATIENCE_SECONDS)
        yield
    finally:
        over.set()
        for thread in threads:
            thread.join()
        assert errors == []


def test_sales_of_one_shop_wait_for_nobody(committed: None) -> None:
    """All of them are booked while none has committed: a row that all need would hold them up."""
    shop_id = uuid7()
    with transaction.atomic():
        sell(shop_id)
    with left_open(*(lambda: sell(shop_id) for _ in range(SALES))):
        pass
    found = shop_balance(shop_id=shop_id, asset=USDC.code)
    assert found.available == (SALES + 1) * 13_300_000
    assert 1 < ShopBalance.objects.filter(shop_id=shop_id).count() <= SALES + 1
    assert ledger_checks() == []


def test_the_houses_accounts_never_hold_anybody_up(committed: None) -> None:
    with transaction.atomic():
        funded()
        # an account is made once in its life, by its first posting
        sell(uuid7())
        post_gas(reference=str(uuid7()), chain_id=CHAIN, gas=GAS, now=NOW)
    spend = [
        lambda: post_gas(reference=str(uuid7()), chain_id=CHAIN, gas=GAS, now=NOW)
        for _ in range(SALES)
    ]
    with left_open(*spend, *(lambda: sell(uuid7()) for _ in range(2))):
        pass
    assert ledger_checks() == []


def test_sales_go_on_while_a_payout_is_being_taken_out(committed: None) -> None:
    shop_id = uuid7()
    with transaction.atomic():
        sell(shop_id)

    def draw() -> None:
        post_payout_reserved(payout_id=uuid7(), shop_id=shop_id, amount=usdc(1_000_000), now=NOW)

    # The payout first: it waits, rightly, for sales that began before it.
    with left_open(draw), left_open(*(lambda: sell(shop_id) for _ in range(3))):
        pass
    found = shop_balance(shop_id=shop_id, asset=USDC.code)
    assert (found.available, found.reserved) == (4 * 13_300_000 - 1_000_000, 1_000_000)
    assert ledger_checks() == []
