"""People on a real dev chain: who is given money, who pays whom, and deposits as the watcher tells.

Anybody's transfer is sent by anvil itself, which signs for whom it is told to.
"""

import time
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from gateway.chains.addresses import checksum
from gateway.chains.models import Chain, Deposit
from gateway.chains.nodes import Nodes
from gateway.compliance import services
from gateway.outside.rpc import JsonRpc
from gateway.supervisor.devchain.calls import call_data
from gateway.supervisor.devchain.faucet import Faucet
from gateway.supervisor.devchain.layout import DevChain
from tests.chain_rows import tell
from tests.chains.watch_kit import sync
from tests.compliance.tracing.flow_kit import who

DOLLAR = 10**6
TRANSFER = "transfer(address,uint256)"


class Town:
    """One chain and its people, named by words."""

    def __init__(self, *, entry: dict[str, Any], layout: DevChain, url: str) -> None:
        self.chain: Chain = sync(entry)
        self.usdc = f"USDC@{self.chain.id}"
        self.layout = layout
        self.rpc = JsonRpc(url)
        self.url = url
        self.faucet = Faucet(chain=layout, rpc_url=url)

    def close(self) -> None:
        self.rpc.close()
        self.faucet.close()

    def nodes(self, *urls: str) -> Nodes:
        return Nodes(chain_id=self.chain.id, urls=urls or [self.url], timeout_seconds=2)

    def give(self, name: str, dollars: int) -> None:
        """Freshly made money."""
        self.faucet.give(to=checksum(who(name)), symbol="USDC", units=dollars * DOLLAR)

    def pay(self, sender: str, recipient: str | bytes, dollars: int) -> dict[str, Any]:
        return self.pay_units(sender, recipient, dollars * DOLLAR)

    def pay_units(self, sender: str, recipient: str | bytes, units: int) -> dict[str, Any]:
        """The receipt of a transfer."""
        payer = checksum(who(sender))
        to = who(recipient) if isinstance(recipient, str) else recipient
        self.rpc.call("anvil_setBalance", [payer, hex(10**20)])
        self.rpc.call("anvil_impersonateAccount", [payer])
        data = "0x" + call_data(TRANSFER, checksum(to), units).hex()
        tx_hash = self.rpc.call(
            "eth_sendTransaction",
            [{"from": payer, "to": self.layout.token("USDC").address, "data": data}],
        )
        receipt: dict[str, Any] = self.rpc.call("eth_getTransactionReceipt", [tx_hash])
        while receipt is None:
            time.sleep(0.01)
            receipt = self.rpc.call("eth_getTransactionReceipt", [tx_hash])
        assert receipt["status"] == "0x1"
        return receipt

    def deposit(
        self, sender: str, dollars: int, *, state: str = "seen", shop_id: UUID | None = None
    ) -> Deposit:
        """A payment to the house on the chain, as a row and an event."""
        now = datetime.now(UTC)
        address = who(f"ours{Deposit.objects.count()}")
        receipt = self.pay(sender, address, dollars)
        deposit = Deposit.objects.create(
            chain=self.chain,
            asset=self.usdc,
            block_hash=bytes.fromhex(receipt["blockHash"][2:]),
            block_number=int(receipt["blockNumber"], 16),
            block_time=now,
            first_block_time=now,
            tx_hash=bytes.fromhex(receipt["transactionHash"][2:]),
            log_index=int(receipt["logs"][0]["logIndex"], 16),
            sender=who(sender),
            tx_sender=who(sender),
            address=address,
            units=dollars * DOLLAR,
            claimed_units=dollars * DOLLAR,
            state=state,
            shop_id=shop_id,
            confirmations_needed=2,
            seen_at=now,
        )
        tell(deposit, state)
        return deposit


def list_of(names: Iterable[str]) -> None:
    """Put these people on the list in force."""
    services.list_load(
        lines=[f"0x{who(name).hex()}\n" for name in names],
        source="ofac",
        loaded_by="test",
        now=datetime.now(UTC),
    )
