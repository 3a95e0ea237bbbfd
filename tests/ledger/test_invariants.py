"""Whatever happens, in whatever order, the books balance and agree with a simple model of them."""

from collections import Counter
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from django.db import connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gateway.events.ids import uuid7
from gateway.ledger import accounts, cards, conversions, fiat, postings
from gateway.ledger.checks import ledger_checks
from gateway.ledger.deposits import post_deposit_confirmed, post_deposit_orphaned, post_payment
from gateway.ledger.errors import InsufficientBalance
from gateway.ledger.payouts import post_payout_cancelled, post_payout_left, post_payout_reserved
from gateway.ledger.postings import Posting, entry_of, reverse
from gateway.ledger.refunds import post_refund_made
from gateway.ledger.selectors import shop_balance, trial_balance
from gateway.money.amounts import Amount
from gateway.money.assets import Asset

CHAIN = 31337
USDC, ETH, DAI = Asset("USDC@31337", 6), Asset("ETH@31337", 18), Asset("DAI@31337", 18)
NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
SHOP, DEPOSIT = UUID(int=1), UUID(int=2)

units = st.integers(min_value=1, max_value=2**200)
units_or_none = st.integers(min_value=0, max_value=2**200)
assets = st.sampled_from([USDC, ETH, DAI])
amounts = st.builds(Amount, units, assets)
settlement = st.builds(Amount, units, st.just(USDC))
settlement_or_none = st.builds(Amount, units_or_none, st.just(USDC))
gases = st.builds(Amount, units_or_none, st.just(ETH))


def templates() -> st.SearchStrategy[tuple[Posting, ...]]:
    shop, deposit, chain = st.just(SHOP), st.just(DEPOSIT), st.just(CHAIN)
    return st.one_of(
        st.builds(postings.funding, custody=st.just(accounts.custody_hot(CHAIN)), amount=amounts),
        st.builds(postings.insurance_funded, amount=amounts),
        st.builds(postings.deposit_confirmed, chain_id=chain, amount=amounts),
        st.builds(
            postings.payment_applied,
            shop_id=shop,
            token=amounts,
            to_shop=settlement_or_none,
            fee=settlement_or_none,
        ),
        st.builds(postings.surplus, amount=amounts),
        st.builds(postings.deposit_held, deposit_id=deposit, amount=amounts),
        amounts.flatmap(
            lambda token: st.builds(
                postings.deposit_released,
                deposit_id=deposit,
                shop_id=shop,
                token=st.just(token),
                to_shop=settlement_or_none,
                fee=settlement_or_none,
                to_payer=st.builds(Amount, units_or_none, st.just(token.asset)),
            )
        ),
        st.builds(postings.deposit_returned, deposit_id=deposit, amount=amounts),
        st.builds(postings.deposit_blocked, deposit_id=deposit, amount=amounts),
        st.builds(postings.sweep, chain_id=chain, swept=st.lists(amounts, max_size=5), gas=gases),
        st.builds(
            postings.fill,
            custody=st.just(accounts.custody_hot(CHAIN)),
            sold=amounts,
            bought=settlement,
            venue_fee=settlement_or_none,
        ),
        st.builds(postings.payout_reserved, shop_id=shop, amount=settlement),
        st.builds(postings.payout_left, shop_id=shop, chain_id=chain, amount=settlement, gas=gases),
        st.builds(conversions.payout_converted, shop_id=shop, taken=settlement, paid=amounts),
        st.builds(postings.refund_made, shop_id=shop, taken=settlement, owed=amounts),
        st.builds(postings.refund_left, chain_id=chain, amount=amounts, gas=gases),
        st.builds(conversions.refund_converted, owed=amounts, paid=settlement),
        *templates_of_ramps(shop),
        st.builds(
            postings.shortfall_covered, shop_id=shop, by_insurance=settlement, lost=settlement
        ),
    )


def templates_of_ramps(shop: st.SearchStrategy[UUID]) -> list[st.SearchStrategy[Any]]:
    ramp, bearer = st.just("ramp"), st.sampled_from(["house", "shop"])
    parts = st.tuples(units, units_or_none).map(
        lambda each: {"amount": Amount(sum(each), USDC), "kept": Amount(each[1], USDC)}
    )
    whole = {"shop_id": shop, "ramp": ramp}
    return [
        st.builds(
            fiat.fiat_bought,
            source=st.just(accounts.exchange("x")),
            sold=amounts,
            ramp=ramp,
            bought=settlement,
            fee=settlement_or_none,
        ),
        st.builds(fiat.fiat_left, ramp=ramp, way=ramp, amount=settlement),
        st.builds(fiat.fiat_arrived, shop_id=shop, way=ramp, amount=settlement),
        st.builds(fiat.fiat_fee, ramp=ramp, fee=settlement),
        st.builds(
            lambda parts, **others: fiat.fiat_failed(**parts, **others),
            parts,
            way=ramp,
            bearer=bearer,
            **whole,
        ),
        st.builds(
            lambda parts, **others: fiat.fiat_returned(**parts, **others),
            parts,
            bearer=bearer,
            **whole,
        ),
        st.builds(cards.card_tendered, to_shop=settlement, fee=settlement_or_none, **whole),
        st.builds(
            lambda parts, ramp: cards.card_settled(
                ramp=ramp, amount=parts["amount"], fee=parts["kept"]
            ),
            parts,
            ramp=ramp,
        ),
        st.builds(
            cards.card_disputed,
            amount=settlement,
            fee=settlement_or_none,
            bearer=bearer,
            **whole,
        ),
        st.builds(cards.card_dispute_won, amount=settlement, **whole),
        st.builds(cards.card_paid_back, ramp=ramp, amount=settlement),
    ]


