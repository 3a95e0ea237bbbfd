"""Amounts and liquidity of ranges against the deployed contracts: not one base unit apart."""

import random
from typing import Any

import pytest
from eth_abi import decode

from gateway.market.liquidity.ranges.amounts import (
    given_by_burn,
    liquidity_for,
    range_around,
    taken_by_mint,
)
from gateway.outside.rpc import JsonRpc
from gateway.supervisor.devchain.calls import call_data
from gateway.supervisor.devchain.faucet import Faucet

pytestmark = [pytest.mark.chain, pytest.mark.xdist_group("devchain")]

WHO = "0x" + "99" * 20
SPACINGS = {100: 1, 500: 10, 3000: 60, 10_000: 200}
FAR = 2**40
MINT = "mint((address,address,uint24,int24,int24,uint256,uint256,uint256,uint256,address,uint256))"


@pytest.fixture
def send(anvil: Any, devchain: Any) -> Any:
    """Send as a stranger who has much of everything; the receipt's logs of the manager."""
    rpc = JsonRpc(anvil.rpc_url)
    faucet = Faucet(chain=devchain, rpc_url=anvil.rpc_url)
    rpc.call("anvil_setBalance", [WHO, hex(10**20)])
    rpc.call("anvil_impersonateAccount", [WHO])

    def send(to: str, data: bytes) -> list[dict[str, Any]]:
        asked = {"from": WHO, "to": to, "data": "0x" + data.hex(), "gas": hex(2_000_000)}
        sent = rpc.call("eth_sendTransaction", [asked])
        rpc.call("anvil_mine", ["0x1"])
        receipt = rpc.call("eth_getTransactionReceipt", [sent])
        assert receipt["status"] == "0x1"
        manager = devchain.v3_position_manager.lower()
        return [log for log in receipt["logs"] if log["address"].lower() == manager]

    for symbol in {s for pool in devchain.v3_pools for s in (pool.token0, pool.token1)}:
        token = next(t for t in devchain.tokens if symbol in (t.symbol, t.address))
        faucet.give(to=WHO, symbol=token.symbol, units=10**5 * 10**token.decimals)
        send(
            token.address,
            call_data("approve(address,uint256)", devchain.v3_position_manager, 2**255),
        )
    yield send
    rpc.close()


def test_mints_and_burns_equal_the_contracts(anvil: Any, devchain: Any, send: Any) -> None:
    rpc = JsonRpc(anvil.rpc_url)
    chance = random.Random(5)
    checked = 0
    for pool in devchain.v3_pools:
        for _ in range(6):
            answer = rpc.call(
                "eth_call",
                [{"to": pool.address, "data": "0x" + call_data("slot0()").hex()}, "latest"],
            )
            sqrt_price, tick = decode(["uint160", "int24"], bytes.fromhex(answer[2:])[:64])
            spacing = SPACINGS[pool.fee_pips]
            within = range_around(
                tick=tick + chance.choice([0, 0, 3_000, -3_000]),
                half_width=chance.randint(1, 2_500),
                spacing=spacing,
            )
            offered = chance.randint(1, 10**9), chance.randint(1, 10**9)
            at = {"sqrt_price": sqrt_price, "within": within}
            liquidity = liquidity_for(amount0=offered[0], amount1=offered[1], **at)
            if liquidity == 0:
                continue
            terms = (
                *(pool.token0, pool.token1, pool.fee_pips, within.lower, within.upper),
                *(*offered, 0, 0, WHO, FAR),
            )
            logs = send(devchain.v3_position_manager, call_data(MINT, terms))
            added = logs[-1]
            token_id = int(added["topics"][1], 16)
            theirs = decode(["uint128", "uint256", "uint256"], bytes.fromhex(added["data"][2:]))
            ours = taken_by_mint(tick=tick, liquidity=liquidity, **at)
            assert theirs == (liquidity, *ours)
            part = chance.randint(1, liquidity)
            logs = send(
                devchain.v3_position_manager,
                call_data(
                    "decreaseLiquidity((uint256,uint128,uint256,uint256,uint256))",
                    (token_id, part, 0, 0, FAR),
                ),
            )
            theirs = decode(["uint128", "uint256", "uint256"], bytes.fromhex(logs[-1]["data"][2:]))
            assert theirs == (part, *given_by_burn(tick=tick, liquidity=part, **at))
            checked += 1
    rpc.close()
    assert checked >= 10
