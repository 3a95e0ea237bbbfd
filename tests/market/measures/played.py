"""A desk's day in the books: payments, sales, hedges and what goes wrong, at known fair values."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from uuid import UUID

from django.db import connection, transaction

from gateway.chains.outgoing_models import OutgoingTransaction
from gateway.events.ids import uuid7
from gateway.ledger.accounts import custody_hot
from gateway.ledger.deposits import (
    post_deposit_confirmed,
    post_deposit_orphaned,
    post_payment,
)
from gateway.ledger.hedges import post_hedge
from gateway.ledger.house import post_fill, post_funding, post_gas
from gateway.ledger.journal import PostedEntry
from gateway.market.execution.models import FillRequest
from gateway.market.execution.promises import Promised
from gateway.market.execution.services import fill_request
from gateway.market.measures.fair_values import Moment, fair_values_keep
from gateway.market.measures.following import journal_follow
from gateway.market.measures.markouts import markouts_judge
from gateway.money.amounts import Amount
from gateway.money.assets import Asset

CHAIN_ID = 31337
ETH, WETH = Asset(f"ETH@{CHAIN_ID}", 18), Asset(f"WETH@{CHAIN_ID}", 18)
USDC = Asset(f"USDC@{CHAIN_ID}", 6)
ETHER, DOLLAR, E18 = 10**18, 10**6, 10**18
CALM = {ETH.code: 3_000 * E18, WETH.code: 3_000 * E18, USDC.code: E18}
AT_ONCE = timedelta(0)


@dataclass
class Day:
    """Time is the verbs' own; the database books at its own clock."""

    now: datetime
    shop_id: UUID = field(default_factory=uuid7)
    version: int = 0

    def tell(self, prices: Mapping[str, int] = CALM, *, seconds: int = 1) -> None:
        """The market says these values for so many seconds from now on; the clock goes along."""
        moments = []
        for _ in range(seconds):
            self.version += 1
            moments.append(Moment(self.now, self.version, dict(prices)))
            self.now += timedelta(seconds=1)
        fair_values_keep(moments=moments)

    @transaction.atomic
    def paid(
        self,
        units: int,
        *,
        credit: int,
        fee: int = 0,
        asset: Asset = WETH,
        promised: Promised | None = None,
        shop_id: UUID | None = None,
    ) -> UUID:
        """A shopper's deposit is confirmed and credited; its id."""
        deposit_id, shop = uuid7(), shop_id or self.shop_id
        post_deposit_confirmed(
            deposit_id=deposit_id, chain_id=CHAIN_ID, amount=Amount(units, asset), now=self.now
        )
        post_payment(
            deposit_id=deposit_id,
            invoice_id=uuid7(),
            shop_id=shop,
            token=Amount(units, asset),
            credit=Amount(credit, USDC),
            fee=Amount(fee, USDC),
            now=self.now,
        )
        fill_request(
            deposit_id=deposit_id,
            invoice_id=uuid7(),
            shop_id=shop,
            chain_id=CHAIN_ID,
            token=Amount(units, asset),
            settlement_asset=USDC.code,
            now=self.now,
            promised=promised,
        )
        return deposit_id

    def promise(
        self, *, ago: timedelta, due: int, gas: int = 0, spread: int = 0, premium: int = 0
    ) -> Promised:
        return Promised(self.now - ago, due, gas, spread, premium, 0)

    @transaction.atomic
    def orphaned(self, deposit_id: UUID) -> None:
        post_deposit_orphaned(deposit_id=deposit_id, now=self.now)
        FillRequest.objects.filter(deposit_id=deposit_id).update(status="withdrawn")

    @transaction.atomic
    def sold(self, units: int, *, bought: int, mined_at: datetime | None = None) -> PostedEntry:
        """What was taken in is sold in a pool."""
        return post_fill(
            reference=f"{self.sent(mined_at)}:1",
            chain_id=CHAIN_ID,
            sold=Amount(units, WETH),
            bought=Amount(bought, USDC),
            now=self.now,
        )

    @transaction.atomic
    def hedged(self, *, sold: Amount, bought: Amount, gas: int = 0) -> PostedEntry:
        return post_hedge(
            reference=str(uuid7()),
            chain_id=CHAIN_ID,
            sold=sold,
            bought=bought,
            gas=Amount(gas, ETH),
            hedge_id=uuid7(),
            reason="beyond_band",
            now=self.now,
        )

    @transaction.atomic
    def burnt(self, wei: int) -> PostedEntry:
        return post_gas(
            reference=str(uuid7()), chain_id=CHAIN_ID, gas=Amount(wei, ETH), now=self.now
        )

    @transaction.atomic
    def funded(self, asset: Asset, units: int) -> PostedEntry:
        return post_funding(
            reference=str(uuid7()),
            custody=custody_hot(CHAIN_ID),
            amount=Amount(units, asset),
            now=self.now,
        )

    def sent(self, mined_at: datetime | None) -> UUID:
        """A transaction of the house's; mined at a time, if one is given."""
        transaction_id = uuid7()
        OutgoingTransaction.objects.create(
            id=transaction_id,
            chain_id=CHAIN_ID,
            account=bytes(20),
            to=bytes(20),
            value=0,
            data=b"",
            purpose="fill",
            reference=f"test:{transaction_id}",
            idempotency_key=str(transaction_id),
            payload_hash=bytes(32),
            created_at=self.now,
            mined_at=mined_at,
        )
        return transaction_id

    def follow(self, *, limit: int = 500) -> int:
        """Read all that is booked; how many entries that was."""
        seen = 0
        while read := journal_follow(lag=AT_ONCE, limit=limit):
            seen += read
        return seen

    def judge(self) -> None:
        """Every time after every fill has come."""
        while markouts_judge(now=self.now + timedelta(hours=1)):
            pass


def today() -> date:
    """The UTC day that the database books in."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT (clock_timestamp() AT TIME ZONE 'UTC')::date")
        day: date = cursor.fetchone()[0]
    return day
