"""What `bench.orders` runs in a process of its own, whose settings name the bench's database.

`python -m bench.orders_load prepare|run SEED NUMBER`: the last line is JSON.
"""

import json
import os
import random
import sys
import threading
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

CHAIN = 31337
WETH, USDC = f"WETH@{CHAIN}", f"USDC@{CHAIN}"
MARKET = "WETH-USDC"
LOT = 10**14
MAKERS = 20
CALLERS = 8
ALONE, CROWD, GATHERED = 120, 480, 1_024
AT_ONCE = 256
FAIR = 300_000
RESTING = 1_000


def prepare() -> dict[str, Any]:
    """A chain's two tokens, an open market, and makers with plenty."""
    from django.db import transaction

    from gateway.chains.models import Chain, Token
    from gateway.ledger.accounts import AccountName, custody_hot
    from gateway.ledger.journal import entry_post
    from gateway.ledger.postings import credit, debit, entry_of
    from gateway.market.orders.markets import market_open
    from gateway.money.amounts import Amount
    from gateway.money.assets import Asset

    now = datetime.now(UTC)
    chain = Chain.objects.create(
        id=CHAIN,
        key="bench",
        name="Bench",
        mode="test",
        block_seconds=1.0,
        confirmations=[[None, 1]],
        finality_blocks=1,
        grace_seconds=0,
        factory_address=bytes(20),
        factory_version="1",
        factory_code_hash=bytes(32),
        factory_init_code_hash=bytes(32),
        treasury=bytes(20),
    )
    for number, (code, decimals, peg) in enumerate(((WETH, 18, ""), (USDC, 6, "USD"))):
        Token.objects.create(
            code=code,
            chain=chain,
            address=bytes([number + 1]) * 20,
            symbol=code.partition("@")[0],
            decimals=decimals,
            kind="erc20",
            peg=peg,
        )
        asset = Asset(code, decimals)
        for maker in range(MAKERS):
            amount = Amount(10 ** (decimals + 9), asset)
            with transaction.atomic():
                entry_post(
                    key=f"bench:{code}:{maker}",
                    kind="bench",
                    postings=entry_of(
                        debit(custody_hot(CHAIN), amount),
                        credit(AccountName(_owner(maker)), amount),
                    ),
                    refs={},
                    now=now,
                )
    market_open(name=MARKET, base=WETH, quote=USDC, lot_units=LOT, tick_units=1, now=now)
    return {}


