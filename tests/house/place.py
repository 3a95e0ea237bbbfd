"""A running house as its enemies see it: over HTTP, on its chain, and through its processes."""

import json
import os
import re
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import psycopg
from eth_account import Account

from demo.shop import OpenShop
from demo.shopper import Wallet, parse_erc681
from gateway.outside.rpc import JsonRpc
from gateway.supervisor.devchain.calls import call_data
from gateway.supervisor.devchain.faucet import Faucet

Json = dict[str, Any]
NEIGHBOURS = """
import json
from django.utils import timezone
from gateway.shops.services import shop_open
from merchants.accounts import services
from merchants.accounts.actions import SCOPES

made = []
for number in range({count}):
    shop = shop_open(
        name=f"Neighbour {{number}}",
        pricing_currency="EUR",
        settlement_asset="{settlement}",
        payout_address=(number + 1).to_bytes(20),
        now=timezone.now(),
    )
    _, key = services.api_key_create(shop_id=shop.id, mode="test", scopes=SCOPES)
    email = f"owner-{{shop.id}}@example.com"
    user = services.user_create(email=email, password="{password}")
    services.member_add(user_id=user.id, role="owner", shop_id=shop.id)
    made.append({{"shop_id": str(shop.id), "api_key": key, "email": email}})
print(json.dumps(made))
"""
PAID_SECONDS = 40


