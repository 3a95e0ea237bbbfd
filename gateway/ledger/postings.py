"""What each event of the books posts: pure, one function a row of the table in the design.

Every function returns postings that sum to zero in each asset. Lines of zero are left out and
lines of one account and asset are added up: a USDC payment to a shop that settles in USDC leaves
only the desk's spread on ``desk``.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from gateway.ledger import accounts
from gateway.ledger.accounts import AccountName
from gateway.ledger.errors import LedgerError, Unbalanced
from gateway.money.amounts import Amount, zero


@dataclass(frozen=True, slots=True)
class Posting:
    """One line of an entry; positive units are a debit."""

    account: AccountName
    amount: Amount


Postings = tuple[Posting, ...]


def debit(account: AccountName, amount: Amount) -> Posting:
    return Posting(account, amount)


def credit(account: AccountName, amount: Amount) -> Posting:
    return Posting(account, -amount)


def entry_of(*lines: Posting) -> Postings:
    """The lines added up per account and asset, without zeros, in account order.

    Raises:
        Unbalanced: an asset does not sum to zero.
    """
    totals: dict[tuple[AccountName, str], Amount] = {}
    sums: dict[str, int] = {}
    for line in lines:
        key = (line.account, line.amount.asset.code)
        totals[key] = totals[key] + line.amount if key in totals else line.amount
        sums[line.amount.asset.code] = sums.get(line.amount.asset.code, 0) + line.amount.units
    off = {code: units for code, units in sums.items() if units}
    if off:
        raise Unbalanced(f"An entry is off by {off}.")
    return tuple(
        Posting(account, total)
        for (account, _code), total in sorted(totals.items())
        if not total.is_zero
    )


def reverse(postings: Iterable[Posting]) -> Postings:
    """What takes an entry back."""
    return entry_of(*(Posting(line.account, -line.amount) for line in postings))


# --- money comes in ------------------------------------------------------------------------------


def funding(*, custody: AccountName, amount: Amount) -> Postings:
    """The house puts its own money in."""
    positive(amount)
    return entry_of(debit(custody, amount), credit(accounts.capital(), amount))


def insurance_funded(*, amount: Amount) -> Postings:
    """The house sets some of its own money aside, for losses that nobody else shall bear."""
    positive(amount)
    return entry_of(debit(accounts.capital(), amount), credit(accounts.insurance(), amount))


def deposit_confirmed(*, chain_id: int, amount: Amount) -> Postings:
    """A chain has confirmed a transfer to a deposit address; whose it is comes next."""
    positive(amount)
    return entry_of(
        debit(accounts.custody_deposits(chain_id), amount),
        credit(accounts.suspense(), amount),
    )


def payment_applied(*, shop_id: UUID, token: Amount, to_shop: Amount, fee: Amount) -> Postings:
    """A deposit, or what of it the lock covers, is bought by the desk and credited to the shop.

    Args:
        token: what the desk takes in.
        to_shop: settlement units the shop gets, fee taken off.
        fee: settlement units the house keeps.
    """
    return _sold_to_desk(
        source=accounts.suspense(), shop_id=shop_id, token=token, to_shop=to_shop, fee=fee
    )


def surplus(*, amount: Amount) -> Postings:
    """What no lock covers (too much, a wrong asset, late money to give back): the payer's."""
    positive(amount)
    return entry_of(debit(accounts.suspense(), amount), credit(accounts.refunds(), amount))


# --- holds ---------------------------------------------------------------------------------------


def deposit_held(*, deposit_id: UUID, amount: Amount) -> Postings:
    positive(amount)
    return entry_of(debit(accounts.suspense(), amount), credit(accounts.held(deposit_id), amount))


def deposit_released(
    *,
    deposit_id: UUID,
    shop_id: UUID,
    token: Amount,
    to_shop: Amount,
    fee: Amount,
    to_payer: Amount | None = None,
) -> Postings:
    """A hold ends well: as a payment, and what no lock covers (``to_payer``) is the payer's."""
    source = accounts.held(deposit_id)
    sold = _sold_to_desk(source=source, shop_id=shop_id, token=token, to_shop=to_shop, fee=fee)
    if to_payer is None or to_payer.is_zero:
        return sold
    positive(to_payer)
    return entry_of(*sold, debit(source, to_payer), credit(accounts.refunds(), to_payer))


