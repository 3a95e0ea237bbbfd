"""What payouts cost, by day and by invoice, told as the payouts and their ramp tell it."""

from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.utils import timezone

from gateway.invoices.models import Payment
from gateway.settlement.allocating.models import CreditUse, ShopCredit
from gateway.settlement.models import FiatWay, Payout
from tests.faces import Staff
from tests.merchants.api.conftest import Api
from tests.merchants.api.test_reports import rows_of

USDC = "USDC@31337"


def span() -> str:
    now = timezone.now().date()
    return f"first={now - timedelta(days=1)}&last={now + timedelta(days=1)}"


def completed(shop_id: UUID, **changes: Any) -> Payout:
    return Payout.objects.create(
        **{
            "shop_id": shop_id, "mode": "test", "status": "completed", "asset": USDC,
            "decimals": 6, "units": 5_000_000, "taken_asset": USDC, "taken_decimals": 6,
            "taken_units": 5_000_000, "chain_id": 31337, "destination": b"\1" * 20,
            "transaction_id": uuid4(), "trigger": "demand", "idempotency_key": str(uuid4()),
            "requested_at": timezone.now(), "ended_at": timezone.now(), "fee_units": 21_000,
            **changes,
        }
    )  # fmt: skip


def to_bank(shop_id: UUID, *, bearer: str) -> Payout:
    payout = completed(
        shop_id, asset="EUR", decimals=2, units=460, conversion={}, ramp="stripe", chain_id=None,
        destination=None, transaction_id=None, fee_units=0,
    )  # fmt: skip
    FiatWay.objects.create(
        payout=payout, ramp="stripe", account="acct_1", transfer_units=460, bank_units=435,
        fee_bearer=bearer, fee_units=25, charged_units=25,
    )  # fmt: skip
    return payout


@pytest.fixture
def paid_out(open_shop: Any) -> Any:
    for payout_of in (completed, completed):
        payout_of(open_shop.shop_id)
    to_bank(open_shop.shop_id, bearer="shop")
    to_bank(open_shop.shop_id, bearer="house")
    completed(open_shop.shop_id, status="failed")
    return open_shop


def test_each_day_says_what_its_payouts_cost(api: Api, stranger: Api, paid_out: Any) -> None:
    days = api.get(f"reports/daily?{span()}").json()["payout_costs"]
    told = [
        (day["asset"], day["payouts"], day["gas_wei"], day["ramp_fee"], day["ramp_fee_bearer"])
        for day in days
    ]
    assert sorted(told) == [
        ("EUR", 1, "0", "0.25", "house"),
        ("EUR", 1, "0", "0.25", "shop"),
        (USDC, 2, "42000", "0", ""),
    ]
    assert stranger.get(f"reports/daily?{span()}").json()["payout_costs"] == []


def test_the_page_says_it_too(paid_out: Any) -> None:
    client = Staff(paid_out).client("owner", headers={"accept-language": "en"})
    page = client.get(f"/dashboard/{paid_out.shop_id}/reports?{span()}").content.decode()
    assert "What payouts cost" in page and "42,000 wei" in page.replace("\u202f", ",")
    assert "paid by you" in page and "paid by the house" in page


def test_an_invoice_bears_its_part_of_its_payout(api: Api, paid_out: Any) -> None:
    invoice = paid_out.issue(420)
    deposit = paid_out.confirmed(invoice)
    payout = to_bank(paid_out.shop_id, bearer="shop")
    ShopCredit.objects.update_or_create(
        deposit_id=deposit.id,
        defaults={
            "shop_id": paid_out.shop_id, "asset": USDC, "invoice_id": invoice.id,
            "units": 4_000_000, "taken_units": 1_250_000, "credited_at": timezone.now(),
        },
    )  # fmt: skip
    CreditUse.objects.create(
        shop_id=paid_out.shop_id, asset=USDC, payout_id=payout.id, deposit_id=deposit.id,
        units=1_250_000,
    )  # fmt: skip
    [cost] = api.get(f"invoices/{invoice.id}/fees").json()["payouts"]
    assert cost["payout_id"] == str(payout.id) and cost["units"] == "1250000"
    # 1.25 of 5 USDC: a quarter of 0.25 EUR, rounded down
    assert (cost["ramp_fee"], cost["ramp_fee_bearer"]) == ("0.06", "shop")
    client = Staff(paid_out).client("owner", headers={"accept-language": "en"})
    page = client.get(f"/dashboard/{paid_out.shop_id}/invoices/{invoice.id}").content.decode()
    assert "What it costs" in page and "Bank transfer: €0.06" in page


