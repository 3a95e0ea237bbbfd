"""From rows to the chain: once, when all is clear and final, and what becomes of it."""

from typing import Any

import pytest

from gateway.events.models import Event
from gateway.invoices.claims import claims_of
from gateway.ledger import accounts
from gateway.ledger.checks import ledger_checks
from gateway.ledger.selectors import balance
from gateway.money.assets import Asset
from gateway.refunds.deciding import refund_approve, refund_reject
from gateway.refunds.errors import RefundNotOpen
from gateway.refunds.models import Refund
from gateway.refunds.outcomes import refunds_expire
from gateway.refunds.presenters import refund_as_dict
from gateway.refunds.sending import refund_send, refunds_resume
from gateway.settlement.models import FloatPromise
from gateway.settlement.reconciling.differing import difference_explain
from gateway.settlement.reconciling.models import Difference
from gateway.settlement.selectors import free_float
from merchants.dashboard.refunds import refund_why
from tests.chain_rows import ETH, SHOPPER, USDC, WETH
from tests.invoices.conftest import LISTED
from tests.refunds.conftest import OTHER_WALLET, WALLET, Refunds, euros, person
from tests.settlement.reconciling.seeing import place_seen

OWED_USDC = Asset(USDC, 6)


def owed_to_payers(asset: Asset = OWED_USDC) -> int:
    return -balance(account=accounts.refunds(), asset=asset).units


def sending(refunds: Refunds, **wanted: Any) -> Refund:
    """A refund of five euros that is on its way."""
    refunds.fund()
    asked = refunds.ask(refunds.paid(), **{"amount": euros(500), **wanted})
    refund = refunds.claim(asked.token)
    assert (refund.status, refund.waiting_reason) == ("sending", "")
    return refund


def test_a_refund_leaves_once_and_the_books_follow(refunds: Refunds) -> None:
    refund = sending(refunds)
    refund_send(refund_id=refund.id, now=refunds.world.now)
    refunds_resume(now=refunds.world.now)
    (outgoing,) = refunds.queued()
    assert (outgoing.purpose, outgoing.reference) == ("refund", f"refund:{refund.id}:1")
    assert bytes(outgoing.to) == bytes([0xA0]) * 20 and WALLET in bytes(outgoing.data)
    assert refund.units == refund.taken_units
    hot = balance(account=accounts.custody_hot(31337), asset=OWED_USDC).units
    assert free_float(asset=OWED_USDC) == hot - (refund.units or 0)

    refunds.becomes(outgoing, "mined", status="succeeded")
    assert refunds.again(refund).tx_hash is not None
    refunds.becomes(outgoing, "final", status="succeeded")
    refunds.becomes(outgoing, "final", status="succeeded")
    done = refunds.again(refund)
    assert (done.status, done.fee_units) == ("completed", 21_000)
    assert owed_to_payers() == 0
    assert balance(account=accounts.gas(), asset=Asset(ETH, 18)).units == 21_000
    assert balance(account=accounts.custody_hot(31337), asset=OWED_USDC).units == hot - (
        refund.units or 0
    )
    assert not FloatPromise.objects.exists()
    types = list(
        Event.objects.filter(subject=f"refund:{refund.id}")
        .order_by("sequence")
        .values_list("type", flat=True)
    )
    assert types == ["refund.requested", "refund.claimed", "refund.sending", "refund.completed"]
    assert ledger_checks() == []


def test_nothing_leaves_before_the_payment_is_final(refunds: Refunds) -> None:
    refunds.fund()
    invoice = refunds.paid(final=False)
    asked = refunds.ask(invoice, amount=euros(500))
    refund = refunds.claim(asked.token)
    assert (refund.status, refund.waiting_reason) == ("approved", "not_final")
    refunds.world.hear(refunds.deposit_of(invoice), "final")
    assert refunds.again(refund).status == "sending"


