"""A desk with something on each of its pages, and the paths of all of them."""

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.db import transaction
from django.utils import timezone

from gateway.compliance.services import list_load
from gateway.events.ids import uuid7
from gateway.ledger import accounts
from gateway.ledger.journal import entry_post
from gateway.ledger.models import Entry
from gateway.ledger.postings import credit, debit, entry_of
from gateway.market.book.events import Side
from gateway.market.hedges.exchange_models import ExchangeOrder
from gateway.market.hedges.standing import exchange_stop
from gateway.market.measures.following import journal_follow
from gateway.market.orders import memory
from gateway.market.orders.markets import market_open
from gateway.market.orders.models import Order
from gateway.market.orders.services import order_place
from gateway.market.orders.terms import DESK
from gateway.market.orders.twaps import twap_start
from gateway.market.ranges.models import RangePosition, RangeStep
from gateway.market.snapshot_store import current_snapshot
from gateway.market.supervising import desk_halt
from gateway.money.amounts import Amount
from gateway.treasury.providers.depositing import deposit_arrived, provider_deposit
from gateway.treasury.providers.joining import pool_open, provider_join
from gateway.treasury.providers.models import LiquidityPool, ProviderPosition
from tests.merchants.desk.conftest import (
    CHAIN_ID,
    DOLLAR,
    ETHER,
    USDC,
    WETH,
    make_hedge,
    make_move,
    make_step,
)

LONG = "A reason that somebody wrote at length, with averyveryverylongwordwithoutanyspace in it"
LONG_NAME = "The Very Long Named Providing Company of Somewhere Far Away Limited"
WHO = "dora@desk.example"
EXCHANGES = ("paper", "another-exchange-of-a-long-name")
ENTRIES = 12


def fill_desk(*, settings: Any, folder: Path) -> dict[str, str]:
    """Something on every page of the desk; each path below ``/desk/``, by its view's name."""
    memory.forget()
    _configure(settings, folder)
    entry = _book()
    hedge, move, order_there = _hedges()
    range_id = _range()
    pool, position = _provide()
    order = _orders()
    journal_follow(lag=timedelta(0))
    exchange_stop(exchange=EXCHANGES[1], reason="balance_differs", detail=LONG, now=timezone.now())
    desk_halt(reason=LONG, by=WHO, now=timezone.now(), asset=WETH.code)
    return {
        "overview": "",
        "asset": f"assets/{WETH.code}",
        "switch": "switch/all",
        "results": "results",
        "capital": "capital",
        "entries": "entries",
        "entries of one account": f"entries?account=desk&asset={WETH.code}",
        "entry": f"entries/{entry.id}",
        "hedges": "hedges",
        "close": "hedges/close",
        "hedge": f"hedges/{hedge.id}",
        "orders": "orders",
        "orders-cancel-all": "orders/cancel-all",
        "book-close": "orders/close/WETH-USDC",
        "order": f"orders/{order.id}",
        "exchanges": "exchanges",
        "exchange": f"exchanges/{EXCHANGES[0]}",
        "exchange-order": f"exchanges/orders/{order_there.id}",
        "liquidity": "liquidity",
        "ranges": "liquidity/ranges",
        "range": f"liquidity/ranges/{range_id}",
        "pool": f"liquidity/pools/{pool.id}",
        "position": f"liquidity/positions/{position.id}",
        "moves": "moves",
        "move": f"moves/{move.id}",
    }


def _configure(settings: Any, folder: Path) -> None:
    recording = folder / "exchange.json"
    recording.write_text(json.dumps({"balances": {}}))
    held = {WETH.code: {"currency": "ETH"}, USDC.code: {"currency": "USDC"}}
    settings.EXCHANGES = [
        {"name": name, "kind": "recorded", "file": str(recording), "assets": held, "trade": True}
        for name in EXCHANGES
    ]
    settings.DIVISION = {"least_float_usd_cents": 100_000_00}


def _post(*lines: Any, kind: str = "played", days: int = 0) -> Entry:
    with transaction.atomic():
        return entry_post(
            key=f"{kind}:{uuid7()}",
            kind=kind,
            postings=entry_of(*lines),
            refs={},
            now=timezone.now() - timedelta(days=days),
        )


