"""The follower on the real contracts, and what it makes of a node that fails."""

import time
from datetime import UTC, datetime

import msgspec
import pytest
from eth_utils.crypto import keccak

from gateway.chains.configuration import ChainSettings
from gateway.chains.errors import BadChainSettings, ChainMismatch, NodeFault
from gateway.chains.nodes import Nodes
from gateway.market.building import BlockPrices, FeedReading, build_snapshot, chain_prices
from gateway.market.following import calls
from gateway.market.following.pools import PoolFollower
from gateway.market.following.universe import universe_of
from gateway.market.quotes import Quote, quote_assets
from gateway.market.snapshots import E18, DeskPolicy
from gateway.money.amounts import Amount
from gateway.money.assets import FIAT
from gateway.supervisor.devchain.calls import call_data
from gateway.supervisor.devchain.rpc import Rpc
from tests.market.dev_market import e18

pytestmark = pytest.mark.xdist_group("devchain")

POLICY = DeskPolicy()
ADMIN = "0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266"


@pytest.fixture
def chain(chain_entry) -> ChainSettings:
    return msgspec.convert(chain_entry, ChainSettings)


@pytest.fixture
def rpc(anvil):
    with Rpc(url=anvil.rpc_url) as connection:
        yield connection


@pytest.fixture
def follower(chain):
    follower = PoolFollower(
        universe=universe_of(chain),
        nodes=Nodes(chain_id=chain.chain_id, urls=chain.rpc_urls),
        policy=POLICY,
    )
    yield follower
    follower.close()


def feed(now_ms: int, **prices: str) -> FeedReading:
    told = {"ETH": "3000", "BTC": "60000", "EUR": "1.08", "USDC": "1"} | prices
    return FeedReading("dev", now_ms, 30_000, {s: e18(p) for s, p in told.items()}, True)


def snapshot_of(follower, **prices):
    view = follower.view
    return build_snapshot(
        version=1,
        at_ms=view.at_ms,
        policy=POLICY,
        views=[view],
        feeds=[feed(view.at_ms, **prices)],
        volatilities_ppm={},
        open_units={},
        currencies=["EUR"],
    )


def send(rpc, to: str, data: bytes) -> str:
    return rpc.call(
        "eth_sendTransaction",
        {"from": ADMIN, "to": to, "data": "0x" + data.hex(), "gas": hex(3_000_000)},
    )


def succeeded(rpc, told: str) -> None:
    for _ in range(100):
        receipt = rpc.call("eth_getTransactionReceipt", told)
        if receipt is not None:
            assert int(receipt["status"], 16) == 1
            return
        time.sleep(0.02)
    raise AssertionError("not mined")


def push(rpc, devchain, *, swaps: dict[int, int], pair: int) -> None:
    """Buy WETH with whole USDC from V3 pools by fee, and from the pair, all in one block."""
    usdc, weth = devchain.token("USDC").address, devchain.token("WETH").address
    for router in (devchain.v3_router, devchain.v2_router):
        approve = call_data("approve(address,uint256)", router, 2**255)
        succeeded(rpc, send(rpc, usdc, approve))
    rpc.call("evm_setAutomine", False)
    told = [
        send(
            rpc,
            devchain.v3_router,
            call_data(
                "exactInputSingle((address,address,uint24,address,uint256,uint256,uint256,uint160))",
                (usdc, weth, fee, ADMIN, 2**40, units * 10**6, 0, 0),
            ),
        )
        for fee, units in swaps.items()
    ]
    told.append(
        send(
            rpc,
            devchain.v2_router,
            call_data(
                "swapExactTokensForTokens(uint256,uint256,address[],address,uint256)",
                *(pair * 10**6, 0, [usdc, weth], ADMIN, 2**40),
            ),
        )
    )
    mine(rpc)
    rpc.call("evm_setAutomine", True)
    for one in told:
        succeeded(rpc, one)


def mine(rpc, blocks: int = 1) -> None:
    rpc.call("anvil_mine", hex(blocks))