def test_a_payment_that_a_reorg_takes_back_takes_its_refund_along(refunds: Refunds) -> None:
    refunds.fund()
    invoice = refunds.paid(final=False)
    asked = refunds.ask(invoice, amount=euros(500))
    refund = refunds.claim(asked.token)
    refunds.world.hear(refunds.deposit_of(invoice), "orphaned")
    refund = refunds.again(refund)
    assert (refund.status, refund.end_reason) == ("rejected", "payment_reverted")
    assert (refunds.available(), owed_to_payers()) == (0, 0)
    assert refunds.queued() == []
    assert ledger_checks() == []


def test_a_surplus_that_a_reorg_takes_back_is_owed_to_nobody(refunds: Refunds) -> None:
    refunds.fund()
    invoice = refunds.world.issue()
    deposit = refunds.world.confirmed(invoice, units=30_000_000)
    (claim,) = claims_of(invoice.id)
    refund = refunds.claim(refunds.ask(invoice, claim_id=claim.id).token)
    assert refund.waiting_reason == "not_final"
    refunds.world.hear(deposit, "orphaned")
    assert refunds.again(refund).status == "rejected"
    assert owed_to_payers() == 0


def test_of_two_refunds_the_newer_falls_when_half_of_the_money_is_taken_back(
    refunds: Refunds,
) -> None:
    invoice = refunds.world.issue()
    half = refunds.world.quote(invoice).units // 2 + 1
    first = refunds.world.confirmed(invoice, units=half)
    refunds.world.confirmed(invoice, units=half)
    refunds.paid(2_000)
    older = refunds.ask(invoice, amount=euros(500)).refund
    newer = refunds.ask(invoice, amount=euros(500)).refund
    refunds.world.hear(first, "orphaned")
    assert refunds.again(older).status == "requested"
    assert refunds.again(newer).status == "rejected"
    assert ledger_checks() == []


def test_a_payer_listed_after_all_holds_the_refund_back(refunds: Refunds) -> None:
    invoice = refunds.paid()
    asked = refunds.ask(invoice, amount=euros(500), by=person("cashier"))
    refunds.claim(asked.token)
    refunds.fund()
    refunds.world.load_list(LISTED, SHOPPER)
    refunds.world.drain()
    approve(refunds, asked.refund)
    refund = refunds.again(asked.refund)
    assert (refund.status, refund.waiting_reason) == ("approved", "payment_check")
    assert refunds.queued() == []


def approve(refunds: Refunds, refund: Refund) -> None:
    refund_approve(
        shop_id=refund.shop_id, refund_id=refund.id, by=person("owner"), now=refunds.world.now
    )
    refunds.world.drain()


def test_a_destination_listed_after_the_claim_gets_nothing(refunds: Refunds) -> None:
    asked = refunds.ask(refunds.paid(), amount=euros(500), by=person("cashier"))
    assert refunds.claim(asked.token).verdict == "clear"
    refunds.fund()
    refunds.world.load_list(LISTED, WALLET)
    refunds.world.drain()
    approve(refunds, asked.refund)
    refund = refunds.again(asked.refund)
    assert (refund.verdict, refund.verdict_lists) == ("listed", "ofac#2")
    assert (refund.status, refund.waiting_reason) == ("approved", "destination_check")
    # The shop may call it off, and learns no more than that it waited for a check.
    before = refunds.available()
    refund_reject(shop_id=refund.shop_id, refund_id=refund.id, by=person(), now=refunds.world.now)
    assert refunds.available() == before + refund.taken_units


def test_an_empty_float_lets_it_wait_and_a_filled_one_go(refunds: Refunds) -> None:
    asked = refunds.ask(refunds.paid(), amount=euros(500))
    refund = refunds.claim(asked.token)
    assert (refund.status, refund.waiting_reason) == ("approved", "float_short")
    assert Event.objects.filter(type="float.short").exists()
    refunds.fund()
    assert refunds.again(refund).status == "sending"


def off_by(refunds: Refunds, units: int) -> None:
    place_seen(units, now=refunds.world.now, account="custody:hot:31337", asset=USDC)


