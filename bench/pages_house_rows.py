"""What the house's people look at on a bad day: as its own verbs write it, or as a row where only
an accident makes one."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from bench.pages_readers import DESK, OFFICER, OPERATOR, Places, once_priced, user_of


def desk(now: datetime) -> Places:
    """Hedges, moves, an order at an exchange and a range, as the desk writes them."""
    from gateway.events.ids import uuid7
    from gateway.market.hedges.exchange_models import ExchangeOrder
    from gateway.market.ranges.models import RangePosition
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

    hedge = make_hedge(reason="by_hand", asked_by=DESK, asked_because="A test", status="done")
    make_step(hedge, status="failed", failure_code="policy_refused:swap_above_limit_of_the_day")
    yield "hedge", (f"/desk/hedges/{hedge.id}", DESK)
    move = make_move(state="arrived", left_units=1, arrived_units=1, exchange="paper")
    yield "move of the desk", (f"/desk/moves/{move.id}", DESK)
    order = ExchangeOrder.objects.create(
        hedge=hedge,
        exchange="paper",
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
    yield "order at an exchange", (f"/desk/exchanges/orders/{order.id}", DESK)
    range_ = RangePosition.objects.create(
        chain_id=CHAIN_ID,
        mode="test",
        pool="0x" + "ab" * 20,
        manager=bytes(20),
        asset0=WETH.code,
        asset1=USDC.code,
        fee_ppm=3_000,
        lower=-600,
        upper=600,
        status="closed",
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
    yield "range", (f"/desk/liquidity/ranges/{range_.id}", DESK)
    yield from _market(now)
    for name in ("capital", "liquidity/ranges", "entries", "orders/cancel-all", "switch/all"):
        yield f"desk's {name}", (f"/desk/{name}", DESK)


def _market(now: datetime) -> Places:
    """An order of the desk's in a book of ours."""
    from django.utils import timezone

    from gateway.market.book.events import Side
    from gateway.market.orders.markets import market_open
    from gateway.market.orders.services import order_place
    from gateway.market.orders.terms import DESK as THE_DESK
    from gateway.market.snapshot_store import current_snapshot
    from tests.merchants.desk.conftest import ETHER, USDC, WETH

    market = "WETH-USDC"
    market_open(
        name=market, base=WETH.code, quote=USDC.code, lot_units=10**14, tick_units=1, now=now
    )
    order = once_priced(
        lambda: order_place(
            owner=THE_DESK,
            market=market,
            side=Side.BUY,
            units=ETHER // 2,
            price=290_000,
            client_id="bench",
            by=DESK,
            snapshot=current_snapshot(),
            now=timezone.now(),
        )
    )
    yield "order of the desk", (f"/desk/orders/{order.id}", DESK)
    yield "book to close", (f"/desk/orders/close/{market}", DESK)


