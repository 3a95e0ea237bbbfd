"""Deploy to a fresh dev chain what the gateway meets on a real one.

``python -m gateway.supervisor.devchain.provision --rpc-url URL --layout FILE`` does it by hand.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

from eth_account import Account
from eth_utils.crypto import keccak

from gateway.supervisor.devchain.artifacts import artifact, deposit_factory_hashes
from gateway.supervisor.devchain.calls import call_data, constructor_data, create2_address
from gateway.supervisor.devchain.layout import DevChain, DevToken, V2Pair, V3Pool
from gateway.supervisor.devchain.rpc import Rpc
from gateway.supervisor.devchain.transactions import CREATE_GAS, Progress, Sender, derived_key
from gateway.supervisor.devchain.uniswap import (
    BANDS,
    FAR_FUTURE,
    OBSERVATIONS,
    TICK_SPACING,
    band_ticks,
    in_order,
    sqrt_price_x96,
    v2_pair_address,
    v3_pool_address,
)

DEFAULT_ADMIN_KEY = "0xac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80"
"""The first of anvil's public keys. Money on any other chain must never be near it."""

DETERMINISTIC_DEPLOYER = "0x4e59b44847b379578588920cA78FbF26c0B4956C"
FACTORY_SALT = keccak(text="tillway.deposit-factory.v1")
ROUTER_V3, ROUTER_V2 = 1, 3
"""``DepositFactory.RouterKind``."""

ETHER = 10**18
DEFAULT_OPERATOR_GAS_WEI = 100 * ETHER
_UNLIMITED = 2**256 - 1

DEFAULT_PRICES_USD: Mapping[str, Fraction] = {
    "WETH": Fraction(3000),
    "WBTC": Fraction(60_000),
    "EURC": Fraction(108, 100),
    "DAI": Fraction(1),
    "USDC": Fraction(1),
}
"""USD for one whole token, at which pools start."""

V2_DEPTH_USD = {
    ("WETH", "USDC"): 6_000_000,
    ("WBTC", "USDC"): 3_000_000,
    ("WETH", "DAI"): 2_000_000,
    ("DAI", "USDC"): 2_000_000,
    ("EURC", "USDC"): 1_000_000,
}
"""Value of both sides together, in whole USD."""

V3_DEPTH_USD = {
    ("WETH", "USDC", 500): 20_000_000,
    ("WETH", "USDC", 3000): 8_000_000,
    ("WBTC", "USDC", 3000): 10_000_000,
    ("WBTC", "WETH", 3000): 5_000_000,
    ("WETH", "DAI", 3000): 3_000_000,
    ("DAI", "USDC", 100): 10_000_000,
    ("EURC", "USDC", 500): 5_000_000,
}


class NoDeterministicDeployer(Exception):
    """The chain lacks the deterministic deployer, so our factory would get another address."""

    code = "no_deterministic_deployer"


@dataclass(frozen=True, slots=True)
class _Tokens:
    """Tokens by symbol, with what they are worth."""

    by_symbol: dict[str, DevToken]
    prices: Mapping[str, Fraction]

    def address(self, symbol: str) -> str:
        return self.by_symbol[symbol].address

    def units(self, symbol: str, usd: Fraction) -> int:
        """Base units worth ``usd``."""
        return int(usd / self.prices[symbol] * 10 ** self.by_symbol[symbol].decimals)

    def base_price(self, symbol0: str, symbol1: str) -> Fraction:
        """Base units of the second token for one of the first."""
        whole = self.prices[symbol0] / self.prices[symbol1]
        zero, one = self.by_symbol[symbol0], self.by_symbol[symbol1]
        return whole * Fraction(10**one.decimals, 10**zero.decimals)

    def sorted(self, a: str, b: str) -> tuple[str, str]:
        """Two symbols in the order in which pools keep their tokens."""
        first, _ = in_order(self.address(a), self.address(b))
        return (a, b) if first == self.address(a) else (b, a)