def test_missing_money_lets_a_refund_wait_until_it_is_back(refunds: Refunds) -> None:
    refunds.fund()
    asked = refunds.ask(refunds.paid(), amount=euros(500))
    off_by(refunds, -1)
    refund = refunds.claim(asked.token)
    assert (refund.status, refund.waiting_reason) == ("approved", "books_differ")
    assert refund_as_dict(refund)["waiting_reason"] == "books_differ"
    assert refund_why("books_differ", failed=False)
    assert refunds.queued() == []
    off_by(refunds, 0)
    refund = refunds.again(refund)
    assert (refund.status, refund.waiting_reason) == ("sending", "")


def test_explained_by_two_people_the_refund_goes(refunds: Refunds) -> None:
    refunds.fund()
    asked = refunds.ask(refunds.paid(), amount=euros(500))
    off_by(refunds, -1)
    refund = refunds.claim(asked.token)
    found = Difference.objects.get()
    for who in ("ann", "bob"):
        assert refunds.again(refund).status == "approved"
        difference_explain(difference_id=found.id, because="dust", by=who, now=refunds.world.now)
        refunds.world.drain()
    assert refunds.again(refund).status == "sending"


def test_a_refund_up_to_the_limit_goes_on(refunds: Refunds, settings: Any) -> None:
    refunds.fund()
    off_by(refunds, -1)
    asked = refunds.ask(refunds.paid(), amount=euros(500))
    limit = int(asked.refund.taken_units)
    settings.RECONCILIATION = {"stop_above": {"test": {USDC: limit}}}
    assert refunds.claim(asked.token).status == "sending"
    settings.RECONCILIATION = {"stop_above": {"test": {USDC: limit - 1}}}
    other = refunds.ask(refunds.paid(), amount=euros(500))
    assert refunds.claim(other.token).waiting_reason == "books_differ"


def test_two_refunds_do_not_promise_the_same_float(refunds: Refunds) -> None:
    invoice = refunds.paid()
    first = refunds.ask(invoice, amount=euros(500))
    second = refunds.ask(invoice, amount=euros(500))
    refunds.fund(first.refund.taken_units + 1)
    assert refunds.claim(first.token).status == "sending"
    assert refunds.claim(second.token).waiting_reason == "float_short"


def test_the_signers_limit_lets_it_wait(refunds: Refunds) -> None:
    refund = sending(refunds)
    (outgoing,) = refunds.queued()
    refunds.becomes(outgoing, "awaiting_limit", status="queued")
    assert refunds.again(refund).waiting_reason == "signer_limit"
    refunds.becomes(outgoing, "limit_freed", status="signed")
    assert refunds.again(refund).waiting_reason == ""


def test_what_failed_for_good_is_claimed_again_by_the_same_link(refunds: Refunds) -> None:
    refunds.fund()
    asked = refunds.ask(refunds.paid(), amount=euros(500))
    refunds.claim(asked.token)
    (outgoing,) = refunds.queued()
    refunds.becomes(outgoing, "failed", status="reverted")
    refund = refunds.again(asked.refund)
    assert (refund.status, refund.failure_code, refund.destination) == (
        "requested",
        "reverted",
        None,
    )
    assert not FloatPromise.objects.exists()
    refund = refunds.claim(asked.token, to=OTHER_WALLET)
    assert (refund.status, refund.sends) == ("sending", 2)
    first, second = refunds.queued()
    # A late word about the first transaction says nothing about the second.
    refunds.becomes(first, "failed", status="reverted")
    assert refunds.again(refund).status == "sending"
    refunds.becomes(second, "final", status="succeeded")
    assert refunds.again(refund).status == "completed"
    assert owed_to_payers() == 0
    assert ledger_checks() == []


def test_a_refund_on_its_way_is_not_called_off(refunds: Refunds) -> None:
    refund = sending(refunds)
    with pytest.raises(RefundNotOpen):
        refund_reject(
            shop_id=refund.shop_id, refund_id=refund.id, by=person(), now=refunds.world.now
        )


# --- in the token that was paid -------------------------------------------------------------------