def deposit_returned(*, deposit_id: UUID, amount: Amount) -> Postings:
    """A held deposit goes back to its payer."""
    positive(amount)
    return entry_of(debit(accounts.held(deposit_id), amount), credit(accounts.refunds(), amount))


def deposit_blocked(*, deposit_id: UUID, amount: Amount) -> Postings:
    """A held deposit is a listed owner's property and stays where it is."""
    positive(amount)
    return entry_of(debit(accounts.held(deposit_id), amount), credit(accounts.blocked(), amount))


# --- the desk's work on chain --------------------------------------------------------------------


def sweep(
    *, chain_id: int, swept: Iterable[Amount], gas: Amount, lost: Iterable[Amount] = ()
) -> Postings:
    """Deposits moved into the treasury in one transaction, and what that cost.

    Args:
        lost: what lay there and did not arrive, since its token keeps a part of each transfer or
            shrinks by itself. The desk bought the whole, or owes it: it has that much less.
    """
    lines: list[Posting] = []
    for amount in swept:
        positive(amount)
        lines.append(debit(accounts.custody_hot(chain_id), amount))
        lines.append(credit(accounts.custody_deposits(chain_id), amount))
    for amount in lost:
        positive(amount)
        lines.append(debit(accounts.desk(), amount))
        lines.append(credit(accounts.custody_deposits(chain_id), amount))
    return entry_of(*lines, *gas_lines(chain_id=chain_id, gas=gas))


def gas_spent(*, chain_id: int, gas: Amount) -> Postings:
    """A transaction that moved nothing, failed ones too."""
    positive(gas)
    return entry_of(*gas_lines(chain_id=chain_id, gas=gas))


def fill(
    *, custody: AccountName, sold: Amount, bought: Amount, venue_fee: Amount | None = None
) -> Postings:
    """The desk sells what it took in; what stays on ``desk`` is its result.

    Args:
        custody: where the sold token was and the bought one arrived.
        bought: what arrived, the venue's fee taken off.
        venue_fee: of the bought asset, when the venue names one apart from its price.
    """
    positive(sold)
    positive(bought)
    fee = venue_fee or zero(bought.asset)
    not_negative(fee)
    return entry_of(
        debit(accounts.desk(), sold),
        credit(custody, sold),
        debit(custody, bought),
        debit(accounts.venue_fees(), fee),
        credit(accounts.desk(), bought + fee),
    )


def hedge(*, chain_id: int, sold: Amount, bought: Amount, gas: Amount) -> Postings:
    """The desk closes a position on chain: a fill out of the treasury, with its gas."""
    swapped = fill(custody=accounts.custody_hot(chain_id), sold=sold, bought=bought)
    return entry_of(*swapped, *gas_lines(chain_id=chain_id, gas=gas))


def exchange_fill(
    *, exchange: str, sold: Amount, bought: Amount, fee: Amount | None = None
) -> Postings:
    """The desk trades what lies at an exchange; the fee leaves that account in its own asset.

    Args:
        sold, bought: fee not counted in; one of them may be nothing, where an exchange traded less
            than a base unit of it.
        fee: in what was sold, in what was bought, or in a third asset that lies there.
    """
    for amount in (sold, bought, *([fee] if fee else [])):
        not_negative(amount)
    place = accounts.exchange(exchange)
    paid = zero(bought.asset) if fee is None else fee
    return entry_of(
        debit(accounts.desk(), sold),
        credit(place, sold),
        debit(place, bought),
        credit(accounts.desk(), bought),
        debit(accounts.venue_fees(), paid),
        credit(place, paid),
    )


# --- the house's own order book ------------------------------------------------------------------


