"""Entries as those read them who follow the house's accounts. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from gateway.ledger.accounts import AccountName


@dataclass(frozen=True, slots=True)
class HousePosting:
    """A line on a house account; positive units are a debit."""

    account: AccountName
    asset: str
    units: int


@dataclass(frozen=True, slots=True)
class HouseEntry:
    """An entry with those of its lines that are on the accounts asked for.

    Attributes:
        happened_at: as the verb was told; booked_at: by the database's clock.
        reverses_id: the entry that it takes back.
    """

    id: UUID
    key: str
    kind: str
    shop_id: UUID | None
    refs: Mapping[str, str]
    happened_at: datetime
    booked_at: datetime
    reverses_id: UUID | None
    postings: tuple[HousePosting, ...]
