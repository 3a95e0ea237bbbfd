"""A shopper says where to: once, after a second look, never to what isn't a wallet of theirs."""

import pytest

from gateway.chains.addresses import checksum
from gateway.chains.errors import BadAddress
from gateway.chains.models import Chain
from gateway.compliance.alerts.models import Alert
from gateway.compliance.errors import ListsMissing
from gateway.compliance.models import ListSource
from gateway.events.models import Event
from gateway.invoices.claims import claims_of
from gateway.ledger import accounts
from gateway.ledger.selectors import balance
from gateway.money.assets import Asset
from gateway.refunds.claiming import choices_of, refund_claim
from gateway.refunds.converting import PROMISE, conversion_of
from gateway.refunds.deciding import refund_relink
from gateway.refunds.destinations import destination_read
from gateway.refunds.errors import (
    AmountMoved,
    ChoiceGone,
    DestinationRefused,
    LinkUnknown,
    RefundNotOpen,
)
from gateway.refunds.links import LINK_LASTS, token_hash
from gateway.refunds.models import Refund
from gateway.refunds.outcomes import refunds_expire
from gateway.refunds.selectors import refund_by_link
from gateway.shops.services import shop_set_terms
from tests.chain_rows import USDC, WETH
from tests.invoices.conftest import LISTED, later_market
from tests.market.dev_market import NOW
from tests.refunds.conftest import OTHER_WALLET, WALLET, Refunds, euros, person


def test_a_link_is_used_once_and_only_its_hash_is_kept(refunds: Refunds) -> None:
    asked = refunds.ask(refunds.paid(), amount=euros(500))
    assert len(asked.token) == 32
    assert bytes(asked.refund.link_hash) == token_hash(asked.token)
    refund = refunds.claim(asked.token)
    assert bytes(refund.destination or b"") == WALLET
    assert refund.status == "approved"  # the manager's own word was enough; the float is empty
    with pytest.raises(RefundNotOpen):
        refunds.claim(asked.token, to=OTHER_WALLET)
    assert bytes(refunds.again(refund).destination or b"") == WALLET


@pytest.mark.parametrize("token", ["", "x", "A" * 32, "A" * 33, "é" * 32])
def test_a_wrong_link_leads_nowhere(refunds: Refunds, token: str) -> None:
    refunds.ask(refunds.paid(), amount=euros(500))
    with pytest.raises(LinkUnknown):
        refund_by_link(token)


def test_money_is_never_sent_to_nobody_or_to_the_houses_own(refunds: Refunds) -> None:
    invoice = refunds.paid()
    chain = Chain.objects.get()
    for address in (
        bytes(20),
        bytes(invoice.address),
        bytes(chain.treasury),
        bytes(chain.factory_address),
        bytes([0xA0]) * 20,  # USDC
    ):
        with pytest.raises(DestinationRefused):
            destination_read(checksum(address))
    asked = refunds.ask(invoice, amount=euros(500))
    with pytest.raises(DestinationRefused):
        refunds.claim(asked.token, to=bytes(invoice.address))
    assert refunds.again(asked.refund).status == "requested"


def test_an_address_with_a_typing_error_is_not_taken() -> None:
    right = checksum(WALLET)
    wrong = right[:-1] + ("0" if right[-1] != "0" else "1")
    with pytest.raises(BadAddress) as refused:
        destination_read(wrong)
    assert refused.value.field == "address"


@pytest.mark.django_db
def test_an_address_is_pasted_with_blanks_around_it() -> None:
    assert destination_read(f"  {checksum(WALLET)}\n") == WALLET