def test_selectors_and_topics_are_those_of_the_contracts():
    for selector, signature in {
        calls.GET_RESERVES: "getReserves()",
        calls.TOKEN0: "token0()",
        calls.TOKEN1: "token1()",
        calls.SLOT0: "slot0()",
        calls.LIQUIDITY: "liquidity()",
        calls.FEE: "fee()",
        calls.TICK_SPACING: "tickSpacing()",
        calls.TICK_BITMAP: "tickBitmap(int16)",
        calls.TICKS: "ticks(int24)",
    }.items():
        assert selector == "0x" + keccak(text=signature)[:4].hex()
    mint = "Mint(address,address,int24,int24,uint128,uint256,uint256)"
    burn = "Burn(address,int24,int24,uint128,uint256,uint256)"
    assert keccak(text=mint).hex() == calls.MINT_TOPIC[2:]
    assert keccak(text=burn).hex() == calls.BURN_TOPIC[2:]


def test_prices_of_the_dev_chain_are_those_it_was_filled_at(follower, rpc):
    mine(rpc, 4)
    assert follower.poll()
    assert not follower.poll(), "the same head is nothing new"
    view = follower.view
    for symbol, price in {"WETH": "3000", "WBTC": "60000", "EURC": "1.08", "DAI": "1"}.items():
        told = view.prices[f"{symbol}@31337"]
        assert abs(told - e18(price)) < e18(price) // 1_000
        assert abs(view.averages[f"{symbol}@31337"] - told) < e18(price) // 1_000
    snapshot = snapshot_of(follower)
    assert all(
        isinstance(answer, Quote)
        for answer in quote_assets(
            snapshot=snapshot,
            demand=Amount(1250, FIAT["EUR"]),
            settlement_asset="USDC@31337",
            assets=list(snapshot.assets),
            lock_seconds=900,
            fee_bps=50,
            now=datetime.fromtimestamp(view.at_ms / 1000, UTC),
        )
    )


