"""Cards that a shop's customers pay with through a ramp: charged, settled, disputed, paid back.

The rows of the books' table, in the card's currency F: tender: +receivable −shop:available −fees;
settled: +bank +ramp_fees −receivable; disputed: +shop:available −receivable; paid back: +refunds
−receivable, for the ramp takes it off what it owes; one that the card's bank would not have: the
exact reverse. The ramp's fee for the payment stays the house's cost. What it takes off it takes out
of the balance that it holds for the house: +receivable −bank.
"""

from datetime import datetime
from uuid import UUID

from gateway.ledger import accounts
from gateway.ledger.fiat import FeeBearer
from gateway.ledger.journal import PostedEntry, entry_post, entry_reverse
from gateway.ledger.postings import Postings, credit, debit, entry_of, not_negative, positive
from gateway.money.amounts import Amount, zero


def card_tendered(*, ramp: str, shop_id: UUID, to_shop: Amount, fee: Amount) -> Postings:
    """A card was charged: the ramp owes the house, the house the shop.

    Args:
        to_shop: what the shop gets, the house's fee taken off.
        fee: the house's.
    """
    not_negative(to_shop)
    not_negative(fee)
    positive(to_shop + fee)
    return entry_of(
        debit(accounts.receivable(ramp), to_shop + fee),
        credit(accounts.shop_available(shop_id), to_shop),
        credit(accounts.fees(), fee),
    )


def card_settled(*, ramp: str, amount: Amount, fee: Amount) -> Postings:
    """The ramp paid what it owed (``amount``), less its fee."""
    not_negative(fee)
    positive(amount - fee)
    return entry_of(
        debit(accounts.bank(ramp), amount - fee),
        debit(accounts.ramp_fees(), fee),
        credit(accounts.receivable(ramp), amount),
    )


def card_disputed(
    *, ramp: str, shop_id: UUID, amount: Amount, fee: Amount, bearer: FeeBearer
) -> Postings:
    """A card's owner disputes: the ramp takes it back and charges a fee for it.

    The shop may end below zero: its next credits make up for it.
    """
    positive(amount)
    not_negative(fee)
    nothing = zero(fee.asset)
    house, shop = (fee, nothing) if bearer == "house" else (nothing, fee)
    return entry_of(
        debit(accounts.shop_available(shop_id), amount + shop),
        debit(accounts.ramp_fees(), house),
        credit(accounts.receivable(ramp), amount + fee),
    )


def card_dispute_won(*, ramp: str, shop_id: UUID, amount: Amount) -> Postings:
    """The ramp gives back what it took for a dispute; its fee it keeps."""
    positive(amount)
    return entry_of(
        debit(accounts.receivable(ramp), amount),
        credit(accounts.shop_available(shop_id), amount),
    )


def card_paid_back(*, ramp: str, amount: Amount) -> Postings:
    """A refund went back to the card."""
    positive(amount)
    return entry_of(debit(accounts.refunds(), amount), credit(accounts.receivable(ramp), amount))


def card_taken_off(*, ramp: str, amount: Amount) -> Postings:
    """What the ramp owes less for a dispute (or a refund), it took out of its balance."""
    positive(amount)
    return entry_of(debit(accounts.receivable(ramp), amount), credit(accounts.bank(ramp), amount))


# --- the verbs -----------------------------------------------------------------------------------


def post_card_tendered(
    *,
    tender_id: UUID,
    invoice_id: UUID,
    shop_id: UUID,
    ramp: str,
    to_shop: Amount,
    fee: Amount,
    now: datetime,
) -> PostedEntry:
    """A card paid (part of) an invoice."""
    return entry_post(
        key=f"card:{tender_id}:tendered",
        kind="card_tendered",
        postings=card_tendered(ramp=ramp, shop_id=shop_id, to_shop=to_shop, fee=fee),
        refs={"tender_id": str(tender_id), "invoice_id": str(invoice_id), "ramp": ramp},
        shop_id=shop_id,
        now=now,
    )


def post_card_settled(
    *, reference: str, ramp: str, amount: Amount, fee: Amount, now: datetime
) -> PostedEntry:
    """The ramp paid for one or many cards.

    Args:
        reference: the ramp's name for what it paid.
        amount: what it owed for them; fee: what of it the ramp kept.
    """
    return entry_post(
        key=f"card_settled:{ramp}:{reference}",
        kind="card_settled",
        postings=card_settled(ramp=ramp, amount=amount, fee=fee),
        refs={"reference": reference, "ramp": ramp},
        now=now,
    )


def post_card_disputed(
    *,
    reference: str,
    tender_id: UUID,
    shop_id: UUID,
    ramp: str,
    amount: Amount,
    now: datetime,
    fee: Amount | None = None,
    bearer: FeeBearer = "house",
) -> PostedEntry:
    """A card's payment is disputed.

    Args:
        reference: the ramp's name for the dispute.
    """
    return entry_post(
        key=f"dispute:{ramp}:{reference}:opened",
        kind="card_disputed",
        postings=card_disputed(
            ramp=ramp,
            shop_id=shop_id,
            amount=amount,
            fee=fee or zero(amount.asset),
            bearer=bearer,
        ),
        refs={"reference": reference, "tender_id": str(tender_id), "ramp": ramp, "bearer": bearer},
        shop_id=shop_id,
        now=now,
    )


def post_card_dispute_won(
    *,
    reference: str,
    tender_id: UUID,
    shop_id: UUID,
    ramp: str,
    amount: Amount,
    now: datetime,
) -> PostedEntry:
    """The dispute of that reference ended for the shop."""
    return entry_post(
        key=f"dispute:{ramp}:{reference}:won",
        kind="card_dispute_won",
        postings=card_dispute_won(ramp=ramp, shop_id=shop_id, amount=amount),
        refs={"reference": reference, "tender_id": str(tender_id), "ramp": ramp},
        shop_id=shop_id,
        now=now,
    )


def post_card_taken_off(*, reference: str, ramp: str, amount: Amount, now: datetime) -> PostedEntry:
    """The ramp took ``amount`` out of its balance.

    Args:
        reference: the ramp's name for what it took it for.
    """
    return entry_post(
        key=f"card_taken_off:{ramp}:{reference}",
        kind="card_taken_off",
        postings=card_taken_off(ramp=ramp, amount=amount),
        refs={"reference": reference, "ramp": ramp},
        now=now,
    )


def post_card_paid_back(
    *, refund_id: UUID, shop_id: UUID, ramp: str, amount: Amount, now: datetime
) -> PostedEntry:
    """A refund that a shop made (``refunds.post_refund_made``) is back on the card."""
    return entry_post(
        key=f"refund:{refund_id}:left",
        kind="card_paid_back",
        postings=card_paid_back(ramp=ramp, amount=amount),
        refs={"refund_id": str(refund_id), "ramp": ramp},
        shop_id=shop_id,
        now=now,
    )


def post_card_back_failed(
    *, refund_id: UUID, reference: str, ramp: str, now: datetime
) -> PostedEntry:
    """A refund did not reach the card after all: the ramp put it back into its balance, and it is
    owed again (``refunds.post_refund_lapsed`` gives it to its shop).

    Args:
        reference: the ramp's name for the refund, under which it was taken off.
    """
    entry_reverse(key=f"card_taken_off:{ramp}:{reference}", now=now)
    return entry_reverse(key=f"refund:{refund_id}:left", now=now)
