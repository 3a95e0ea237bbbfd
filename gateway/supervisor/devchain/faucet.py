"""Give any address ether and tokens on the dev chain.

``python -m gateway.supervisor.devchain.faucet --layout FILE --rpc-url URL ADDRESS ETH=1.5 USDC=20``
"""

from __future__ import annotations

import argparse
import sys
import threading
from decimal import Decimal, localcontext
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from gateway.supervisor.devchain.calls import call_data
from gateway.supervisor.devchain.layout import DevChain
from gateway.supervisor.devchain.provision import DEFAULT_ADMIN_KEY
from gateway.supervisor.devchain.rpc import Rpc, RpcError
from gateway.supervisor.devchain.transactions import Sender, derived_key

NATIVE = "ETH"
ATTEMPTS = 5


class Faucet:
    """Hands out money from its own key, to which provisioning gave gas and the right to mint.

    Each gift is a mined transaction when the call returns: a watcher sees it as any other.
    """

    def __init__(
        self,
        *,
        chain: DevChain,
        rpc_url: str,
        admin_key: str = DEFAULT_ADMIN_KEY,
        timeout_seconds: float = 60.0,
    ) -> None:
        self.chain = chain
        self._rpc = Rpc(url=rpc_url)
        self._key = derived_key(admin_key=admin_key, role="faucet")
        self._timeout_seconds = timeout_seconds
        self._one_at_a_time = threading.Lock()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        self._rpc.close()

    def give(self, *, to: str, symbol: str, units: int) -> dict[str, Any]:
        """Give base units of the token with this symbol, or wei for ``ETH``. The receipt.

        Raises:
            KeyError: no token has this symbol.
            TransactionFailed: the token refused.
            NotMined: not within the faucet's time.
        """
        if symbol == NATIVE:
            return self._send(label=f"ether for {to}", to=to, value_wei=units)
        token = self.chain.token(symbol)
        if token.kind == "wrapped_native":
            self._send(label="wrap", to=token.address, data=call_data("deposit()"), value_wei=units)
            data = call_data("transfer(address,uint256)", to, units)
        else:
            data = call_data("mint(address,uint256)", to, units)
        return self._send(label=f"{symbol} for {to}", to=token.address, data=data)

    def balance(self, *, of: str, symbol: str) -> int:
        """Base units, or wei for ``ETH``."""
        if symbol == NATIVE:
            return self._rpc.integer("eth_getBalance", of, "latest")
        data = "0x" + call_data("balanceOf(address)", of).hex()
        return self._rpc.integer(
            "eth_call", {"to": self.chain.token(symbol).address, "data": data}, "latest"
        )

    def _send(
        self, *, label: str, to: str, data: bytes = b"", value_wei: int = 0
    ) -> dict[str, Any]:
        with self._one_at_a_time:
            for attempt in range(ATTEMPTS):
                sender = Sender(rpc=self._rpc, key=self._key)
                sender.plan(label=label, to=to, data=data, value_wei=value_wei)
                try:
                    return sender.send(timeout_seconds=self._timeout_seconds)[0]
                except RpcError:
                    # Another process of the same faucet took the nonce: read it again.
                    if attempt + 1 == ATTEMPTS:
                        raise
        raise AssertionError


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rpc-url", required=True)
    parser.add_argument("--layout", type=Path, required=True, help="what provisioning wrote")
    parser.add_argument("--admin-key", default=DEFAULT_ADMIN_KEY)
    parser.add_argument("address")
    parser.add_argument("gifts", nargs="+", metavar="SYMBOL=AMOUNT", help="in whole tokens")
    chosen = parser.parse_args(arguments)
    chain = DevChain.read(chosen.layout)
    with Faucet(chain=chain, rpc_url=chosen.rpc_url, admin_key=chosen.admin_key) as faucet:
        for gift in chosen.gifts:
            symbol, _, amount = gift.partition("=")
            decimals = 18 if symbol == NATIVE else chain.token(symbol).decimals
            with localcontext(prec=100):
                units = int(Decimal(amount).scaleb(decimals))
            receipt = faucet.give(to=chosen.address, symbol=symbol, units=units)
            sys.stdout.write(f"{amount} {symbol} in {receipt['transactionHash']}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
