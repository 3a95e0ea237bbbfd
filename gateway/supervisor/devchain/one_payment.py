"""A shopper's wallet on the dev chain that pays a single time, however often it is told to.

Its key comes from its name and its payment has nonce 0, which a chain takes once: who was
interrupted calls again and never pays twice.
"""

from __future__ import annotations

import time
from dataclasses import dataclass

from eth_account import Account

from gateway.supervisor.devchain.calls import call_data
from gateway.supervisor.devchain.faucet import NATIVE, Faucet
from gateway.supervisor.devchain.layout import DevChain
from gateway.supervisor.devchain.provision import DEFAULT_ADMIN_KEY
from gateway.supervisor.devchain.rpc import Rpc
from gateway.supervisor.devchain.transactions import (
    NotMined,
    Sender,
    TransactionFailed,
    derived_key,
)

GAS_WEI = 10 * 10**18
"""A balance for gas that no price of a dev chain eats up."""
ALLOWED_SECONDS = 15.0
GIVEN_SECONDS = 15.0
"""For each transaction of a gift. Whoever calls again goes on where it was, so none waits long."""


def wallet_of(name: str, *, admin_key: str = DEFAULT_ADMIN_KEY) -> str:
    """The address of the wallet with this name."""
    address: str = Account.from_key(derived_key(admin_key=admin_key, role=name)).address
    return address


@dataclass(frozen=True, slots=True)
class OnePayment:
    """What the wallet ``name`` pays.

    Attributes:
        symbol: of a token of the chain, or ``ETH``.
        units: base units, or wei.
        whose: an address whose tokens are paid, by an allowance that it gives the wallet: nobody
            has its key, but a dev chain lets anybody act for it. "": the wallet's own.
    """

    name: str
    to: str
    symbol: str
    units: int
    whose: str = ""
    admin_key: str = DEFAULT_ADMIN_KEY

    def send(self, *, chain: DevChain, rpc: Rpc) -> str | None:
        """Have it paid; its hash once it is mined. Call again while it is None.

        Raises:
            KeyError: the chain has no such token.
            TransactionFailed: the token refused, for good.
            NotMined: what it takes was not there in time; call again.
            RpcError: the node is no anvil, or refused.
            httpx.HTTPError: the node does not answer.
        """
        sender = Sender(rpc=rpc, key=derived_key(admin_key=self.admin_key, role=self.name))
        sender.nonce = 0
        to, data, value_wei = self._call(chain, payer=sender.address)
        payment = sender.plan(
            label=f"{self.symbol} of {self.name}", to=to, data=data, value_wei=value_wei
        )
        receipt = rpc.call("eth_getTransactionReceipt", payment.hash)
        if receipt is not None:
            if receipt["status"] != "0x1":
                raise TransactionFailed(f"{payment.label} reverted")
            return payment.hash
        if rpc.call("eth_getTransactionByHash", payment.hash) is None:
            self._fill(chain=chain, rpc=rpc, wallet=sender.address)
            rpc.call("eth_sendRawTransaction", payment.raw)
        return None

    def _call(self, chain: DevChain, *, payer: str) -> tuple[str, bytes, int]:
        """Whom it calls, with what, and the wei that go along."""
        if self.symbol == NATIVE:
            return self.to, b"", self.units
        token = chain.token(self.symbol).address
        if not self.whose:
            return token, call_data("transfer(address,uint256)", self.to, self.units), 0
        data = call_data("transferFrom(address,address,uint256)", self.whose, self.to, self.units)
        return token, data, 0

    def _fill(self, *, chain: DevChain, rpc: Rpc, wallet: str) -> None:
        """Give what the payment takes. Given again after an interruption, more is there."""
        coins = self.units if self.symbol == NATIVE else 0
        rpc.call("anvil_setBalance", wallet, hex(GAS_WEI + coins))
        if self.symbol == NATIVE:
            return
        with Faucet(
            chain=chain,
            rpc_url=rpc.url,
            admin_key=self.admin_key,
            timeout_seconds=GIVEN_SECONDS,
        ) as faucet:
            faucet.give(to=self.whose or wallet, symbol=self.symbol, units=self.units)
        if self.whose:
            self._allow(chain.token(self.symbol).address, rpc=rpc, wallet=wallet)

    def _allow(self, token: str, *, rpc: Rpc, wallet: str) -> None:
        rpc.call("anvil_setBalance", self.whose, hex(GAS_WEI))
        rpc.call("anvil_impersonateAccount", self.whose)
        data = call_data("approve(address,uint256)", wallet, self.units)
        call = {"from": self.whose, "to": token, "data": "0x" + data.hex()}
        allowed = rpc.call("eth_sendTransaction", call)
        end = time.monotonic() + ALLOWED_SECONDS
        while (receipt := rpc.call("eth_getTransactionReceipt", allowed)) is None:
            if time.monotonic() > end:
                raise NotMined(f"the allowance of {self.whose} was not mined")
            time.sleep(0.05)
        if receipt["status"] != "0x1":
            raise TransactionFailed(f"the allowance of {self.whose} reverted")
