"""Above a jurisdiction's figure whoever is refunded signs for it; so it never waits for that."""

from typing import Any

import pytest
from eth_account import Account
from eth_account.messages import encode_defunct

from gateway.invoices import payers
from gateway.market.worth import worth_by
from gateway.refunds import travel
from gateway.refunds.errors import ProofRefused
from gateway.refunds.models import Refund
from gateway.refunds.proving import message_of, proof_of
from gateway.refunds.travel import is_wallet_shown
from gateway.settlement import travel as settlement_travel
from tests.chain_rows import USDC
from tests.market.dev_market import NOW_MS, dev_market
from tests.refunds.conftest import WALLET, Refunds
from tests.refunds.test_proving import asked, claim

PAYER = Account.from_key("0x" + "11" * 32)


@pytest.fixture
def ruled(refunds: Refunds, settings: Any, monkeypatch: pytest.MonkeyPatch) -> Refunds:
    settings.TRAVEL_RULE = {"establishments": ["CH"], "test_shops": True}
    for module in (travel, settlement_travel):
        monkeypatch.setattr(
            module,
            "worth_of",
            lambda token, *, into, now: worth_by(dev_market(), token, into=into, now_ms=NOW_MS),
        )
    # The market of these tests has no Swiss francs, and who pays would be asked of every sale.
    monkeypatch.setattr(payers, "is_payer_asked", lambda *_, **__: False)
    return refunds


def test_where_a_wallet_is_proven_from_the_first_cent_every_claim_is_signed(
    ruled: Refunds,
) -> None:
    found = asked(ruled)
    assert is_wallet_shown(found.refund, now=ruled.world.now)
    with pytest.raises(ProofRefused):
        claim(ruled, found.token, None)
    message = message_of(found.refund, asset=USDC, destination=WALLET)
    signature = "0x" + PAYER.sign_message(encode_defunct(text=message)).signature.hex()
    proof = proof_of(found.refund, asset=USDC, destination=WALLET, signature=signature)
    claim(ruled, found.token, proof)
    ruled.world.drain()
    refund = Refund.objects.get(id=found.refund.id)
    assert refund.waiting_reason not in ("address_proof", "receiver_check")
    assert refund.proof_kind == "eip191"


def test_below_the_figure_nobody_signs(ruled: Refunds, settings: Any) -> None:
    settings.TRAVEL_RULE = {"establishments": ["EU"], "test_shops": True}
    found = asked(ruled)
    assert not is_wallet_shown(found.refund, now=ruled.world.now)


def test_without_a_price_it_is_asked_where_anybody_wants_it(
    ruled: Refunds, monkeypatch: pytest.MonkeyPatch, settings: Any
) -> None:
    monkeypatch.setattr(travel, "worth_of", lambda *_, **__: None)
    found = asked(ruled)
    assert is_wallet_shown(found.refund, now=ruled.world.now)
    settings.TRAVEL_RULE = {"establishments": ["US"], "test_shops": True}
    assert not is_wallet_shown(found.refund, now=ruled.world.now)
