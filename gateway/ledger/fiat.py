"""Money in banks: bought for payouts, paid out through a ramp, failed, come back.

The rows of the books' table, S a token and F a currency: bought: S: +desk −custody (or −exchange)
· F: +bank +venue_fees −desk; left: +in_transit −bank; arrived: +shop:reserved −in_transit; failed:
+bank −in_transit and +shop:reserved −shop:available; returned: +bank −shop:available.

A ramp's fee for it is the house's (+ramp_fees −bank), or lies within the payout: the bank loses the
payout's whole amount, of which the shop's bank sees the rest.
"""

from datetime import datetime
from typing import Literal
from uuid import UUID

from gateway.ledger import accounts
from gateway.ledger.accounts import AccountName
from gateway.ledger.journal import PostedEntry, entry_post
from gateway.ledger.postings import Postings, credit, debit, entry_of, not_negative, positive
from gateway.money.amounts import Amount, zero

FeeBearer = Literal["house", "shop"]
"""Who bears what a ramp charges."""


def fiat_bought(
    *, source: AccountName, sold: Amount, ramp: str, bought: Amount, fee: Amount | None = None
) -> Postings:
    """The desk sells a token for bank money.

    Args:
        source: where the token was: custody, or an exchange.
        bought: what the bank got, the fee taken off.
        fee: of the currency bought, when it is named apart from the price.
    """
    charged = fee or zero(bought.asset)
    positive(sold)
    positive(bought)
    not_negative(charged)
    return entry_of(
        debit(accounts.desk(), sold),
        credit(source, sold),
        debit(accounts.bank(ramp), bought),
        debit(accounts.venue_fees(), charged),
        credit(accounts.desk(), bought + charged),
    )


def fiat_left(*, ramp: str, way: str, amount: Amount) -> Postings:
    """A payout has left the house's bank; what the ramp takes out of it (``fee``) left with it."""
    positive(amount)
    return entry_of(debit(accounts.in_transit(way), amount), credit(accounts.bank(ramp), amount))


def fiat_arrived(*, shop_id: UUID, way: str, amount: Amount) -> Postings:
    """The shop has it: the whole payout, a fee within it included."""
    positive(amount)
    return entry_of(
        debit(accounts.shop_reserved(shop_id), amount), credit(accounts.in_transit(way), amount)
    )


def fiat_fee(*, ramp: str, fee: Amount) -> Postings:
    """What a ramp charges the house."""
    positive(fee)
    return entry_of(debit(accounts.ramp_fees(), fee), credit(accounts.bank(ramp), fee))


def fiat_failed(
    *, shop_id: UUID, ramp: str, way: str, amount: Amount, kept: Amount, bearer: FeeBearer
) -> Postings:
    """What was under way came back before it arrived; it is the shop's again.

    Args:
        amount: that left.
        kept: of it, what the ramp did not give back.
    """
    not_negative(kept)
    positive(amount - kept)
    house, shop = _borne(kept, bearer)
    return entry_of(
        debit(accounts.bank(ramp), amount - kept),
        debit(accounts.ramp_fees(), house),
        credit(accounts.in_transit(way), amount),
        debit(accounts.shop_reserved(shop_id), amount),
        credit(accounts.shop_available(shop_id), amount - shop),
    )


def fiat_returned(
    *, shop_id: UUID, ramp: str, amount: Amount, kept: Amount, bearer: FeeBearer
) -> Postings:
    """What had arrived was sent back by the shop's bank: it is owed to the shop again.

    Args:
        amount: that the shop's bank sent back.
        kept: of it, what the ramp did not give back.
    """
    not_negative(kept)
    positive(amount - kept)
    house, shop = _borne(kept, bearer)
    return entry_of(
        debit(accounts.bank(ramp), amount - kept),
        debit(accounts.ramp_fees(), house),
        credit(accounts.shop_available(shop_id), amount - shop),
    )


def _borne(fee: Amount, bearer: FeeBearer) -> tuple[Amount, Amount]:
    """The house's part of a fee, and the shop's."""
    nothing = zero(fee.asset)
    return (fee, nothing) if bearer == "house" else (nothing, fee)


# --- the verbs -----------------------------------------------------------------------------------


