"""The factory with the contracts that shops really meet: Circle's token, Uniswap's pools."""

from collections.abc import Iterator
from typing import Any

import pytest
from eth_abi.abi import decode

from bench.gas import BARE
from bench.operator_desk import (
    NATIVE,
    PAID_OUT,
    SHOP,
    SWAP,
    SWEEP_FAILED,
    SWEPT,
    TERMS,
    VECTORS,
    Desk,
    Terms,
    gas_each,
    salt_of,
    salts,
    sweep_hundred,
    sweep_swap_pay_hundred,
)
from gateway.supervisor.devchain.anvil import Anvil
from gateway.supervisor.devchain.calls import call_data
from gateway.supervisor.devchain.faucet import Faucet
from gateway.supervisor.devchain.layout import DevChain
from gateway.supervisor.devchain.provision import DEFAULT_ADMIN_KEY
from gateway.supervisor.devchain.rpc import Rpc
from gateway.supervisor.devchain.transactions import Sender, TransactionFailed
from gateway.supervisor.devchain.uniswap import FAR_FUTURE

pytestmark = pytest.mark.chain


@pytest.fixture
def desk(anvil: Anvil, devchain: DevChain) -> Iterator[Desk]:
    with Rpc(url=anvil.rpc_url) as rpc, Faucet(chain=devchain, rpc_url=anvil.rpc_url) as faucet:
        desk = Desk(devchain, rpc, faucet)
        desk.use_before()
        yield desk


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


@pytest.mark.parametrize("symbol", ["DAI", "USDC"])
def test_a_hundred_sweeps_stay_within_a_tenth_of_the_bare_gas(
    desk: Desk, symbol: str, record_property: Any
) -> None:
    each = gas_each(sweep_hundred(desk, symbol), 100)
    record_property("gas_each", each)
    bare = BARE["sweep100_usdc" if symbol == "USDC" else "sweep100_erc20"]
    assert each * 10 <= bare * 11, each


def test_a_hundred_sweeps_with_swap_and_payout_stay_within_a_tenth_of_the_bare_gas(
    desk: Desk, record_property: Any
) -> None:
    each = gas_each(sweep_swap_pay_hundred(desk), 100)
    record_property("gas_each", each)
    assert each * 10 <= BARE["sweep_swap_pay100"] * 11, each
