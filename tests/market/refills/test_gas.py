"""Accounts that run low on gas: it is said once, and filled with the house's own, once."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from gateway.chains.addresses import checksum
from gateway.chains.outgoing_models import OutgoingTransaction
from gateway.events import relay
from gateway.events.ids import uuid7
from gateway.events.models import Event, Lease
from gateway.events.services import emit
from gateway.ledger import accounts
from gateway.ledger.checks import ledger_checks
from gateway.ledger.postings import credit, debit
from gateway.market.hedges.selectors import committed_units
from gateway.market.refills.deciding import Marks, refill_units
from gateway.market.refills.looking import gas_look
from gateway.market.refills.models import AccountGas, GasRefill
from gateway.market.supervising import desk_halt, desk_resume
from gateway.money.amounts import Amount
from tests.market.execution.conftest import CHAIN_ID, ETH
from tests.market.execution.conftest import desk as desk  # noqa: PLC0414 (a fixture)
from tests.market.hedges.conftest import ETHER, SHOP, WETH, Hedging
from tests.market.hedges.conftest import hedging as hedging  # noqa: PLC0414 (a fixture)
from tests.market.hedges.test_signed import Post

pytestmark = [pytest.mark.chain, pytest.mark.xdist_group("devchain-refills")]

OPERATOR = bytes.fromhex("0" * 36 + "0b5e")


class Garage:
    """A desk whose treasury has just less coin than it shall have, and some wrapped."""

    def __init__(self, hedging: Hedging, settings: Any) -> None:
        self.hedging, self.desk, self.settings = hedging, hedging.desk, settings
        settings.GAS = {"transaction_gas": 10**9}
        self.gas_price = self.desk.on_chain("ETH") // (2 * 10**9 * 20) + 1
        hedging.fund(WETH, 10 * ETHER)

    def look(self, *, later: int = 0) -> list[OutgoingTransaction]:
        """Let beat's task run; the transactions that it queued."""
        known = set(OutgoingTransaction.objects.values_list("id", flat=True))
        Lease.objects.update(expires_at=datetime(2020, 1, 1, tzinfo=UTC))
        self.desk.publish(gas_price_wei=self.gas_price)
        assert gas_look(holder=str(uuid7()), now=self.desk.now() + timedelta(seconds=later))
        return list(OutgoingTransaction.objects.exclude(id__in=known).order_by("id"))

    def said(self, type: str) -> int:
        return Event.objects.filter(type=type).count()

    def held(self, asset: Any) -> int:
        return -sum(
            self.desk.booked(account, asset) for account in (accounts.desk(), accounts.capital())
        )


@pytest.fixture
def garage(hedging: Hedging, settings: Any) -> Garage:
    return Garage(hedging, settings)


def test_a_treasury_that_runs_low_unwraps_its_own_and_the_books_agree(garage: Garage) -> None:
    before = garage.desk.on_chain("ETH")
    (queued,) = garage.look()
    assert (queued.purpose, garage.said("gas.low")) == ("fill", 1)
    assert committed_units(asset=WETH.code) == 10 * ETHER  # nobody else spends it meanwhile
    assert garage.look() == []
    receipt = garage.desk.send(queued)
    garage.desk.say(queued, receipt)  # told twice
    assert GasRefill.objects.get().status == "done"
    fee = int(receipt["gasUsed"], 16) * int(receipt["effectiveGasPrice"], 16)
    assert garage.desk.on_chain("ETH") == before + 10 * ETHER - fee
    assert garage.desk.on_chain("WETH") == 0
    garage.desk.custody_agrees()
    assert ledger_checks() == []
    # The desk's position is the same risk, in another form: no trade, no result.
    assert garage.desk.booked(accounts.desk(), WETH) == 10 * ETHER
    assert garage.desk.booked(accounts.desk(), ETH) == -10 * ETHER
    assert garage.look() == []
    assert (garage.said("gas.low"), garage.said("gas.enough")) == (1, 1)
    assert AccountGas.objects.get().low_since is None


def test_one_refill_of_an_account_is_under_way_at_once(garage: Garage) -> None:
    """There would be more to unwrap: what is on its way counts."""
    garage.settings.GAS = garage.settings.GAS | {"full_transactions": 20}
    garage.gas_price = (garage.desk.on_chain("ETH") + 4 * ETHER) // (2 * 10**9 * 20)
    (queued,) = garage.look()
    assert 0 < GasRefill.objects.get().units <= 4 * ETHER
    assert garage.look() == []
    garage.desk.send(queued)
    garage.desk.custody_agrees()


