"""The golden tests of the books: for each row of the table, what the shop is owed, what the desk
holds and what lies in custody after it.

The numbers: a coffee of 12.50 EUR, paid with 0.005 ETH, credited 13.40 USDC less a fee of 0.10.
"""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from uuid import UUID

import pytest
from django.db import connection

from gateway.events.ids import uuid7
from gateway.ledger import accounts, postings, services
from gateway.ledger.checks import ledger_checks
from gateway.ledger.errors import EntryConflict, InsufficientBalance, LedgerError, Unbalanced
from gateway.ledger.selectors import balance, shop_balance, trial_balance
from gateway.money.amounts import Amount
from gateway.money.assets import Asset

CHAIN = 31337
ETH = Asset("ETH@31337", 18)
USDC = Asset("USDC@31337", 6)
EURC = Asset("EURC@31337", 6)
NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)

TOKEN = Amount(5 * 10**15, ETH)
CREDIT = Amount(13_300_000, USDC)
FEE = Amount(100_000, USDC)
GAS = Amount(21 * 10**12, ETH)


def eth(units: int) -> Amount:
    return Amount(units, ETH)


def usdc(units: int) -> Amount:
    return Amount(units, USDC)


@dataclass
class Books:
    """A fresh shop and deposit, and the three balances that each row is judged by."""

    shop_id: UUID = field(default_factory=uuid7)
    deposit_id: UUID = field(default_factory=uuid7)
    invoice_id: UUID = field(default_factory=uuid7)
    before: dict[tuple[str, str], int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        # What tests that commit left behind on house accounts is no concern of this one.
        self.before = {(line.account, line.asset): line.units for line in trial_balance()}

    def confirmed(self, amount: Amount = TOKEN) -> None:
        services.post_deposit_confirmed(
            deposit_id=self.deposit_id, chain_id=CHAIN, amount=amount, now=NOW
        )

    def paid(self, token: Amount = TOKEN, credit: Amount = CREDIT, fee: Amount = FEE) -> None:
        services.post_payment(
            deposit_id=self.deposit_id,
            invoice_id=self.invoice_id,
            shop_id=self.shop_id,
            token=token,
            credit=credit,
            fee=fee,
            now=NOW,
        )

    def holds(
        self,
        *,
        shop: tuple[int, int] = (0, 0),
        desk: dict[Asset, int] | None = None,
        deposits: dict[Asset, int] | None = None,
        hot: dict[Asset, int] | None = None,
        **others: dict[Asset, int],
    ) -> None:
        """Assert shop (available, reserved) USDC, desk and custody in every asset, and ``others``.

        ``desk`` is what the desk's inventory is: the account's balance with its sign turned.
        """
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            cursor.execute("SET CONSTRAINTS ALL DEFERRED")
        found = shop_balance(shop_id=self.shop_id, asset=USDC.code)
        assert (found.available, found.reserved) == shop
        named = {
            accounts.desk(): {a: -u for a, u in (desk or {}).items()},
            accounts.custody_deposits(CHAIN): deposits or {},
            accounts.custody_hot(CHAIN): hot or {},
            **{accounts.AccountName(name): expected for name, expected in others.items()},
        }
        for account, expected in named.items():
            for asset in (ETH, USDC, EURC):
                units = balance(account=account, asset=asset).units
                units -= self.before.get((account, asset.code), 0)
                assert units == expected.get(asset, 0), f"{account} {asset}"
        assert ledger_checks() == []


@pytest.fixture
def books(db: None) -> Books:
    return Books()


def funded(units: int = 100_000_000) -> None:
    services.post_funding(
        reference=str(uuid7()),
        custody=accounts.custody_hot(CHAIN),
        amount=usdc(units),
        now=NOW,
    )
    services.post_funding(
        reference=str(uuid7()),
        custody=accounts.custody_hot(CHAIN),
        amount=eth(10**18),
        now=NOW,
    )


def test_funding(books: Books) -> None:
    funded(1_000)
    books.holds(hot={USDC: 1_000, ETH: 10**18}, capital={USDC: -1_000, ETH: -(10**18)})


def test_deposit_confirmed(books: Books) -> None:
    books.confirmed()
    books.holds(deposits={ETH: TOKEN.units}, suspense={ETH: -TOKEN.units})


def test_applied_up_to_what_the_lock_covers(books: Books) -> None:
    books.confirmed()
    books.paid()
    books.holds(
        shop=(13_300_000, 0),
        desk={ETH: TOKEN.units, USDC: -13_400_000},
        deposits={ETH: TOKEN.units},
        fees={USDC: -100_000},
        suspense={},
    )


def test_a_payment_in_the_settlement_asset_leaves_the_desk_its_spread_alone(books: Books) -> None:
    books.confirmed(usdc(13_500_000))
    books.paid(token=usdc(13_500_000))
    books.holds(
        shop=(13_300_000, 0),
        desk={USDC: 100_000},
        deposits={USDC: 13_500_000},
        fees={USDC: -100_000},
    )


def test_late_money_is_a_payment_at_its_own_rate(books: Books) -> None:
    books.confirmed()
    services.post_payment(
        deposit_id=books.deposit_id,
        invoice_id=books.invoice_id,
        shop_id=books.shop_id,
        token=TOKEN,
        credit=usdc(12_000_000),
        fee=FEE,
        kind="payment_late",
        now=NOW,
    )
    books.holds(
        shop=(12_000_000, 0),
        desk={ETH: TOKEN.units, USDC: -12_100_000},
        deposits={ETH: TOKEN.units},
    )


def test_late_money_that_the_shop_does_not_want_is_the_payers(books: Books) -> None:
    books.confirmed()
    services.post_surplus(deposit_id=books.deposit_id, amount=TOKEN, now=NOW)
    books.holds(deposits={ETH: TOKEN.units}, refunds={ETH: -TOKEN.units}, suspense={})


def test_surplus_stays_in_its_token(books: Books) -> None:
    books.confirmed(eth(TOKEN.units + 7))
    books.paid()
    services.post_surplus(deposit_id=books.deposit_id, amount=eth(7), now=NOW)
    books.holds(
        shop=(13_300_000, 0),
        desk={ETH: TOKEN.units, USDC: -13_400_000},
        deposits={ETH: TOKEN.units + 7},
        refunds={ETH: -7},
        suspense={},
    )


def test_held(books: Books) -> None:
    books.confirmed()
    services.post_held(deposit_id=books.deposit_id, amount=TOKEN, now=NOW)
    books.holds(
        deposits={ETH: TOKEN.units},
        **{f"held:{books.deposit_id}": {ETH: -TOKEN.units}, "suspense": {}},
    )


def test_released(books: Books) -> None:
    books.confirmed(eth(TOKEN.units + 7))
    services.post_held(deposit_id=books.deposit_id, amount=eth(TOKEN.units + 7), now=NOW)
    services.post_released(
        deposit_id=books.deposit_id,
        invoice_id=books.invoice_id,
        shop_id=books.shop_id,
        token=TOKEN,
        credit=CREDIT,
        fee=FEE,
        surplus=eth(7),
        now=NOW,
    )
    books.holds(
        shop=(13_300_000, 0),
        desk={ETH: TOKEN.units, USDC: -13_400_000},
        deposits={ETH: TOKEN.units + 7},
        refunds={ETH: -7},
        **{f"held:{books.deposit_id}": {}},
    )


def test_returned(books: Books) -> None:
    books.confirmed()
    services.post_held(deposit_id=books.deposit_id, amount=TOKEN, now=NOW)
    services.post_returned(deposit_id=books.deposit_id, amount=TOKEN, now=NOW)
    books.holds(
        deposits={ETH: TOKEN.units},
        refunds={ETH: -TOKEN.units},
        **{f"held:{books.deposit_id}": {}},
    )


def test_blocked(books: Books) -> None:
    books.confirmed()
    services.post_held(deposit_id=books.deposit_id, amount=TOKEN, now=NOW)
    services.post_blocked(deposit_id=books.deposit_id, amount=TOKEN, now=NOW)
    books.holds(
        deposits={ETH: TOKEN.units},
        blocked={ETH: -TOKEN.units},
        **{f"held:{books.deposit_id}": {}},
    )


def test_sweep(books: Books) -> None:
    funded()
    books.confirmed()
    books.paid()
    services.post_sweep(reference=str(uuid7()), chain_id=CHAIN, swept=[TOKEN], gas=GAS, now=NOW)
    books.holds(
        shop=(13_300_000, 0),
        desk={ETH: TOKEN.units, USDC: -13_400_000},
        hot={USDC: 100_000_000, ETH: 10**18 + TOKEN.units - GAS.units},
        gas={ETH: GAS.units},
    )


def test_failed_transaction(books: Books) -> None:
    funded()
    services.post_gas(reference=str(uuid7()), chain_id=CHAIN, gas=GAS, now=NOW)
    books.holds(hot={USDC: 100_000_000, ETH: 10**18 - GAS.units}, gas={ETH: GAS.units})


def test_fill(books: Books) -> None:
    books.confirmed()
    books.paid()
    services.post_sweep(reference=str(uuid7()), chain_id=CHAIN, swept=[TOKEN], gas=eth(0), now=NOW)
    services.post_fill(
        reference=str(uuid7()),
        chain_id=CHAIN,
        sold=TOKEN,
        bought=usdc(13_550_000),
        venue_fee=usdc(40_000),
        now=NOW,
    )
    # bought for 13.40, sold for 13.55 and 0.04 of fee: 0.19 is the desk's
    books.holds(
        shop=(13_300_000, 0),
        desk={USDC: 190_000},
        hot={USDC: 13_550_000},
        venue_fees={USDC: 40_000},
        fees={USDC: -100_000},
    )


def test_payout_reserved_and_left_on_chain(books: Books) -> None:
    funded()
    books.confirmed()
    books.paid()
    payout_id = uuid7()
    services.post_payout_reserved(
        payout_id=payout_id, shop_id=books.shop_id, amount=usdc(13_000_000), now=NOW
    )
    books.holds(
        shop=(300_000, 13_000_000),
        desk={ETH: TOKEN.units, USDC: -13_400_000},
        deposits={ETH: TOKEN.units},
        hot={USDC: 100_000_000, ETH: 10**18},
    )
    services.post_payout_left(
        payout_id=payout_id,
        shop_id=books.shop_id,
        chain_id=CHAIN,
        amount=usdc(13_000_000),
        gas=GAS,
        now=NOW,
    )
    books.holds(
        shop=(300_000, 0),
        desk={ETH: TOKEN.units, USDC: -13_400_000},
        deposits={ETH: TOKEN.units},
        hot={USDC: 87_000_000, ETH: 10**18 - GAS.units},
        gas={ETH: GAS.units},
    )


def test_payout_cancelled(books: Books) -> None:
    books.confirmed()
    books.paid()
    payout_id = uuid7()
    services.post_payout_reserved(
        payout_id=payout_id, shop_id=books.shop_id, amount=CREDIT, now=NOW
    )
    services.post_payout_cancelled(payout_id=payout_id, now=NOW)
    services.post_payout_cancelled(payout_id=payout_id, now=NOW)
    books.holds(
        shop=(13_300_000, 0),
        desk={ETH: TOKEN.units, USDC: -13_400_000},
        deposits={ETH: TOKEN.units},
    )


def test_paid_in_another_asset(books: Books) -> None:
    lines = postings.payout_converted(
        shop_id=books.shop_id, taken=usdc(10_000_000), paid=Amount(9_200_000, EURC)
    )
    books.confirmed()
    books.paid()
    services.entry_post(
        key=f"payout:{uuid7()}:reserved",
        kind="payout_reserved",
        postings=lines,
        shop_id=books.shop_id,
        refs={},
        covered=True,
        now=NOW,
    )
    books.holds(
        shop=(3_300_000, 0),
        desk={ETH: TOKEN.units, USDC: -3_400_000, EURC: -9_200_000},
        deposits={ETH: TOKEN.units},
    )
    assert shop_balance(shop_id=books.shop_id, asset=EURC.code).reserved == 9_200_000


def test_refund_in_the_settlement_asset_made_and_left(books: Books) -> None:
    funded()
    books.confirmed()
    books.paid()
    refund_id = uuid7()
    services.post_refund_made(
        refund_id=refund_id, shop_id=books.shop_id, taken=usdc(3_000_000), now=NOW
    )
    books.holds(
        shop=(10_300_000, 0),
        desk={ETH: TOKEN.units, USDC: -13_400_000},
        deposits={ETH: TOKEN.units},
        hot={USDC: 100_000_000, ETH: 10**18},
        refunds={USDC: -3_000_000},
    )
    services.post_refund_left(
        refund_id=refund_id, chain_id=CHAIN, amount=usdc(3_000_000), gas=GAS, now=NOW
    )
    books.holds(
        shop=(10_300_000, 0),
        desk={ETH: TOKEN.units, USDC: -13_400_000},
        deposits={ETH: TOKEN.units},
        hot={USDC: 97_000_000, ETH: 10**18 - GAS.units},
        refunds={},
        gas={ETH: GAS.units},
    )


def test_refund_in_the_token_is_sold_by_the_desk(books: Books) -> None:
    books.confirmed()
    books.paid()
    services.post_refund_made(
        refund_id=uuid7(),
        shop_id=books.shop_id,
        taken=usdc(2_700_000),
        owed=eth(10**15),
        now=NOW,
    )
    books.holds(
        shop=(10_600_000, 0),
        desk={ETH: TOKEN.units - 10**15, USDC: -10_700_000},
        deposits={ETH: TOKEN.units},
        refunds={ETH: -(10**15)},
    )


def test_a_refund_that_lapses_is_the_shops_again(books: Books) -> None:
    books.confirmed()
    books.paid()
    refund_id = uuid7()
    services.post_refund_made(
        refund_id=refund_id,
        shop_id=books.shop_id,
        taken=usdc(2_700_000),
        owed=eth(10**15),
        now=NOW,
    )
    services.post_refund_lapsed(refund_id=refund_id, now=NOW)
    books.holds(
        shop=(13_300_000, 0),
        desk={ETH: TOKEN.units, USDC: -13_400_000},
        deposits={ETH: TOKEN.units},
        refunds={},
    )


def test_a_refund_beyond_the_balance_is_refused(books: Books) -> None:
    books.confirmed()
    books.paid()
    with pytest.raises(InsufficientBalance):
        services.post_refund_made(
            refund_id=uuid7(), shop_id=books.shop_id, taken=usdc(13_300_001), now=NOW
        )


def test_deposit_orphaned_takes_back_everything_and_leaves_the_fill(books: Books) -> None:
    funded()
    books.confirmed(eth(TOKEN.units + 7))
    books.paid()
    services.post_surplus(deposit_id=books.deposit_id, amount=eth(7), now=NOW)
    services.post_fill(
        reference=str(uuid7()), chain_id=CHAIN, sold=TOKEN, bought=usdc(13_500_000), now=NOW
    )
    reversed_keys = [
        entry.key.split(":")[2]
        for entry in services.post_deposit_orphaned(deposit_id=books.deposit_id, now=NOW)
    ]
    assert reversed_keys == ["surplus", "payment", "confirmed"]
    # the desk is short of the ETH it sold, and long the USDC it got
    books.holds(
        desk={ETH: -TOKEN.units, USDC: 13_500_000},
        hot={USDC: 113_500_000, ETH: 10**18 - TOKEN.units},
        refunds={},
        suspense={},
        fees={},
    )
    assert services.post_deposit_orphaned(deposit_id=books.deposit_id, now=NOW) == []


def test_a_deposit_that_a_second_reorg_brings_back_is_credited_again(books: Books) -> None:
    for _ in range(3):
        books.confirmed()
        books.confirmed()
        books.paid()
        books.holds(
            shop=(13_300_000, 0),
            desk={ETH: TOKEN.units, USDC: -13_400_000},
            deposits={ETH: TOKEN.units},
            suspense={},
        )
        assert len(services.post_deposit_orphaned(deposit_id=books.deposit_id, now=NOW)) == 2
        books.holds()
    books.confirmed()
    books.paid()
    with pytest.raises(EntryConflict):
        books.paid(credit=usdc(1))


def test_a_shop_left_negative_is_netted_against_its_next_credits(books: Books) -> None:
    books.confirmed()
    books.paid()
    services.post_payout_reserved(payout_id=uuid7(), shop_id=books.shop_id, amount=CREDIT, now=NOW)
    services.post_deposit_orphaned(deposit_id=books.deposit_id, now=NOW)
    assert shop_balance(shop_id=books.shop_id, asset=USDC.code).available == -13_300_000
    with pytest.raises(InsufficientBalance):
        services.post_payout_reserved(
            payout_id=uuid7(), shop_id=books.shop_id, amount=usdc(1), now=NOW
        )


def test_a_shop_left_negative_by_more_is_made_whole_by_the_house(books: Books) -> None:
    funded()
    books.confirmed()
    books.paid()
    payout_id = uuid7()
    services.post_payout_reserved(
        payout_id=payout_id, shop_id=books.shop_id, amount=CREDIT, now=NOW
    )
    services.post_payout_left(
        payout_id=payout_id,
        shop_id=books.shop_id,
        chain_id=CHAIN,
        amount=CREDIT,
        gas=eth(0),
        now=NOW,
    )
    services.post_deposit_orphaned(deposit_id=books.deposit_id, now=NOW)
    services.post_shortfall_covered(
        reference=str(books.deposit_id),
        shop_id=books.shop_id,
        by_insurance=usdc(10_000_000),
        lost=usdc(3_300_000),
        now=NOW,
    )
    books.holds(
        hot={USDC: 86_700_000, ETH: 10**18},
        insurance={USDC: 10_000_000},
        losses={USDC: 3_300_000},
    )


def test_the_trial_balance_is_zero_in_each_asset(books: Books) -> None:
    funded()
    books.confirmed()
    books.paid()
    sums: dict[str, int] = {}
    for line in trial_balance():
        sums[line.asset] = sums.get(line.asset, 0) + line.units
    assert {ETH.code, USDC.code} <= set(sums)
    assert not any(sums.values())


@pytest.mark.parametrize("units", [0, -1])
def test_templates_refuse_to_move_nothing_or_less(units: int) -> None:
    with pytest.raises(LedgerError):
        postings.funding(custody=accounts.custody_hot(CHAIN), amount=usdc(units))
    with pytest.raises(LedgerError):
        postings.payout_reserved(shop_id=uuid7(), amount=usdc(units))


def test_an_unbalanced_entry_does_not_reach_the_database(db: None) -> None:
    with pytest.raises(Unbalanced):
        services.entry_post(
            key="x",
            kind="x",
            postings=[postings.debit(accounts.desk(), usdc(1))],
            refs={},
            now=NOW,
        )
