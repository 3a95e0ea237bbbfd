"""Each thing provoked really happens on the chain, and the rooms tell of it as of any payment."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from gateway.compliance.services import list_load
from gateway.events import relay
from gateway.events.models import Event
from gateway.invoices.clock import invoice_expire_due
from gateway.invoices.models import Invoice
from gateway.invoices.services import invoice_issue
from gateway.ledger.checks import ledger_checks
from gateway.money.amounts import Amount
from gateway.money.assets import FIAT
from gateway.refunds.limits import Person
from gateway.refunds.models import Refund
from gateway.shops.selectors import shop_view
from gateway.shops.services import shop_set_terms
from gateway.supervisor.devchain import one_payment
from gateway.supervisor.devchain.one_payment import wallet_of
from gateway.trying import acting
from gateway.trying.acting import provocations_act
from gateway.trying.life import LEASE
from gateway.trying.models import Provocation
from gateway.trying.services import provoke, wallet_name
from tests.invoices.conftest import LISTED
from tests.market.execution.conftest import desk  # noqa: F401 (a fixture)
from tests.settlement.house_kit import House, house  # noqa: F401 (a fixture)
from tests.trying.own_ground import bring_along

pytestmark = [pytest.mark.chain, pytest.mark.xdist_group("devchain")]

OWNER = Person(who="user:7", level="owner", via="dashboard")
TURNS = 200


class Ground:
    """A house on its own chain, whose beat the test is."""

    def __init__(self, house: House) -> None:  # noqa: F811
        self.house = house
        self.till = house.desk.till

    def issue(self) -> Invoice:
        """A coffee for 12.50."""
        self.house.desk.publish()
        invoice = invoice_issue(
            shop=shop_view(shop_id=self.house.desk.shop_id),
            amount=Amount(1_250, FIAT["EUR"]),
            now=self.house.desk.now(),
        )
        self.hear()
        return invoice

    def ask(self, invoice: Invoice, what: Any, **options: Any) -> Provocation:
        return provoke(
            shop=shop_view(shop_id=invoice.shop_id),
            invoice_id=invoice.id,
            what=what,
            by=OWNER,
            now=self.house.desk.now(),
            **options,
        )

    def happens(self, invoice: Invoice, what: Any, **options: Any) -> Provocation:
        row = self.ask(invoice, what, **options)
        self.until_over(row)
        assert row.status == "done", (row.failure_code, row.failure)
        return row

    def until_over(self, row: Provocation) -> None:
        """Beat's turns until it is done or failed, the watcher and the handlers in between."""
        for _ in range(TURNS):
            Provocation.objects.filter(id=row.id).update(due_at=row.asked_at)
            provocations_act(now=row.asked_at + timedelta(seconds=1))
            self.hear()
            row.refresh_from_db()
            if row.status in {"done", "failed"}:
                return
        raise AssertionError(row.status)

    def hear(self, *, mine: int = 0) -> None:
        if mine:
            self.till.mine(mine)
        self.till.watch()
        relay.drain(limit=1000)

    def again(self, invoice: Invoice) -> Invoice:
        return Invoice.objects.get(id=invoice.id)

    def told(self, invoice: Invoice) -> set[str]:
        subject = f"invoice:{invoice.id}"
        return set(Event.objects.filter(subject=subject).values_list("type", flat=True))


@pytest.fixture
def ground(house: House, settings: Any, tmp_path: Path) -> Ground:  # noqa: F811
    bring_along(
        settings,
        tmp_path / "state",
        layout=house.desk.till.layout,
        rpc_url=house.desk.entry["rpc_urls"][0],
    )
    lines = [f"0x{LISTED.hex()}"]
    list_load(lines=lines, source="ofac", loaded_by="test", now=timezone.now(), forced=True)
    relay.drain(limit=1000)
    return Ground(house)