def test_in_the_token_paid_at_the_rate_paid_the_shop_bears_its_price(refunds: Refunds) -> None:
    invoice = refunds.paid(3_000, asset=WETH)
    refunds.paid(5_000)
    refunds.fund(10**18, asset=WETH)
    before = refunds.available()
    asked = refunds.ask(invoice, rate="paid")
    refund = refunds.claim(asked.token, asset=WETH)
    assert refund.status == "sending", refund.waiting_reason
    assert refund.units == refund.token_units  # exactly what they paid with
    assert refund.cost_units is not None
    assert refunds.available() == before - refund.cost_units
    assert owed_to_payers() == 0
    assert owed_to_payers(Asset(WETH, 18)) == refund.units
    (outgoing,) = refunds.queued()
    refunds.becomes(outgoing, "final", status="succeeded")
    assert owed_to_payers(Asset(WETH, 18)) == 0
    assert ledger_checks() == []


def test_in_the_token_paid_at_todays_rate_the_shop_pays_what_was_set_aside(
    refunds: Refunds,
) -> None:
    invoice = refunds.paid(3_000, asset=WETH)
    refunds.paid(5_000)
    refunds.fund(10**18, asset=WETH)
    before = refunds.available()
    asked = refunds.ask(invoice, amount=euros(1_000), rate="today")
    refund = refunds.claim(asked.token, asset=WETH)
    assert (refund.status, refund.cost_units) == ("sending", 10_800_000)
    assert refunds.available() == before - 10_800_000
    assert refund.units == refund.promised_units


def test_a_token_that_was_sold_stays_the_shoppers_when_sending_fails(refunds: Refunds) -> None:
    invoice = refunds.paid(3_000, asset=WETH)
    refunds.paid(5_000)
    refunds.fund(10**18, asset=WETH)
    asked = refunds.ask(invoice, amount=euros(1_000), rate="today")
    sold = refunds.claim(asked.token, asset=WETH).units
    (outgoing,) = refunds.queued()
    refunds.becomes(outgoing, "failed", status="reverted")
    refunds.later(days=91)
    assert refunds_expire(now=refunds.world.now) == 0
    with pytest.raises(RefundNotOpen):
        refund_reject(
            shop_id=invoice.shop_id,
            refund_id=asked.refund.id,
            by=person("owner"),
            now=refunds.world.now,
        )
    assert owed_to_payers(Asset(WETH, 18)) == sold
    refunds.later(days=-91)
    again = refunds.claim(asked.token, to=OTHER_WALLET)
    assert (again.status, again.asset, again.units) == ("sending", WETH, sold)


def test_a_surplus_goes_back_in_its_token_and_the_shop_pays_nothing(refunds: Refunds) -> None:
    refunds.fund(10**18, asset=WETH)
    invoice = refunds.world.issue(1_000)
    due = refunds.world.quote(invoice, WETH).units
    deposit = refunds.world.confirmed(invoice, asset=WETH, units=due * 2)
    refunds.world.hear(deposit, "final")
    (claim,) = claims_of(invoice.id)
    before = refunds.available()
    refund = refunds.claim(refunds.ask(invoice, claim_id=claim.id).token)
    assert (refund.status, refund.asset, refund.units) == ("sending", WETH, claim.units)
    (outgoing,) = refunds.queued()
    refunds.becomes(outgoing, "final", status="succeeded")
    assert refunds.available() == before
    assert owed_to_payers(Asset(WETH, 18)) == 0
    assert ledger_checks() == []


def test_native_coin_is_sent_as_it_is(refunds: Refunds) -> None:
    refunds.fund(10**18, asset=ETH)
    invoice = refunds.world.issue(1_000)
    due = refunds.world.quote(invoice, ETH).units
    deposit = refunds.world.confirmed(invoice, asset=ETH, units=due * 2)
    refunds.world.hear(deposit, "final")
    (claim,) = claims_of(invoice.id)
    refunds.claim(refunds.ask(invoice, claim_id=claim.id).token)
    (outgoing,) = refunds.queued()
    assert (bytes(outgoing.to), outgoing.value, bytes(outgoing.data)) == (WALLET, claim.units, b"")
