"""A desk on the real contracts: deposits are paid, credited, batched, mined and booked."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec
import pytest
from django.db import transaction

from gateway.chains.addresses import checksum
from gateway.chains.configuration import ChainSettings
from gateway.chains.models import Deposit, DepositAddress, Token
from gateway.chains.nodes import Nodes
from gateway.chains.outgoing_models import OutgoingTransaction
from gateway.chains.receipts import parse_receipt
from gateway.events import relay
from gateway.events.ids import uuid7
from gateway.events.services import emit
from gateway.ledger import accounts
from gateway.ledger.deposits import (
    post_deposit_confirmed,
    post_held,
    post_payment,
    post_returned,
    post_surplus,
)
from gateway.ledger.selectors import balance
from gateway.market.building import FeedReading, build_snapshot
from gateway.market.execution.batching import BATCH_AFTER_SECONDS, fills_batch_due
from gateway.market.execution.services import collect_request, fill_request
from gateway.market.following.pools import PoolFollower
from gateway.market.following.universe import universe_of
from gateway.market.orders.selectors import published_books
from gateway.market.snapshot_store import forget_snapshot, publish_snapshot
from gateway.market.snapshots import DeskPolicy
from gateway.money.amounts import Amount
from gateway.money.assets import Asset
from gateway.treasury.services import float_fund
from tests.chains.watch_kit import Till, sync
from tests.market.dev_market import e18

CHAIN_ID = 31337
ETH, USDC = Asset("ETH@31337", 18), Asset("USDC@31337", 6)


@dataclass
class Desk:
    """What a test does to the desk, and what it asks of books and chain."""

    till: Till
    entry: dict[str, Any]
    shop_id: UUID = field(default_factory=uuid7)
    version: int = 0
    before: dict[str, int] = field(default_factory=dict)

    # ------------------------------------------------------------------ what comes in

    def pay(self, *amounts: tuple[str, int], to: DepositAddress | None = None) -> DepositAddress:
        """Pay to an address and have the watcher hear of it; nothing is credited."""
        address = to or self.till.address(shop_id=self.shop_id)
        for symbol, units in amounts:
            self.till.watch()
            self.till.pay(address, units=units, symbol=symbol)
        self.till.mine(3)
        self.till.watch()
        return address

    def deposits(self, address: DepositAddress) -> list[Deposit]:
        return list(
            Deposit.objects.filter(address=address.address)
            .exclude(state="orphaned")
            .order_by("block_number", "log_index")
        )

    @transaction.atomic
    def confirm(self, deposit: Deposit) -> Asset:
        asset = Asset(deposit.asset, Token.objects.get(code=deposit.asset).decimals)
        post_deposit_confirmed(
            deposit_id=deposit.id,
            chain_id=CHAIN_ID,
            amount=Amount(deposit.units, asset),
            now=self.now(),
        )
        return asset

    @transaction.atomic
    def credit(self, deposit: Deposit, *, units: int | None = None) -> None:
        """What invoices do with a clear deposit: credit it (here 1 USDC) and have it filled."""
        now = self.now()
        asset = self.confirm(deposit)
        taken = units or deposit.units
        post_payment(
            deposit_id=deposit.id,
            invoice_id=deposit.id,
            shop_id=self.shop_id,
            token=Amount(taken, asset),
            credit=Amount(1_000_000, USDC),
            fee=Amount(0, USDC),
            now=now,
        )
        if taken < deposit.units:
            post_surplus(
                deposit_id=deposit.id, amount=Amount(deposit.units - taken, asset), now=now
            )
        fill_request(
            deposit_id=deposit.id,
            invoice_id=deposit.id,
            shop_id=self.shop_id,
            chain_id=CHAIN_ID,
            token=Amount(taken, asset),
            settlement_asset=USDC.code,
            now=now,
        )

    @transaction.atomic
    def claim(self, deposit: Deposit, *, reason: str = "late") -> None:
        """What invoices do with a clear deposit that is its payer's."""
        now = self.now()
        amount = Amount(deposit.units, self.confirm(deposit))
        if reason == "returned":
            post_held(deposit_id=deposit.id, amount=amount, now=now)
            post_returned(deposit_id=deposit.id, amount=amount, now=now)
        elif reason != "wrong_asset":
            post_surplus(deposit_id=deposit.id, amount=amount, now=now)
        collect_request(
            deposit_id=deposit.id,
            invoice_id=deposit.id,
            shop_id=self.shop_id,
            chain_id=CHAIN_ID,
            token=amount,
            settlement_asset=USDC.code,
            now=now,
        )

    def credited(
        self, symbol: str, units: int, *, to: DepositAddress | None = None
    ) -> DepositAddress:
        known = {deposit.id for deposit in self.deposits(to)} if to else set()
        address = self.pay((symbol, units), to=to)
        for deposit in self.deposits(address):
            if deposit.id not in known:
                self.credit(deposit)
        return address

    # ------------------------------------------------------------------ the market and the chain

    def publish(self, *, gas_price_wei: int | None = None, **prices: str) -> None:
        """What the market process would publish of the real pools now."""
        chain = msgspec.convert(
            {
                **self.entry,
                "tokens": [token | {"peg": token["peg"] or ""} for token in self.entry["tokens"]],
            },
            ChainSettings,
        )
        follower = PoolFollower(
            universe=universe_of(chain),
            nodes=Nodes(chain_id=CHAIN_ID, urls=chain.rpc_urls),
            policy=DeskPolicy(),
        )
        follower.poll()
        view = follower.view
        told = {"ETH": "3000", "BTC": "60000", "EUR": "1.08", "USDC": "1"} | prices
        feed = FeedReading(
            "dev", view.at_ms, 30_000, {symbol: e18(price) for symbol, price in told.items()}, True
        )
        self.version += 1
        snapshot = build_snapshot(
            version=self.version,
            at_ms=view.at_ms,
            policy=DeskPolicy(),
            views=[view],
            feeds=[feed],
            volatilities_ppm={},
            open_units={},
            currencies=["EUR"],
            books=published_books(at_ms=view.at_ms),
        )
        if gas_price_wei is not None:
            chain_now = msgspec.structs.replace(
                snapshot.chains[CHAIN_ID], gas_price_wei=gas_price_wei
            )
            snapshot = msgspec.structs.replace(snapshot, chains={CHAIN_ID: chain_now})
        publish_snapshot(snapshot)
        forget_snapshot()
        follower.close()

    def now(self) -> datetime:
        """The chain's clock: undoing what tests did sets it back, mining many blocks ahead."""
        head = self.till.rpc.call("eth_getBlockByNumber", ["latest", False])
        return datetime.fromtimestamp(int(head["timestamp"], 16), UTC)

    def batch(self, *, later_seconds: int = BATCH_AFTER_SECONDS + 1) -> list[OutgoingTransaction]:
        """Let beat's task run; the transactions it queued."""
        known = set(OutgoingTransaction.objects.values_list("id", flat=True))
        fills_batch_due(now=self.now() + timedelta(seconds=later_seconds))
        return list(OutgoingTransaction.objects.exclude(id__in=known).order_by("id"))

    def send(self, outgoing: OutgoingTransaction, *, gas: int = 5_000_000) -> dict[str, Any]:
        """Mine a queued transaction as its account, and say so as the sender does. The receipt."""
        receipt = self.mine(outgoing, gas=gas)
        self.say(outgoing, receipt)
        return receipt

    def mine(self, outgoing: OutgoingTransaction, *, gas: int = 5_000_000) -> dict[str, Any]:
        """Mine a queued transaction as its account; nobody hears of it yet. The receipt."""
        account = checksum(bytes(outgoing.account))
        rpc = self.till.rpc
        rpc.call("anvil_impersonateAccount", [account])
        sent = rpc.call(
            "eth_sendTransaction",
            [
                {
                    "from": account,
                    "to": checksum(bytes(outgoing.to)),
                    "data": "0x" + bytes(outgoing.data).hex(),
                    "value": hex(outgoing.value),
                    "gas": hex(gas),
                }
            ],
        )
        self.till.mined(sent)
        return dict(rpc.call("eth_getTransactionReceipt", [sent]))

    @transaction.atomic
    def say(self, outgoing: OutgoingTransaction, receipt: dict[str, Any]) -> None:
        parsed = parse_receipt(receipt)
        assert parsed is not None
        emit(
            type="transaction.final" if parsed.succeeded else "transaction.failed",
            subject=f"transaction:{outgoing.id}",
            body={
                "transaction_id": str(outgoing.id),
                "chain_id": CHAIN_ID,
                "purpose": outgoing.purpose,
                "reference": outgoing.reference,
                "status": "succeeded" if parsed.succeeded else "reverted",
                "tx_hash": receipt["transactionHash"],
                "block_number": parsed.block_number,
                "fee_units": str(parsed.fee_units),
                "reason_code": "" if parsed.succeeded else "reverted",
                "reason": "",
                "logs": list(parsed.logs),
            },
            mode="test",
        )
        relay.drain(limit=1000)

    # ------------------------------------------------------------------ books and chain

    def on_chain(self, symbol: str, of: bytes | None = None) -> int:
        account = checksum(bytes(self.till.chain.treasury)) if of is None else checksum(of)
        return self.till.faucet.balance(of=account, symbol=symbol)

    def booked(self, account: accounts.AccountName, asset: Asset) -> int:
        return balance(account=account, asset=asset).units - self.before.get(
            f"{account} {asset.code}", 0
        )

    def custody_agrees(self) -> None:
        """The books say of the treasury what the chain says, to the unit."""
        for token in Token.objects.filter(chain_id=CHAIN_ID):
            asset = Asset(token.code, token.decimals)
            hot = accounts.custody_hot(CHAIN_ID)
            assert balance(account=hot, asset=asset).units == self.on_chain(token.symbol), token


