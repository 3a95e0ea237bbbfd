"""The accounts of the books, by name; an account is a name and an asset.

Positive postings are debits. What the house has stands positive, what it owes negative: a shop
that may draw 10 USDC has -10 USDC on its ``available`` account.
"""

from typing import NewType
from uuid import UUID

AccountName = NewType("AccountName", str)

# --- where value lies ----------------------------------------------------------------------------


def custody_deposits(chain_id: int) -> AccountName:
    """What lies at deposit addresses of a chain, not swept yet."""
    return AccountName(f"custody:deposits:{chain_id}")


def custody_hot(chain_id: int) -> AccountName:
    """What the treasury address of a chain holds; payouts leave from it."""
    return AccountName(f"custody:hot:{chain_id}")


def custody_cold(chain_id: int) -> AccountName:
    return AccountName(f"custody:cold:{chain_id}")


def custody_channel(chain_id: int) -> AccountName:
    """What is locked in payment channels of a chain."""
    return AccountName(f"custody:channel:{chain_id}")


def in_transit(way: str) -> AccountName:
    """What has left one place and not reached the next: on its way to a shop's bank, in a pool."""
    return AccountName(f"in_transit:{way}")


def exchange(name: str) -> AccountName:
    """What an outside exchange holds for the desk, as it has credited it."""
    return AccountName(f"exchange:{name}")


def bank(ramp: str) -> AccountName:
    """The house's money at a ramp or its bank, as its statement has it."""
    return AccountName(f"bank:{ramp}")


def receivable(ramp: str) -> AccountName:
    """What a ramp owes the house for cards it charged; negative while it is owed for disputes."""
    return AccountName(f"receivable:{ramp}")


# --- whom it is owed to --------------------------------------------------------------------------


def shop_available(shop_id: UUID) -> AccountName:
    """What a shop may draw."""
    return AccountName(f"shop:{shop_id}:available")


def shop_reserved(shop_id: UUID) -> AccountName:
    """What payouts under way have taken from ``available`` and not sent yet."""
    return AccountName(f"shop:{shop_id}:reserved")


def held(deposit_id: UUID) -> AccountName:
    """A deposit that may be neither credited nor given back before a person decides."""
    return AccountName(f"held:{deposit_id}")


def refunds() -> AccountName:
    """Owed to payers: surplus, late money, refunds under way."""
    return AccountName("refunds")


def blocked() -> AccountName:
    """Property of listed owners: kept, never returned."""
    return AccountName("blocked")


def suspense() -> AccountName:
    """Confirmed deposits that are applied to nothing yet."""
    return AccountName("suspense")


def pool(pool_id: UUID) -> AccountName:
    """What a pool's providers own: their principal, and fees that were shared with them."""
    return AccountName(f"pool:{pool_id}")


# --- the house -----------------------------------------------------------------------------------


def capital() -> AccountName:
    return AccountName("capital")


def desk() -> AccountName:
    """Clearing of the market maker; its inventory of an asset is -(desk + capital)."""
    return AccountName("desk")


def fees() -> AccountName:
    return AccountName("fees")


def gas() -> AccountName:
    return AccountName("gas")


def venue_fees() -> AccountName:
    return AccountName("venue_fees")


def ramp_fees() -> AccountName:
    """What ramps charge for payouts and cards."""
    return AccountName("ramp_fees")


def rounding() -> AccountName:
    return AccountName("rounding")


def insurance() -> AccountName:
    """The house's money set aside for losses: negative while it holds some."""
    return AccountName("insurance")


def losses() -> AccountName:
    return AccountName("losses")
