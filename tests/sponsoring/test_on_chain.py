"""Shoppers without native coin pay by a signature, in the real USDC, through the real signer."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from gateway.chains.addresses import checksum
from gateway.chains.models import Deposit
from gateway.chains.outgoing_models import OutgoingTransaction
from gateway.compliance.models import Verdict
from gateway.compliance.services import list_load
from gateway.events import relay
from gateway.events.models import Event
from gateway.invoices.models import Payment
from gateway.ledger import accounts
from gateway.ledger.checks import ledger_checks
from gateway.sponsoring.errors import (
    AuthorizationUnderWay,
    AuthorizationUsed,
    BalanceShort,
    InvoiceNotPayable,
    PayerRefused,
    SponsorLimit,
    TransferWouldFail,
    WrongAmount,
)
from gateway.sponsoring.outcomes import authorizations_expire
from gateway.supervisor.database_gauges import DatabaseGauges
from tests.chains.watch_chain import SHOPPER as STRANGER
from tests.chains.watch_chain import Shopper
from tests.market.execution.conftest import CHAIN_ID, ETH, USDC
from tests.sponsoring.conftest import Counter

pytestmark = [pytest.mark.chain, pytest.mark.xdist_group("devchain")]


def test_a_shopper_without_ether_pays_by_one_signature(counter: Counter) -> None:
    desk = counter.house.desk
    assert counter.ether(counter.payer) == 0
    before = counter.ether(bytes(desk.till.chain.treasury))
    invoice = counter.issue()
    authorization = counter.accept(counter.submission(invoice))
    assert authorization.status == "queued"
    counter.send()

    authorization = counter.again(authorization)
    assert (authorization.status, authorization.failure_code) == ("paid", "")
    assert counter.again(invoice).status == "paid"
    [payment] = Payment.objects.filter(invoice=invoice)
    assert payment.token_units == authorization.units
    # the house paid the gas, and the books say just that
    spent = before - counter.ether(bytes(desk.till.chain.treasury))
    assert spent == authorization.fee_units > 50_000
    assert desk.booked(accounts.gas(), ETH) == spent
    assert ledger_checks() == []
    [told] = Event.objects.filter(type="sponsorship.paid")
    assert told.body["fee_units"] == str(spent)


def test_the_shopper_is_judged_as_payer_and_the_relaying_account_is_not(counter: Counter) -> None:
    invoice = counter.issue()
    counter.accept(counter.submission(invoice))
    counter.send()
    [deposit] = Deposit.objects.filter(invoice_id=invoice.id)
    assert bytes(deposit.sender) == counter.payer
    assert bytes(deposit.tx_sender) == bytes(counter.house.desk.till.chain.treasury)
    verdict = Verdict.objects.get(deposit_id=deposit.id, current=True)
    assert (verdict.state, verdict.checked) == ("clear", [checksum(counter.payer)])


def test_the_same_signature_twice_is_one_payment(counter: Counter) -> None:
    invoice = counter.issue()
    submission = counter.submission(invoice)
    first = counter.accept(submission)
    assert counter.accept(submission).id == first.id
    counter.send()
    assert counter.accept(submission).id == first.id
    assert Event.objects.filter(type="sponsorship.accepted").count() == 1
    assert Payment.objects.filter(invoice=invoice).count() == 1


def test_a_second_signature_waits_for_the_first(counter: Counter) -> None:
    invoice = counter.issue()
    submission = counter.submission(invoice)
    counter.accept(submission)
    signed = replace(submission.signed, valid_before=submission.signed.valid_before - 1)
    with pytest.raises(AuthorizationUnderWay):
        counter.accept(counter.signing(submission, signed))
    with pytest.raises(AuthorizationUnderWay):
        counter.offer(invoice)


def test_who_sends_it_first_only_delivers_it_and_it_counts_once(counter: Counter) -> None:
    desk = counter.house.desk
    invoice = counter.issue()
    submission = counter.submission(invoice)
    authorization = counter.accept(submission)
    data = submission.signed.call_data(submission.signature)
    desk.till.rpc.call("evm_setAutomine", [False])
    try:
        stranger = Shopper(desk.till)
        counter.house.sender.tick()  # ours is in the mempool
        raw = stranger.sign(to=desk.till.layout.token("USDC").address, data=data)
        front = desk.till.rpc.call("eth_sendRawTransaction", [raw])  # it offers a higher fee
        desk.till.mine(1)
    finally:
        desk.till.rpc.call("evm_setAutomine", [True])
    receipt = desk.till.rpc.call("eth_getTransactionReceipt", [front])
    assert receipt["status"] == "0x1"
    counter.send()
    counter.send()
    authorization = counter.again(authorization)
    assert counter.outgoing(authorization).outcome == "reverted"
    assert authorization.status == "delivered"
    assert authorization.fee_units > 0
    assert desk.booked(accounts.gas(), ETH) == authorization.fee_units
    assert counter.again(invoice).status == "paid"
    assert Payment.objects.filter(invoice=invoice).count() == 1
    [deposit] = Deposit.objects.filter(invoice_id=invoice.id)
    verdict = Verdict.objects.get(deposit_id=deposit.id, current=True)
    assert set(verdict.checked) == {checksum(counter.payer), STRANGER.address}


def test_an_authorization_that_its_payer_cancelled_ends_as_failed(counter: Counter) -> None:
    desk = counter.house.desk
    invoice = counter.issue()
    submission = counter.submission(invoice)
    authorization = counter.accept(submission)
    counter.cancel_on_chain(submission.signed.nonce)
    counter.send()
    authorization = counter.again(authorization)
    assert (authorization.status, authorization.failure_code) == ("failed", "would_revert")
    assert (authorization.fee_units, desk.booked(accounts.gas(), ETH)) == (0, 0)
    assert counter.again(invoice).status == "waiting"
    with pytest.raises(AuthorizationUsed):
        signed = replace(submission.signed, valid_before=submission.signed.valid_before - 1)
        counter.accept(counter.signing(submission, signed))


def test_what_could_not_be_sent_in_time_expires_and_costs_nothing(counter: Counter) -> None:
    invoice = counter.issue()
    authorization = counter.accept(counter.submission(invoice))
    late = counter.again(invoice).lock_end + timedelta(seconds=31)
    assert authorizations_expire(now=counter.now) == 0
    assert authorizations_expire(now=late) == 1
    assert counter.outgoing(authorization).status == "cancelled"
    assert authorizations_expire(now=late) == 0


def test_money_that_came_another_way_takes_the_signature_out_of_the_queue(
    counter: Counter,
) -> None:
    desk = counter.house.desk
    invoice = counter.issue()
    authorization = counter.accept(counter.submission(invoice))
    desk.till.pay(bytes(invoice.address), units=authorization.units)
    desk.till.mine(1)
    counter.hear()
    assert counter.outgoing(authorization).status == "cancelled"
    ended = counter.again(authorization)
    assert (ended.status, ended.failure_code) == ("failed", "cancelled")
    assert Payment.objects.filter(invoice=invoice).count() == 1


def test_a_payer_who_holds_too_little_is_told_before_anything_is_sent(counter: Counter) -> None:
    invoice = counter.issue(cents=500_000)
    with pytest.raises(BalanceShort):
        counter.accept(counter.submission(invoice))
    assert not Event.objects.filter(type="sponsorship.accepted").exists()


def test_a_payer_whom_the_token_blocks_is_told_so(counter: Counter) -> None:
    desk = counter.house.desk
    invoice = counter.issue()
    submission = counter.submission(invoice)
    counter.blacklist()
    with pytest.raises(TransferWouldFail):
        counter.accept(submission)
    assert desk.booked(accounts.gas(), ETH) == 0


def test_a_paid_invoice_takes_no_signature(counter: Counter) -> None:
    invoice = counter.issue()
    submission = counter.submission(invoice)
    counter.accept(submission)
    counter.send()
    with pytest.raises(InvoiceNotPayable):
        counter.offer(invoice)


def test_gas_is_given_to_one_invoice_only_so_often(counter: Counter) -> None:
    chain = counter.house.desk.till.chain
    chain.sponsor = chain.sponsor | {"per_invoice": 1}
    chain.save(update_fields=["sponsor"])
    invoice = counter.issue()
    submission = counter.submission(invoice)
    counter.accept(submission)
    counter.cancel_on_chain(submission.signed.nonce)
    counter.send()
    with pytest.raises(SponsorLimit):
        counter.offer(invoice)


@pytest.mark.parametrize("bound", ["per_client_day", "per_day"])
def test_gas_is_given_only_so_often_a_day(counter: Counter, bound: str) -> None:
    chain = counter.house.desk.till.chain
    chain.sponsor = chain.sponsor | {bound: 1}
    chain.save(update_fields=["sponsor"])
    counter.accept(counter.submission(counter.issue()))
    invoice = counter.issue()
    with pytest.raises(SponsorLimit):
        counter.accept(counter.submission(invoice))
    elsewhere = counter.submission(invoice, client="198.51.100.4")
    if bound == "per_client_day":
        counter.accept(elsewhere)
    else:
        with pytest.raises(SponsorLimit):
            counter.accept(elsewhere)
    assert USDC.code == f"USDC@{CHAIN_ID}"


def test_who_sends_it_before_ours_was_signed_spares_us_the_gas(counter: Counter) -> None:
    desk = counter.house.desk
    invoice = counter.issue()
    submission = counter.submission(invoice)
    authorization = counter.accept(submission)
    stranger = Shopper(desk.till)
    data = submission.signed.call_data(submission.signature)
    stranger.send(stranger.sign(to=desk.till.layout.token("USDC").address, data=data))
    counter.house.tick()  # ours would revert, and the watcher has not heard yet
    assert counter.again(authorization).status == "failed"
    counter.send()
    authorization = counter.again(authorization)
    assert (authorization.status, authorization.failure_code) == ("delivered", "")
    assert (authorization.fee_units, desk.booked(accounts.gas(), ETH)) == (0, 0)
    assert counter.again(invoice).status == "paid"
    assert Payment.objects.filter(invoice=invoice).count() == 1


def test_a_reorg_takes_it_back_and_it_is_sent_again_and_booked_once(counter: Counter) -> None:
    desk = counter.house.desk
    invoice = counter.issue()
    authorization = counter.accept(counter.submission(invoice))
    counter.send(blocks=1)
    assert counter.again(authorization).status == "mined"
    desk.till.rpc.call("anvil_reorg", [2, []])
    counter.house.tick()
    assert counter.again(authorization).status == "queued"
    for _ in range(3):
        counter.send(blocks=6)
    authorization = counter.again(authorization)
    assert authorization.status == "paid"
    assert desk.booked(accounts.gas(), ETH) == authorization.fee_units
    assert counter.again(invoice).status == "paid"
    counted = Payment.objects.filter(invoice=invoice, reversed_at=None)
    assert [payment.token_units for payment in counted] == [authorization.units]
    assert ledger_checks() == []


def test_a_signer_that_may_not_is_a_failure_the_page_tells(counter: Counter) -> None:
    counter.house.allow(10**12, without="sponsor")
    invoice = counter.issue()
    authorization = counter.accept(counter.submission(invoice))
    counter.send()
    authorization = counter.again(authorization)
    assert authorization.status == "failed"
    assert authorization.failure_code == "policy_refused:purpose_not_allowed"
    assert counter.again(invoice).status == "waiting"
    # …and the way out: once it may, the shopper signs anew
    counter.house.allow(10**12)
    submission = counter.submission(invoice)
    signed = replace(submission.signed, valid_before=submission.signed.valid_before - 1)
    again = counter.accept(counter.signing(submission, signed))
    counter.send()
    assert counter.again(again).status == "paid"


def test_the_metrics_tell_what_shoppers_gas_cost(counter: Counter) -> None:
    authorization = counter.accept(counter.submission(counter.issue()))
    counter.send()
    families = {family.name: family for family in DatabaseGauges().collect()}
    fee = counter.again(authorization).fee_units
    [cost] = families["tillway_sponsored_day_fee_wei"].samples
    assert cost.value == float(fee) > 0
    taken = {s.labels["status"]: s.value for s in families["tillway_sponsored_day"].samples}
    assert taken["paid"] == 1
    assert sum(taken.values()) == 1


def test_a_part_that_arrived_leaves_the_rest_to_sign_for(counter: Counter) -> None:
    desk = counter.house.desk
    invoice = counter.issue()
    whole = counter.submission(invoice)
    desk.till.pay(bytes(invoice.address), units=whole.signed.units // 2)
    desk.till.mine(1)
    counter.hear()
    with pytest.raises(WrongAmount):
        counter.accept(whole)
    rest = counter.submission(invoice)
    assert rest.signed.units < whole.signed.units
    counter.accept(rest)
    counter.send()
    assert counter.again(invoice).status == "paid"


def test_no_gas_is_paid_for_a_listed_shopper(counter: Counter) -> None:
    invoice = counter.issue()
    submission = counter.submission(invoice)
    list_the_payer(counter)
    with pytest.raises(PayerRefused):
        counter.accept(submission)
    assert not OutgoingTransaction.objects.filter(purpose="sponsor").exists()


def test_a_shopper_who_is_listed_after_signing_pays_into_a_hold(counter: Counter) -> None:
    invoice = counter.issue()
    counter.accept(counter.submission(invoice))
    list_the_payer(counter)
    counter.send()
    [deposit] = Deposit.objects.filter(invoice_id=invoice.id)
    assert Verdict.objects.get(deposit_id=deposit.id, current=True).state == "held"
    assert not Payment.objects.filter(invoice=invoice).exists()


def list_the_payer(counter: Counter) -> None:
    list_load(
        lines=["0x" + counter.payer.hex()],
        source="ofac",
        loaded_by="test",
        now=datetime.now(UTC),
        forced=True,
    )
    relay.drain(limit=1000)
