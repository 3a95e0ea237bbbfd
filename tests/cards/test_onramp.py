"""A shopper without tokens buys what is due, to the invoice's own address."""

from typing import Any

import pytest
from django.test import Client

from gateway.cards.errors import OnrampNotOffered
from gateway.cards.models import OnrampSession
from gateway.cards.onramp import onramp_page
from gateway.invoices.presenters import invoice_as_dict
from gateway.ramps.errors import RampDown, RampRefused
from gateway.ramps.models import RampAccount
from tests.cards.kit import Desk
from tests.chain_rows import ETH, USDC
from tests.ramps.kit import Killed, killer, passing
from tests.stripe_fake.faults import Fault
from tests.stripe_fake.state import Json

SESSIONS = "POST /v1/crypto/onramp_sessions"


@pytest.fixture
def selling(desk: Desk, settings: Any) -> Desk:
    """The ramp sells USDC; the test chain stands for Base."""
    way = {USDC: {"currency": "usdc", "network": "base"}}
    settings.RAMPS = [{**settings.RAMPS[0], "onramp": way}]
    return desk


def _sessions(desk: Desk) -> list[Json]:
    return list(desk.place.fake.state.objects["onramp_session"].values())


def _buy(desk: Desk, invoice: Any, **how: Any) -> str:
    return onramp_page(invoice_id=invoice.id, asset=USDC, now=desk.place.now, **how)


def test_what_is_due_is_bought_to_the_invoices_address_and_comes_as_a_deposit(
    selling: Desk,
) -> None:
    invoice = selling.issue()
    assert _buy(selling, invoice).startswith("https://crypto.link.com")
    (session,) = _sessions(selling)
    told = session["transaction_details"]
    shown = invoice_as_dict(invoice)
    due = next(one for one in shown["due"] if one["asset"] == USDC)
    assert told["wallet_addresses"] == {"base_network": shown["address"]}
    assert (told["destination_amount"], told["lock_wallet_address"]) == (due["amount"], True)
    assert told["destination_currencies"] == ["usdc"]
    assert told["destination_networks"] == ["base"]
    selling.world.confirmed(invoice)
    again = selling.world.again(invoice)
    assert (again.status, invoice_as_dict(again)["tender"]) == ("paid", "tokens")


def test_the_rest_of_a_part_is_bought(selling: Desk) -> None:
    invoice = selling.issue()
    _buy(selling, invoice)
    selling.world.confirmed(invoice, units=5_000_000)
    _buy(selling, selling.world.again(invoice))
    first, rest = _sessions(selling)
    amounts = [one["transaction_details"]["destination_amount"] for one in (first, rest)]
    assert float(amounts[1]) < float(amounts[0])


@pytest.mark.parametrize("point", ["planned", "asked", "answered"])
def test_a_process_that_dies_makes_no_second_session(point: str, selling: Desk) -> None:
    invoice = selling.issue()
    for _ in range(5):
        with pytest.raises(Killed), passing(killer(f"onramp.{point}")):
            _buy(selling, invoice)
    assert _buy(selling, invoice) == _buy(selling, invoice)
    assert len(_sessions(selling)) == 1


@pytest.mark.parametrize("fault", [Fault.CUT_BEFORE, Fault.CUT_AFTER, Fault.BUSY])
def test_an_unanswered_request_makes_no_second_session(fault: Fault, selling: Desk) -> None:
    invoice = selling.issue()
    selling.place.fake.faults.order(fault, on=SESSIONS)
    with pytest.raises(RampDown):
        _buy(selling, invoice)
    assert _buy(selling, invoice)
    assert len(_sessions(selling)) == 1


def test_a_network_that_the_ramp_does_not_sell_on_is_refused(selling: Desk, settings: Any) -> None:
    way = {USDC: {"currency": "usdc", "network": "nowhere"}}
    settings.RAMPS = [{**settings.RAMPS[0], "onramp": way}]
    invoice = selling.issue()
    with pytest.raises(RampRefused):
        _buy(selling, invoice)
    assert OnrampSession.objects.get().status == "refused"


def test_nothing_is_sold_for_what_is_not_asked_for(selling: Desk) -> None:
    paid, open_one = selling.paid(), selling.issue()
    for invoice, asset in ((paid, USDC), (open_one, ETH)):
        with pytest.raises(OnrampNotOffered):
            onramp_page(invoice_id=invoice.id, asset=asset, now=selling.place.now)
    RampAccount.objects.update(payouts_enabled=False)
    with pytest.raises(OnrampNotOffered):
        _buy(selling, open_one)
    assert _sessions(selling) == []


def test_the_page_sells_the_chosen_token(selling: Desk) -> None:
    invoice = selling.issue()
    path, client = f"/i/{invoice.id}", Client()
    assert "Buy USDC with a card" in client.get(f"{path}?asset={USDC}").content.decode()
    assert "with a card" not in client.get(f"{path}?asset={ETH}").content.decode()
    answer = client.post(f"{path}/buy", {"asset": USDC})
    assert answer["Location"] == f"{path}?asset={USDC}#card"
    (session,) = _sessions(selling)
    assert session["redirect_url"] in client.get(f"{path}?asset={USDC}").content.decode()
