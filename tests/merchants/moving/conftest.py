"""A shop that moves in, and the servers that it comes from."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from merchants.moving.carrying import moves_carry
from merchants.moving.models import WORKING, Move
from merchants.moving.moves import move_from_file, move_from_server
from tests.faces import open_shop, staff
from tests.invoices.conftest import chain, world
from tests.merchants.moving.old_server import KEY, Old, serve

__all__ = ["chain", "open_shop", "staff", "world"]


@pytest.fixture
def btcpay() -> Iterator[Old]:
    yield from serve("btcpay")


@pytest.fixture
def bitcart() -> Iterator[Old]:
    yield from serve("bitcart")


@pytest.fixture
def work() -> Callable[..., Move]:
    """Give a move turns until it waits for somebody, or ended; no more than so many."""

    def done(move: Move, *, turns: int = 60) -> Move:
        now = timezone.now()
        for _turn in range(turns):
            move.refresh_from_db()
            if move.state not in WORKING:
                return move
            now = max(now, move.due_at) + timedelta(seconds=1)
            moves_carry(now=now)
        raise AssertionError(f"it is still {move.state}: {move.error}")

    return done


@pytest.fixture
def bring(shop: Any, work: Callable[..., Move]) -> Callable[..., Move]:
    """A file brought over to its end."""

    def brought(upload: bytes, *, zone: str = "UTC", with_emails: bool = False) -> Move:
        move = move_from_file(
            shop_id=shop.id,
            upload=upload,
            zone=zone,
            with_emails=with_emails,
            by="user:ann",
            now=timezone.now(),
        )
        return work(move)

    return brought


@pytest.fixture
def look(shop: Any, work: Callable[..., Move]) -> Callable[..., Move]:
    """An old server that was looked at."""

    def looked(old: Old, *, source: str = "btcpay", key: str = KEY) -> Move:
        move = move_from_server(
            shop_id=shop.id,
            source=source,  # type: ignore[arg-type]
            url=old.url,
            key=key,
            by="user:ann",
            now=timezone.now(),
        )
        return work(move)

    return looked