def sums(lines: tuple[Posting, ...]) -> Counter[str]:
    total: Counter[str] = Counter()
    for line in lines:
        total[line.amount.asset.code] += line.amount.units
    return total


@given(templates())
def test_every_template_sums_to_zero_in_each_asset(lines: tuple[Posting, ...]) -> None:
    assert not any(sums(lines).values())
    assert all(line.amount.units for line in lines)
    places = [(line.account, line.amount.asset.code) for line in lines]
    assert len(set(places)) == len(places)


@given(templates())
def test_an_entry_and_its_reverse_leave_nothing(lines: tuple[Posting, ...]) -> None:
    assert entry_of(*lines, *reverse(lines)) == ()


@given(st.lists(templates(), max_size=8), st.randoms(use_true_random=False))
def test_the_order_of_entries_does_not_matter(entries: list[tuple[Posting, ...]], random) -> None:
    together = entry_of(*(line for entry in entries for line in entry))
    random.shuffle(entries)
    assert entry_of(*(line for entry in entries for line in entry)) == together


steps = st.lists(
    st.tuples(
        st.sampled_from(["deposit", "pay", "orphan", "payout", "cancel", "left", "refund"]),
        st.integers(min_value=0, max_value=4),
        st.integers(min_value=1, max_value=1_000),
    ),
    max_size=25,
)


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(steps)
def test_any_order_of_payments_reorgs_and_payouts_keeps_the_books(
    db: None, steps: list[tuple[str, int, int]]
) -> None:
    shop_id = uuid7()
    deposits = [uuid7() for _ in range(5)]
    worth = dict.fromkeys(deposits, 0)
    paid: dict[UUID, int] = {}
    payouts: dict[UUID, int] = {}
    available = reserved = 0

    for step, index, size in steps:
        deposit_id = deposits[index]
        if step == "deposit":
            worth[deposit_id] = worth[deposit_id] or size
            confirm(deposit_id, worth[deposit_id])
        elif step == "pay" and worth[deposit_id]:
            pay(shop_id, deposit_id, worth[deposit_id])
            available += worth[deposit_id] if deposit_id not in paid else 0
            paid[deposit_id] = worth[deposit_id]
        elif step == "orphan":
            post_deposit_orphaned(deposit_id=deposit_id, now=NOW)
            available -= paid.pop(deposit_id, 0)
            worth[deposit_id] = 0
            deposits[index] = uuid7()
            worth[deposits[index]] = 0
        elif step in ("payout", "refund"):
            covered = size <= available
            reserve = payout if step == "payout" else refund
            assert reserve(shop_id, size, payouts) is covered
            if covered:
                available -= size
                reserved += size if step == "payout" else 0
        elif step in ("cancel", "left") and payouts:
            payout_id, amount = payouts.popitem()
            reserved -= amount
            if step == "cancel":
                post_payout_cancelled(payout_id=payout_id, now=NOW)
                available += amount
            else:
                post_payout_left(
                    payout_id=payout_id,
                    shop_id=shop_id,
                    chain_id=CHAIN,
                    amount=Amount(amount, USDC),
                    gas=Amount(1, ETH),
                    now=NOW,
                )

    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")
    found = shop_balance(shop_id=shop_id, asset=USDC.code)
    assert (found.available, found.reserved) == (available, reserved)
    assert found.from_deposits == sum(paid.values())
    per_asset: Counter[str] = Counter()
    for line in trial_balance():
        per_asset[line.asset] += line.units
    assert not any(per_asset.values())
    # Paying out what was never funded is what this test does all the time.
    assert [d for d in ledger_checks() if d.check != "custody is never negative"] == []


def confirm(deposit_id: UUID, size: int) -> None:
    post_deposit_confirmed(
        deposit_id=deposit_id, chain_id=CHAIN, amount=Amount(size, USDC), now=NOW
    )


def pay(shop_id: UUID, deposit_id: UUID, size: int) -> None:
    post_payment(
        deposit_id=deposit_id,
        invoice_id=deposit_id,
        shop_id=shop_id,
        token=Amount(size, USDC),
        credit=Amount(size, USDC),
        fee=Amount(0, USDC),
        now=NOW,
    )


def payout(shop_id: UUID, size: int, payouts: dict[UUID, int]) -> bool:
    payout_id = uuid7()
    try:
        with transaction.atomic():
            post_payout_reserved(
                payout_id=payout_id, shop_id=shop_id, amount=Amount(size, USDC), now=NOW
            )
    except InsufficientBalance:
        return False
    payouts[payout_id] = size
    return True


def refund(shop_id: UUID, size: int, _payouts: dict[UUID, int]) -> bool:
    try:
        with transaction.atomic():
            post_refund_made(refund_id=uuid7(), shop_id=shop_id, taken=Amount(size, USDC), now=NOW)
    except InsufficientBalance:
        return False
    return True
