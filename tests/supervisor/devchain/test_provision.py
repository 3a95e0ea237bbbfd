"""What stands on a provisioned chain is real, deep enough, and described as it is."""

import time
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import pytest
from eth_account import Account
from eth_utils.crypto import keccak

from gateway.supervisor.devchain.anvil import Anvil
from gateway.supervisor.devchain.artifacts import ArtifactMissing, artifact
from gateway.supervisor.devchain.calls import call_data, created_address
from gateway.supervisor.devchain.deposit_factory import deposit_factory_address
from gateway.supervisor.devchain.layout import DevChain
from gateway.supervisor.devchain.provision import DEFAULT_ADMIN_KEY, main, provision_dev_chain
from gateway.supervisor.devchain.rpc import Rpc
from gateway.supervisor.devchain.tokens import DEFAULT_PRICES_USD
from gateway.supervisor.devchain.trader import Trader, walking_prices

OPERATOR = "0x70997970C51812dc3A010C7d01b50e0d17dc79C8"
TREASURY = "0x3C44CdDdB6a900fa2b585dd299e03d12FA4293BC"

pytestmark = pytest.mark.chain


def provision(node: Anvil, layout: Path | None = None, **more: object) -> DevChain:
    return provision_dev_chain(
        rpc_url=node.rpc_url,
        operator_address=OPERATOR,
        treasury_address=TREASURY,
        layout_path=layout,
        **more,
    )


def view(rpc: Rpc, to: str, signature: str, *arguments: object) -> list[int]:
    data = "0x" + call_data(signature, *arguments).hex()
    answer = bytes.fromhex(rpc.call("eth_call", {"to": to, "data": data}, "latest")[2:])
    return [int.from_bytes(answer[i : i + 32], "big") for i in range(0, len(answer), 32)]


def address_word(address: str) -> int:
    return int(address, 16)


def test_it_takes_seconds_and_reports_its_progress(fresh_anvil: Anvil) -> None:
    told: list[tuple[str, int, int]] = []
    start = time.monotonic()
    provision(fresh_anvil, progress=lambda *step: told.append(step))
    assert time.monotonic() - start < 60
    assert told[0][1] == 0
    assert told[-1][1] == told[-1][2]
    assert [done for _, done, _ in told] == sorted(done for _, done, _ in told)


def test_a_block_time_does_not_make_it_slow() -> None:
    with Anvil(block_time_seconds=30) as node:
        start = time.monotonic()
        provision(node)
        assert time.monotonic() - start < 30, "a block was waited for"


def test_a_second_call_finds_what_the_first_one_made(fresh_anvil: Anvil, tmp_path: Path) -> None:
    layout = tmp_path / "chain.json"
    first = provision(fresh_anvil, layout)
    with Rpc(url=fresh_anvil.rpc_url) as rpc:
        height = rpc.integer("eth_blockNumber")
        assert provision(fresh_anvil, layout) == first
        assert rpc.integer("eth_blockNumber") == height


def test_a_chain_from_before_makers_gets_their_contract_and_keeps_the_rest(
    fresh_anvil: Anvil, tmp_path: Path
) -> None:
    layout = tmp_path / "chain.json"
    before = replace(provision(fresh_anvil, layout), firm_orders="", batch_payer="")
    before.write(layout)
    after = provision(fresh_anvil, layout)
    assert replace(after, firm_orders="", batch_payer="") == before
    assert DevChain.read(layout) == after
    with Rpc(url=fresh_anvil.rpc_url) as rpc:
        for place in (after.firm_orders, after.batch_payer):
            assert rpc.call("eth_getCode", place, "latest") != "0x"
        height = rpc.integer("eth_blockNumber")
        assert provision(fresh_anvil, layout) == after
        assert rpc.integer("eth_blockNumber") == height


def test_a_described_chain_that_is_gone_is_made_anew(tmp_path: Path) -> None:
    layout = tmp_path / "chain.json"
    with Anvil() as node:
        provision(node, layout)
    with Anvil() as node, Rpc(url=node.rpc_url) as rpc:
        again = provision(node, layout)
        assert rpc.call("eth_getCode", again.deposit_factory, "latest") != "0x"


def test_a_description_for_another_operator_is_not_taken_for_ours(
    fresh_anvil: Anvil, tmp_path: Path
) -> None:
    layout = tmp_path / "chain.json"
    provision(fresh_anvil, layout)
    other = provision_dev_chain(
        rpc_url=fresh_anvil.rpc_url,
        operator_address=TREASURY,
        treasury_address=TREASURY,
        layout_path=layout,
    )
    with Rpc(url=fresh_anvil.rpc_url) as rpc:
        assert view(rpc, other.deposit_factory, "isOperator(address)", TREASURY) == [1]


def test_a_broken_description_is_not_trusted(fresh_anvil: Anvil, tmp_path: Path) -> None:
    layout = tmp_path / "chain.json"
    layout.write_text('{"chain_id": 31337}')
    assert provision(fresh_anvil, layout) == DevChain.read(layout)


def test_it_survives_the_nodes_restart(tmp_path: Path) -> None:
    layout, state = tmp_path / "chain.json", tmp_path / "state.json"
    with Anvil(state_path=state) as node:
        first = provision(node, layout)
    with Anvil(state_path=state) as node:
        assert provision(node, layout) == first


def test_the_description_survives_json(devchain: DevChain) -> None:
    assert DevChain.from_json(devchain.as_json()) == devchain
    with pytest.raises(ValueError, match="not a dev chain"):
        DevChain.from_json("{}")