def post_fiat_bought(
    *,
    reference: str,
    source: AccountName,
    sold: Amount,
    ramp: str,
    bought: Amount,
    now: datetime,
    fee: Amount | None = None,
) -> PostedEntry:
    """The desk bought bank money for payouts.

    Args:
        reference: names the sale at the ramp or exchange.
    """
    return entry_post(
        key=f"fiat_bought:{reference}",
        kind="fiat_bought",
        postings=fiat_bought(source=source, sold=sold, ramp=ramp, bought=bought, fee=fee),
        refs={"reference": reference, "ramp": ramp},
        now=now,
    )


def post_fiat_left(
    *, payout_id: UUID, shop_id: UUID, ramp: str, way: str, amount: Amount, now: datetime
) -> PostedEntry:
    """A payout to a bank is on its way. Its money was set aside as any payout's."""
    return entry_post(
        key=f"payout:{payout_id}:left",
        kind="fiat_left",
        postings=fiat_left(ramp=ramp, way=way, amount=amount),
        refs={"payout_id": str(payout_id), "ramp": ramp},
        shop_id=shop_id,
        now=now,
    )


def post_fiat_arrived(
    *,
    payout_id: UUID,
    shop_id: UUID,
    way: str,
    amount: Amount,
    now: datetime,
    fee_within: Amount | None = None,
) -> PostedEntry:
    """A payout is in the shop's bank.

    Args:
        amount: of the whole payout.
        fee_within: of it, what the ramp kept of the shop's; written down with the entry.
    """
    refs = {"payout_id": str(payout_id)}
    if fee_within is not None:
        refs["fee_within_units"] = str(fee_within.units)
    return entry_post(
        key=f"payout:{payout_id}:arrived",
        kind="fiat_arrived",
        postings=fiat_arrived(shop_id=shop_id, way=way, amount=amount),
        refs=refs,
        shop_id=shop_id,
        now=now,
    )


def post_fiat_fee(
    *, payout_id: UUID, shop_id: UUID, ramp: str, fee: Amount, now: datetime
) -> PostedEntry:
    """The house pays what a ramp charges for a payout."""
    return entry_post(
        key=f"payout:{payout_id}:fee",
        kind="fiat_fee",
        postings=fiat_fee(ramp=ramp, fee=fee),
        refs={"payout_id": str(payout_id), "ramp": ramp},
        shop_id=shop_id,
        now=now,
    )


def post_bank_fee(*, reference: str, ramp: str, fee: Amount, now: datetime) -> PostedEntry:
    """A bank charged the house for something that is no single payout, by its statement.

    Args:
        reference: names the entry of the statement.
    """
    return entry_post(
        key=f"bank_fee:{ramp}:{reference}",
        kind="fiat_fee",
        postings=fiat_fee(ramp=ramp, fee=fee),
        refs={"reference": reference, "ramp": ramp},
        now=now,
    )


def post_fiat_failed(
    *,
    payout_id: UUID,
    shop_id: UUID,
    ramp: str,
    way: str,
    amount: Amount,
    now: datetime,
    kept: Amount | None = None,
    bearer: FeeBearer = "house",
) -> PostedEntry:
    """A payout that had left did not arrive. One that never left is
    ``payouts.post_payout_cancelled``."""
    return entry_post(
        key=f"payout:{payout_id}:failed",
        kind="fiat_failed",
        postings=fiat_failed(
            shop_id=shop_id,
            ramp=ramp,
            way=way,
            amount=amount,
            kept=kept or zero(amount.asset),
            bearer=bearer,
        ),
        refs={"payout_id": str(payout_id), "ramp": ramp, "bearer": bearer},
        shop_id=shop_id,
        now=now,
    )


def post_fiat_returned(
    *,
    payout_id: UUID,
    shop_id: UUID,
    ramp: str,
    amount: Amount,
    now: datetime,
    kept: Amount | None = None,
    bearer: FeeBearer = "house",
) -> PostedEntry:
    """A payout that had arrived was sent back by the shop's bank."""
    return entry_post(
        key=f"payout:{payout_id}:returned",
        kind="fiat_returned",
        postings=fiat_returned(
            shop_id=shop_id,
            ramp=ramp,
            amount=amount,
            kept=kept or zero(amount.asset),
            bearer=bearer,
        ),
        refs={"payout_id": str(payout_id), "ramp": ramp, "bearer": bearer},
        shop_id=shop_id,
        now=now,
    )
