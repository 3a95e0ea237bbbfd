"""One running house for all of these tests: real processes, real chain, real HTTP."""

import os
from collections.abc import Iterator

import httpx
import pytest

from gateway.outside.rpc import JsonRpc
from tests.house.place import Place

OF_THE_TESTS = ("VALKEY_URL", "CELERY_BROKER_URL", "LOG_LEVEL", "PYTEST_XDIST_WORKER")
"""What tests/conftest.py points at the suite's own services: the house brings its own."""


@pytest.hookimpl(tryfirst=True)  # xdist reads the groups in this hook too
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "/tests/house/" in str(item.path):
            item.add_marker(pytest.mark.chain)
            item.add_marker(pytest.mark.xdist_group("house"))


@pytest.fixture(scope="session")
def place() -> Iterator[Place]:
    kept = {name: os.environ.pop(name) for name in OF_THE_TESTS if name in os.environ}
    try:
        import demo.shop

        with demo.shop.open_shop(purpose="qa", say=lambda line: None) as shop:
            os.environ.update(kept)
            with (
                JsonRpc(shop.rpc_url) as rpc,
                httpx.Client(base_url=shop.house.url, timeout=20) as http,
            ):
                place = Place(shop=shop, rpc=rpc, http=http, key=shop.api.key)
                place.settle_neighbours(10)
                # They are over by the time the last tests look at them.
                place.short = [place.invoice("4.20", lock_seconds=30) for _ in range(3)]
                yield place
    finally:
        os.environ.update(kept)
