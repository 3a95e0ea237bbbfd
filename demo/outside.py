"""The running demo's last chapter: a larger sale, and the desk sells what it took in to a maker."""

import json
import os
import subprocess
from dataclasses import replace
from typing import Any

from eth_account import Account
from prometheus_client.parser import text_string_to_metric_families

from demo.gateway import Api
from demo.house import CHECKOUT, PYTHON, House
from demo.maker import NAME
from demo.narration import Narrator
from demo.shop import OpenShop
from demo.shopper import Wallet, parse_erc681, payment_uris
from gateway.supervisor.devchain.layout import DevChain
from gateway.supervisor.ports import claim_port

DESK = "desk@example.com"
PRICE = "900.00"
ENOUGH = 10**18
MORE = 10**16
"""What she sends beyond what is asked, in wei. It stays hers, so her address is swept and not sold
from on the way, and the desk keeps what it bought."""
INVENTORY = {"ETH": 10**18, "USDC": 500_000 * 10**6, "WETH": 100 * 10**18}
HEDGES_FROM_USD_CENTS = 50_000
PAID_SECONDS = 90
HEDGED_SECONDS = 240


class OutsideMaker:
    """`demo.maker` as a process of its own, with a key that nobody else has."""

    def __init__(self) -> None:
        self._account = Account.create()
        self._port = claim_port(preferred=8_600)
        self._process: subprocess.Popen[str] | None = None

    @property
    def settings(self) -> dict[str, str]:
        """What the house is told of it, and of a desk that hedges a sale of this size."""
        entry = {
            "name": NAME,
            "address": self._account.address,
            "url": f"http://127.0.0.1:{self._port}/",
        }
        hedging = {"band_usd_cents": HEDGES_FROM_USD_CENTS}
        return {"MAKERS": json.dumps([entry]), "HEDGING": json.dumps(hedging)}

    def open(self, shop: OpenShop) -> None:
        """Give it an inventory, and start it.

        Raises:
            RuntimeError: it ended at once.
        """
        shop.give(to=self._account.address, **INVENTORY)
        self._process = subprocess.Popen(
            [
                *(PYTHON, "-m", "demo.maker", "--rpc-url", shop.rpc_url),
                *("--contract", shop.chain.firm_orders, "--pool", _pool(shop.chain)),
                *("--port", str(self._port)),
            ],
            cwd=CHECKOUT,
            env={"PATH": os.environ["PATH"], "MAKER_KEY": self._account.key.hex()},
            stdin=subprocess.PIPE,  # closes when we are gone, however that happens
            stdout=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        assert self._process.stdout is not None
        if not self._process.stdout.readline():
            raise RuntimeError(f"the maker ended with {self._process.wait()}")

    def close(self) -> None:
        if self._process is not None:
            self._process.terminate()
            self._process.wait(timeout=10)


def tell_of_a_hedge(
    *, narrator: Narrator, house: House, shop: OpenShop, maker: OutsideMaker
) -> None:
    """Open the maker, sell for more than the desk wants to hold, and wait for the maker's fill.

    Raises:
        StepFailed: a step did not hold.
    """
    with narrator.step("An outside maker opens; it is made up (simulated)", key="maker") as notes:
        maker.open(shop)
        house.manage("user_add", DESK, "--role", "desk", stdin=shop.password + "\n")
        notes.append(f"desk {house.url}/desk/, {DESK} / {shop.password}")
    with narrator.step(f"A machine is sold for {PRICE} EUR", key="machine") as notes:
        notes.append(_sell(shop))
    with narrator.step("The desk sells what it took in to the maker", key="hedge") as notes:
        shop.api.wait_for_text(
            "/metrics",
            lambda text: _filled(text) >= 1,
            seconds=HEDGED_SECONDS,
            what="a fill of the maker's order",
        )
        notes.append(f"see {house.url}/desk/hedges/")


def _sell(shop: OpenShop) -> str:
    """A stranger pays a larger invoice in WETH and sends a little more; what was credited."""
    api: Api = shop.api
    invoice: dict[str, Any] = api.post(
        "/v1/invoices", {"amount": PRICE, "currency": "EUR", "order_id": "machine-1"}
    )
    stranger = Account.create()
    shop.give(to=stranger.address, ETH=MORE, WETH=ENOUGH)
    token = shop.chain.token("WETH").address.lower()
    (asked,) = [
        request
        for uri in payment_uris(invoice["checkout_url"])
        if ((request := parse_erc681(uri)).token or "").lower() == token
    ]
    wallet = Wallet(key=stranger.key.hex(), rpc_url=shop.rpc_url)
    wallet.pay(replace(asked, units=asked.units + MORE))
    paid = api.wait_for(
        f"/v1/invoices/{invoice['id']}",
        lambda found: found["status"] == "paid",
        seconds=PAID_SECONDS,
        what="the payment's confirmation",
    )
    return f"{paid['credited']['amount']} USDC"


def _pool(chain: DevChain) -> str:
    """The pool of WETH and USDC that keeps least."""
    pair = {chain.token(symbol).address for symbol in ("WETH", "USDC")}
    pools = [pool for pool in chain.v3_pools if {pool.token0, pool.token1} == pair]
    return min(pools, key=lambda pool: pool.fee_pips).address


def _filled(text: str) -> float:
    """The maker's orders that were done, by the house's metrics."""
    wanted = {"maker": NAME, "outcome": "filled"}
    return sum(
        sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
        if sample.name == "tillway_maker_orders" and sample.labels == wanted
    )