def trade(
    *,
    seller: AccountName,
    buyer: AccountName,
    base: Amount,
    quote: Amount,
    seller_fee: Amount,
    buyer_fee: Amount,
) -> Postings:
    """Two owners trade in the order book: each fee comes on top of, or off, the quote.

    Args:
        seller, buyer: accounts that hold what is owed to them (``pool:…``), or ``desk``.
    """
    positive(base)
    positive(quote)
    not_negative(seller_fee)
    not_negative(buyer_fee)
    return entry_of(
        debit(seller, base),
        credit(buyer, base),
        debit(buyer, quote + buyer_fee),
        credit(seller, quote - seller_fee),
        credit(accounts.fees(), buyer_fee + seller_fee),
    )


# --- payouts -------------------------------------------------------------------------------------


def payout_reserved(*, shop_id: UUID, amount: Amount) -> Postings:
    positive(amount)
    return entry_of(
        debit(accounts.shop_available(shop_id), amount),
        credit(accounts.shop_reserved(shop_id), amount),
    )


def payout_left(*, shop_id: UUID, chain_id: int, amount: Amount, gas: Amount) -> Postings:
    """A payout is final on chain; the house pays its gas."""
    positive(amount)
    return entry_of(
        debit(accounts.shop_reserved(shop_id), amount),
        credit(accounts.custody_hot(chain_id), amount),
        *gas_lines(chain_id=chain_id, gas=gas),
    )


# --- refunds -------------------------------------------------------------------------------------


def refund_made(*, shop_id: UUID, taken: Amount, owed: Amount | None = None) -> Postings:
    """A shop gives money back: in the settlement asset, or (``owed``) in a token the desk sells."""
    positive(taken)
    if owed is None:
        return entry_of(
            debit(accounts.shop_available(shop_id), taken), credit(accounts.refunds(), taken)
        )
    positive(owed)
    return entry_of(
        debit(accounts.shop_available(shop_id), taken),
        credit(accounts.desk(), taken),
        debit(accounts.desk(), owed),
        credit(accounts.refunds(), owed),
    )


def refund_left(*, chain_id: int, amount: Amount, gas: Amount) -> Postings:
    positive(amount)
    return entry_of(
        debit(accounts.refunds(), amount),
        credit(accounts.custody_hot(chain_id), amount),
        *gas_lines(chain_id=chain_id, gas=gas),
    )


# --- when it went wrong --------------------------------------------------------------------------


def shortfall_covered(*, shop_id: UUID, by_insurance: Amount, lost: Amount) -> Postings:
    """A reorg left a shop negative beyond what its next credits and reserve bring in.

    The insurance pool pays first; what it can't is the house's loss; neither is the shop's.
    """
    not_negative(by_insurance)
    not_negative(lost)
    positive(by_insurance + lost)
    return entry_of(
        debit(accounts.insurance(), by_insurance),
        debit(accounts.losses(), lost),
        credit(accounts.shop_available(shop_id), by_insurance + lost),
    )


# --- parts ---------------------------------------------------------------------------------------


def _sold_to_desk(
    *, source: AccountName, shop_id: UUID, token: Amount, to_shop: Amount, fee: Amount
) -> Postings:
    positive(token)
    not_negative(to_shop)
    not_negative(fee)
    return entry_of(
        debit(source, token),
        credit(accounts.desk(), token),
        debit(accounts.desk(), to_shop + fee),
        credit(accounts.shop_available(shop_id), to_shop),
        credit(accounts.fees(), fee),
    )


def gas_lines(*, chain_id: int, gas: Amount) -> tuple[Posting, ...]:
    """The house pays a transaction's gas: N: +gas −custody:hot."""
    not_negative(gas)
    return (debit(accounts.gas(), gas), credit(accounts.custody_hot(chain_id), gas))


def positive(amount: Amount) -> None:
    """Refuse an amount that moves nothing, or the other way."""
    if amount.units <= 0:
        raise LedgerError(f"{amount} moves nothing.", code="amount_not_positive")


def not_negative(amount: Amount) -> None:
    """Refuse an amount that moves the other way."""
    if amount.units < 0:
        raise LedgerError(f"{amount} is negative.", code="amount_negative")
