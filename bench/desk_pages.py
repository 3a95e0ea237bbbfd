"""The desk's pages with something on each: a pool, a provider's money, an exchange, an entry."""

import json
import time
from pathlib import Path

from eth_account import Account

from bench.pages_readers import DESK
from demo.shop import OpenShop, ShopperWallet

EXCHANGE = "paper"
DOLLAR = 10**6
BROUGHT = 250 * DOLLAR
FOUND_SECONDS = 150
"""A deposit is looked for every minute, and counted once it is final."""


def exchange_settings(folder: Path) -> dict[str, str]:
    """EXCHANGES with one that is a recording, for the house's environment."""
    recording = folder / "exchange.json"
    recording.write_text(json.dumps({"balances": {}}))
    told = [{"name": EXCHANGE, "kind": "recorded", "file": str(recording), "trade": True}]
    return {"EXCHANGES": json.dumps(told)}


def add_reader(shop: OpenShop, who: str, *, role: str) -> None:
    """Somebody with a role of the house, with the shop's own password."""
    shop.house.manage("user_add", who, "--role", role, stdin=shop.password + "\n")


def desk_pages(shop: OpenShop) -> dict[str, tuple[str, str]]:
    """Path and reader of each page of the desk."""
    chain_id = shop.chain.chain_id
    pool_id, position_id = _provide(shop, chain_id)
    paths = {
        "desk": "",
        "desk_asset": f"assets/WETH@{chain_id}",
        "desk_switch": "switch/all",
        "desk_results": "results",
        "desk_hedges": "hedges",
        "desk_close": "hedges/close",
        "desk_moves": "moves",
        "desk_exchanges": "exchanges",
        "desk_exchange": f"exchanges/{EXCHANGE}",
        "desk_orders": "orders",
        "desk_liquidity": "liquidity",
        "desk_pool": f"liquidity/pools/{pool_id}",
        "desk_position": f"liquidity/positions/{position_id}",
        "desk_entries": f"entries?account=pool%3A{pool_id}&asset=USDC%40{chain_id}",
    }
    return {name: (f"/desk/{path}", DESK) for name, path in paths.items()}


def _provide(shop: OpenShop, chain_id: int) -> tuple[str, str]:
    """A pool, and a provider whose money is in it: their ids."""
    manage, asset = shop.house.manage, f"USDC@{chain_id}"
    terms = ("--fee-share-ppm", "400000", "--loss-share-ppm", "500000")
    size = ("--full-share-units", str(1_000 * DOLLAR), "--least-payment-units", str(10 * DOLLAR))
    pool = manage("providers", "open", "dollars", "--asset", asset, *terms, *size, "--by", "bench")
    account = Account.create()
    joined = manage(
        *("providers", "join", "Ann & Company", "--mode", "test"),
        *("--wallet", account.address, "--by", "bench"),
    )
    shop.give(to=account.address, ETH=10**18, USDC=BROUGHT)
    token = shop.chain.token("USDC").address
    uri = f"ethereum:{token}@{chain_id}/transfer?address={shop.chain.treasury}&uint256={BROUGHT}"
    paid = ShopperWallet(key=account.key.hex(), rpc_url=shop.rpc_url).pay(uri)
    manage("providers", "deposit", "dollars", joined.split()[0], paid, "--by", "bench")
    deadline = time.monotonic() + FOUND_SECONDS
    while not (position := manage("providers", "list")):
        if time.monotonic() > deadline:
            raise TimeoutError("the provider's deposit was not counted")
        time.sleep(5)
    return pool.split()[0], position.split()[0]