def deposit_factory_address(*, admin: str) -> str:
    """The factory's address on every chain for this admin."""
    code = artifact("DepositFactory").creation_code() + constructor_data("(address)", admin)
    return create2_address(
        deployer=DETERMINISTIC_DEPLOYER, salt=FACTORY_SALT, init_code_hash=keccak(code)
    )


def provision_dev_chain(
    *,
    rpc_url: str,
    operator_address: str,
    treasury_address: str,
    admin_key: str = DEFAULT_ADMIN_KEY,
    layout_path: Path | None = None,
    prices_usd: Mapping[str, Fraction] = DEFAULT_PRICES_USD,
    operator_gas_wei: int = DEFAULT_OPERATOR_GAS_WEI,
    progress: Progress | None = None,
) -> DevChain:
    """Deploy tokens, markets and our factory, and describe them.

    With ``layout_path`` the description is kept there, and a second call returns it as long as
    the chain still holds what it describes. The operator gets ``operator_gas_wei`` for gas.

    Raises:
        ArtifactMissing: npm's packages are not installed.
        NoDeterministicDeployer: the node is no anvil, or a bare one.
        TransactionFailed: a step reverted.
    """
    with Rpc(url=rpc_url) as rpc:
        known = _already_there(
            rpc, layout_path, admin_key, operator=operator_address, treasury=treasury_address
        )
        if known is not None:
            return known
        if rpc.call("eth_getCode", DETERMINISTIC_DEPLOYER, "latest") == "0x":
            raise NoDeterministicDeployer(f"no code at {DETERMINISTIC_DEPLOYER} on {rpc_url}")
        admin = Sender(rpc=rpc, key=admin_key, hurry=True)
        rpc.call("anvil_setBalance", admin.address, hex(10_000_000 * ETHER))

        tokens = _plan_tokens(admin, prices_usd)
        v2_factory, v2_router, pairs = _plan_v2(admin, tokens)
        v3, pools = _plan_v3(admin, tokens)
        factory = _plan_factory(
            admin,
            operator=operator_address,
            treasury=treasury_address,
            routers={v3["router"]: ROUTER_V3, v2_router: ROUTER_V2},
            weth=tokens.address("WETH"),
        )
        if operator_gas_wei:
            admin.plan(
                label="gas for the operator", to=operator_address, value_wei=operator_gas_wei
            )
        _plan_helpers(admin, admin_key, tokens)
        receipts = admin.send(progress=progress)

        code_hash, sweeper_hash = deposit_factory_hashes()
        chain = DevChain(
            chain_id=admin.chain_id,
            admin=admin.address,
            operator=operator_address,
            treasury=treasury_address,
            deposit_factory=factory,
            deposit_factory_code_hash=code_hash,
            sweeper_init_code_hash=sweeper_hash,
            tokens=tuple(tokens.by_symbol.values()),
            weth=tokens.address("WETH"),
            v2_factory=v2_factory,
            v2_router=v2_router,
            v2_pairs=pairs,
            v3_factory=v3["factory"],
            v3_router=v3["router"],
            v3_quoter=v3["quoter"],
            v3_tick_lens=v3["tick_lens"],
            v3_position_manager=v3["positions"],
            v3_pools=pools,
            block_number=max(int(receipt["blockNumber"], 16) for receipt in receipts),
        )
    if layout_path is not None:
        chain.write(layout_path)
    if progress is not None:
        progress("done", len(receipts), len(receipts))
    return chain