def officers(shop_id: UUID, now: datetime) -> Places:
    """An alert that opens a case, a transfer that another provider asks about."""
    from gateway.compliance.alerts.services import alert_raise
    from gateway.compliance.deciding import hold_release_propose
    from gateway.compliance.models import Hold
    from gateway.compliance.scenarios.backtesting import backtest_ask
    from gateway.compliance.scenarios.shipped import shipped_table
    from gateway.compliance.scenarios.tables import plain_of, table_of
    from gateway.compliance.scenarios.versions import version_write
    from gateway.compliance.travelling.counterparties import counterparty_put
    from gateway.compliance.travelling.receiving import inquiry_receive
    from gateway.compliance.travelling.routes import route_open
    from gateway.events.ids import uuid7
    from tests.compliance.travelling.conftest import WALLET
    from tests.compliance.travelling.test_trp import body

    spike = {"units": 40_000, "currency": "EUR", "day": f"{now:%Y-%m-%d}", "count": 40}
    matches = [
        {"name": "Ivan PETROV", "score": "0.93", "source": "demo", "entity": "1", "reasons": []}
    ]
    for kind, about, evidence in (
        ("refund_spike", f"shop:{shop_id}", spike),
        ("name_match", f"subject:{uuid7()}", {"asked": {"name": "Iwan"}, "matches": matches}),
    ):
        alert_raise(
            kind=kind,
            about=about,
            fingerprint=str(uuid7()),
            mode="test",
            shop_id=shop_id,
            severity="high",
            evidence=evidence,
            versions={"rules": "1"},
            now=now,
        )
    for state in ("", "?state=closed"):
        yield f"cases{state}", (f"/house/cases{state}", OFFICER)
    route = route_open(
        shop_id=shop_id,
        mode="test",
        about=f"invoice:{uuid7()}",
        address=WALLET,
        expires_at=now + timedelta(days=1),
        now=now,
    )
    acme = counterparty_put(
        name="acme",
        legal_name="Acme Exchange",
        country="CH",
        hosts=["acme.example"],
        certificate=b"\1" * 32,
        by="bench",
        now=now,
    )
    exchange = inquiry_receive(
        route_id=route.id,
        whose=acme,
        request_identifier=uuid7(),
        plain=body(callback="https://acme.example/decided", amount="12.5"),
        now=now,
    )
    yield "transfer asked about", (f"/house/travel/{exchange.id}", OFFICER)
    release = hold_release_propose(
        deposit_id=Hold.objects.latest("id").deposit_id, by=user_of(OFFICER).id, reason="Cleared"
    )
    yield "approval of the house", (f"/house/approvals/{release.id}", OFFICER)
    yield "approvals of the house", ("/house/approvals", OFFICER)
    yield "behaviour", ("/house/behaviour", OFFICER)
    yield "behaviour of a shop", (f"/house/behaviour/shops/{shop_id}", OFFICER)
    yield "a list as of today", (f"/house/lists/demo/as-of?day={now:%Y-%m-%d}", OFFICER)
    told = plain_of(shipped_table("velocity"))
    told["rows"][0]["reason"] += ", once more"
    draft = version_write(table=table_of(told), author=None, note="A trial", now=now)
    test = backtest_ask(
        version_id=draft.id,
        mode="test",
        since=now - timedelta(days=60),
        until=now,
        band_percent=20,
        by=None,
        now=now,
    )
    yield "backtest", (f"/house/scenarios/backtests/{test.id}", OFFICER)
    compare = f"/house/scenarios/velocity/compare?one=1&other={draft.number}"
    yield "two versions of a scenario", (compare, OFFICER)
    for query in ("", "?name=Made-up+listed+person"):
        yield f"screening{query}", (f"/house/screening{query}", OFFICER)


def books(now: datetime) -> Places:
    """A difference between the books and a chain; a month that can be closed."""
    from gateway.ledger import accounts
    from gateway.ledger.models import Entry
    from gateway.ledger.postings import credit, debit
    from gateway.money.amounts import Amount
    from gateway.money.assets import fiat
    from gateway.settlement.reconciling.models import (
        Difference,
        ReconciliationLine,
        ReconciliationRun,
    )
    from tests.ledger.past import book

    run = ReconciliationRun.objects.create(asked_by="beat", version=1, started_at=now, ended_at=now)
    facts: dict[str, Any] = {
        "account": "custody:hot:31337",
        "mode": "test",
        "asset": "USDC@31337",
        "decimals": 6,
    }
    line = ReconciliationLine.objects.create(
        **facts,
        run=run,
        at=now,
        state="differs",
        booked_units=60_000_000,
        told_units=55_500_000,
        difference_units=-4_500_000,
        block_number=91,
        source="1 × Dev",
    )
    cause = {"kind": "unknown_outgoing", "reference": "0x" + "ab" * 32, "units": "-4500000"}
    difference = Difference.objects.create(
        **facts,
        units=-4_500_000,
        causes=[{**cause, "place": "88"}],
        is_missing=True,
        first_line=line,
        last_line=line,
        opened_at=now,
    )
    root = "/house/reconciliation"
    yield "difference", (f"{root}/differences/{difference.id}", OPERATOR)
    yield "reconciliation's history", (f"{root}/history", OPERATOR)
    euros, before = Amount(90_000_00, fiat("EUR")), now - timedelta(days=70)
    book(debit(accounts.bank("ramp"), euros), credit(accounts.capital(), euros), booked_at=before)
    month = f"{before:%Y-%m}"
    yield "month to close", (f"/house/books/periods/{month}/close", OPERATOR)
    yield "entry", (f"/house/books/entries/{Entry.objects.latest('id').id}", OPERATOR)
    yield "entry by hand", ("/house/approvals/entry", OPERATOR)