def test_the_factory_is_where_and_what_it_should_be(anvil: Anvil, devchain: DevChain) -> None:
    admin = Account.from_key(DEFAULT_ADMIN_KEY).address
    assert devchain.deposit_factory == deposit_factory_address(admin=admin)
    with Rpc(url=anvil.rpc_url) as rpc:
        code = rpc.call("eth_getCode", devchain.deposit_factory, "latest")
        assert "0x" + keccak(hexstr=code).hex() == devchain.deposit_factory_code_hash
        factory = devchain.deposit_factory
        assert view(rpc, factory, "sweeperInitCodeHash()") == [
            int(devchain.sweeper_init_code_hash, 16)
        ]
        assert view(rpc, factory, "treasury()") == [address_word(devchain.treasury)]
        assert view(rpc, factory, "isOperator(address)", devchain.operator) == [1]
        assert view(rpc, factory, "routerKind(address)", devchain.v3_router) == [1]
        assert view(rpc, factory, "routerKind(address)", devchain.v2_router) == [3]
        assert view(rpc, factory, "wrappedNative()") == [address_word(devchain.weth)]


def test_tokens_have_their_decimals_and_circles_are_initialised_to_the_end(
    anvil: Anvil, devchain: DevChain
) -> None:
    with Rpc(url=anvil.rpc_url) as rpc:
        for token in devchain.tokens:
            assert view(rpc, token.address, "decimals()") == [token.decimals]
        for symbol in ("USDC", "EURC"):
            address = devchain.token(symbol).address
            # FiatTokenV2_2 blacklists itself in its last step; EIP-3009 is there.
            assert view(rpc, address, "isBlacklisted(address)", address) == [1]
            assert view(rpc, address, "RECEIVE_WITH_AUTHORIZATION_TYPEHASH()")[0]
    decimals = {token.symbol: token.decimals for token in devchain.tokens}
    assert decimals == {"USDC": 6, "EURC": 6, "WETH": 18, "WBTC": 8, "DAI": 18}


def test_every_market_starts_near_the_outside_price(anvil: Anvil, devchain: DevChain) -> None:
    with Trader(chain=devchain, rpc_url=anvil.rpc_url, outside=walking_prices(seed=1)) as looking:
        for market in (*devchain.v2_pairs, *devchain.v3_pools):
            symbol0 = devchain.symbol_of(market.token0)
            symbol1 = devchain.symbol_of(market.token1)
            decimals = devchain.token(symbol1).decimals - devchain.token(symbol0).decimals
            whole = DEFAULT_PRICES_USD[symbol0] / DEFAULT_PRICES_USD[symbol1]
            home = whole * Fraction(10) ** decimals
            assert abs(looking.price(market) / home - 1) < Fraction(1, 10_000)


def test_a_v3_swap_crosses_ticks_that_change_the_liquidity(
    anvil: Anvil, devchain: DevChain
) -> None:
    pool = devchain.v3_pools[0]
    weth, usdc = devchain.weth, devchain.token("USDC").address
    with Rpc(url=anvil.rpc_url) as rpc:

        def quote(units: int) -> list[int]:
            return view(
                rpc,
                devchain.v3_quoter,
                "quoteExactInputSingle((address,address,uint256,uint24,uint160))",
                (weth, usdc, units, pool.fee_pips, 0),
            )

        out, _, crossed, _ = quote(10**18)
        assert crossed == 0
        assert 2_990 * 10**6 < out < 3_000 * 10**6
        _, _, crossed, _ = quote(2_500 * 10**18)
        assert crossed >= 3
        spacing_word = view(rpc, pool.address, "tickSpacing()")
        assert spacing_word == [pool.tick_spacing]
        assert view(rpc, pool.address, "slot0()")[4] == 32


def test_pools_are_where_their_factories_say(anvil: Anvil, devchain: DevChain) -> None:
    with Rpc(url=anvil.rpc_url) as rpc:
        for pair in devchain.v2_pairs:
            found = view(
                rpc, devchain.v2_factory, "getPair(address,address)", pair.token0, pair.token1
            )
            assert found == [address_word(pair.address)]
        for pool in devchain.v3_pools:
            found = view(
                rpc,
                devchain.v3_factory,
                "getPool(address,address,uint24)",
                *(pool.token0, pool.token1, pool.fee_pips),
            )
            assert found == [address_word(pool.address)]


def test_the_command_line_prints_what_it_made(
    fresh_anvil: Anvil, capsys: pytest.CaptureFixture[str]
) -> None:
    main(["--rpc-url", fresh_anvil.rpc_url, "--operator", OPERATOR, "--treasury", TREASURY])
    assert DevChain.from_json(capsys.readouterr().out).operator == OPERATOR


def test_a_missing_artifact_says_what_to_do() -> None:
    with pytest.raises(ArtifactMissing, match="make setup"):
        artifact("NoSuchContract")


def test_addresses_to_be_are_those_of_the_yellow_paper() -> None:
    deployer = "0x6ac7ea33f8831ea9dcc53393aaa88b25a785dbf0"
    assert created_address(deployer=deployer, nonce=0) == (
        "0xcd234A471b72ba2F1Ccf0A70FCABA648a5eeCD8d"
    )
    assert created_address(deployer=deployer, nonce=1) == (
        "0x343c43A37D37dfF08AE8C4A11544c718AbB4fCF8"
    )