def test_a_payment_is_a_real_transfer_and_pays_the_invoice(ground: Ground) -> None:
    invoice = ground.issue()
    row = ground.happens(invoice, "paid")
    ground.hear(mine=2)
    paid = ground.again(invoice)
    assert (paid.status, paid.exceptions) == ("paid", [])
    assert paid.received[0]["tx_hash"] == f"0x{bytes(row.tx_hash or b'').hex()}"
    assert {"invoice.payment_seen", "invoice.paid"} <= ground.told(invoice)
    assert ledger_checks() == []


@pytest.mark.parametrize("asset", ["ETH@31337", "WETH@31337", "DAI@31337"])
def test_whatever_is_asked_for_can_be_paid_in(ground: Ground, asset: str) -> None:
    invoice = ground.issue()
    ground.happens(invoice, "paid", asset=asset)
    ground.hear(mine=2)
    assert ground.again(invoice).status == "paid"
    assert ground.again(invoice).received[0]["asset"] == asset


def test_half_of_it_is_a_part(ground: Ground) -> None:
    invoice = ground.issue()
    ground.happens(invoice, "under")
    ground.hear(mine=2)
    assert ground.again(invoice).status == "partial"
    assert "invoice.partial" in ground.told(invoice)
    ground.happens(invoice, "paid")  # and the rest can follow
    ground.hear(mine=2)
    assert ground.again(invoice).status == "paid"


def test_too_much_is_paid_and_says_so(ground: Ground) -> None:
    invoice = ground.issue()
    ground.happens(invoice, "over")
    ground.hear(mine=2)
    paid = ground.again(invoice)
    assert (paid.status, paid.exceptions) == ("paid", ["overpaid"])
    assert "invoice.overpaid" in ground.told(invoice)


def test_too_late_is_after_the_invoice_expired(ground: Ground) -> None:
    invoice = ground.issue()
    row = ground.ask(invoice, "late")
    assert row.not_before is not None
    provocations_act(now=row.not_before)
    row.refresh_from_db()
    assert row.status == "waiting", "the chain's own time has not come"
    ground.till.rpc.call("evm_setNextBlockTimestamp", [int(row.not_before.timestamp()) + 1])
    ground.hear(mine=1)
    invoice_expire_due(now=ground.house.desk.now())
    assert ground.again(invoice).status == "expired"
    ground.house.desk.publish()
    ground.until_over(row)
    ground.hear(mine=2)
    assert row.status == "done"
    late = ground.again(invoice)
    assert "late" in late.exceptions
    assert late.received[0]["tx_hash"] == f"0x{bytes(row.tx_hash or b'').hex()}"


def test_the_wrong_token_waits_for_its_payer(ground: Ground) -> None:
    accepted = {"accepted_assets": ["USDC@31337"]}
    shop_set_terms(shop_id=ground.house.desk.shop_id, changes=accepted, now=datetime.now(UTC))
    invoice = ground.issue()
    ground.happens(invoice, "wrong_asset")
    ground.hear(mine=4)
    wrong = ground.again(invoice)
    assert wrong.status == "waiting"
    assert "wrong_asset" in wrong.exceptions


def test_a_listed_payers_money_is_held(ground: Ground) -> None:
    invoice = ground.issue()
    ground.happens(invoice, "held")
    ground.hear(mine=2)
    held = ground.again(invoice)
    assert "held" in held.exceptions
    assert (held.release_goods, held.credited_units) == ("no", 0)
    assert "invoice.held" in ground.told(invoice)


def test_the_chain_takes_a_payment_back_once_it_counted(ground: Ground) -> None:
    invoice = ground.issue()
    row = ground.happens(invoice, "reorg")
    ground.hear(mine=1)
    gone = ground.again(invoice)
    assert gone.received[0]["state"] == "orphaned"
    assert (gone.status, gone.exceptions) == ("waiting", ["reverted"])
    assert {"invoice.paid", "invoice.reverted"} <= ground.told(invoice)
    assert row.ended_at is not None
    assert ledger_checks() == []


def test_a_payment_of_the_developers_own_is_taken_back_too(ground: Ground) -> None:
    invoice = ground.issue()
    ground.happens(invoice, "paid")
    ground.hear(mine=1)
    assert ground.again(invoice).status == "paid"
    ground.happens(invoice, "reorg")
    ground.hear(mine=1)
    assert "reverted" in ground.again(invoice).exceptions