def test_every_payment_s_costs_come_as_a_file(api: Api, stranger: Api, open_shop: Any) -> None:
    open_shop.confirmed(open_shop.issue(1_250))
    deposit = open_shop.confirmed(open_shop.issue(420))
    open_shop.hear(deposit, "orphaned")
    rows = rows_of(api.get(f"reports/fees.csv?{span()}"))
    assert [row["what"] for row in rows] == ["paid", "paid", "taken_back"]
    fees = [int(Decimal(row["fee"]).scaleb(6)) for row in rows]
    kept = Payment.objects.get(shop_id=open_shop.shop_id, reversed_at=None)
    assert fees[0] == sum(fees) == kept.fee_units > 0
    assert {row["fee_version"] for row in rows} == {"1"}
    assert rows_of(stranger.get(f"reports/fees.csv?{span()}")) == []
    client = Staff(open_shop).client("accountant", headers={"accept-language": "en"})
    here = f"/dashboard/{open_shop.shop_id}/reports/fees.csv"
    assert len(b"".join(client.get(f"{here}?{span()}").streaming_content).splitlines()) == 4
    assert client.get(f"{here}?first=x").status_code == 302


def test_each_day_says_what_its_payments_cost_beside_the_fee(
    api: Api, stranger: Api, open_shop: Any
) -> None:
    """The days are the sums of what each payment cost; what was taken back is taken off."""
    for units in (1_250, 999):
        open_shop.confirmed(open_shop.issue(units), asset="WETH@31337")
    open_shop.confirmed(open_shop.issue(420))
    undone = open_shop.confirmed(open_shop.issue(777))
    open_shop.hear(undone, "orphaned")
    days = {day["token"]: day for day in api.get(f"reports/daily?{span()}").json()["payment_costs"]}
    assert {token: day["payments"] for token, day in days.items()} == {"WETH@31337": 2, USDC: 1}
    expected: dict[str, dict[str, Decimal]] = {}
    for payment in Payment.objects.filter(shop_id=open_shop.shop_id, reversed_at=None):
        told = api.get(f"invoices/{payment.invoice_id}/fees").json()["payments"][0]
        sums = expected.setdefault(told["token"], {})
        for name, amount in (("fee", told["fee"]), *told["rate"].items()):
            sums[name] = sums.get(name, Decimal(0)) + Decimal(amount)
    for token, sums in expected.items():
        day = days[token]
        assert {name: Decimal(amount) for name, amount in day["rate"].items()} | {
            "fee": Decimal(day["fee"])
        } == sums
    assert expected["WETH@31337"]["spread"] > 0
    rows = rows_of(api.get(f"reports/costs.csv?{span()}"))
    assert {row["token"]: row["fee"] for row in rows} == {
        token: day["fee"] for token, day in days.items()
    }
    assert rows_of(stranger.get(f"reports/costs.csv?{span()}")) == []
    client = Staff(open_shop).client("accountant", headers={"accept-language": "en"})
    page = client.get(f"/dashboard/{open_shop.shop_id}/reports?{span()}").content.decode()
    assert "What payments cost" in page and "Price lock" in page
    here = f"/dashboard/{open_shop.shop_id}/reports/costs.csv"
    assert len(b"".join(client.get(f"{here}?{span()}").streaming_content).splitlines()) == 3
    assert client.get(f"{here}?first=x").status_code == 302
