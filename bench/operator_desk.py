"""The operator at work with the real contracts: what contract tests and gas figures share."""

from dataclasses import dataclass
from typing import Any

import orjson
from eth_abi.abi import encode
from eth_account import Account
from eth_utils.crypto import keccak

from gateway.supervisor.devchain.anvil import REPOSITORY
from gateway.supervisor.devchain.calls import call_data, create2_address
from gateway.supervisor.devchain.faucet import Faucet
from gateway.supervisor.devchain.layout import DevChain
from gateway.supervisor.devchain.provision import DEFAULT_ADMIN_KEY
from gateway.supervisor.devchain.rpc import Rpc
from gateway.supervisor.devchain.transactions import Sender, derived_key
from gateway.supervisor.devchain.uniswap import FAR_FUTURE

OPERATOR_KEY = "0x59c6995e998f97a5a0044966f0945389dc9e86dae88c7a8412f4603b6b78690d"
OPERATOR: str = Account.from_key(OPERATOR_KEY).address
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

    def use_before(self) -> None:
        """A treasury, a factory and a shop that have been used: gas as on any later day."""
        for symbol in ("USDC", "DAI", "WETH"):
            for place in (self.chain.treasury, self.chain.deposit_factory, SHOP):
                self.faucet.give(to=place, symbol=symbol, units=1)


def gas_each(receipt: dict[str, Any], n: int) -> int:
    return int(receipt["gasUsed"], 16) // n


def salts(n: int, start: int = 0) -> list[bytes]:
    return [keccak(text=f"deposit {i}") for i in range(start, start + n)]


def sweep_hundred(desk: Desk, symbol: str) -> dict[str, Any]:
    """The receipt of one sweep of a hundred deposits."""
    hundred = salts(100)
    desk.pay_all(symbol, [(salt, 10**6 + i) for i, salt in enumerate(hundred)])
    receipt = desk.sweep_token(hundred, symbol)
    assert len(desk.told(receipt, SWEPT)) == 100
    return receipt


def sweep_swap_pay_hundred(desk: Desk) -> dict[str, Any]:
    """The receipt of a hundred deposits swept, sold on a V3 pool, and their shop paid, at once."""
    weth = desk.chain.weth  # a settlement token as minimal as the figure's
    all_terms: list[Terms] = [
        (i.to_bytes(32, "big"), SHOP, weth, 10**15, FAR_FUTURE) for i in range(100)
    ]
    hundred = [salt_of(terms) for terms in all_terms]
    desk.pay_all("DAI", [(salt, 3 * 10**18) for salt in hundred])
    swap = (desk.chain.v3_router, desk.path("DAI", 3000, "WETH"), 300 * 10**18, 99 * 10**15)
    receipt = desk.sweep_swap_pay(hundred, "DAI", swap, [(all_terms[0], 98 * 10**15)])
    assert len(desk.told(receipt, PAID_OUT)) == 1
    return receipt