def test_what_others_paid_meanwhile_stays_paid(ground: Ground) -> None:
    mine = ground.issue()
    ground.happens(mine, "paid")
    ground.hear(mine=1)
    others = ground.issue(), ground.issue()
    for invoice, asset in zip(others, ("ETH@31337", "USDC@31337"), strict=True):
        ground.happens(invoice, "paid", asset=asset)
    ground.hear(mine=1)
    ground.happens(mine, "reorg")
    ground.hear(mine=1)
    assert ground.again(mine).exceptions == ["reverted"]
    for invoice in map(ground.again, others):
        assert (invoice.status, invoice.exceptions) == ("paid", [])
        assert "invoice.reverted" not in ground.told(invoice)
    assert ledger_checks() == []


def test_a_slow_chain_is_waited_for(ground: Ground, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(one_payment, "GIVEN_SECONDS", 0.0)
    invoice = ground.issue()
    row = ground.ask(invoice, "paid", asset="USDC@31337")
    ground.till.rpc.call("evm_setAutomine", [False])
    try:
        provocations_act(now=row.asked_at)
    finally:
        ground.till.rpc.call("evm_setAutomine", [True])
    row.refresh_from_db()
    assert (row.status, row.failure_code) == ("waiting", "")
    monkeypatch.undo()
    ground.hear(mine=1)
    ground.until_over(row)
    ground.hear(mine=2)
    assert ground.again(invoice).status == "paid"


def test_who_lost_the_lease_takes_nothing_back(
    ground: Ground, monkeypatch: pytest.MonkeyPatch
) -> None:
    invoice = ground.issue()
    ground.happens(invoice, "paid")
    ground.hear(mine=1)
    row = ground.ask(invoice, "reorg")

    def slow(asked: Provocation) -> bool:
        """So slow that another process took the row meanwhile."""
        Provocation.objects.filter(id=asked.id).update(due_at=asked.due_at + LEASE)
        return True

    monkeypatch.setattr(acting, "_is_counted", slow)
    provocations_act(now=row.asked_at)
    ground.hear(mine=1)
    row.refresh_from_db()
    assert (row.status, ground.again(invoice).status) == ("sent", "paid")
    assert row.due_at > row.asked_at + LEASE, "it stays the other's"


def test_a_final_payment_is_left_alone(ground: Ground) -> None:
    invoice = ground.issue()
    ground.happens(invoice, "paid")
    ground.hear(mine=1)
    row = ground.ask(invoice, "reorg")
    ground.till.mine(6)  # while nobody looked
    ground.until_over(row)
    assert (row.status, row.failure_code) == ("failed", "payment_final")
    assert ground.again(invoice).status == "paid"


def test_who_died_after_sending_pays_no_second_time(ground: Ground) -> None:
    invoice = ground.issue()
    row = ground.happens(invoice, "paid")
    # as if the process had died before it noted that the transfer was mined
    Provocation.objects.filter(id=row.id).update(status="waiting", tx_hash=None, ended_at=None)
    first = bytes(row.tx_hash or b"")
    ground.until_over(row)
    ground.hear(mine=2)
    assert bytes(row.tx_hash or b"") == first
    assert len(ground.again(invoice).received) == 1


def test_a_refund_goes_back_to_the_wallet_of_the_test(ground: Ground) -> None:
    invoice = ground.issue()
    ground.happens(invoice, "paid")
    ground.hear(mine=8)
    ground.house.desk.batch()
    ground.house.tick(mine=8)
    row = ground.ask(invoice, "refund")
    relay.drain(limit=1000)
    for _ in range(4):
        ground.house.tick(mine=8)
        ground.hear()
    refund = Refund.objects.get(id=row.refund_id)
    assert refund.status == "completed", refund.failure_code
    wallet = bytes.fromhex(wallet_of(wallet_name(row))[2:])
    assert bytes(refund.destination or b"") == wallet
    assert ground.house.desk.on_chain("USDC", wallet) == refund.units
