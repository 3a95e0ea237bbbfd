"""The dev chain's tokens: Circle's, wrapped ether and two plain ones, in stock for the pools."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from eth_account import Account

from gateway.supervisor.devchain.artifacts import artifact
from gateway.supervisor.devchain.calls import call_data, constructor_data
from gateway.supervisor.devchain.layout import DevToken
from gateway.supervisor.devchain.transactions import Sender, derived_key
from gateway.supervisor.devchain.uniswap import in_order

UNLIMITED = 2**256 - 1
DEFAULT_PRICES_USD: Mapping[str, Fraction] = {
    "WETH": Fraction(3000),
    "WBTC": Fraction(60_000),
    "EURC": Fraction(108, 100),
    "DAI": Fraction(1),
    "USDC": Fraction(1),
}
"""USD for one whole token, at which pools start."""


@dataclass(frozen=True, slots=True)
class PlannedTokens:
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


def plan_tokens(admin: Sender, prices_usd: Mapping[str, Fraction]) -> PlannedTokens:
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
    planned = PlannedTokens(by_symbol=by_symbol, prices=prices_usd)
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
        "configure minter": call_data("configureMinter(address,uint256)", me, UNLIMITED),
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


def approve_all(admin: Sender, tokens: PlannedTokens, spender: str) -> None:
    for symbol, token in tokens.by_symbol.items():
        admin.plan(
            label=f"approve {symbol}",
            to=token.address,
            data=call_data("approve(address,uint256)", spender, UNLIMITED),
        )
