"""A house on the dev chain, looked at by reconciliation, and what thieves and donors do to it."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from eth_account import Account

from gateway.chains.addresses import checksum
from gateway.events import relay
from gateway.settlement.reconciling.models import (
    Difference,
    ReconciliationLine,
    ReconciliationRun,
)
from gateway.settlement.reconciling.running import reconcile
from gateway.supervisor.devchain.calls import call_data
from tests.market.execution.conftest import CHAIN_ID
from tests.settlement.house_kit import OPERATOR_KEY, House
from tests.undoing import FRESH_BLOCKS

HOT = f"custody:hot:{CHAIN_ID}"
DEPOSITS = f"custody:deposits:{CHAIN_ID}"
USDC, ETH = f"USDC@{CHAIN_ID}", f"ETH@{CHAIN_ID}"
THIEF = checksum("0x" + "de" * 20)


@dataclass
class Auditor:
    house: House

    def look(self, *, later: timedelta = timedelta()) -> ReconciliationRun:
        """Let the watcher hear everything, and compare."""
        self.house.desk.till.watch()
        relay.drain(limit=1000)
        return reconcile(asked_by="test", now=datetime.now(UTC) + later)

    def bury(self, blocks: int = 8) -> None:
        """What happened lies deeper than any reorg that is expected."""
        self.house.desk.till.mine(blocks)
        self.house.desk.till.watch()

    def line(self, run: ReconciliationRun, account: str, asset: str) -> ReconciliationLine:
        return ReconciliationLine.objects.get(run=run, account=account, asset=asset)

    def states(self, run: ReconciliationRun) -> dict[tuple[str, str], str]:
        return {(line.account, line.asset): line.state for line in run.lines.all()}

    def off(self, run: ReconciliationRun) -> dict[tuple[str, str], int]:
        """What differs, and by how many base units."""
        return {
            (line.account, line.asset): int(line.difference_units)
            for line in run.lines.filter(state="differs")
        }

    def items(self, run: ReconciliationRun, account: str, asset: str) -> list[tuple[str, int]]:
        found = self.line(run, account, asset).items
        return sorted((item["kind"], int(item["units"])) for item in found)

    def causes(self, account: str, asset: str) -> list[tuple[str, str, int]]:
        open_one = Difference.objects.get(account=account, asset=asset, status="open")
        return [(c["kind"], c["reference"], int(c["units"])) for c in open_one.causes]

    # ------------------------------------------------------------------ what nobody booked

    def steal(self, units: int, *, symbol: str = "USDC") -> str:
        """A transfer out of the treasury with its own key, past everything of ours."""
        token = self.house.desk.till.layout.token(symbol).address
        data = call_data("transfer(address,uint256)", THIEF, units)
        return self.send_with_key(to=token, data=data)

    def send_with_key(self, *, to: str, data: bytes = b"", value: int = 0) -> str:
        till = self.house.desk.till
        thief = Account.from_key(OPERATOR_KEY)
        nonce = int(till.rpc.call("eth_getTransactionCount", [thief.address, "latest"]), 16)
        signed = thief.sign_transaction(
            {
                "type": 2,
                "chainId": till.chain.id,
                "nonce": nonce,
                "maxFeePerGas": 500 * 10**9,
                "maxPriorityFeePerGas": 10**9,
                "gas": 200_000,
                "to": to,
                "value": value,
                "data": data,
            }
        )
        raw = "0x" + bytes(signed.raw_transaction).hex()
        return str(till.mined(till.rpc.call("eth_sendRawTransaction", [raw])))

    def give(self, units: int, *, symbol: str = "USDC", to: bytes | None = None) -> str:
        treasury = bytes(self.house.desk.till.chain.treasury) if to is None else to
        receipt: dict[str, Any] = self.house.desk.till.pay(treasury, units=units, symbol=symbol)
        return str(receipt["transactionHash"])


@pytest.fixture
def auditor(house: House, settings: Any) -> Auditor:
    settings.RECONCILIATION = {"search_blocks": FRESH_BLOCKS}  # whose balances the node surely has
    return Auditor(house)