def _already_there(
    rpc: Rpc, layout_path: Path | None, admin_key: str, *, operator: str, treasury: str
) -> DevChain | None:
    """The described chain, if this node still holds all of it and it is the one asked for."""
    if layout_path is None or not layout_path.is_file():
        return None
    try:
        known = DevChain.read(layout_path)
    except ValueError:
        return None
    wanted = (
        rpc.integer("eth_chainId"),
        Account.from_key(admin_key).address,
        operator,
        treasury,
        deposit_factory_hashes()[0],
    )
    if wanted != (
        known.chain_id,
        known.admin,
        known.operator,
        known.treasury,
        known.deposit_factory_code_hash,
    ):
        return None
    places = [known.v2_factory, known.v2_router, known.v3_factory, known.v3_router]
    places += [known.v3_quoter, known.v3_tick_lens, known.v3_position_manager]
    places += [token.address for token in known.tokens]
    places += [pair.address for pair in known.v2_pairs]
    places += [pool.address for pool in known.v3_pools]
    codes = rpc.batch(
        [("eth_getCode", [place, "latest"]) for place in (known.deposit_factory, *places)]
    )
    factory_hash = "0x" + keccak(hexstr=codes[0]).hex()
    if factory_hash != known.deposit_factory_code_hash or "0x" in codes:
        return None
    return known


def _plan_tokens(admin: Sender, prices_usd: Mapping[str, Fraction]) -> _Tokens:
    checker = admin.plan_create(
        label="SignatureChecker", code=artifact("SignatureChecker").creation_code()
    )
    implementation = admin.plan_create(
        label="FiatTokenV2_2",
        code=artifact("FiatTokenV2_2").creation_code(libraries={"SignatureChecker": checker}),
    )
    tokens = [
        _plan_fiat_token(admin, implementation, symbol="USDC", name="USD Coin", currency="USD"),
        _plan_fiat_token(admin, implementation, symbol="EURC", name="EURC", currency="EUR"),
        DevToken(
            symbol="WETH",
            name="Wrapped Ether",
            decimals=18,
            address=admin.plan_create(label="WETH", code=artifact("WETH9").creation_code()),
            kind="wrapped_native",
        ),
        _plan_test_token(admin, symbol="WBTC", name="Wrapped BTC", decimals=8),
        _plan_test_token(admin, symbol="DAI", name="Dai Stablecoin", decimals=18),
    ]
    by_symbol = {token.symbol: token for token in tokens}
    planned = _Tokens(by_symbol=by_symbol, prices=prices_usd)
    for token in tokens:
        stock = planned.units(token.symbol, Fraction(1_000_000_000))
        if token.kind == "wrapped_native":
            admin.plan(
                label="wrap ether",
                to=token.address,
                data=call_data("deposit()"),
                value_wei=planned.units(token.symbol, Fraction(100_000_000)),
            )
        else:
            admin.plan(
                label=f"mint {token.symbol}",
                to=token.address,
                data=call_data("mint(address,uint256)", admin.address, stock),
            )
    return planned


def _plan_fiat_token(
    admin: Sender, implementation: str, *, symbol: str, name: str, currency: str
) -> DevToken:
    """Circle's proxy over its implementation, initialised step by step as USDC was."""
    decimals = 6
    proxy = admin.plan_create(
        label=symbol,
        code=artifact("FiatTokenProxy").creation_code()
        + constructor_data("(address)", implementation),
    )
    # The proxy hides the token from its own admin, and we are still to use it.
    proxy_admin = Account.from_key(
        derived_key(admin_key="0x" + admin.account.key.hex(), role="proxy-admin")
    ).address
    me = admin.address
    steps = {
        "change proxy admin": call_data("changeAdmin(address)", proxy_admin),
        "initialize": call_data(
            "initialize(string,string,string,uint8,address,address,address,address)",
            *(name, symbol, currency, decimals, me, me, me, me),
        ),
        "initialize v2": call_data("initializeV2(string)", name),
        "initialize v2.1": call_data("initializeV2_1(address)", me),
        "initialize v2.2": call_data("initializeV2_2(address[],string)", [], symbol),
        "configure minter": call_data("configureMinter(address,uint256)", me, _UNLIMITED),
    }
    for step, data in steps.items():
        admin.plan(label=f"{symbol}: {step}", to=proxy, data=data)
    return DevToken(symbol=symbol, name=name, decimals=decimals, address=proxy, kind="fiat")