def run(seed: int, number: int) -> dict[str, Any]:
    """One round: alone, in a crowd, gathered; then how long the book takes to read again."""
    chance = random.Random(seed + number)
    figures: dict[str, Any] = {}
    _gathered(chance, RESTING, resting=True)
    started = time.perf_counter()
    asked = _asks(chance, ALONE)
    for each in asked:
        each()
    figures["alone_per_s"] = ALONE / (time.perf_counter() - started)
    figures["crowd_per_s"] = CROWD / _crowd(
        [_asks(chance, CROWD // CALLERS) for _ in range(CALLERS)]
    )
    figures["gathered_per_s"] = GATHERED / _gathered(chance, GATHERED)
    figures |= _read_again()
    return figures


def check() -> dict[str, Any]:
    from gateway.ledger.checks import ledger_checks
    from gateway.market.orders.markets import market_of
    from gateway.market.orders.replaying import market_check

    market = market_of(MARKET)
    return {
        "commands": market.number,
        "trades": market.trades.count(),
        "differences": len(market_check(market)) + len(ledger_checks()),
    }


def _owner(maker: int) -> str:
    return f"pool:{UUID(int=maker + 1)}"


def _snapshot() -> Any:
    from gateway.market.snapshots import E18, AssetState, MarketSnapshot, Source

    now_ms = int(time.time() * 1000)

    def told(code: str, decimals: int, price: int, peg: str) -> AssetState:
        sources = tuple(Source(name, price, price, now_ms, 3_600_000) for name in ("a", "b"))
        return AssetState(code=code, decimals=decimals, chain_id=CHAIN, peg=peg, sources=sources)

    assets = (told(WETH, 18, 3_000 * E18, ""), told(USDC, 6, E18, "USD"))
    return MarketSnapshot(version=1, at_ms=now_ms, assets={each.code: each for each in assets})


def _asks(chance: random.Random, count: int) -> list[Callable[[], Any]]:
    """Calls of the verb: half of the orders cross and trade."""
    from gateway.market.orders.services import order_place

    snapshot = _snapshot()
    asks: list[Callable[[], Any]] = []
    for _ in range(count):
        side, lots, price = _order(chance)
        maker = chance.randrange(MAKERS)

        def ask(side: Any = side, lots: int = lots, price: int = price, maker: int = maker) -> Any:
            return order_place(
                owner=_owner(maker),
                market=MARKET,
                side=side,
                units=lots * LOT,
                price=price,
                client_id=uuid4().hex,
                by="bench",
                snapshot=snapshot,
                now=datetime.now(UTC),
            )

        asks.append(ask)
    return asks


def _order(chance: random.Random, *, resting: bool = False) -> tuple[Any, int, int]:
    from gateway.market.book.events import Side

    side = chance.choice((Side.BUY, Side.SELL))
    away = chance.randint(100, 2_000) if resting else chance.randint(-50, 50)
    return side, chance.randint(1, 100), FAIR - away if side is Side.BUY else FAIR + away


def _crowd(parts: Sequence[Sequence[Callable[[], Any]]]) -> float:
    from django.db import connection

    barrier = threading.Barrier(len(parts) + 1)

    def caller(asks: Sequence[Callable[[], Any]]) -> None:
        barrier.wait()
        for ask in asks:
            ask()
        connection.close()

    threads = [threading.Thread(target=caller, args=(asks,)) for asks in parts]
    for thread in threads:
        thread.start()
    barrier.wait()
    started = time.perf_counter()
    for thread in threads:
        thread.join()
    return time.perf_counter() - started


def _gathered(chance: random.Random, count: int, *, resting: bool = False) -> float:
    """Seconds to write so many commands, as many at once as a batch takes, and carry them out."""
    from gateway.market.orders.applying import market_apply
    from gateway.market.orders.instructions import Place, stored
    from gateway.market.orders.markets import market_of
    from gateway.market.orders.models import Command

    market = market_of(MARKET)
    started = time.perf_counter()
    for first in range(0, count, AT_ONCE):
        now = datetime.now(UTC)
        rows = []
        for _ in range(min(AT_ONCE, count - first)):
            side, lots, price = _order(chance, resting=resting)
            rows.append(
                Command(
                    market=market,
                    owner=_owner(chance.randrange(MAKERS)),
                    client_id=uuid4().hex,
                    kind="place",
                    payload=stored(Place(side=side, lots=lots, price=price)),
                    by="bench",
                    placed_at=now,
                )
            )
        Command.objects.bulk_create(rows)
        market_apply(market_id=market.id, now=now)
    return time.perf_counter() - started


def _read_again() -> dict[str, Any]:
    from gateway.market.orders.markets import market_of
    from gateway.market.orders.memory import venue_stored

    market = market_of(MARKET)
    started = time.perf_counter()
    venue = venue_stored(market)
    seconds = time.perf_counter() - started
    return {"read_again_ms_per_1000": seconds * 1e6 / len(venue.orders)}


def main() -> int:
    import django

    os.environ["DJANGO_SETTINGS_MODULE"] = "gateway.settings"
    django.setup()
    verb, *numbers = sys.argv[1:]
    verbs: dict[str, Callable[..., dict[str, Any]]] = {
        "prepare": prepare,
        "run": run,
        "check": check,
    }
    answer = verbs[verb](*(int(n) for n in numbers))
    sys.stdout.write(json.dumps(answer) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
