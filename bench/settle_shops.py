"""What the settlement bench is done with: shops paid by policy, their invoices, their shoppers."""

import json
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import httpx
import psycopg
from eth_account import Account
from eth_utils.address import to_checksum_address

from demo.house import House
from demo.shopper import PaymentRequest, parse_erc681
from gateway.supervisor.devchain.calls import call_data
from gateway.supervisor.devchain.layout import DevChain
from gateway.supervisor.devchain.provision import DEFAULT_ADMIN_KEY
from gateway.supervisor.devchain.rpc import Rpc
from gateway.supervisor.devchain.transactions import Sender, derived_key

CLIENTS = 8
"""That ask for invoices at once."""
SHOPPERS = 50
"""Wallets: each has a transaction of its own in a batch, so that no order of theirs matters."""
TRANSFER_GAS = 90_000
QUOTED_SECONDS = 60.0
MAX_FEE_WEI, PRIORITY_FEE_WEI = 10**10, 10**9

LEAVE_SECONDS = 120.0
TEND = "from gateway.settlement.tasks import tend_batch_ways; print(tend_batch_ways())"
WAY = "SELECT 1 FROM settlement_batchway WHERE asset = %s AND status = 'ready'"
OPEN_SHOPS = """
import json, secrets
from django.utils import timezone
from gateway.shops.services import shop_open, shop_set_policy
from merchants.accounts.actions import SCOPES
from merchants.accounts.services import api_key_create

made = []
for number in range({count}):
    now = timezone.now()
    shop = shop_open(
        name=f"Shop {{number}}",
        pricing_currency="EUR",
        settlement_asset="{settlement}",
        payout_address=secrets.token_bytes(20),
        now=now,
    )
    shop_set_policy(shop_id=shop.id, changes={{"schedule": "instant"}}, now=now)
    _, key = api_key_create(shop_id=shop.id, mode="test", scopes=SCOPES)
    made.append([str(shop.id), key])
print(json.dumps(made))
"""


@dataclass(frozen=True, slots=True)
class PaidShop:
    """A shop whose policy pays it as soon as a payment is final."""

    id: str
    key: str


def open_shops(house: House, *, count: int, settlement: str) -> list[PaidShop]:
    """So many shops with an address of their own each, all by one command."""
    script = OPEN_SHOPS.format(count=count, settlement=settlement)
    made = json.loads(house.manage("shell", "-c", script).splitlines()[-1])
    return [PaidShop(*one) for one in made]


def ask_for_leave(house: House, database: "psycopg.Connection[Any]", *, asset: str) -> None:
    """Have the contract that pays many at once given its leave, which beat asks for each minute.

    Raises:
        TimeoutError: the house's signer or the chain did not give it.
    """
    house.manage("shell", "-c", TEND)
    deadline = time.monotonic() + LEAVE_SECONDS
    while database.execute(WAY, [asset]).fetchone() is None:
        if time.monotonic() > deadline:
            raise TimeoutError(f"no leave to pay {asset} in batches")
        time.sleep(0.5)


def ask_for_invoices(
    url: str, shops: Sequence[PaidShop], *, count: int, price: str, symbol: str
) -> list[PaymentRequest]:
    """``count`` invoices of all shops in turn, by the API; what each asks for in one token."""
    local = threading.local()

    def ask(number: int) -> PaymentRequest:
        if not hasattr(local, "http"):
            local.http = httpx.Client(base_url=url, timeout=30, trust_env=False)
        answer = local.http.post(
            "/v1/invoices",
            json={"amount": price, "currency": "EUR"},
            headers={
                "Authorization": f"Bearer {shops[number % len(shops)].key}",
                "Idempotency-Key": str(uuid4()),
            },
        )
        if answer.status_code != 201:
            raise RuntimeError(answer.text)
        return parse_erc681(next(d["uri"] for d in answer.json()["due"] if d["symbol"] == symbol))

    first = _once_quoted(lambda: ask(0))
    with ThreadPoolExecutor(CLIENTS) as pool:
        return [first, *pool.map(ask, range(1, count))]


def _once_quoted(ask: Callable[[], PaymentRequest]) -> PaymentRequest:
    """A market that has just begun to publish may not quote yet; the first question waits."""
    deadline = time.monotonic() + QUOTED_SECONDS
    while True:
        try:
            return ask()
        except RuntimeError as refused:
            if "no_quote" not in str(refused) or time.monotonic() > deadline:
                raise
            time.sleep(0.5)


class Shoppers:
    """Wallets that pay many requests as one crowd; signed first, so that sending is all they do."""

    def __init__(self, *, rpc_url: str, chain: DevChain) -> None:
        self._rpc = Rpc(url=rpc_url)
        self._chain = chain
        self._accounts = [Account.create() for _ in range(SHOPPERS)]

    def fund(self, *, symbol: str, units: int) -> None:
        """Give each wallet gas and base units of a token, which the faucet mints."""
        key = derived_key(admin_key=DEFAULT_ADMIN_KEY, role="faucet")
        faucet = Sender(rpc=self._rpc, key=key)
        token = self._chain.token(symbol).address
        for account in self._accounts:
            self._rpc.call("anvil_setBalance", account.address, hex(10**19))
            faucet.plan(
                label=f"{symbol} for a shopper",
                to=token,
                data=call_data("mint(address,uint256)", account.address, units),
            )
        faucet.send()

    def signed(self, requests: Sequence[PaymentRequest]) -> list[str]:
        """A transfer for each request, by the wallets in turn, in the order to send them in."""
        raw = []
        for number, request in enumerate(requests):
            assert request.token is not None
            account = self._accounts[number % SHOPPERS]
            signed = account.sign_transaction(
                {
                    "type": 2,
                    "chainId": self._chain.chain_id,
                    "nonce": number // SHOPPERS,
                    "gas": TRANSFER_GAS,
                    "maxFeePerGas": MAX_FEE_WEI,
                    "maxPriorityFeePerGas": PRIORITY_FEE_WEI,
                    "to": to_checksum_address(request.token),
                    "value": 0,
                    "data": call_data(
                        "transfer(address,uint256)", request.recipient, request.units
                    ),
                }
            )
            raw.append("0x" + signed.raw_transaction.hex())
        return raw

    def send(self, raw: Sequence[str]) -> None:
        for start in range(0, len(raw), SHOPPERS):
            part: list[tuple[str, Sequence[object]]] = [
                ("eth_sendRawTransaction", [one]) for one in raw[start : start + SHOPPERS]
            ]
            self._rpc.batch(part)

    def close(self) -> None:
        self._rpc.close()