def test_a_mint_is_noticed_and_the_ladder_follows(follower, rpc, devchain):
    follower.poll()
    pool = next(
        p for p in devchain.v3_pools if p.fee_pips == 500 and devchain.weth in (p.token0, p.token1)
    )
    before = next(s for s in follower.view.pools if s.address == pool.address.lower())
    low = (before.tick // 10 - 7) * 10
    for token in (pool.token0, pool.token1):
        approve = call_data("approve(address,uint256)", devchain.v3_position_manager, 2**255)
        rpc.call("eth_sendTransaction", {"from": ADMIN, "to": token, "data": "0x" + approve.hex()})
    data = call_data(
        "mint((address,address,uint24,int24,int24,uint256,uint256,uint256,uint256,address,uint256))",
        (
            *(
                pool.token0,
                pool.token1,
                500,
                low,
                low + 140,
                10**18,
                10**18,
            ),
            *(0, 0, ADMIN, 2**40),
        ),
    )
    succeeded(rpc, send(rpc, devchain.v3_position_manager, data))
    follower.poll()
    after = next(s for s in follower.view.pools if s.address == pool.address.lower())
    assert dict(after.ticks).keys() - dict(before.ticks).keys() == {low, low + 140}
    assert after.liquidity > before.liquidity


def test_a_pool_pushed_by_a_fifth_in_one_block_does_not_set_the_price(follower, rpc, devchain):
    mine(rpc, 5)
    follower.poll()
    honest = snapshot_of(follower)
    push(rpc, devchain, swaps={500: 9_200_000, 3000: 3_700_000}, pair=330_000)
    follower.poll()
    pushed_prices = follower.view.prices["WETH@31337"]
    assert e18("3000") * 118 // 100 < pushed_prices < e18("3000") * 140 // 100
    pushed = snapshot_of(follower)
    now = datetime.fromtimestamp(follower.view.at_ms / 1000, UTC)

    def rate(snapshot):
        (answer,) = quote_assets(
            snapshot=snapshot,
            demand=Amount(1_000_00, FIAT["USD"]),
            settlement_asset="USDC@31337",
            assets=["WETH@31337"],
            lock_seconds=900,
            fee_bps=0,
            now=now,
        )
        return answer

    before, after = rate(honest), rate(pushed)
    assert isinstance(before, Quote)
    assert isinstance(after, Quote)
    assert after.parts.fair == before.parts.fair
    assert after.units * 1004 >= before.units * 1000, "but for the venue's fee"
    # Held for longer, it moves the average: then the other witness disagrees, and nothing is sold.
    mine(rpc, 12)
    follower.poll()
    held = quote_assets(
        snapshot=snapshot_of(follower),
        demand=Amount(1_000_00, FIAT["USD"]),
        settlement_asset="USDC@31337",
        assets=["WETH@31337"],
        lock_seconds=900,
        fee_bps=0,
        now=datetime.fromtimestamp(follower.view.at_ms / 1000, UTC),
    )
    assert [answer.code for answer in held] == ["sources_disagree"]


def test_a_reorg_replaces_what_was_remembered(follower, rpc, devchain):
    mine(rpc, 5)
    follower.poll()
    honest = follower.view.prices["WETH@31337"]
    push(rpc, devchain, swaps={500: 9_200_000, 3000: 3_700_000}, pair=330_000)
    follower.poll()
    assert follower.view.prices["WETH@31337"] > honest
    rpc.call("anvil_reorg", 2, [])
    mine(rpc, 1)
    follower.poll()
    assert follower.view.prices["WETH@31337"] == honest
    assert follower.view.averages["WETH@31337"] == honest


def test_a_node_going_backwards_or_away_changes_nothing(follower, rpc, chain):
    mine(rpc, 3)
    follower.poll()
    view = follower.view
    rpc.call("anvil_rollback", 2)
    assert not follower.poll()
    assert follower.view is view
    gone = PoolFollower(
        universe=universe_of(chain),
        nodes=Nodes(chain_id=chain.chain_id, urls=["http://127.0.0.1:1"]),
        policy=POLICY,
    )
    with pytest.raises(NodeFault):
        gone.poll()
    assert gone.view is None
    other = PoolFollower(
        universe=universe_of(chain),
        nodes=Nodes(chain_id=1, urls=chain.rpc_urls),
        policy=POLICY,
    )
    with pytest.raises(NodeFault):
        other.poll()


def test_a_pool_that_is_not_what_the_settings_say_is_refused(chain):
    venues = dict(chain.venues)
    first = dict(venues["v2"][0])
    first["token0"], first["token1"] = first["token1"], first["token0"]
    venues["v2"] = [first]
    wrong = PoolFollower(
        universe=universe_of(msgspec.structs.replace(chain, venues=venues)),
        nodes=Nodes(chain_id=chain.chain_id, urls=chain.rpc_urls),
        policy=POLICY,
    )
    with pytest.raises(ChainMismatch):
        wrong.poll()
    wrong.close()
    broken = msgspec.structs.replace(chain, venues={"v3": [{"token0": "0x", "token1": "0x"}]})
    assert universe_of(broken).v3 == ()
    venues["v2"] = [{"token0": first["token0"], "token1": first["token1"]}]
    with pytest.raises(BadChainSettings):
        universe_of(msgspec.structs.replace(chain, venues=venues))


def test_averages_stand_aside_from_the_last_block_and_forget_replaced_ones():
    blocks = BlockPrices(keep=3)
    for number, price in enumerate((100, 100, 100, 120)):
        blocks.add(number=number, prices={"X": price})
    assert blocks.average("X", at_least=3) == 100
    assert blocks.average("X", at_least=4) is None
    assert blocks.average("Y", at_least=1) is None
    blocks.add(number=4, prices={"X": 120})
    assert blocks.average("X", at_least=3) == 106
    blocks.add(number=3, prices={"X": 90})
    assert blocks.last_number == 3
    assert blocks.average("X", at_least=2) == 100


def test_pools_of_one_pair_weigh_by_depth_and_a_token_without_one_goes_over_the_bridge():
    from tests.market.dev_market import USDC, WBTC, WETH, v2

    decimals = {WETH: 18, WBTC: 8, USDC: 6}
    deep = v2(WETH, USDC, 1_000 * 10**18, 3_000_000 * 10**6)
    pushed = v2(WETH, USDC, 10**18, 6_000 * 10**6)
    over = v2(WBTC, WETH, 10**8, 20 * 10**18)
    prices = chain_prices(
        [deep, pushed, over, v2(WETH, USDC, 0, 0)], decimals=decimals, anchor=USDC, bridge=WETH
    )
    assert prices == {WETH: 3_000 * E18, WBTC: 60_000 * E18}
    assert chain_prices([over], decimals=decimals, anchor=USDC, bridge=WETH) == {}
