"""Sign with a local key, number the transactions ourselves, send many at once."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from eth_account import Account
from eth_account.signers.local import LocalAccount
from eth_utils.address import to_checksum_address
from eth_utils.crypto import keccak

from gateway.supervisor.devchain.calls import created_address
from gateway.supervisor.devchain.rpc import Rpc, RpcError

MAX_FEE_WEI = 500 * 10**9
PRIORITY_FEE_WEI = 10**9
CALL_GAS = 1_000_000
CREATE_GAS = 8_000_000

Progress = Callable[[str, int, int], None]
"""Called with what is being done, how many steps are done, and how many there are."""


class TransactionFailed(Exception):
    """A transaction was mined and reverted, or was not mined in time."""

    code = "devchain_transaction_failed"


class NotMined(TransactionFailed):
    """It was not mined in time, and may still be."""

    code = "devchain_transaction_not_mined"


@dataclass(frozen=True, slots=True)
class Planned:
    """A signed transaction that waits to be sent."""

    label: str
    raw: str
    hash: str


def derived_key(*, admin_key: str, role: str) -> str:
    """A key of its own for a helper of the dev chain, so that no two processes share a nonce."""
    return "0x" + keccak(bytes.fromhex(admin_key[2:]) + role.encode()).hex()


class Sender:
    """One key with its nonce. Plan any number of transactions, then ``send`` them together.

    The nonce is read once; nobody else may use the key meanwhile. With ``hurry`` a node with a
    block time is made to mine at once, which only setting up has a reason for.
    """

    def __init__(self, *, rpc: Rpc, key: str, hurry: bool = False) -> None:
        self.rpc = rpc
        self._may_hurry = hurry
        self.account: LocalAccount = Account.from_key(key)
        self.address: str = self.account.address
        self.chain_id = rpc.integer("eth_chainId")
        self.nonce = rpc.integer("eth_getTransactionCount", self.address, "pending")
        self._planned: list[Planned] = []

    def plan(
        self, *, label: str, to: str, data: bytes = b"", value_wei: int = 0, gas: int = CALL_GAS
    ) -> Planned:
        """Sign the next transaction, and keep it for ``send``; what was signed."""
        recipient = to_checksum_address(to)  # eth-account refuses any other spelling
        return self._plan(label, {"to": recipient, "data": data, "value": value_wei, "gas": gas})

    def plan_create(self, *, label: str, code: bytes, gas: int = CREATE_GAS) -> str:
        """Sign the next transaction, a contract's creation; its address-to-be is returned."""
        address = created_address(deployer=self.address, nonce=self.nonce)
        self._plan(label, {"data": code, "value": 0, "gas": gas})
        return address

    def send(
        self, *, progress: Progress | None = None, timeout_seconds: float = 60.0
    ) -> list[dict[str, Any]]:
        """Send what is planned and return the receipts once all of it is mined.

        Raises:
            TransactionFailed: one reverted, with its label and the node's reason.
            NotMined: one was not mined within ``timeout_seconds``.
        """
        planned, self._planned = self._planned, []
        receipts: list[dict[str, Any]] = []
        # In parts, so that a person sees it move.
        step = 12
        for start in range(0, len(planned), step):
            part = planned[start : start + step]
            if progress is not None:
                progress(part[0].label, start, len(planned))
            for one in part:  # one by one: a node works at a batch's calls in any order
                self.rpc.call("eth_sendRawTransaction", one.raw)
            receipts += self._await(part, timeout_seconds=timeout_seconds)
        return receipts

    def _plan(self, label: str, fields: dict[str, object]) -> Planned:
        transaction: dict[str, Any] = {
            "type": 2,
            "chainId": self.chain_id,
            "nonce": self.nonce,
            "maxFeePerGas": MAX_FEE_WEI,
            "maxPriorityFeePerGas": PRIORITY_FEE_WEI,
            **fields,
        }
        signed = self.account.sign_transaction(transaction)
        self.nonce += 1
        planned = Planned(label, "0x" + signed.raw_transaction.hex(), "0x" + signed.hash.hex())
        self._planned.append(planned)
        return planned

    def _await(self, planned: Sequence[Planned], *, timeout_seconds: float) -> list[dict[str, Any]]:
        end = time.monotonic() + timeout_seconds
        while True:
            receipts = self.rpc.batch(
                [("eth_getTransactionReceipt", [one.hash]) for one in planned]
            )
            for one, receipt in zip(planned, receipts, strict=True):
                if receipt is not None and receipt["status"] != "0x1":
                    raise TransactionFailed(f"{one.label} reverted: {self._reason(one)}")
            if all(receipts):
                return receipts
            if time.monotonic() > end:
                missing = planned[receipts.index(None)]
                raise NotMined(f"{missing.label} was not mined in {timeout_seconds} s")
            time.sleep(0.05)
            if self._may_hurry:
                self._hurry()
            self._repeat([one for one, found in zip(planned, receipts, strict=True) if not found])

    def _hurry(self) -> None:
        """Mine now, unless the node mines for each transaction.

        That one is left alone: anvil loses transactions when it is told to mine in that moment.
        """
        with contextlib.suppress(RpcError):  # not an anvil
            if not self.rpc.call("anvil_getAutomine"):
                self.rpc.call("evm_mine")

    def _repeat(self, missing: Sequence[Planned]) -> None:
        """Send again, as the same bytes, what the node knows nothing of."""
        for one in missing:
            if self.rpc.call("eth_getTransactionByHash", one.hash) is None:
                with contextlib.suppress(RpcError):  # mined or received a moment ago
                    self.rpc.call("eth_sendRawTransaction", one.raw)

    def _reason(self, one: Planned) -> str:
        sent = self.rpc.call("eth_getTransactionByHash", one.hash)
        call = {
            "from": sent["from"],
            "to": sent["to"],
            "data": sent["input"],
            "value": sent["value"],
        }
        try:
            self.rpc.call("eth_call", call, hex(int(sent["blockNumber"], 16) - 1))
        except RpcError as error:
            return error.message
        return "out of gas, or it depends on its place in the block"