def _plan_test_token(admin: Sender, *, symbol: str, name: str, decimals: int) -> DevToken:
    address = admin.plan_create(
        label=symbol,
        code=artifact("TestToken").creation_code()
        + constructor_data("(string,string,uint8)", name, symbol, decimals),
    )
    return DevToken(symbol=symbol, name=name, decimals=decimals, address=address, kind="test")


def _approve_all(admin: Sender, tokens: _Tokens, spender: str) -> None:
    for symbol, token in tokens.by_symbol.items():
        admin.plan(
            label=f"approve {symbol}",
            to=token.address,
            data=call_data("approve(address,uint256)", spender, _UNLIMITED),
        )


def _plan_v2(admin: Sender, tokens: _Tokens) -> tuple[str, str, tuple[V2Pair, ...]]:
    factory = admin.plan_create(
        label="Uniswap V2 factory",
        code=artifact("UniswapV2Factory").creation_code()
        + constructor_data("(address)", admin.address),
    )
    router = admin.plan_create(
        label="Uniswap V2 router",
        code=artifact("UniswapV2Router02").creation_code()
        + constructor_data("(address,address)", factory, tokens.address("WETH")),
    )
    _approve_all(admin, tokens, router)
    pairs = []
    for (a, b), depth in V2_DEPTH_USD.items():
        half = Fraction(depth, 2)
        admin.plan(
            label=f"V2 {a}/{b}",
            to=router,
            data=call_data(
                "addLiquidity(address,address,uint256,uint256,uint256,uint256,address,uint256)",
                *(tokens.address(a), tokens.address(b), tokens.units(a, half)),
                *(tokens.units(b, half), 0, 0, admin.address, FAR_FUTURE),
            ),
            gas=CREATE_GAS,
        )
        token0, token1 = in_order(tokens.address(a), tokens.address(b))
        pairs.append(
            V2Pair(
                address=v2_pair_address(factory=factory, a=token0, b=token1),
                token0=token0,
                token1=token1,
            )
        )
    return factory, router, tuple(pairs)


def _plan_v3(admin: Sender, tokens: _Tokens) -> tuple[dict[str, str], tuple[V3Pool, ...]]:
    weth = tokens.address("WETH")
    factory = admin.plan_create(
        label="Uniswap V3 factory", code=artifact("UniswapV3Factory").creation_code()
    )
    admin.plan(
        label="V3 fee of a hundredth of a per cent",
        to=factory,
        data=call_data("enableFeeAmount(uint24,int24)", 100, TICK_SPACING[100]),
    )
    places = {"factory": factory}
    for place, name in {"router": "SwapRouter", "quoter": "QuoterV2"}.items():
        places[place] = admin.plan_create(
            label=f"Uniswap V3 {name}",
            code=artifact(name).creation_code()
            + constructor_data("(address,address)", factory, weth),
        )
    places["tick_lens"] = admin.plan_create(
        label="Uniswap V3 TickLens", code=artifact("TickLens").creation_code()
    )
    places["positions"] = admin.plan_create(
        label="Uniswap V3 positions",
        code=artifact("NonfungiblePositionManager").creation_code()
        # No descriptor: it only draws pictures.
        + constructor_data("(address,address,address)", factory, weth, "0x" + "00" * 20),
    )
    _approve_all(admin, tokens, places["positions"])
    pools = tuple(
        _plan_v3_pool(admin, tokens, places, a=a, b=b, fee_pips=fee_pips, depth_usd=depth)
        for (a, b, fee_pips), depth in V3_DEPTH_USD.items()
    )
    return places, pools