@dataclass(slots=True)
class Place:
    """Everything a test may do to a house."""

    shop: OpenShop
    rpc: JsonRpc
    http: httpx.Client
    key: str
    neighbours: list[Json] = field(default_factory=list)
    short: list[Json] = field(default_factory=list)
    """Invoices of the shortest lock, asked for as soon as the house was open."""
    _cookies: dict[str, httpx.Cookies] = field(default_factory=dict)

    # ------------------------------------------------------------------ programs

    def send(
        self, method: str, path: str, body: Any = None, *, key: str | None = None, **more: Any
    ) -> httpx.Response:
        """A request to the API, with the shop's key unless another (or "", none) is given."""
        headers = dict(more.pop("headers", {}))
        key = self.key if key is None else key
        if key:
            headers.setdefault("Authorization", f"Bearer {key}")
        if body is not None:
            more["json"] = body
        return self.http.request(method, f"/v1/{path}", headers=headers, **more)

    def get(self, path: str, **more: Any) -> Json:
        answer = self.send("GET", path, **more)
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    def invoice(self, amount: str = "4.20", **more: Any) -> Json:
        key = more.pop("key", None)
        answer = self.send("POST", "invoices", {"amount": amount, **more}, key=key)
        assert answer.status_code == 201, answer.text
        return dict(answer.json())

    def until(
        self,
        invoice: Json,
        condition: Callable[[Json], bool],
        *,
        seconds: float = PAID_SECONDS,
        key: str | None = None,
    ) -> Json:
        """The invoice once ``condition`` holds of it."""
        deadline = time.monotonic() + seconds
        while True:
            found = self.get(f"invoices/{invoice['id']}", key=key)
            if condition(found):
                return found
            assert time.monotonic() < deadline, (
                f"never: {found['status']} {found['exceptions']} {found['received']}"
            )
            time.sleep(0.2)

    def until_paid(self, invoice: Json, **more: Any) -> Json:
        return self.until(invoice, lambda found: found["status"] == "paid", **more)

    def another_shop(self) -> Json:
        """A shop of somebody else: its id, a key with every scope, its owner's email."""
        return self.neighbours.pop()

    def settle_neighbours(self, count: int) -> None:
        """Open shops with an owner each, all at once: a command takes seconds to start."""
        script = NEIGHBOURS.format(
            count=count, settlement=f"USDC@{self.shop.chain.chain_id}", password=self.shop.password
        )
        made = self.shop.house.manage("shell", "-c", script).splitlines()[-1]
        self.neighbours += json.loads(made)

    # ------------------------------------------------------------------ people

    @contextmanager
    def browser(self, email: str = "") -> Iterator[httpx.Client]:
        """A browser with cookies of its own; signed in if an email is given."""
        with httpx.Client(base_url=self.shop.house.url, timeout=20) as client:
            if email:
                # Hashing a password takes long on purpose: each person does it once.
                if email not in self._cookies:
                    self.sign_in(client, email, self.shop.password)
                    self._cookies[email] = httpx.Cookies(client.cookies)
                client.cookies = httpx.Cookies(self._cookies[email])
            yield client

    def sign_in(
        self, client: httpx.Client, email: str, password: str, **more: str
    ) -> httpx.Response:
        page = client.get("/login")
        fields = {"username": email, "password": password, **more}
        return client.post("/login", data=fields | {"csrfmiddlewaretoken": csrf_of(page.text)})

    # ------------------------------------------------------------------ chain

    def wallet(self, **units: int) -> Wallet:
        account = Account.create()
        self.shop.give(to=account.address, **units)
        return Wallet(key=account.key.hex(), rpc_url=self.shop.rpc_url)

    def due(self, invoice: Json, symbol: str) -> Json:
        return next(due for due in invoice["due"] if due["symbol"] == symbol)

    def pay(self, invoice: Json, symbol: str = "USDC", *, units: int | None = None) -> str:
        """Pay from a wallet of its own; the transaction's hash."""
        due = self.due(invoice, symbol)
        count = int(due["units"]) if units is None else units
        held = {symbol: count} if symbol != "ETH" else {}
        wallet = self.wallet(ETH=10**17 + (count if symbol == "ETH" else 0), **held)
        return wallet.pay(parse_erc681(with_units(due["uri"], count)))

    def balance(self, address: str, symbol: str) -> int:
        with Faucet(chain=self.shop.chain, rpc_url=self.shop.rpc_url) as faucet:
            return faucet.balance(of=address, symbol=symbol)

    def mined(self, tx_hash: str, *, seconds: float = 10) -> Json:
        deadline = time.monotonic() + seconds
        while True:
            receipt = self.rpc.call("eth_getTransactionReceipt", [tx_hash])
            if receipt:
                assert receipt["status"] == "0x1", receipt
                return dict(receipt)
            assert time.monotonic() < deadline, "never mined"
            time.sleep(0.1)

    def send_as(self, sender: str, *, to: str, data: bytes = b"", value: int = 0) -> str:
        """A transaction of an address whose key nobody here has."""
        self.rpc.call("anvil_impersonateAccount", [sender])
        self.rpc.call("anvil_setBalance", [sender, hex(10**18)])
        return str(
            self.rpc.call(
                "eth_sendTransaction",
                [
                    {
                        "from": sender,
                        "to": to,
                        "data": "0x" + data.hex(),
                        "value": hex(value),
                        # Not as estimated: others trade in the pool before it is mined.
                        "gas": hex(1_000_000),
                    }
                ],
            )
        )

    def head(self) -> int:
        return int(str(self.rpc.call("eth_blockNumber")), 16)

    def split_transfer(self, *, symbol: str, to: str, parts: tuple[int, ...]) -> str:
        """Several transfers of one token to one address within one transaction."""
        token = self.shop.chain.token(symbol).address
        account = Account.create()
        self.shop.give(to=account.address, ETH=10**18)
        # A contract that only ever runs its constructor holds the money and hands it out.
        from gateway.supervisor.devchain.calls import created_address

        purse = created_address(deployer=account.address, nonce=0)
        self.shop.give(to=purse, **{symbol: sum(parts)})
        code, data = b"", b""
        calls = [call_data("transfer(address,uint256)", to, part) for part in parts]
        length = 42 * len(calls) + 1
        for call in calls:
            size, offset = len(call).to_bytes(1), (length + len(data)).to_bytes(2)
            # CODECOPY the call to memory 0, CALL the token with it, POP what it says
            code += b"\x60" + size + b"\x61" + offset + b"\x60\x00\x39"
            code += b"\x60\x00\x60\x00\x60" + size + b"\x60\x00\x60\x00\x73"
            code += bytes.fromhex(token[2:]) + b"\x5a\xf1\x50"
            data += call
        code += b"\x00"
        assert len(code) == length, len(code)
        signed = account.sign_transaction(
            {
                "chainId": self.shop.chain.chain_id,
                "nonce": 0,
                "gas": 200_000 + 60_000 * len(parts),
                "maxFeePerGas": 10**10,
                "maxPriorityFeePerGas": 10**9,
                "value": 0,
                "data": code + data,
            }
        )
        return str(self.rpc.call("eth_sendRawTransaction", ["0x" + signed.raw_transaction.hex()]))

    # ------------------------------------------------------------------ processes and books

    def pids(self, *names: str) -> dict[str, int]:
        """The process ids of the house's processes by name; ``chain`` is the node."""
        marks = {
            "chain": "anvil",
            "beat": "celery\0-q\0-A\0gateway\0beat",
            "worker": "celery\0-q\0-A\0gateway\0worker",
            "web": "granian",
            "live": "uvicorn",
        }
        found: dict[str, int] = {}
        for entry in Path("/proc").iterdir():
            if not entry.name.isdigit():
                continue
            try:
                command = (entry / "cmdline").read_text()
                parent = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
            except (OSError, ValueError):
                continue
            if parent != self.shop.house._process.pid:
                continue
            for name in names:
                if marks.get(name, f"manage.py\0{name}") in command:
                    found[name] = int(entry.name)
        return found

    def children(self, pid: int) -> set[int]:
        """The process ids that run in the group of a process that may be gone itself."""
        found = set()
        for entry in Path("/proc").iterdir():
            if entry.name.isdigit() and int(entry.name) != pid:
                try:
                    group = int((entry / "stat").read_text().rpartition(")")[2].split()[2])
                except OSError:
                    continue
                if group == pid:
                    found.add(int(entry.name))
        return found

    def kill(self, *names: str, number: int = signal.SIGKILL) -> dict[str, int]:
        pids = self.pids(*names)
        assert set(pids) == set(names), f"not all run: {pids}"
        for pid in pids.values():
            os.kill(pid, number)
        return pids

    def ready(self) -> Json:
        return dict(self.http.get("/readyz").json())

    def until_ready(self, *, seconds: float = 60) -> None:
        deadline = time.monotonic() + seconds
        while True:
            try:
                answer = self.ready()
            except httpx.HTTPError as error:
                answer = {"ready": False, "error": repr(error)}
            if answer["ready"]:
                return
            assert time.monotonic() < deadline, answer
            time.sleep(0.2)

    def sql(self, query: str, *values: Any) -> list[tuple[Any, ...]]:
        """What only the house's own database can tell, or make happen."""
        folder = self.shop.house.state / "postgres"
        with psycopg.connect(f"host={folder} dbname=tillway user=postgres", autocommit=True) as db:
            cursor = db.execute(query, values)
            return cursor.fetchall() if cursor.description else []

    def books_hold(self) -> None:
        """Every check of the ledger, and custody equal to what the chain itself holds."""
        assert ", 0 differences" in self.shop.house.manage("ledger_check")
        deadline = time.monotonic() + 40
        while differing := self._custody_differs():
            assert time.monotonic() < deadline, differing
            time.sleep(1)

    def _custody_differs(self) -> dict[str, tuple[int, int]]:
        chain = self.shop.chain
        deposits = [
            "0x" + bytes(row[0]).hex()
            for row in self.sql("SELECT address FROM chains_depositaddress")
        ]
        hot = "0x" + (self.shop.house.state / "hot-account").read_text().strip().removeprefix("0x")
        booked = {
            (name, asset): int(units)
            for name, asset, units in self.sql(
                "SELECT a.name, a.asset, sum(p.units) FROM ledger_account a"
                " JOIN ledger_posting p ON p.account_id = a.id"
                " WHERE a.name LIKE 'custody:%%' GROUP BY a.name, a.asset"
            )
        }
        symbols = ["ETH", *(token.symbol for token in chain.tokens)]
        differing = {}
        for name, addresses in (("deposits", deposits), ("hot", [hot])):
            for symbol in symbols:
                held = sum(self._balances(addresses, symbol))
                ours = booked.get(
                    (f"custody:{name}:{chain.chain_id}", f"{symbol}@{chain.chain_id}"), 0
                )
                if held != ours:
                    differing[f"{name} {symbol}"] = (held, ours)
        return differing

    def _balances(self, addresses: list[str], symbol: str) -> list[int]:
        calls: list[tuple[str, list[Any]]]
        if symbol == "ETH":
            calls = [("eth_getBalance", [address, "latest"]) for address in addresses]
        else:
            token = self.shop.chain.token(symbol).address
            calls = [
                (
                    "eth_call",
                    [
                        {"to": token, "data": "0x" + call_data("balanceOf(address)", one).hex()},
                        "latest",
                    ],
                )
                for one in addresses
            ]
        return [int(str(found), 16) for found in self.rpc.batch(calls)] if calls else []


def with_units(uri: str, units: int) -> str:
    """The same payment request for another amount."""
    return re.sub(r"(uint256|value)=[0-9]+", rf"\1={units}", uri)


def csrf_of(page: str) -> str:
    found = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)
    assert found, page[:400]
    return found[1]


def fresh_key() -> str:
    return str(uuid4())


def refused(answer: httpx.Response, status: int, code: str) -> Json:
    """The problem+json of a refusal, after checking that it is one."""
    assert answer.status_code == status, (answer.status_code, answer.text[:500])
    assert answer.headers["content-type"] == "application/problem+json"
    problem = dict(answer.json())
    assert problem["code"] == code, problem
    return problem
