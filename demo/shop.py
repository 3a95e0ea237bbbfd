"""An open house with one test shop in it: what the demo and the benchmarks start from."""

import json
import secrets
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from types import MappingProxyType

from eth_account import Account

from demo.gateway import Api
from demo.house import CHECKOUT, House
from demo.shopper import Wallet, parse_erc681
from gateway.supervisor.devchain.faucet import Faucet
from gateway.supervisor.devchain.layout import DevChain

OWNER = "owner@example.com"
CASHIER = "cashier@example.com"


class ShopperWallet:
    """A funded wallet that pays ERC-681 URIs."""

    def __init__(self, *, key: str, rpc_url: str) -> None:
        self._wallet = Wallet(key=key, rpc_url=rpc_url)

    def pay(self, uri: str) -> str:
        """Pay what the URI asks; the transaction's hash."""
        return self._wallet.pay(parse_erc681(uri))


@dataclass(slots=True)
class OpenShop:
    """A shop in an open house, and the doors to both."""

    house: House
    chain: DevChain
    rpc_url: str
    shop_id: str
    payout_address: str
    password: str
    api: Api

    def give(self, *, to: str, **units: int) -> None:
        """Give base units by symbol: ``give(to=…, ETH=10**18)``."""
        with Faucet(chain=self.chain, rpc_url=self.rpc_url) as faucet:
            for symbol, count in units.items():
                faucet.give(to=to, symbol=symbol, units=count)

    def wallet(self, **units: int) -> ShopperWallet:
        """A new wallet that holds these base units."""
        account = Account.create()
        self.give(to=account.address, **units)
        return ShopperWallet(key=account.key.hex(), rpc_url=self.rpc_url)


def add_shop(house: House, *, name: str = "Café Amélie") -> OpenShop:
    """Open a test shop with an owner, a cashier and an API key, by the gateway's own commands."""
    chains = json.loads((house.state / "chains.json").read_text())
    chain = DevChain.read(house.state / "devchain.json")
    password = secrets.token_urlsafe(9)
    payout_address = Account.create().address
    house.manage("list_load", str(CHECKOUT / "demo/listed.csv"), "--source", "demo")
    shop = json.loads(
        house.manage(
            *("shop_add", name, "--currency", "EUR"),
            *("--settlement", f"USDC@{chain.chain_id}"),
            *("--payout-address", payout_address, "--with-key"),
        )
    )
    for email, role in ((OWNER, "owner"), (CASHIER, "cashier")):
        house.manage(
            *("user_add", email, "--role", role, "--shop", shop["shop_id"]),
            stdin=password + "\n",
        )
    return OpenShop(
        house=house,
        chain=chain,
        rpc_url=chains[0]["rpc_urls"][0],
        shop_id=shop["shop_id"],
        payout_address=payout_address,
        password=password,
        api=Api(url=house.url, key=shop["api_key"]),
    )


@contextmanager
def open_shop(
    *, purpose: str, say: Callable[[str], None], settings: Mapping[str, str] = MappingProxyType({})
) -> Iterator[OpenShop]:
    """A fresh house with a shop, closed at the end."""
    house = House(purpose=purpose, say=say, settings=settings)
    try:
        house.wait_until_ready()
        yield add_shop(house)
    finally:
        house.close()