def _plan_v3_pool(
    admin: Sender,
    tokens: _Tokens,
    places: Mapping[str, str],
    *,
    a: str,
    b: str,
    fee_pips: int,
    depth_usd: int,
) -> V3Pool:
    """Create one pool and fill it band by band, in one transaction."""
    symbol0, symbol1 = tokens.sorted(a, b)
    token0, token1 = tokens.address(symbol0), tokens.address(symbol1)
    price = tokens.base_price(symbol0, symbol1)
    spacing = TICK_SPACING[fee_pips]
    calls = [
        call_data(
            "createAndInitializePoolIfNecessary(address,address,uint24,uint160)",
            *(token0, token1, fee_pips, sqrt_price_x96(price)),
        )
    ]
    for band in BANDS:
        value = Fraction(depth_usd) * band.share
        one_sided = band.low is not None and band.high is not None and band.low * band.high > 0
        half = value if one_sided else value / 2
        low, high = band_ticks(band=band, price=price, spacing=spacing)
        calls.append(
            call_data(
                "mint((address,address,uint24,int24,int24,uint256,uint256,uint256,uint256,address,uint256))",
                (
                    *(token0, token1, fee_pips, low, high),
                    *(tokens.units(symbol0, half), tokens.units(symbol1, half), 0, 0),
                    *(admin.address, FAR_FUTURE),
                ),
            )
        )
    name = f"V3 {a}/{b} at {fee_pips} pips"
    admin.plan(
        label=name,
        to=places["positions"],
        data=call_data("multicall(bytes[])", calls),
        gas=12_000_000,
    )
    pool = v3_pool_address(factory=places["factory"], a=token0, b=token1, fee_pips=fee_pips)
    admin.plan(
        label=f"{name}: price history",
        to=pool,
        data=call_data("increaseObservationCardinalityNext(uint16)", OBSERVATIONS),
        gas=2_000_000,
    )
    return V3Pool(
        address=pool, token0=token0, token1=token1, fee_pips=fee_pips, tick_spacing=spacing
    )


def _plan_factory(
    admin: Sender, *, operator: str, treasury: str, routers: Mapping[str, int], weth: str
) -> str:
    """Our factory, at the address it has on every chain."""
    factory = deposit_factory_address(admin=admin.address)
    if admin.rpc.call("eth_getCode", factory, "latest") == "0x":
        code = artifact("DepositFactory").creation_code()
        admin.plan(
            label="deposit factory",
            to=DETERMINISTIC_DEPLOYER,
            data=FACTORY_SALT + code + constructor_data("(address)", admin.address),
            gas=CREATE_GAS,
        )
    steps = {
        "treasury": call_data("setTreasury(address)", treasury),
        "operator": call_data("setOperator(address,bool)", operator, True),
        "wrapped native": call_data("setWrappedNative(address)", weth),
    } | {
        f"router {kind}": call_data("setRouter(address,uint8)", router, kind)
        for router, kind in routers.items()
    }
    for step, data in steps.items():
        admin.plan(label=f"deposit factory: {step}", to=factory, data=data)
    return factory


def _plan_helpers(admin: Sender, admin_key: str, tokens: _Tokens) -> None:
    """Faucet and trader get keys, gas and the right to mint of their own."""
    for role in ("faucet", "trader"):
        helper = Account.from_key(derived_key(admin_key=admin_key, role=role)).address
        admin.plan(label=f"ether for the {role}", to=helper, value_wei=1_000_000 * ETHER)
        for token in tokens.by_symbol.values():
            if token.kind == "fiat":
                admin.plan(
                    label=f"{role} may mint {token.symbol}",
                    to=token.address,
                    data=call_data("configureMinter(address,uint256)", helper, _UNLIMITED),
                )


def _report(what: str, done: int, of: int) -> None:
    sys.stderr.write(f"{done:3}/{of} {what}\n")


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rpc-url", required=True)
    parser.add_argument("--operator", required=True, metavar="ADDRESS")
    parser.add_argument("--treasury", required=True, metavar="ADDRESS")
    parser.add_argument("--admin-key", default=DEFAULT_ADMIN_KEY)
    parser.add_argument("--layout", type=Path, help="keep the description in this file")
    chosen = parser.parse_args(arguments)
    chain = provision_dev_chain(
        rpc_url=chosen.rpc_url,
        admin_key=chosen.admin_key,
        operator_address=chosen.operator,
        treasury_address=chosen.treasury,
        layout_path=chosen.layout,
        progress=_report,
    )
    sys.stdout.write(chain.as_json().decode() + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
