"""Contract wallets on the dev chain, and what their owners sign."""

import json
import time
from pathlib import Path
from typing import Any

from eth_abi.abi import encode
from eth_account import Account
from eth_account.messages import encode_defunct
from eth_hash.auto import keccak

from gateway.chains.wrapped_signatures import MAGIC
from gateway.outside.rpc import JsonRpc
from tests.conftest import CHECKOUT

WALLETS = CHECKOUT / "contracts" / "artifacts" / "wallets"
OWNER = Account.from_key("0x" + "11" * 32)
STRANGER = Account.from_key("0x" + "22" * 32)
SALT = b"\5" * 32


def raw(account: Any) -> bytes:
    """An account's address, as bytes."""
    return bytes.fromhex(account.address[2:])


def signed(text: str, by: Any = OWNER) -> bytes:
    return bytes(by.sign_message(encode_defunct(text=text)).signature)


def wrapped(called: bytes, data: bytes, signature: bytes) -> bytes:
    return encode(["address", "bytes", "bytes"], [called, data, signature]) + MAGIC


def call(signature: str, *values: Any) -> bytes:
    types = signature[signature.index("(") + 1 : -1]
    return keccak(signature.encode())[:4] + encode(types.split(",") if types else [], values)


class Wallets:
    """Puts wallets and their factory on a chain, as anybody may."""

    def __init__(self, rpc: JsonRpc) -> None:
        self.rpc = rpc
        self.sender = rpc.call("eth_accounts")[0]
        self.factory = self.place("OddFactory")

    def place(self, name: str, *owner: bytes) -> bytes:
        """A contract's address, once it stands there."""
        code = json.loads(Path(WALLETS / f"{name}.json").read_text())["bytecode"]
        receipt = self._mined({"data": code + encode(["address"] * len(owner), owner).hex()})
        return bytes.fromhex(receipt["contractAddress"][2:])

    def create(self, owner: bytes = raw(OWNER)) -> bytes:
        """The factory's call that makes an owner's wallet."""
        return call("create(address,bytes32)", owner, SALT)

    def address(self, owner: bytes = raw(OWNER)) -> bytes:
        """Where that wallet is, or will be."""
        word = self.read(self.factory, call("walletOf(address,bytes32)", owner, SALT))
        return word[-20:]

    def send(self, to: bytes, data: bytes) -> None:
        self._mined({"to": "0x" + to.hex(), "data": "0x" + data.hex()})

    def read(self, of: bytes, data: bytes) -> bytes:
        question = {"to": "0x" + of.hex(), "data": "0x" + data.hex()}
        return bytes.fromhex(self.rpc.call("eth_call", [question, "latest"])[2:])

    def made(self) -> int:
        """How many wallets the factory made."""
        return int.from_bytes(self.read(self.factory, call("made()")), "big")

    def has_code(self, address: bytes) -> bool:
        return bool(self.rpc.call("eth_getCode", ["0x" + address.hex(), "latest"]) != "0x")

    def set_code(self, address: bytes, code: bytes) -> None:
        self.rpc.call("anvil_setCode", ["0x" + address.hex(), "0x" + code.hex()])

    def code_of(self, address: bytes) -> bytes:
        return bytes.fromhex(self.rpc.call("eth_getCode", ["0x" + address.hex(), "latest"])[2:])

    def _mined(self, transaction: dict[str, str]) -> dict[str, Any]:
        told = {"from": self.sender, "gas": hex(8_000_000), **transaction}
        sent = self.rpc.call("eth_sendTransaction", [told])
        for _ in range(500):  # it is answered before it is mined
            receipt = self.rpc.call("eth_getTransactionReceipt", [sent])
            if receipt is not None:
                assert receipt["status"] == "0x1"
                return dict(receipt)
            time.sleep(0.01)
        raise AssertionError("not mined")
