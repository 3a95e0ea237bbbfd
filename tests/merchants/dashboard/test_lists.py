"""Refunds, payouts and events: by status or type, as a file, and where each was sent."""

import csv
import io
from uuid import uuid4

import pytest
from django.utils import timezone

from gateway.events.ids import uuid7
from gateway.events.models import Event
from gateway.money.amounts import Amount
from gateway.money.assets import FIAT
from gateway.refunds.limits import Person
from gateway.refunds.requesting import Wanted, refund_request
from gateway.settlement.models import Payout
from merchants.webhooks.services import endpoint_create

ENGLISH = {"HTTP_ACCEPT_LANGUAGE": "en"}


@pytest.fixture
def owner(staff):
    return staff.client("owner", **ENGLISH)


@pytest.fixture
def home(open_shop):
    return f"/dashboard/{open_shop.shop_id}/"


def rows_of(answer):
    return list(csv.DictReader(io.StringIO(b"".join(answer.streaming_content).decode())))


def payout(shop_id, *, status, units):
    return Payout.objects.create(
        shop_id=shop_id,
        mode="test",
        status=status,
        asset="USDC@31337",
        decimals=6,
        units=units,
        taken_asset="USDC@31337",
        taken_decimals=6,
        taken_units=units,
        chain_id=31337,
        destination=b"\x11" * 20,
        trigger="demand",
        idempotency_key=str(uuid4()),
        requested_at=timezone.now(),
    )


def test_payouts_by_status_on_the_page_and_in_the_file(owner, staff, home, open_shop):
    payout(open_shop.shop_id, status="failed", units=1_230_000)
    payout(open_shop.shop_id, status="cancelled", units=4_560_000)
    both = owner.get(home + "payouts").content.decode()
    assert "1.23\xa0USDC" in both
    assert "4.56\xa0USDC" in both
    failed = owner.get(home + "payouts", {"status": "failed"}).content.decode()
    assert "1.23\xa0USDC" in failed
    assert "4.56\xa0USDC" not in failed
    assert f'href="{home}payouts.csv?status=failed"' in failed
    (row,) = rows_of(owner.get(home + "payouts.csv", {"status": "failed"}))
    assert (row["status"], row["amount"], row["asset"]) == ("failed", "1.230000", "USDC@31337")
    assert len(rows_of(owner.get(home + "payouts.csv"))) == 2
    assert owner.get(home + "payouts", {"status": "x"}).status_code == 404
    assert owner.get(home + "payouts.csv", {"status": "x"}).status_code == 404
    assert staff.client("developer").get(home + "payouts.csv").status_code == 403


def test_refunds_by_status_on_the_page_and_in_the_file(owner, staff, home, open_shop):
    invoice = open_shop.issue(5_000)
    open_shop.hear(open_shop.confirmed(invoice), "final")
    refund = refund_request(
        shop_id=open_shop.shop_id,
        invoice_id=invoice.id,
        wanted=Wanted(amount=Amount(1_500, FIAT["EUR"])),
        by=Person(who=f"user:{uuid4()}", level="owner", via="dashboard"),
        now=timezone.now(),
    ).refund
    assert f"refunds/{refund.id}" in owner.get(home + "refunds").content.decode()
    other = "completed" if refund.status != "completed" else "rejected"
    page = owner.get(home + "refunds", {"status": other}).content.decode()
    assert f"refunds/{refund.id}" not in page
    (row,) = rows_of(owner.get(home + "refunds.csv", {"status": refund.status}))
    assert (row["refund_id"], row["worth"], row["currency"]) == (str(refund.id), "15.00", "EUR")
    assert rows_of(owner.get(home + "refunds.csv", {"status": other})) == []
    assert owner.get(home + "refunds", {"status": "x"}).status_code == 404
    assert staff.client("developer").get(home + "refunds.csv").status_code == 403


def test_events_as_programs_hear_them_with_where_each_was_sent(owner, staff, home, open_shop):
    hook, _ = endpoint_create(
        shop_id=open_shop.shop_id, url="https://1.1.1.1/hook", now=timezone.now()
    )
    invoice = open_shop.issue(5_000)
    open_shop.confirmed(invoice)
    here = home + "developers/events"
    developer = staff.client("developer", **ENGLISH)
    everything = developer.get(here).content.decode()
    assert "invoice.created" in everything.partition("<tbody>")[2]
    assert "invoice.paid" in everything.partition("<tbody>")[2]
    assert "deposit." not in everything
    paid = developer.get(here, {"type": "invoice.paid"}).content.decode().partition("<tbody>")[2]
    assert "invoice.paid" in paid
    assert "invoice.created" not in paid
    event = Event.objects.get(type="invoice.paid")
    page = developer.get(f"{here}/{event.id}").content.decode()
    assert f'href="{home}invoices/{invoice.id}"' in page
    assert f'href="{home}developers/webhooks/{hook.id}/deliveries/{event.id}"' in page
    assert "&quot;release_goods&quot;" in page
    inside = Event.objects.exclude(shop_id=None).filter(type__startswith="deposit.").first()
    for unknown in (uuid7(), *([inside.id] if inside else ())):
        assert developer.get(f"{here}/{unknown}").status_code == 404
    assert developer.get(here, {"type": "deposit.seen"}).status_code == 404
    assert staff.client("accountant").get(here).status_code == 403
