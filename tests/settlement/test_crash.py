"""A process that dies at any statement leaves nothing half done, and the next one goes on."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

import pytest
from django.db import connection, transaction

from gateway.events import relay
from gateway.ledger.checks import ledger_checks
from gateway.settlement.models import Payout, PayoutQuote, SettlementRun
from gateway.settlement.outcomes import payout_final, payout_mined, payout_undone
from gateway.settlement.requesting import payout_request
from gateway.settlement.scheduling import run_if_due
from gateway.settlement.sending import payout_send
from gateway.shops.services import shop_set_policy
from tests.settlement.asking import balance, events, request, status
from tests.settlement.conftest import USDC, World
from tests.settlement.test_policy_runs import DAI, HALVES, MILLION, add_dai, fresh_market, publish


class Died(BaseException):
    """No handler of ours may catch it."""


@contextmanager
def dying_before(number: int) -> Iterator[list[str]]:
    """The process dies before its statement of this number. Savepoints count as none."""
    seen: list[str] = []

    def run(execute: Callable[..., Any], sql: str, *rest: Any) -> Any:
        if "SAVEPOINT" not in sql:
            seen.append(sql)
            if len(seen) == number:
                raise Died
        return execute(sql, *rest)

    with connection.execute_wrapper(run):
        yield seen


def dies_everywhere(work: Callable[[], Any], *, untouched: Callable[[], Any]) -> int:
    """Have ``work`` die before each of its statements; each time all is as it was. Then it is done.

    How many deaths there were.
    """
    before = untouched()
    number = 0
    while True:
        number += 1
        try:
            with transaction.atomic(), dying_before(number):
                work()
        except Died:
            assert untouched() == before, f"statement {number} left something"
            continue
        assert untouched() != before, "the last one, which nobody killed, did it"
        return number - 1


def rows(world: World) -> tuple[Any, ...]:
    return (
        balance(world),
        list(Payout.objects.order_by("id").values_list("id", "status", "waiting_reason")),
        SettlementRun.objects.count(),
        PayoutQuote.objects.count(),
        [row.reference for row in world.queued()],
    )


@pytest.fixture
def rich(world: World) -> World:
    add_dai()
    publish(fresh_market(datetime.now(UTC)))
    world.fund(1_000 * MILLION)
    world.fund(1_000 * 10**18, asset=DAI)
    world.fund(10**18, asset="ETH@31337")
    return world


def test_a_run_of_a_split_dies_at_each_statement_and_is_then_paid_once(rich: World) -> None:
    rich.paid(100 * MILLION)
    shop_set_policy(
        shop_id=rich.shop_id, changes={"schedule": "instant", "split": HALVES}, now=rich.now
    )

    def run() -> None:
        run_if_due(shop_id=rich.shop_id, reason="event", now=datetime.now(UTC))

    assert dies_everywhere(run, untouched=lambda: rows(rich)) > 30
    run()
    assert Payout.objects.count() == 2 and SettlementRun.objects.count() == 1
    assert balance(rich)[0] == 0
    assert ledger_checks() == []


def test_a_converted_request_dies_at_each_statement(rich: World) -> None:
    rich.paid(100 * MILLION)

    def ask() -> None:
        payout_request(
            shop_id=rich.shop_id,
            units=40 * MILLION,
            into=DAI,
            idempotency_key="once",
            now=datetime.now(UTC),
        )

    assert dies_everywhere(ask, untouched=lambda: rows(rich)) > 15
    ask()
    (payout,) = Payout.objects.all()
    assert balance(rich) == (60 * MILLION, 0) and payout.taken_units == 40 * MILLION
    assert ledger_checks() == []


def test_sending_and_each_outcome_die_at_each_statement(rich: World) -> None:
    rich.paid(100)
    with transaction.atomic():
        payout = request(rich, 60)
    untouched = lambda: rows(rich)  # noqa: E731

    def send() -> None:
        payout_send(payout_id=payout.id, now=rich.now)

    assert dies_everywhere(send, untouched=untouched) > 8
    send()
    assert status(payout) == "sending" and len(rich.queued()) == 1
    body = {"status": "succeeded", "tx_hash": "0x" + "ab" * 32, "fee_units": "21000"}

    def mined() -> None:
        payout_mined(payout_id=payout.id, body=body, now=rich.now)

    def final() -> None:
        payout_final(payout_id=payout.id, body=body, now=rich.now)

    for step in (mined, final):
        assert dies_everywhere(step, untouched=untouched) >= 3
        for _ in range(2):
            step()
    assert status(payout) == "completed"
    assert events(payout).count("payout.completed") == 1
    relay.drain(limit=1000)
    assert balance(rich) == (40, 0)
    assert ledger_checks() == []


def test_a_payout_that_fails_dies_at_each_statement_and_is_given_back_once(rich: World) -> None:
    rich.paid(100)
    payout = request(rich, 60)
    relay.drain(limit=1000)
    body = {"status": "reverted", "tx_hash": "0x" + "cd" * 32, "fee_units": "21000"}

    def fail() -> None:
        payout_undone(payout_id=payout.id, body=body, cancelled=False, now=rich.now)

    assert dies_everywhere(fail, untouched=lambda: rows(rich)) > 5
    for _ in range(2):
        fail()
    assert (status(payout), balance(rich)) == ("failed", (100, 0))
    assert events(payout).count("payout.failed") == 1
    assert ledger_checks() == []
    assert USDC.code == payout.taken_asset
