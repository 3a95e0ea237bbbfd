"""The factory with the contracts that shops really meet: Circle's token, Uniswap's pools."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import orjson
import pytest
from eth_abi.abi import decode, encode
from eth_utils.crypto import keccak

from gateway.supervisor.devchain.anvil import REPOSITORY, Anvil
from gateway.supervisor.devchain.calls import call_data, create2_address
from gateway.supervisor.devchain.faucet import Faucet
from gateway.supervisor.devchain.layout import DevChain
from gateway.supervisor.devchain.provision import DEFAULT_ADMIN_KEY
from gateway.supervisor.devchain.rpc import Rpc
from gateway.supervisor.devchain.transactions import Sender, TransactionFailed, derived_key
from gateway.supervisor.devchain.uniswap import FAR_FUTURE

pytestmark = pytest.mark.chain

OPERATOR_KEY = "0x59c6995e998f97a5a0044966f0945389dc9e86dae88c7a8412f4603b6b78690d"
SHOP = "0x5105105105105105105105105105105105105105"
NATIVE = "0x" + "00" * 20
VECTORS = orjson.loads((REPOSITORY / "contracts" / "vectors" / "deposits.json").read_bytes())
TYPEHASH = bytes.fromhex(VECTORS["typehash"][2:])

TERMS = "(bytes32,address,address,uint256,uint64)"
SWAP = "(address,bytes,uint256,uint256)"
SWEPT = keccak(text="Swept(bytes32,address,uint256)")
SWEEP_FAILED = keccak(text="SweepFailed(bytes32,address,bytes)")
PAID_OUT = keccak(text="PaidOut(bytes32,address,address,uint256)")

Terms = tuple[bytes, str, str, int, int]


def salt_of(terms: Terms) -> bytes:
    words = ["bytes32", "bytes32", "address", "address", "uint256", "uint64"]
    return keccak(encode(words, [TYPEHASH, *terms]))


@dataclass
class Desk:
    """The operator at work on one chain."""

    chain: DevChain
    rpc: Rpc
    faucet: Faucet

    def deposit(self, salt: bytes) -> str:
        return create2_address(
            deployer=self.chain.deposit_factory,
            salt=salt,
            init_code_hash=bytes.fromhex(self.chain.sweeper_init_code_hash[2:]),
        )

    def pay_all(self, symbol: str, payments: list[tuple[bytes, int]]) -> None:
        """Many shoppers at once; the faucet's key stands for all of them."""
        key = derived_key(admin_key=DEFAULT_ADMIN_KEY, role="faucet")
        shoppers = Sender(rpc=self.rpc, key=key)
        for salt, units in payments:
            to = self.deposit(salt)
            if symbol == "ETH":
                shoppers.plan(label="pay", to=to, value_wei=units)
            else:
                data = call_data("mint(address,uint256)", to, units)
                shoppers.plan(label="pay", to=self.chain.token(symbol).address, data=data)
        shoppers.send()

    def call(self, signature: str, *arguments: object) -> dict[str, Any]:
        operator = Sender(rpc=self.rpc, key=OPERATOR_KEY)
        operator.plan(
            label=signature,
            to=self.chain.deposit_factory,
            data=call_data(signature, *arguments, FAR_FUTURE),
            gas=16_000_000,
        )
        return operator.send()[0]

    def sweep_token(self, salts: list[bytes], symbol: str) -> dict[str, Any]:
        token = NATIVE if symbol == "ETH" else self.chain.token(symbol).address
        return self.call("sweepToken(bytes32[],address,uint256)", salts, token)

    def sweep_swap_pay(
        self, salts: list[bytes], symbol: str, swap: tuple[object, ...], payouts: list[object]
    ) -> dict[str, Any]:
        return self.call(
            f"sweepSwapPay(bytes32[],address,{SWAP},({TERMS},uint256)[],uint256)",
            *(salts, self.chain.token(symbol).address, swap, payouts),
        )

    def balance(self, of: str, symbol: str) -> int:
        return self.faucet.balance(of=of, symbol=symbol)

    def told(self, receipt: dict[str, Any], kind: bytes) -> list[dict[str, Any]]:
        factory = self.chain.deposit_factory.lower()
        return [
            log
            for log in receipt["logs"]
            if log["address"] == factory and log["topics"][0] == "0x" + kind.hex()
        ]

    def path(self, *hops: str | int) -> bytes:
        """Symbols, and between them fees in millionths."""
        return b"".join(
            hop.to_bytes(3, "big")
            if isinstance(hop, int)
            else bytes.fromhex(self.chain.token(hop).address[2:])
            for hop in hops
        )


