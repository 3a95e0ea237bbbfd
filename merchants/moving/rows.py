"""What comes out of an export or an old server, before anything is kept of it. Pure."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, Literal

Source = Literal["btcpay", "bitcart"]
SOURCES: Final[tuple[Source, ...]] = ("btcpay", "bitcart")
Status = Literal["waiting", "partial", "processing", "paid", "expired", "invalid"]
STATUSES: Final[tuple[Status, ...]] = (
    *("waiting", "partial", "processing", "paid", "expired", "invalid"),
)
"""Ours, as far as another program's invoices reach."""

MAX_ID: Final = 120
MAX_ORDER: Final = 200
MAX_TRANSACTIONS: Final = 100
MAX_TRANSACTION: Final = 128

Reason = Literal[
    "no_id",
    "no_amount",
    "bad_amount",
    "no_currency",
    "no_time",
    "no_status",
    "too_long",
    "no_object",
    "broken",
    "differs",
    "no_name",
    "price_not_here",
    "item_refused",
]
"""Why a row was left out. ``differs``: it is kept already, and says something else now."""


@dataclass(frozen=True, slots=True)
class PastSale:
    """An invoice as another program kept it.

    Attributes:
        line: where it stood: the line of a file, or its place in a list.
        units: of 10 ** -decimals of the currency: exact, whatever the currency's own decimals are.
        currency: as the program called it, in capitals: ``EUR``, ``BTC``.
        exceptions: what was unusual, in our words, sorted.
        transactions: what paid it, as the program named it.
        email: the buyer's; empty where none was told. It is kept only where the shop asks for it.
    """

    line: int
    old_id: str
    order_id: str
    units: int
    decimals: int
    currency: str
    status: Status
    exceptions: tuple[str, ...]
    at: datetime
    transactions: tuple[str, ...] = ()
    store_id: str = ""
    email: str = ""


@dataclass(frozen=True, slots=True)
class Unread:
    """A row that could not be taken: where it stood, which it is if that could be read, and why."""

    line: int
    reason: Reason
    old_id: str = ""


@dataclass(frozen=True, slots=True)
class OldWebhook:
    """A webhook of a store: where it called, and what for.

    Attributes:
        events: the types that it named; ``*`` for everything.
    """

    id: str
    url: str
    events: tuple[str, ...]
    retries: bool


@dataclass(frozen=True, slots=True)
class OldItem:
    """Something that a store sold. ``price`` is the text that the program wrote."""

    line: int
    name: str
    price: str
    category: str = ""
    sold_out: bool = False


@dataclass(frozen=True, slots=True)
class OldShop:
    """A store as another program kept it. What it did not tell is None, or empty.

    Attributes:
        confirmations: blocks after which an invoice counted as paid.
        tolerance_bps: how much could be missing of what was due.
    """

    id: str
    name: str = ""
    website: str = ""
    currency: str = ""
    lock_seconds: int | None = None
    monitoring_seconds: int | None = None
    confirmations: int | None = None
    tolerance_bps: int | None = None
    webhooks: tuple[OldWebhook, ...] = field(default=())