@pytest.fixture
def desk(db: None, valkey: Any, devchain: Any, chain_entry: Any, settings: Any) -> Iterator[Desk]:
    """Prices that other tests published are gone: their gas would make dust of a small deposit."""
    forget_snapshot()
    settings.CHAINS = json.dumps([chain_entry])
    till = Till(chain=sync(chain_entry), layout=devchain, url=chain_entry["rpc_urls"][0])
    desk = Desk(till=till, entry=chain_entry)
    till.mine()  # a block of now: the latest is as old as the tests since it
    for token in Token.objects.filter(chain_id=CHAIN_ID):
        asset = Asset(token.code, token.decimals)
        there = desk.on_chain(token.symbol)
        booked = balance(account=accounts.custody_hot(CHAIN_ID), asset=asset).units
        if there > booked:
            float_fund(
                asset=token.code,
                units=there - booked,
                reference=str(uuid7()),
                now=datetime.now(UTC),
            )
    for account in (accounts.desk(), accounts.gas(), accounts.custody_deposits(CHAIN_ID)):
        for token in Token.objects.filter(chain_id=CHAIN_ID):
            asset = Asset(token.code, token.decimals)
            desk.before[f"{account} {asset.code}"] = balance(account=account, asset=asset).units
    yield desk
    till.close()
    forget_snapshot()
