"""A payment is paid out at the shop's risk cap and then undone by a reorg, on a real chain."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone

from gateway.compliance.services import list_load
from gateway.events import relay
from gateway.events.ids import uuid7
from gateway.invoices.issuing import invoice_issue
from gateway.invoices.models import Invoice
from gateway.invoices.quotebook import quote_for
from gateway.ledger.checks import ledger_checks
from gateway.ledger.selectors import shop_balance, trial_balance
from gateway.money.amounts import Amount
from gateway.money.assets import FIAT
from gateway.settlement.models import Shortfall
from gateway.settlement.shortfalls import NETTING_DAYS, shortfalls_cover_due
from gateway.shops.selectors import shop_view
from gateway.shops.services import shop_set_terms
from gateway.treasury.losses import insurance_fund
from gateway.treasury.services import float_fund
from tests.market.execution.conftest import USDC
from tests.settlement.house_kit import WALLET, House

pytestmark = [pytest.mark.chain, pytest.mark.xdist_group("devchain")]


def funded(house: House, units: int) -> None:
    desk = house.desk
    treasury = "0x" + bytes(desk.till.chain.treasury).hex()
    receipt = desk.till.faucet.give(to=treasury, symbol="USDC", units=units)
    float_fund(
        asset=USDC.code, units=units, reference=receipt["transactionHash"], now=datetime.now(UTC)
    )


def sold(house: House) -> Invoice:
    """A coffee, paid in USDC and confirmed."""
    desk = house.desk
    desk.publish()
    invoice = invoice_issue(
        shop=shop_view(shop_id=desk.shop_id), amount=Amount(1_250, FIAT["EUR"]), now=desk.now()
    )
    due = quote_for(invoice.promises.latest, USDC.code)
    assert due is not None
    desk.till.watch()
    desk.till.pay(bytes(invoice.address), units=due.units)
    heard(house)
    return Invoice.objects.get(id=invoice.id)


def heard(house: House) -> None:
    house.desk.till.mine(1)
    house.desk.till.watch()
    relay.drain(limit=1000)


def available(house: House) -> tuple[int, int]:
    found = shop_balance(shop_id=house.desk.shop_id, asset=USDC.code)
    return found.available, found.reserved


def books_hold() -> None:
    sums: dict[str, int] = {}
    for line in trial_balance():
        sums[line.asset] = sums.get(line.asset, 0) + line.units
    assert not any(sums.values())
    assert ledger_checks() == []


def test_what_a_reorg_undid_after_the_payout_is_borne_in_order(house: House, valkey: Any) -> None:
    desk = house.desk
    list_load(
        lines=["0x" + "ab" * 20], source="ofac", loaded_by="test", now=desk.now(), forced=True
    )
    shop_set_terms(
        shop_id=desk.shop_id, changes={"at_risk_cap_units": 10**9}, now=datetime.now(UTC)
    )
    funded(house, 40_000_000)
    before = desk.on_chain("USDC", WALLET)

    invoice = sold(house)
    assert invoice.status == "paid"
    credit, _ = available(house)
    assert credit > 0
    payout = house.pay_out()
    house.tick(mine=1)
    payout.refresh_from_db()
    assert (payout.status, payout.units) == ("sent", credit)
    assert available(house) == (0, credit)

    # the shopper's transfer is gone for good; the house's own is sent again as the same bytes
    paid_in = int(invoice.received[0]["block_number"])
    desk.till.rpc.call("anvil_reorg", [desk.till.head_number() - paid_in + 1, []])
    heard(house)
    for _ in range(4):
        house.tick(mine=4)
        desk.till.watch()
    payout.refresh_from_db()
    invoice.refresh_from_db()
    assert payout.status == "completed"
    assert desk.on_chain("USDC", WALLET) - before == credit
    assert (invoice.status, "reverted" in invoice.exceptions) == ("waiting", True)
    assert available(house) == (-credit, 0)
    (short,) = Shortfall.objects.all()
    assert (short.status, short.open_units) == ("open", credit)
    books_hold()

    # half of it comes from the next sale, the pool has a part of the rest
    desk.publish()
    small = invoice_issue(
        shop=shop_view(shop_id=desk.shop_id), amount=Amount(625, FIAT["EUR"]), now=desk.now()
    )
    quote = quote_for(small.promises.latest, USDC.code)
    assert quote is not None
    desk.till.pay(bytes(small.address), units=quote.units)
    heard(house)
    netted = credit + available(house)[0]
    short.refresh_from_db()
    assert 0 < netted < credit
    assert (short.status, short.netted_units) == ("open", netted)

    insurance_fund(asset=USDC.code, units=1_000_000, reference=str(uuid7()), now=desk.now())
    assert shortfalls_cover_due(now=timezone.now()) == 0
    assert shortfalls_cover_due(now=timezone.now() + timedelta(days=NETTING_DAYS + 1)) == 1
    short.refresh_from_db()
    assert short.status == "covered"
    assert short.by_insurance_units >= 1_000_000
    assert short.by_insurance_units + short.lost_units == credit - netted
    assert available(house) == (0, 0)
    desk.custody_agrees()
    books_hold()