def test_what_is_owed_or_promised_is_not_burnt_as_gas(garage: Garage) -> None:
    garage.hedging.post(
        debit(accounts.desk(), Amount(9 * ETHER, WETH)),
        credit(accounts.shop_available(SHOP), Amount(9 * ETHER, WETH)),
    )
    garage.look()
    assert GasRefill.objects.get().units == ETHER


def test_without_anything_of_its_own_it_is_said_once_and_a_person_pages(garage: Garage) -> None:
    garage.hedging.post(
        debit(accounts.desk(), Amount(10 * ETHER, WETH)),
        credit(accounts.shop_available(SHOP), Amount(10 * ETHER, WETH)),
    )
    assert garage.look() == [] and garage.look() == []
    assert garage.said("gas.low") == 1
    assert AccountGas.objects.get().low_since is not None


def test_an_operator_is_filled_from_the_treasury_beyond_its_own_mark(garage: Garage) -> None:
    garage.settings.CHAINS = json.dumps([garage.desk.entry | {"operator": checksum(OPERATOR)}])
    garage.gas_price //= 10  # the treasury has ten times what it needs at least
    low = garage.gas_price * 2 * 10**9 * 20
    (queued,) = garage.look()
    assert (queued.purpose, bytes(queued.to), queued.value) == ("treasury", OPERATOR, 3 * low)
    garage.desk.send(queued)
    assert garage.desk.on_chain("ETH", of=OPERATOR) == 3 * low
    # It is the house's still: books count both accounts as one.
    hot = garage.desk.booked(accounts.custody_hot(CHAIN_ID), ETH)
    assert hot == garage.desk.on_chain("ETH") + 3 * low
    assert garage.look() == []


def test_one_that_came_to_nothing_costs_its_gas_and_rests(garage: Garage) -> None:
    (queued,) = garage.look()
    body = {"transaction_id": str(queued.id), "reference": queued.reference, "logs": []}
    body |= {"status": "reverted", "reason_code": "reverted", "fee_units": "21000"}
    for _ in range(2):
        emit(
            type="transaction.failed",
            subject=f"transaction:{queued.id}",
            body=body,
            mode="test",
            now=garage.desk.now(),
        )
        relay.drain(limit=100)
    refill = GasRefill.objects.get()
    assert (refill.status, refill.failure_code) == ("failed", "reverted")
    assert garage.desk.booked(accounts.gas(), ETH) == 21_000
    GasRefill.objects.update(ended_at=garage.desk.now())
    assert garage.look() == []
    assert len(garage.look(later=601)) == 1


def test_a_switch_a_setting_and_live_money_keep_it_from_refilling(garage: Garage) -> None:
    desk_halt(by="ana", reason="a drill", now=garage.desk.now())
    assert garage.look() == []
    desk_resume(by="ana", reason="it is over", now=garage.desk.now())
    garage.settings.GAS = garage.settings.GAS | {"enabled": False}
    assert garage.look() == []
    garage.settings.GAS = garage.settings.GAS | {"enabled": True}
    garage.settings.CHAINS = json.dumps([garage.desk.entry | {"mode": "live"}])
    assert garage.look() == []
    assert garage.said("gas.low") == 1


def test_the_real_signer_signs_it(garage: Garage, tmp_path: Path) -> None:
    post = Post(garage.hedging, tmp_path)
    garage.look()
    post.settle(post.sender())
    assert GasRefill.objects.get().status == "done"
    garage.desk.custody_agrees()


@pytest.mark.parametrize(
    ("held", "free", "cost", "units"),
    [
        (100, 1_000, 1, 0),
        (99, 1_000, 1, 201),
        (99, 50, 1, 50),
        (99, 9, 1, 0),
        (99, 0, 0, 0),
        (0, 2**128, 1, 300),
        (2**128, 2**128, 1, 0),
    ],
)
def test_how_much_is_brought(held: int, free: int, cost: int, units: int) -> None:
    assert refill_units(held=held, free=free, marks=Marks(100, 300), cost=cost) == units