def test_what_is_claimed_and_not_approved_can_be_claimed_anew(refunds: Refunds) -> None:
    asked = refunds.ask(refunds.paid(), amount=euros(500), by=person("cashier", "cy"))
    assert refunds.claim(asked.token).status == "claimed"
    refund, token = refund_relink(
        shop_id=asked.refund.shop_id,
        refund_id=asked.refund.id,
        by=person(),
        now=refunds.world.now,
    )
    assert (refund.status, refund.destination) == ("requested", None)
    assert (refund.linked_by, asked.refund.linked_by) == ("user:mia", "user:cy")
    with pytest.raises(LinkUnknown):
        refund_by_link(asked.token)
    assert bytes(refunds.claim(token, to=OTHER_WALLET).destination or b"") == OTHER_WALLET


def test_an_approved_address_is_not_changed(refunds: Refunds) -> None:
    asked = refunds.ask(refunds.paid(), amount=euros(500))
    refunds.claim(asked.token)
    with pytest.raises(RefundNotOpen):
        refund_relink(
            shop_id=asked.refund.shop_id,
            refund_id=asked.refund.id,
            by=person("owner"),
            now=refunds.world.now,
        )


def test_a_link_that_nobody_used_ends_and_the_shop_has_its_money_again(refunds: Refunds) -> None:
    invoice = refunds.paid()
    before = refunds.available()
    asked = refunds.ask(invoice, amount=euros(500))
    refunds.later(seconds=LINK_LASTS.total_seconds())
    with pytest.raises(RefundNotOpen):
        refunds.claim(asked.token)
    assert refunds_expire(now=refunds.world.now) == 1
    assert refunds_expire(now=refunds.world.now) == 0
    assert refunds.again(asked.refund).status == "expired"
    assert refunds.available() == before
    assert refunds.world.again(invoice).refunds[0]["status"] == "expired"


def test_a_surplus_that_nobody_claimed_stays_owed(refunds: Refunds) -> None:
    invoice = refunds.world.issue()
    refunds.world.confirmed(invoice, units=30_000_000)
    (claim,) = claims_of(invoice.id)
    refunds.ask(invoice, claim_id=claim.id)
    refunds.later(seconds=LINK_LASTS.total_seconds())
    refunds_expire(now=refunds.world.now)
    owed = balance(account=accounts.refunds(), asset=Asset(USDC, 6)).units
    assert -owed == claim.units


def test_a_wrong_asset_is_owed_from_when_it_is_claimed(refunds: Refunds) -> None:
    shop_set_terms(
        shop_id=refunds.world.shop_id, changes={"accepted_assets": [USDC]}, now=refunds.world.now
    )
    invoice = refunds.world.issue()
    refunds.world.confirmed(invoice, asset="UNI@31337", units=10**18)
    (claim,) = claims_of(invoice.id)
    uni = Asset("UNI@31337", 18)
    asked = refunds.ask(invoice, claim_id=claim.id)
    assert (asked.refund.kind, balance(account=accounts.refunds(), asset=uni).units) == (
        "wrong_asset",
        0,
    )
    refunds.claim(asked.token)
    assert balance(account=accounts.refunds(), asset=uni).units == -claim.units
    assert balance(account=accounts.suspense(), asset=uni).units == 0


def test_each_choice_says_what_it_is_now(refunds: Refunds) -> None:
    invoice = refunds.paid(3_000, asset=WETH)
    refunds.paid(500)
    refunds.fund(10**18, asset=WETH)
    asked = refunds.ask(invoice, amount=euros(1_080), rate="today")
    token, stable = choices_of(asked.refund, now=refunds.world.now)
    assert (token.asset.code, token.is_fixed) == (WETH, False)
    assert (stable.asset.code, stable.is_fixed) == (USDC, True)
    assert stable.amount is not None and token.amount is not None
    assert stable.amount.units == 11_664_000
    # At 3001 dollars, the dearest witness, and the desk's spread on top.
    fair = 11_664_000 * 10**18 // (3_001 * 10**6)
    assert fair * 98 // 100 < token.amount.units < fair