@pytest.fixture
def desk(anvil: Anvil, devchain: DevChain) -> Iterator[Desk]:
    with Rpc(url=anvil.rpc_url) as rpc, Faucet(chain=devchain, rpc_url=anvil.rpc_url) as faucet:
        # A treasury and a factory that have been used before: gas as on any later day.
        for symbol in ("USDC", "DAI", "WETH"):
            for place in (devchain.treasury, devchain.deposit_factory, SHOP):
                faucet.give(to=place, symbol=symbol, units=1)
        yield Desk(devchain, rpc, faucet)


def gas_each(receipt: dict[str, Any], n: int) -> int:
    return int(receipt["gasUsed"], 16) // n


def salts(n: int, start: int = 0) -> list[bytes]:
    return [keccak(text=f"deposit {i}") for i in range(start, start + n)]


@pytest.mark.parametrize("vector", VECTORS["vectors"], ids=lambda vector: vector["name"])
def test_the_contract_and_python_agree_on_salts_and_addresses(
    desk: Desk, vector: dict[str, str]
) -> None:
    terms = (
        bytes.fromhex(vector["invoiceId"][2:]),
        vector["payee"],
        vector["settlementToken"],
        int(vector["amount"]),
        int(vector["lockEnd"]),
    )
    factory = desk.chain.deposit_factory

    def ask(signature: str, argument: object) -> bytes:
        data = "0x" + call_data(signature, argument).hex()
        return bytes.fromhex(desk.rpc.call("eth_call", {"to": factory, "data": data}, "latest")[2:])

    salt = ask(f"invoiceSalt({TERMS})", terms)
    assert "0x" + salt.hex() == vector["salt"]
    assert salt == salt_of(terms)
    (address,) = decode(["address"], ask("depositAddress(bytes32)", salt))
    assert address == desk.deposit(salt).lower()


@pytest.mark.parametrize("symbol", ["ETH", "USDC", "EURC", "WBTC", "DAI"])
def test_a_payment_then_a_late_one_reach_the_treasury(desk: Desk, symbol: str) -> None:
    (salt,) = salts(1)
    for units in (1_234_567, 89):
        before = desk.balance(desk.chain.treasury, symbol)
        desk.pay_all(symbol, [(salt, units)])
        # The treasury may be the operator too, who pays the gas of this very call.
        receipt = desk.sweep_token([salt], symbol)
        (swept,) = desk.told(receipt, SWEPT)
        assert int(swept["data"], 16) == units
        gas = int(receipt["gasUsed"], 16) * int(receipt["effectiveGasPrice"], 16)
        spent = gas if symbol == "ETH" and desk.chain.treasury == desk.chain.operator else 0
        assert desk.balance(desk.chain.treasury, symbol) == before + units - spent
        assert desk.balance(desk.deposit(salt), symbol) == 0
    assert desk.rpc.call("eth_getCode", desk.deposit(salt), "latest") == "0x"


def test_an_address_that_circle_blacklisted_does_not_hold_up_the_others(desk: Desk) -> None:
    three = salts(3)
    desk.pay_all("USDC", [(salt, 1_000_000) for salt in three])
    admin = Sender(rpc=desk.rpc, key=DEFAULT_ADMIN_KEY)
    admin.plan(
        label="blacklist",
        to=desk.chain.token("USDC").address,
        data=call_data("blacklist(address)", desk.deposit(three[1])),
    )
    admin.send()
    receipt = desk.sweep_token(three, "USDC")
    assert len(desk.told(receipt, SWEPT)) == 2
    (failed,) = desk.told(receipt, SWEEP_FAILED)
    assert bytes.fromhex(failed["topics"][1][2:]) == three[1]
    assert b"Blacklistable: account is blacklisted" in bytes.fromhex(failed["data"][2:])


