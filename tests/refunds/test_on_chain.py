"""The whole way back on real contracts: paid, swept, refunded by the house's sender and signer."""

from datetime import UTC, datetime

import pytest

from gateway.chains.models import DepositAddress
from gateway.chains.outgoing_models import OutgoingTransaction
from gateway.compliance.services import list_load
from gateway.events import relay
from gateway.invoices.models import Invoice
from gateway.invoices.quotebook import quote_for
from gateway.invoices.services import invoice_issue
from gateway.ledger.checks import ledger_checks
from gateway.money.amounts import Amount
from gateway.money.assets import FIAT
from gateway.refunds.claiming import choices_of, refund_claim
from gateway.refunds.models import Refund
from gateway.refunds.requesting import Wanted, refund_request
from gateway.shops.selectors import shop_view
from tests.invoices.conftest import LISTED
from tests.market.execution.conftest import desk  # noqa: F401 (a fixture)
from tests.refunds.conftest import person
from tests.settlement.house_kit import House, house  # noqa: F401 (a fixture)

pytestmark = [pytest.mark.chain, pytest.mark.xdist_group("devchain")]

SHOPPER = bytes.fromhex("976ea74026e726554db657fa54763abd0c3a0aa9")


def drain() -> None:
    relay.drain(limit=1000)


def paid(house: House) -> Invoice:  # noqa: F811
    """A coffee for 12.50, paid in USDC, final, and swept into the treasury."""
    list_load(lines=[f"0x{LISTED.hex()}"], source="ofac", loaded_by="test", now=datetime.now(UTC))
    house.desk.publish()
    drain()
    invoice = invoice_issue(
        shop=shop_view(shop_id=house.desk.shop_id),
        amount=Amount(1_250, FIAT["EUR"]),
        now=datetime.now(UTC),
    )
    quote = quote_for(invoice.promises.latest, "USDC@31337")
    assert quote is not None
    address = DepositAddress.objects.get(invoice_id=invoice.id)
    house.desk.pay(("USDC", quote.units), to=address)
    drain()
    house.desk.till.mine(8)
    house.desk.till.watch()
    drain()
    house.desk.batch()
    house.tick(mine=8)
    return Invoice.objects.get(id=invoice.id)


def refunded(invoice: Invoice) -> Refund:
    """Five euros of it, claimed."""
    now = datetime.now(UTC)
    asked = refund_request(
        shop_id=invoice.shop_id,
        invoice_id=invoice.id,
        wanted=Wanted(amount=Amount(500, FIAT["EUR"])),
        by=person("owner"),
        now=now,
    )
    (choice,) = choices_of(asked.refund, now=now)
    assert choice.amount is not None
    refund = refund_claim(
        token=asked.token,
        asset=choice.asset.code,
        destination=SHOPPER,
        shown_units=choice.amount.units,
        now=now,
    )
    drain()
    refund.refresh_from_db()
    return refund


def test_a_refund_reaches_the_shopper_once_through_a_reorg(house: House) -> None:  # noqa: F811
    invoice = paid(house)
    assert invoice.status == "paid"
    before = house.desk.on_chain("USDC", SHOPPER)
    refund = refunded(invoice)
    assert refund.status == "sending", refund.waiting_reason
    house.tick(mine=1)
    house.desk.till.rpc.call("anvil_reorg", [2, []])
    for _ in range(4):
        house.tick(mine=4)
    refund.refresh_from_db()
    assert (refund.status, refund.tx_hash is not None) == ("completed", True)
    assert house.desk.on_chain("USDC", SHOPPER) - before == refund.units == refund.taken_units
    assert OutgoingTransaction.objects.filter(purpose="refund").count() == 1
    assert Invoice.objects.get(id=invoice.id).refunds[0]["status"] == "completed"
    house.desk.custody_agrees()
    assert ledger_checks() == []


def test_a_signer_that_may_not_refund_leaves_the_money_claimable(house: House) -> None:  # noqa: F811
    invoice = paid(house)
    house.allow(10**12, without="refund")
    refund = refunded(invoice)
    house.tick(mine=8)
    refund.refresh_from_db()
    assert (refund.status, refund.failure_code) == (
        "requested",
        "policy_refused:purpose_not_allowed",
    )
    house.desk.custody_agrees()
    assert ledger_checks() == []