def test_a_token_that_the_house_does_not_hold_is_not_offered(refunds: Refunds) -> None:
    invoice = refunds.paid(3_000, asset=WETH)
    refunds.paid(500)
    asked = refunds.ask(invoice, amount=euros(1_000))
    token, stable = choices_of(asked.refund, now=refunds.world.now)
    assert (token.amount, stable.amount is None) == (None, False)
    with pytest.raises(ChoiceGone):
        refunds_claim_of(refunds, asked.token, WETH)


def refunds_claim_of(refunds: Refunds, token: str, asset: str, shown: int = 1) -> Refund:
    return refund_claim(
        token=token, asset=asset, destination=WALLET, shown_units=shown, now=refunds.world.now
    )


def test_a_price_that_moved_is_looked_at_again(refunds: Refunds) -> None:
    invoice = refunds.paid(3_000, asset=WETH)
    refunds.paid(500)
    refunds.fund(10**18, asset=WETH)
    asked = refunds.ask(invoice, amount=euros(1_000), rate="today")
    token, _ = choices_of(asked.refund, now=refunds.world.now)
    assert token.amount is not None
    with pytest.raises(AmountMoved):
        refunds_claim_of(refunds, asked.token, WETH, shown=token.amount.units * 102 // 100)
    refunds_claim_of(refunds, asked.token, WETH, shown=token.amount.units * 1_004 // 1_000)
    refund = refunds.again(asked.refund)
    # What was seen is no promise: it is what the token costs now.
    assert refund.promised_units == token.amount.units
    assert refund.promised_until == refunds.world.now + PROMISE


def test_the_promise_ends_after_minutes_and_nobody_has_an_option(refunds: Refunds) -> None:
    invoice = refunds.paid(3_000, asset=WETH)
    refunds.paid(500)
    refunds.fund(10**18, asset=WETH)
    asked = refunds.ask(invoice, amount=euros(1_000), rate="today")
    refunds_claim_of(refunds, asked.token, WETH)
    refunds.later(seconds=PROMISE.total_seconds() + 1)
    refunds.world.publish(later_market((refunds.world.now - NOW).total_seconds()))
    refund = refunds.again(asked.refund)
    now = conversion_of(refund, now=refunds.world.now)
    Refund.objects.filter(id=refund.id).update(promised_units=10**18)
    assert conversion_of(refunds.again(refund), now=refunds.world.now) == now


def test_who_waits_for_approval_is_promised_no_price(refunds: Refunds) -> None:
    invoice = refunds.paid(3_000, asset=WETH)
    refunds.paid(500)
    refunds.fund(10**18, asset=WETH)
    asked = refunds.ask(invoice, amount=euros(1_000), rate="today", by=person("cashier"))
    refunds_claim_of(refunds, asked.token, WETH)
    assert refunds.again(asked.refund).promised_until is None


def test_there_is_a_verdict_on_every_destination_and_nobody_is_tipped_off(
    refunds: Refunds,
) -> None:
    asked = refunds.ask(refunds.paid(), amount=euros(500))
    refunds.fund()
    refund = refunds.claim(asked.token, to=LISTED)
    assert (refund.verdict, refund.verdict_lists) == ("listed", "ofac#1")
    assert (refund.status, refund.waiting_reason) == ("approved", "destination_check")
    assert refunds.queued() == []
    told = Event.objects.filter(subject=f"refund:{refund.id}").values_list("body", flat=True)
    assert "listed" not in str(list(told)) and "ofac" not in str(list(told))
    alert = Alert.objects.get(kind="refund_to_listed")
    assert (alert.about, alert.versions) == (f"address:0x{LISTED.hex()}", {"ofac": "1"})


def test_without_a_list_nobody_is_clear(refunds: Refunds) -> None:
    asked = refunds.ask(refunds.paid(), amount=euros(500))
    ListSource.objects.update(enabled=False)
    with pytest.raises(ListsMissing):
        refunds.claim(asked.token)
    assert refunds.again(asked.refund).status == "requested"
