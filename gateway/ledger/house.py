"""Post what the house does with its own: funding, sweeps, gas, sales, and losses it bears."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from gateway.ledger import accounts, postings
from gateway.ledger.accounts import AccountName
from gateway.ledger.journal import PostedEntry, entry_post, entry_reverse
from gateway.money.amounts import Amount, zero


def post_funding(
    *, reference: str, custody: AccountName, amount: Amount, now: datetime
) -> PostedEntry:
    """The house's own money goes into ``custody``."""
    return entry_post(
        key=f"funding:{reference}",
        kind="funding",
        postings=postings.funding(custody=custody, amount=amount),
        refs={"reference": reference},
        now=now,
    )


def post_insurance_funded(*, reference: str, amount: Amount, now: datetime) -> PostedEntry:
    """Some of the house's capital is set aside for losses."""
    return entry_post(
        key=f"insurance:{reference}",
        kind="insurance_funded",
        postings=postings.insurance_funded(amount=amount),
        refs={"reference": reference},
        now=now,
    )


def post_sweep(
    *,
    reference: str,
    chain_id: int,
    swept: Sequence[Amount],
    gas: Amount,
    lost: Sequence[Amount] = (),
    now: datetime,
) -> PostedEntry:
    """Deposits moved into the treasury by the transaction ``reference``, what of them did not
    arrive, and its gas."""
    return entry_post(
        key=f"sweep:{reference}",
        kind="sweep",
        postings=postings.sweep(chain_id=chain_id, swept=swept, gas=gas, lost=lost),
        refs={"transaction_id": reference},
        now=now,
    )


def post_gas(*, reference: str, chain_id: int, gas: Amount, now: datetime) -> PostedEntry:
    """The gas of a transaction that moved nothing, failed ones too."""
    return entry_post(
        key=f"gas:{reference}",
        kind="gas",
        postings=postings.gas_spent(chain_id=chain_id, gas=gas),
        refs={"transaction_id": reference},
        now=now,
    )


def post_fill(
    *,
    reference: str,
    chain_id: int,
    sold: Amount,
    bought: Amount,
    now: datetime,
    venue_fee: Amount | None = None,
) -> PostedEntry:
    """The desk sold what it took in, out of the treasury of a chain."""
    return entry_post(
        key=f"fill:{reference}",
        kind="fill",
        postings=postings.fill(
            custody=accounts.custody_hot(chain_id), sold=sold, bought=bought, venue_fee=venue_fee
        ),
        refs={"reference": reference},
        now=now,
    )


def post_shortfall_covered(
    *,
    reference: str,
    shop_id: UUID,
    by_insurance: Amount,
    lost: Amount | None = None,
    now: datetime,
) -> PostedEntry:
    """What a reorg took from a shop beyond its credits and reserve, borne by the house."""
    return entry_post(
        key=f"shortfall:{reference}",
        kind="shortfall_covered",
        postings=postings.shortfall_covered(
            shop_id=shop_id,
            by_insurance=by_insurance,
            lost=lost or zero(by_insurance.asset),
        ),
        refs={"reference": reference},
        shop_id=shop_id,
        now=now,
    )


def post_shortfall_recovered(*, reference: str, now: datetime) -> PostedEntry:
    """The payment came back after all: the house takes back what it had borne for it."""
    return entry_reverse(key=f"shortfall:{reference}", now=now)