def _book() -> Entry:
    """A position, capital at the exchanges, a fill a day, gas: an entry of it."""
    hot = accounts.custody_hot(CHAIN_ID)
    for place in (hot, *(accounts.exchange(name) for name in EXCHANGES)):
        _post(
            debit(place, Amount(1_234_567 * ETHER // 10_000, WETH)),
            credit(accounts.capital(), Amount(1_234_567 * ETHER // 10_000, WETH)),
            debit(place, Amount(9_876_543_210_123, USDC)),
            credit(accounts.capital(), Amount(9_876_543_210_123, USDC)),
        )
    gas = Amount(10**15, WETH)
    _post(debit(accounts.gas(), gas), credit(hot, gas), kind="gas")
    for number in range(ENTRIES):
        entry = _post(
            debit(hot, Amount(2 * ETHER + number, WETH)),
            credit(accounts.desk(), Amount(2 * ETHER + number, WETH)),
            debit(accounts.desk(), Amount(6_000 * DOLLAR, USDC)),
            credit(hot, Amount(6_000 * DOLLAR, USDC)),
            kind="fill",
        )
    return entry


def _hedges() -> tuple[Any, Any, ExchangeOrder]:
    now = timezone.now()
    hedge = make_hedge(reason="by_hand", asked_by=WHO, asked_because=LONG, status="sent")
    make_step(hedge, status="failed", failure_code="policy_refused:swap_above_limit_of_the_day")
    make_step(hedge, slice_number=1)
    make_hedge(status="done", sold_units=2 * ETHER, bought_units=5_990 * DOLLAR)
    for exchange in EXCHANGES:
        make_move(state="arrived", left_units=1, arrived_units=1, exchange=exchange)
    move = make_move(
        exchange=EXCHANGES[0],
        reason=LONG,
        state="asked",
        overdue=True,
        asked_at=now,
        told="unknown",
    )
    order = ExchangeOrder.objects.create(
        hedge=hedge,
        exchange=EXCHANGES[0],
        slice_number=0,
        status="asked",
        client_id=str(uuid7()),
        base=WETH.code,
        quote=USDC.code,
        sells=True,
        size=2 * ETHER,
        price=2_980 * ETHER,
        fair=3_000 * ETHER,
        units_in=2 * ETHER,
        expected_units=5_990 * DOLLAR,
        worth_units=6_000 * DOLLAR,
        worth_cents=600_000,
        deadline=now,
        created_at=now - timedelta(hours=2),
        asked_at=now - timedelta(hours=2),
        told="silent",
        told_at=now,
    )
    return hedge, move, order


def _range() -> Any:
    now = timezone.now()
    row = RangePosition.objects.create(
        chain_id=CHAIN_ID,
        mode="test",
        pool="0x" + "ab" * 20,
        manager=bytes(20),
        asset0=WETH.code,
        asset1=USDC.code,
        fee_ppm=3_000,
        lower=-600,
        upper=600,
        status="open",
        reason="worth_it",
        parts={},
        offered0=ETHER,
        offered1=3_000 * DOLLAR,
        token_id=7,
        liquidity=10**12,
        in0=ETHER,
        in1=3_000 * DOLLAR,
        fees1=12 * DOLLAR,
        lvr_units1=3 * DOLLAR,
        next_at=now,
        decided_at=now - timedelta(days=1),
    )
    for kind, status in (("mint", "done"), ("collect", "failed")):
        RangeStep.objects.create(
            position=row,
            kind=kind,
            status=status,
            transaction_id=uuid7(),
            least0=1,
            deadline=now,
            created_at=now,
        )
    return row.id


def _provide() -> tuple[LiquidityPool, ProviderPosition]:
    now = timezone.now()
    earlier = now - timedelta(days=2)
    list_load(lines=["0x" + "aa" * 20], source="ofac", loaded_by="test", now=now, forced=True)
    pool = pool_open(
        name="dollars",
        asset=USDC.code,
        fee_share_ppm=400_000,
        loss_share_ppm=500_000,
        full_share_units=1_000 * DOLLAR,
        least_payment_units=10 * DOLLAR,
        by=WHO,
        now=now - timedelta(days=3),
    )
    for number, name in enumerate((LONG_NAME, "Ann"), start=1):
        wallet = bytes(19) + bytes([number])
        provider = provider_join(name=name, mode="test", wallet=wallet, by=WHO, now=earlier)
        named = provider_deposit(
            pool_id=pool.id,
            provider_id=provider.id,
            tx_hash=number.to_bytes(32, "big"),
            now=earlier,
        )
        deposit_arrived(deposit_id=named.id, units=1_234_567 * DOLLAR, now=earlier)
    return pool, ProviderPosition.objects.filter(pool=pool).latest("id")


def _orders() -> Order:
    now, snapshot = timezone.now(), current_snapshot()
    market_open(
        name="WETH-USDC",
        base=WETH.code,
        quote=USDC.code,
        lot_units=10**14,
        tick_units=1,
        now=now,
    )
    for number, (side, price) in enumerate(((Side.SELL, 310_000), (Side.BUY, 290_000))):
        order_place(
            owner=DESK,
            market="WETH-USDC",
            side=side,
            units=ETHER // 2,
            price=price,
            client_id=f"played-{number}",
            by=WHO,
            snapshot=snapshot,
            now=now,
        )
    twap_start(
        owner=DESK,
        market="WETH-USDC",
        side=Side.SELL,
        units=ETHER,
        worst_price=290_000,
        end=now + timedelta(minutes=30),
        parts=10,
        client_id="played-schedule",
        by=WHO,
        snapshot=snapshot,
        now=now,
    )
    return Order.objects.filter(status="open").latest("id")
