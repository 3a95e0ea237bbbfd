"""What the golden tests judge a row of the books' table by: a shop, the desk and custody after it.

The numbers: a coffee of 12.50 EUR, paid with 0.005 ETH, credited 13.40 USDC less a fee of 0.10.
"""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from uuid import UUID

from django.db import connection

from gateway.events.ids import uuid7
from gateway.ledger import accounts
from gateway.ledger.checks import ledger_checks
from gateway.ledger.deposits import post_deposit_confirmed, post_payment
from gateway.ledger.house import post_funding
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
        post_deposit_confirmed(deposit_id=self.deposit_id, chain_id=CHAIN, amount=amount, now=NOW)

    def paid(self, token: Amount = TOKEN, credit: Amount = CREDIT, fee: Amount = FEE) -> None:
        post_payment(
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


def funded(units: int = 100_000_000) -> None:
    post_funding(
        reference=str(uuid7()),
        custody=accounts.custody_hot(CHAIN),
        amount=usdc(units),
        now=NOW,
    )
    post_funding(
        reference=str(uuid7()),
        custody=accounts.custody_hot(CHAIN),
        amount=eth(10**18),
        now=NOW,
    )
