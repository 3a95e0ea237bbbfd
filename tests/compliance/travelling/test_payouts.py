"""Above a jurisdiction's figure a payout waits until the wallet is the shop's, or its provider has
said yes; below it, and for test shops where nothing is set, nobody notices anything."""

from typing import Any

import pytest
from eth_account import Account
from eth_account.messages import encode_defunct

from gateway.compliance.travelling.asking import tell
from gateway.compliance.travelling.models import Exchange
from gateway.compliance.travelling.proving import challenge_issue, wallet_prove
from gateway.compliance.travelling.wallets import wallet_is_ours, wallet_is_with_provider
from gateway.events import relay
from gateway.market.worth import worth_by
from gateway.settlement import travel
from gateway.settlement.models import Payout
from gateway.shops.services import shop_set_payout_address
from tests.compliance.travelling.provider import Provider
from tests.market.dev_market import NOW_MS, dev_market
from tests.settlement.asking import request, status
from tests.settlement.conftest import World

OWNER = Account.from_key("0x" + "11" * 32)
MINE = bytes.fromhex(OWNER.address[2:])
SMALL, LARGE = 1_079_000_000, 1_081_000_000
"""At 1.08 dollars a euro: 999.07 and 1,000.93 EUR."""


@pytest.fixture
def paid(world: World, house: Any, monkeypatch: pytest.MonkeyPatch) -> World:
    """A shop that was paid enough, and a market that knows the euro."""
    monkeypatch.setattr(
        travel,
        "worth_of",
        lambda token, *, into, now: worth_by(dev_market(), token, into=into, now_ms=NOW_MS),
    )
    shop_set_payout_address(shop_id=world.shop_id, address=MINE, now=world.now, changed_by="test")
    world.fund(10_000_000_000)
    world.fund(10**18, asset="ETH@31337")
    world.paid(5_000_000_000)
    return world


def sent(world: World, units: int) -> Payout:
    payout = request(world, units=units, key=f"k{units}")
    relay.drain(limit=1000)
    return Payout.objects.get(id=payout.id)


def prove(world: World) -> None:
    asked = challenge_issue(
        shop_id=world.shop_id, address=MINE, purpose="payout", about="Café", now=world.now
    )
    signature = OWNER.sign_message(encode_defunct(text=asked.text)).signature.hex()
    wallet_prove(
        shop_id=world.shop_id,
        address=MINE,
        purpose="payout",
        nonce=asked.nonce,
        signature=signature,
        mode="test",
        now=world.now,
    )


def test_below_the_figure_it_goes(paid: World) -> None:
    assert sent(paid, SMALL).status == "sending"


def test_above_it_waits_for_the_proof_and_then_goes_by_itself(paid: World) -> None:
    payout = sent(paid, LARGE)
    assert (payout.status, payout.waiting_reason) == ("awaiting_funds", "address_proof")
    prove(paid)
    relay.drain(limit=1000)
    assert status(payout) == "sending"
    assert sent(paid, LARGE + 1).status == "sending", "proven once"


def test_what_waits_does_not_stop_what_may_go(paid: World) -> None:
    assert sent(paid, LARGE).status == "awaiting_funds"
    assert sent(paid, SMALL).status == "sending"


def test_the_proof_is_of_that_very_address(paid: World) -> None:
    prove(paid)
    shop_set_payout_address(
        shop_id=paid.shop_id, address=b"\7" * 20, now=paid.now, changed_by="test"
    )
    assert sent(paid, LARGE).waiting_reason == "address_proof"


def test_without_a_rate_it_waits_whatever_it_is_worth(
    paid: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(travel, "worth_of", lambda *_, **__: None)
    assert sent(paid, 1_000).waiting_reason == "receiver_check"


def test_where_nobody_wants_a_proof_it_goes_without_a_rate(
    paid: World, monkeypatch: pytest.MonkeyPatch, settings: Any
) -> None:
    settings.TRAVEL_RULE = {"establishments": ["US", "SG"], "test_shops": True}
    monkeypatch.setattr(travel, "worth_of", lambda *_, **__: None)
    assert sent(paid, LARGE).status == "sending"


def test_where_nothing_is_set_a_test_shop_notices_nothing(paid: World, settings: Any) -> None:
    settings.TRAVEL_RULE = {"establishments": ["EU"]}
    assert sent(paid, LARGE).status == "sending"


def test_a_provider_is_asked_and_the_payout_waits_for_its_yes(
    paid: World, agreed: Provider, settings: Any
) -> None:
    wallet_is_with_provider(
        shop_id=paid.shop_id,
        address=MINE,
        travel_address=agreed.travel_address,
        mode="test",
        by="test",
        now=paid.now,
    )
    # Too little is known of this shop to tell anybody: nothing is sent, nothing is asked.
    payout = sent(paid, 1_000)
    assert payout.waiting_reason == "receiver_check" and not Exchange.objects.exists()

    from gateway.compliance.knowing.files import file_open, file_say
    from tests.compliance.knowing.place import COMPANY

    file_open(shop_id=paid.shop_id, now=paid.now)
    file_say(shop_id=paid.shop_id, fields=COMPANY, now=paid.now)
    wallet_is_ours(shop_id=paid.shop_id, address=MINE, mode="test", by="test", now=paid.now)
    relay.drain(limit=1000)
    assert status(payout) == "sending", "its own wallet needs nothing below the figure"
    wallet_is_with_provider(
        shop_id=paid.shop_id,
        address=MINE,
        travel_address=agreed.travel_address,
        mode="test",
        by="test",
        now=paid.now,
    )
    second = sent(paid, 2_000)
    exchange = Exchange.objects.get(about=f"payout:{second.id}")
    assert (second.waiting_reason, exchange.state) == ("receiver_check", "asking")
    Exchange.objects.filter(id=exchange.id).update(state="approved", due_at=None)
    exchange.refresh_from_db()
    tell_approved(exchange, paid)
    assert status(second) == "sending"
    (queued,) = [one for one in paid.queued() if str(second.id) in one.reference]
    paid.transaction_is(queued, "transaction.final", status="succeeded")
    exchange.refresh_from_db()
    assert (status(second), exchange.state) == ("completed", "confirming")
    assert exchange.txid == "0x" + "ab" * 32


def tell_approved(exchange: Exchange, world: World) -> None:
    from django.db import transaction

    with transaction.atomic():
        tell(exchange, "travel.approved", now=world.now)
    relay.drain(limit=1000)
