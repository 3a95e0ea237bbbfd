"""Which events become observations, from whom to whom, and what they were worth."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from gateway.chains.models import Token
from gateway.compliance.scenarios.handlers import HANDLERS
from gateway.compliance.scenarios.models import ObservationRow, WaitingObservation
from gateway.compliance.scenarios.valuing import UNKNOWN, Worth, worth_of
from gateway.events.ids import uuid7
from gateway.events.subscriptions import EventRecord
from gateway.shops.services import shop_set_payout_address
from tests.chain_rows import USDC
from tests.compliance.scenarios.kit import NOW, SHOP_ID
from tests.invoices.conftest import World, chain, world

pytestmark = pytest.mark.django_db
__all__ = ["chain", "world"]
DEST = "0x" + "Ab" * 20


def heard(type: str, body: dict[str, Any]) -> ObservationRow | None:
    """What a handler makes of an event."""
    event = EventRecord(
        id=uuid7(),
        type=type,
        mode="test",
        shop_id=SHOP_ID,
        subject=f"it:{uuid7()}",
        sequence=1,
        body=body,
        occurred_at=NOW,
    )
    HANDLERS[type](event)
    HANDLERS[type](event)
    return ObservationRow.objects.filter(event_id=event.id).first()


def test_a_final_deposit_is_observed_from_its_payer_at_the_time_of_its_block(world: World) -> None:
    invoice = world.issue()
    deposit = world.confirmed(invoice)
    assert not ObservationRow.objects.filter(kind="deposit").exists()
    world.hear(deposit, "final")
    row = ObservationRow.objects.get(kind="deposit")
    assert row.source == f"address:0x{bytes(deposit.sender).hex()}"
    assert row.target == f"shop:{invoice.shop_id}"
    assert row.at == deposit.first_block_time
    assert row.facts["invoice"] == str(invoice.id)
    assert row.cents is not None and row.valued_by in (f"peg:{USDC}", f"market:{USDC}")
    assert set(WaitingObservation.objects.values_list("subject", flat=True)) == {
        row.source,
        row.target,
    }


def test_a_payer_whom_the_chain_does_not_name_is_nobody(world: World) -> None:
    deposit = world.confirmed(world.issue(), sender=bytes(20))
    world.hear(deposit, "final")
    assert ObservationRow.objects.get(kind="deposit").source == ""


def test_another_payout_address_is_observed(shop: Any, drain: Callable[[], int]) -> None:
    shop_set_payout_address(shop_id=shop.id, address=b"\x07" * 20, now=NOW)
    drain()
    row = ObservationRow.objects.get(kind="destination_changed")
    assert (row.target, row.source, row.cents) == (f"shop:{shop.id}", "", None)


@pytest.mark.parametrize(
    ("type", "kind"), [("payout.requested", "payout_requested"), ("payout.completed", "payout")]
)
def test_a_payout_is_observed_to_where_it_goes(type: str, kind: str) -> None:
    body = {
        "id": "one",
        "destination": DEST,
        "asset": "USD",
        "units": "12345",
        "trigger": "person",
        "ramp": None,
    }
    row = heard(type, body)
    assert row is not None
    assert (row.kind, row.source, row.target) == (
        kind,
        f"shop:{SHOP_ID}",
        f"address:{DEST.lower()}",
    )
    assert (row.cents, row.valued_by) == (12_345, "currency")


def test_refunds_and_cards_are_observed() -> None:
    refund = heard(
        "refund.completed",
        {"invoice_id": "i", "destination": DEST, "asset": "USD", "units": "7", "requested_by": "u"},
    )
    assert refund is not None and (refund.kind, refund.target) == (
        "refund",
        f"address:{DEST.lower()}",
    )
    card = {"invoice_id": "i", "currency": "USD", "units": "900"}
    paid, back = heard("card.paid", card), heard("card.refunded", card)
    assert paid is not None and (paid.kind, paid.target, paid.cents) == (
        "card_payment",
        f"shop:{SHOP_ID}",
        900,
    )
    assert back is not None and (back.kind, back.source) == ("card_refund", f"shop:{SHOP_ID}")


def test_of_another_bank_account_its_country_alone_is_kept() -> None:
    body = {"kind": "bank_destination", "payload": {"iban": "DE…3000", "holder": "Somebody"}}
    row = heard("approval.carried_out", body)
    assert row is not None and row.facts == {"bank_country": "DE"}
    assert heard("approval.carried_out", {"kind": "payout", "payload": {}}) is None


def test_what_is_known_of_a_business_is_observed_once_it_is_different(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from gateway.compliance.scenarios import handlers

    known: list[Any] = [{"mcc": "7995", "countries": ["DE"]}]
    monkeypatch.setattr(handlers, "profile_of", lambda _: known[-1])
    assert heard("shop.requirements_changed", {}) is not None
    assert heard("subject.declared", {}) is None
    known.append({"mcc": "5812", "countries": ["DE"]})
    row = heard("subject.declared", {})
    assert row is not None and row.facts["mcc"] == "5812"
    known.append(None)
    assert heard("shop.requirements_changed", {}) is None


def test_a_token_that_promises_a_dollar_is_taken_at_its_word_and_no_other(chain: Any) -> None:
    Token.objects.filter(code=USDC).update(peg="USD", value_usd_e8=None, value_at=None)
    assert worth_of(USDC, 1_239_999, at=NOW) == Worth(123, f"peg:{USDC}")
    Token.objects.filter(code=USDC).update(peg="EUR", value_usd_e8=None)
    assert worth_of(USDC, 1_000_000, at=NOW) == UNKNOWN
    assert worth_of("EUR", 100, at=NOW) == UNKNOWN


def test_other_currencies_are_worth_what_the_market_said_within_a_day(chain: Any) -> None:
    Token.objects.filter(code=USDC).update(
        peg="EUR", value_usd_e8=108_000_000, value_at=NOW - timedelta(hours=23)
    )
    assert worth_of(USDC, 1_000_000, at=NOW) == Worth(108, f"market:{USDC}")
    assert worth_of("EUR", 10_000, at=NOW) == Worth(10_800, f"market:{USDC}")
    assert worth_of("EUR", 10_000, at=NOW + timedelta(hours=2)) == UNKNOWN
    assert worth_of("nothing@1", 1, at=NOW) == UNKNOWN
