"""Tokens that do what tokens should not, put on the dev chain by whoever wants them there."""

import json
import time
from pathlib import Path
from typing import Any

import msgspec
from eth_abi.abi import encode
from eth_hash.auto import keccak

from gateway.chains.conduct import conduct_problems
from gateway.chains.configuration import ChainSettings, TokenSettings
from gateway.outside.rpc import JsonRpc
from tests.conftest import CHECKOUT

ODD = CHECKOUT / "contracts" / "artifacts" / "odd-tokens"
HOLDER = "0x" + "77" * 20
UNITS = 1_234_567 * 10**18 + 1


class Mint:
    """Puts tokens on the dev chain, as anybody may."""

    def __init__(self, rpc: JsonRpc, entry: ChainSettings) -> None:
        self.rpc, self.entry = rpc, entry
        self.sender = rpc.call("eth_accounts")[0]

    def token(self, name: str, *arguments: int) -> str:
        artifact = json.loads(Path(ODD / f"{name}.json").read_text())
        code = artifact["bytecode"] + encode(["int256"] * len(arguments), arguments).hex()
        return str(self._send(data=code)["contractAddress"])

    def send(self, to: str, signature: str, *values: Any, sender: str = "") -> None:
        types = signature[signature.index("(") + 1 : -1].split(",")
        data = keccak(signature.encode())[:4] + encode(types, values)
        assert self._send(to=to, data="0x" + data.hex(), sender=sender)["status"] == "0x1"

    def hold(self, token: str, units: int = UNITS) -> None:
        self.send(token, "mint(address,uint256)", HOLDER, units)

    def problem(self, token: str, **changes: Any) -> str:
        told = TokenSettings(symbol="ODD", address=token, decimals=18, **changes)
        entry = msgspec.structs.replace(self.entry, tokens=[told])
        return conduct_problems(entry).get("ODD", "")

    def _send(self, *, sender: str = "", **transaction: str) -> dict[str, Any]:
        told = {"from": sender or self.sender, "gas": hex(5_000_000), **transaction}
        sent = self.rpc.call("eth_sendTransaction", [told])
        for _ in range(500):  # it is answered before it is mined
            receipt = self.rpc.call("eth_getTransactionReceipt", [sent])
            if receipt is not None:
                return dict(receipt)
            time.sleep(0.01)
        raise AssertionError("not mined")

    def balance(self, token: str, holder: str) -> int:
        data = "0x70a08231" + holder[2:].rjust(64, "0")
        return int(self.rpc.call("eth_call", [{"to": token, "data": data}, "latest"]), 16)

    def pay(self, token: str, to: str, units: int) -> None:
        """A transfer by the holder's own hand."""
        self.rpc.call("anvil_setBalance", [HOLDER, hex(10**20)])
        self.rpc.call("anvil_impersonateAccount", [HOLDER])
        self.send(token, "transfer(address,uint256)", to, units, sender=HOLDER)
