"""Payouts that wait at one time leave together, each ends by itself, and none is paid twice."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import IntegrityError, connection, transaction

from gateway.custody.decoding import decode_call
from gateway.events import relay
from gateway.events.ids import uuid7
from gateway.events.models import OutboxItem
from gateway.ledger.checks import ledger_checks
from gateway.ledger.selectors import balance as balance_of
from gateway.settlement.batch_sending import WAIT_SECONDS, payouts_gather
from gateway.settlement.errors import PayoutNotCancellable
from gateway.settlement.models import Payout, PayoutBatch
from gateway.settlement.requesting import payout_cancel
from tests.custody.conftest import transaction as unsigned
from tests.settlement.asking import balance, events, request, status
from tests.settlement.batch_kit import PAYER, open_way, passes, queued, say, shops
from tests.settlement.conftest import ETH, USDC, USDC_ADDRESS, World


@pytest.fixture
def four(world: World) -> list[World]:
    """Shops that are paid in batches, and one payout of the first on its way alone."""
    world.now = datetime.now(UTC)  # as the handlers, who look how long one waits
    world.fund(10_000)
    world.fund(10**18, asset=ETH.code)
    all_of_them = [world, *shops(world, 3)]
    for each in all_of_them:
        each.paid(1_000)
    open_way(world)
    return all_of_them


def ask_each(four: list[World]) -> list[Payout]:
    """The first goes alone; those of the others wait behind it."""
    first = request(four[0], 100)
    relay.drain(limit=1000)
    others = [request(each, 100 * n) for n, each in enumerate(four[1:], start=2)]
    relay.drain(limit=1000)
    assert [status(first), *map(status, others)] == ["sending", "approved", "approved", "approved"]
    return [first, *others]


def form(four: list[World]) -> tuple[PayoutBatch, list[Payout]]:
    first, *others = ask_each(four)
    passes(four[0], queued()[0])
    assert status(first) == "completed"
    (batch,) = PayoutBatch.objects.filter(status="under_way")
    return batch, others


def test_what_waits_behind_one_that_is_not_mined_goes_together(four: list[World]) -> None:
    batch, others = form(four)
    _, outgoing = queued()
    assert (batch.size, batch.units, batch.transaction_id) == (3, 900, outgoing.id)
    assert bytes(outgoing.to) == PAYER
    call = decode_call(unsigned(to=PAYER, data=bytes(outgoing.data)))
    assert call.token == USDC_ADDRESS  # type: ignore[union-attr]
    assert call.paid == tuple((bytes([n]) * 20, 100 * (n + 1)) for n in (1, 2, 3))  # type: ignore[union-attr]
    assert [status(each) for each in others] == ["sending"] * 3

    say(four[0], outgoing, "transaction.mined", status="succeeded")
    assert [status(each) for each in others] == ["sent"] * 3
    say(four[0], outgoing, "transaction.final", status="succeeded", fee=100_001)
    assert [status(each) for each in others] == ["completed"] * 3
    for shop, payout in zip(four[1:], others, strict=True):
        assert events(payout) == [
            *("payout.requested", "payout.approved", "payout.sent", "payout.completed")
        ]
        assert balance(shop) == (1_000 - payout.units, 0)
    batch.refresh_from_db()
    assert (batch.status, batch.not_paid, batch.fee_units) == ("done", 0, 100_001)
    paid = Payout.objects.filter(batch_id=batch.id)
    assert sorted(paid.values_list("fee_units", flat=True)) == [33_333, 33_334, 33_334]
    assert ledger_checks() == []


def test_one_that_waits_alone_is_sent_by_a_plain_transfer(four: list[World]) -> None:
    payout = request(four[1], 100)
    relay.drain(limit=1000)
    (outgoing,) = queued()
    assert (bytes(outgoing.to), outgoing.shop_id) == (USDC_ADDRESS, four[1].shop_id)
    assert status(payout) == "sending" and not PayoutBatch.objects.exists()


def test_nobody_waits_longer_than_the_window(four: list[World]) -> None:
    ask_each(four)
    almost = four[0].now + timedelta(seconds=WAIT_SECONDS - 1)
    assert payouts_gather(asset=USDC.code, now=almost) == 0
    assert payouts_gather(asset=USDC.code, now=almost + timedelta(seconds=2)) == 3
    assert len(queued()) == 2


def test_without_leave_each_goes_at_once_and_alone(world: World) -> None:
    world.fund(1_000)
    world.paid(1_000)
    for units in (100, 200):
        request(world, units)
    relay.drain(limit=1000)
    assert [bytes(each.to) for each in queued()] == [USDC_ADDRESS] * 2


def test_a_receiver_that_the_token_refuses_gets_its_money_back_and_stops_nobody(
    four: list[World],
) -> None:
    batch, (one, blocked, three) = form(four)
    passes(four[0], queued()[1], refused={blocked.id}, fee=100_000)
    assert [status(each) for each in (one, blocked, three)] == ["completed", "failed", "completed"]
    blocked.refresh_from_db()
    assert blocked.failure_code == "token_refused"
    assert blocked.failure_reason == "Blacklistable: account is blacklisted"
    assert balance(four[2]) == (1_000, 0)
    assert events(blocked)[-1] == "payout.failed"
    assert "payout.sent" not in events(blocked)
    batch.refresh_from_db()
    assert (batch.status, batch.not_paid) == ("done", 1)
    fees = Payout.objects.filter(batch_id=batch.id).values_list("fee_units", flat=True)
    assert sum(fees) == 100_000 and blocked.fee_units in (33_333, 33_334)
    gas = balance_of(account="gas", asset=ETH).units
    assert gas == 200_000  # the first one's and the batch's
    assert ledger_checks() == []


@pytest.mark.parametrize(
    ("type", "told", "fee"),
    [
        ("transaction.failed", "reverted", 50_000),
        ("transaction.failed", "refused", 0),
        ("transaction.cancelled", "cancelled", 21_000),
    ],
)
def test_a_batch_that_comes_to_nothing_lets_each_go_alone(
    four: list[World], type: str, told: str, fee: int
) -> None:
    batch, others = form(four)
    say(four[0], queued()[1], type, status=told, fee=fee)
    batch.refresh_from_db()
    assert (batch.status, batch.fee_units) == ("undone", fee)
    singles = queued()[2:]
    assert [bytes(each.to) for each in singles] == [USDC_ADDRESS] * 3
    assert [status(each) for each in others] == ["sending"] * 3
    # the same told again, or the opposite, changes nothing
    say(four[0], queued()[1], type, status=told, fee=fee)
    say(four[0], queued()[1], "transaction.final", status="succeeded", logs=[])
    assert len(queued()) == 5
    for single in singles:
        passes(four[0], single)
    assert [status(each) for each in others] == ["completed"] * 3
    assert balance_of(account="gas", asset=ETH).units == 400_000 + fee
    assert ledger_checks() == []


def test_a_batch_seen_in_a_block_and_then_reverted_is_undone_too(four: list[World]) -> None:
    _, others = form(four)
    say(four[0], queued()[1], "transaction.mined", status="succeeded")
    assert [status(each) for each in others] == ["sent"] * 3
    say(four[0], queued()[1], "transaction.mined", status="reverted")
    say(four[0], queued()[1], "transaction.failed", status="reverted")
    assert [status(each) for each in others] == ["sending"] * 3
    assert all(each.batch_id is None for each in Payout.objects.filter(sent_alone=True))
    assert ledger_checks() == []


def test_a_reorg_that_changes_who_was_paid_is_followed(four: list[World]) -> None:
    _, (one, two, three) = form(four)
    say(four[0], queued()[1], "transaction.mined", status="succeeded", refused={one.id})
    assert [status(each) for each in (one, two, three)] == ["sending", "sent", "sent"]
    passes(four[0], queued()[1], refused={two.id})
    assert [status(each) for each in (one, two, three)] == ["completed", "failed", "completed"]
    assert ledger_checks() == []


def test_the_signers_limit_is_waited_for_by_those_alone_whom_it_stops(four: list[World]) -> None:
    batch, others = form(four)
    say(four[0], queued()[1], "transaction.awaiting_limit", status="pending")
    batch.refresh_from_db()
    assert batch.status == "undone"
    assert queued()[1].status == "cancelled"
    assert [status(each) for each in others] == ["sending"] * 3
    assert len(queued()) == 5


def test_one_that_waits_for_its_turn_can_be_taken_back_and_one_in_a_batch_can_not(
    four: list[World],
) -> None:
    _, two, three, _ = ask_each(four)
    payout_cancel(shop_id=four[1].shop_id, payout_id=two.id, now=four[0].now)
    passes(four[0], queued()[0])
    (batch,) = PayoutBatch.objects.all()
    assert batch.size == 2 and status(two) == "cancelled"
    with pytest.raises(PayoutNotCancellable):
        payout_cancel(shop_id=four[2].shop_id, payout_id=three.id, now=four[0].now)
    assert balance(four[1]) == (1_000, 0)


def test_a_receipt_that_cant_be_read_books_nothing_and_sends_nothing_again(
    four: list[World],
) -> None:
    batch, others = form(four)
    say(four[0], queued()[1], "transaction.final", status="succeeded", logs=[])
    assert [status(each) for each in others] == ["sending"] * 3
    assert OutboxItem.objects.filter(last_error__contains="BatchUnreadable").count() == 1
    batch.refresh_from_db()
    assert batch.status == "under_way" and len(queued()) == 2


def test_the_float_goes_to_the_oldest_and_the_rest_waits(four: list[World]) -> None:
    for each in four:
        each.paid(4_000)
    first = request(four[0], 100)
    relay.drain(limit=1000)
    wanted = zip(four[1:], (4_000, 4_500, 3_000), strict=True)
    asked = [request(each, units) for each, units in wanted]
    relay.drain(limit=1000)
    passes(four[0], queued()[0])
    assert status(first) == "completed"
    # 9,900 are there: 4,000 and 4,500 go, the last is short
    (batch,) = PayoutBatch.objects.all()
    assert batch.size == 2
    asked[2].refresh_from_db()
    assert (asked[2].status, asked[2].waiting_reason) == ("awaiting_funds", "float_short")


def test_the_database_lets_no_payout_have_a_batch_and_another_transaction(
    four: list[World],
) -> None:
    _, others = form(four)
    payout = Payout.objects.filter(id=others[0].id)
    for wrong in (
        {"transaction_id": uuid7()},
        {"transaction_id": queued()[0].id},
        {"transaction_id": None},
        {"batch_id": uuid7()},
        {"sent_alone": True},
        {"batch_id": None},  # two payouts of one transaction, without a batch
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            payout.update(**wrong)
            if wrong == {"batch_id": None}:
                Payout.objects.filter(id=others[1].id).update(**wrong)
            with connection.cursor() as cursor:
                cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