@pytest.mark.parametrize("venue", ["v3", "v2"])
def test_what_is_swept_is_swapped_on_uniswap_into_the_treasury(desk: Desk, venue: str) -> None:
    two = salts(2)
    desk.pay_all("WBTC", [(salt, 50_000_000) for salt in two])  # half a bitcoin each
    hops = ("WBTC", 3000, "USDC") if venue == "v3" else ("WBTC", "USDC")
    router = desk.chain.v3_router if venue == "v3" else desk.chain.v2_router
    before = desk.balance(desk.chain.treasury, "USDC")
    wbtc = desk.chain.token("WBTC").address

    def swap(floor_usd: int) -> dict[str, Any]:
        return desk.call(
            f"sweepAndSwap(bytes32[],address,{SWAP},uint256)",
            *(two, wbtc, (router, desk.path(*hops), 10**8, floor_usd * 10**6)),
        )

    with pytest.raises(TransactionFailed, match="sweepAndSwap"):
        swap(60_000)
    assert desk.balance(desk.deposit(two[0]), "WBTC") == 50_000_000
    swap(57_000)
    gained = desk.balance(desk.chain.treasury, "USDC") - before
    assert 57_000 * 10**6 <= gained < 60_000 * 10**6
    assert desk.balance(desk.chain.deposit_factory, "WBTC") == 0


def test_ether_is_wrapped_and_swapped(desk: Desk) -> None:
    (salt,) = salts(1)
    desk.pay_all("ETH", [(salt, 10**18)])
    before = desk.balance(desk.chain.treasury, "USDC")
    path = desk.path("WETH", 500, "USDC")
    swap = (desk.chain.v3_router, path, 10**18, 2_950 * 10**6)
    desk.call(f"sweepAndSwap(bytes32[],address,{SWAP},uint256)", [salt], NATIVE, swap)
    assert desk.balance(desk.chain.treasury, "USDC") - before > 2_950 * 10**6


def test_the_shop_in_the_terms_is_paid_in_the_same_transaction(desk: Desk) -> None:
    usdc = desk.chain.token("USDC").address
    terms: Terms = (b"\1".rjust(32, b"\0"), SHOP, usdc, 25_000_000, FAR_FUTURE)
    salt = salt_of(terms)
    desk.pay_all("DAI", [(salt, 26 * 10**18)])
    swap = (desk.chain.v3_router, desk.path("DAI", 100, "USDC"), 26 * 10**18, 25_900_000)
    before = desk.balance(SHOP, "USDC")
    receipt = desk.sweep_swap_pay([salt], "DAI", swap, [(terms, 25_000_000)])
    assert len(desk.told(receipt, PAID_OUT)) == 1
    assert desk.balance(SHOP, "USDC") - before == 25_000_000
    assert desk.balance(desk.chain.deposit_factory, "USDC") == 1


BARE_GAS = {"DAI": 42_803, "USDC": 46_196}
"""A hundred sweeps without isolation, events and checks, each."""


@pytest.mark.parametrize("symbol", BARE_GAS)
def test_a_hundred_sweeps_stay_within_a_tenth_of_the_bare_gas(
    desk: Desk, symbol: str, record_property: Any
) -> None:
    hundred = salts(100)
    desk.pay_all(symbol, [(salt, 10**6 + i) for i, salt in enumerate(hundred)])
    receipt = desk.sweep_token(hundred, symbol)
    assert len(desk.told(receipt, SWEPT)) == 100
    each = gas_each(receipt, 100)
    record_property("gas_each", each)
    assert each * 10 <= BARE_GAS[symbol] * 11, each


def test_a_hundred_sweeps_with_swap_and_payout_stay_within_a_tenth_of_the_bare_gas(
    desk: Desk, record_property: Any
) -> None:
    bare = 43_266
    weth = desk.chain.weth  # a settlement token as minimal as the figure's
    all_terms: list[Terms] = [
        (i.to_bytes(32, "big"), SHOP, weth, 10**15, FAR_FUTURE) for i in range(100)
    ]
    hundred = [salt_of(terms) for terms in all_terms]
    desk.pay_all("DAI", [(salt, 3 * 10**18) for salt in hundred])
    swap = (desk.chain.v3_router, desk.path("DAI", 3000, "WETH"), 300 * 10**18, 99 * 10**15)
    receipt = desk.sweep_swap_pay(hundred, "DAI", swap, [(all_terms[0], 98 * 10**15)])
    each = gas_each(receipt, 100)
    record_property("gas_each", each)
    assert each * 10 <= bare * 11, each
