"""Markets of the book, what was asked of them, and what came of it.

Open orders are the book: any process rebuilds it from them (``matching.Venue``).
"""

from typing import Any

from django.db import models
from django.db.models import F, Q

from gateway.events.ids import uuid7
from gateway.market.orders.terms import MarketTerms
from gateway.money.assets import Asset
from gateway.money.fields import UnitsField

MARKET_STATUSES = ("open", "cancel_only", "closed")
"""cancel_only: what rests may be cancelled; closed: nothing rests, for good."""
SIDES = ("buy", "sell")
COMMAND_KINDS = ("place", "amend", "cancel", "cancel_all", "close")
COMMAND_STATUSES = ("waiting", "done", "refused")
ORDER_STATUSES = ("open", "filled", "cancelled")
TWAP_STATES = ("waiting", "running", "filled", "ended", "cancelled")
TWAP_ACTIVE = ("waiting", "running")


class BookMarket(models.Model):
    """A pair of assets that is traded here. Its row is the lock under which commands are applied.

    ``number`` and ``sequence`` are of the last command and the last event of its book; ``batch``
    names the transaction that wrote them, by which a process knows whether its book in memory is
    this one.
    """

    id = models.UUIDField(primary_key=True, default=uuid7)
    name = models.TextField(unique=True)
    mode = models.TextField()
    base = models.TextField()
    base_decimals = models.PositiveSmallIntegerField()
    quote = models.TextField()
    quote_decimals = models.PositiveSmallIntegerField()
    lot_units = UnitsField(help_text="base units of the base in a lot, a power of ten")
    tick_units = UnitsField(help_text="base units of the quote that a tick adds to a lot's price")
    maker_fee_ppm = models.PositiveIntegerField()
    taker_fee_ppm = models.PositiveIntegerField()
    bound_ppm = models.PositiveIntegerField(help_text="how far a price may be from our fair value")
    status = models.TextField(default="open")
    number = models.BigIntegerField(default=0)
    sequence = models.BigIntegerField(default=0)
    batch = models.UUIDField(null=True)
    applied_at = models.DateTimeField(null=True)
    opened_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(status__in=MARKET_STATUSES), name="orders_market_status"
            ),
            models.CheckConstraint(
                condition=Q(lot_units__gt=0, tick_units__gt=0), name="orders_market_steps"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def terms(self) -> MarketTerms:
        return MarketTerms(
            base=Asset(self.base, self.base_decimals),
            quote=Asset(self.quote, self.quote_decimals),
            lot_units=self.lot_units,
            tick_units=self.tick_units,
            maker_fee_ppm=self.maker_fee_ppm,
            taker_fee_ppm=self.taker_fee_ppm,
        )


class Trader(models.Model):
    """An owner of orders. Whoever commits some of its balance holds this row meanwhile."""

    owner = models.TextField(primary_key=True, help_text="desk, or pool:<id>: a ledger account")

    def __str__(self) -> str:
        return self.owner


class Command(models.Model):
    """What an owner asked of a market. It gets its number when it is carried out: gap-free."""

    id = models.UUIDField(primary_key=True, default=uuid7)
    market = models.ForeignKey(BookMarket, on_delete=models.PROTECT, related_name="commands")
    owner = models.TextField()
    client_id = models.TextField(help_text="names the need: the same id is the same command")
    kind = models.TextField()
    payload: Any = models.JSONField()
    by = models.TextField(help_text="who asked for it")
    twap = models.ForeignKey("Twap", null=True, on_delete=models.PROTECT, related_name="children")
    placed_at = models.DateTimeField()
    status = models.TextField(default="waiting")
    number = models.BigIntegerField(null=True)
    batch = models.UUIDField(null=True)
    code = models.TextField(default="", help_text="why it was refused, or left something")
    result: Any = models.JSONField(null=True)
    applied_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["market", "owner", "client_id"], name="orders_command_once"
            ),
            models.UniqueConstraint(fields=["market", "number"], name="orders_command_number"),
            models.CheckConstraint(condition=Q(kind__in=COMMAND_KINDS), name="orders_command_kind"),
            models.CheckConstraint(
                condition=Q(status="waiting", number=None)
                | Q(status__in=("done", "refused"), number__gt=0),
                name="orders_command_status",
            ),
        ]
        indexes = [
            models.Index(
                fields=["market", "id"], name="orders_command_waiting", condition=Q(number=None)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} #{self.number} of {self.owner} ({self.status})"


class Order(models.Model):
    """An order, by the id of the command that placed it. Lots and ticks; units are named so."""

    id = models.UUIDField(primary_key=True)
    market = models.ForeignKey(BookMarket, on_delete=models.PROTECT, related_name="orders")
    book_id = models.BigIntegerField()
    owner = models.TextField()
    client_id = models.TextField()
    by = models.TextField()
    twap = models.ForeignKey("Twap", null=True, on_delete=models.PROTECT, related_name="orders")
    side = models.TextField()
    asked_price = UnitsField(help_text="ticks, as it was placed")
    asked_lots = UnitsField()
    shown = UnitsField(null=True, help_text="lots that an iceberg shows at a time")
    time_in_force = models.TextField()
    self_trade = models.TextField()
    price = UnitsField(help_text="ticks")
    lots = UnitsField(help_text="whole, fills included")
    open = UnitsField(help_text="lots in the book")
    hidden = UnitsField(help_text="of them, lots that the book does not show")
    filled = UnitsField(help_text="lots")
    value = UnitsField(help_text="sum of ticks times lots of its fills")
    fee_units = UnitsField(help_text="of the quote")
    held_units = UnitsField(help_text="of its owner's balance: base for a sale, else quote")
    joined = models.BigIntegerField(help_text="the book's sequence when it joined its level")
    status = models.TextField()
    reason = models.TextField(default="", help_text="why it was cancelled")
    placed_at = models.DateTimeField()
    changed_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["market", "book_id"], name="orders_order_number"),
            models.CheckConstraint(
                condition=Q(status__in=ORDER_STATUSES) & Q(side__in=SIDES),
                name="orders_order_status",
            ),
            models.CheckConstraint(
                condition=Q(status="open", open__gt=0, held_units__gt=0)
                | Q(status__in=("filled", "cancelled"), open=0, held_units=0),
                name="orders_order_open",
            ),
            models.CheckConstraint(
                condition=Q(filled__gte=0, hidden__gte=0)
                & Q(hidden__lte=F("open"))
                & Q(filled__lte=F("lots") - F("open")),
                name="orders_order_adds_up",
            ),
        ]
        indexes = [
            models.Index(
                fields=["market", "joined"], name="orders_order_book", condition=Q(status="open")
            ),
            models.Index(fields=["owner", "id"], name="orders_order_owner"),
            models.Index(
                fields=["owner", "id"], name="orders_order_owner_open", condition=Q(status="open")
            ),
        ]

    def __str__(self) -> str:
        return f"{self.side} {self.lots} at {self.price} ({self.status})"


class Trade(models.Model):
    """A fill: what arrived met what rested, at the price of what rested."""

    id = models.UUIDField(primary_key=True, default=uuid7)
    market = models.ForeignKey(BookMarket, on_delete=models.PROTECT, related_name="trades")
    sequence = models.BigIntegerField(help_text="of the event in the market's book")
    taker_order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="taken")
    maker_order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="made")
    taker = models.TextField()
    maker = models.TextField()
    side = models.TextField(help_text="the taker's")
    price = UnitsField(help_text="ticks")
    lots = UnitsField()
    base_units = UnitsField()
    quote_units = UnitsField()
    taker_fee_units = UnitsField()
    maker_fee_units = UnitsField()
    entry_key = models.TextField(help_text="of the ledger entry that books it")
    traded_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["market", "sequence"], name="orders_trade_once"),
            models.CheckConstraint(
                condition=Q(lots__gt=0, base_units__gt=0, quote_units__gt=0),
                name="orders_trade_positive",
            ),
            models.CheckConstraint(
                condition=~Q(taker=F("maker")), name="orders_trade_not_with_oneself"
            ),
        ]
        indexes = [models.Index(fields=["entry_key"], name="orders_trade_entry")]

    def __str__(self) -> str:
        return f"{self.lots} at {self.price}"


class Position(models.Model):
    """An owner in a market: net of its trades there, and what its open orders hold."""

    id = models.BigAutoField(primary_key=True)
    market = models.ForeignKey(BookMarket, on_delete=models.PROTECT, related_name="positions")
    owner = models.TextField()
    base_units = UnitsField(default=0, help_text="bought less sold")
    quote_units = UnitsField(default=0, help_text="received less paid, fees included")
    fee_units = UnitsField(default=0, help_text="of the quote, paid")
    base_held = UnitsField(default=0, help_text="by open sales")
    quote_held = UnitsField(default=0, help_text="by open purchases")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["market", "owner"], name="orders_position_once"),
            models.CheckConstraint(
                condition=Q(base_held__gte=0, quote_held__gte=0), name="orders_position_held"
            ),
        ]
        indexes = [models.Index(fields=["owner"], name="orders_position_owner")]

    def __str__(self) -> str:
        return f"{self.owner}: {self.base_units}"


class Twap(models.Model):
    """A schedule: ``book.twap.Twap`` as a row. Its children are commands of their own."""

    id = models.UUIDField(primary_key=True, default=uuid7)
    market = models.ForeignKey(BookMarket, on_delete=models.PROTECT, related_name="twaps")
    owner = models.TextField()
    client_id = models.TextField()
    by = models.TextField()
    side = models.TextField()
    lots = UnitsField()
    worst_price = UnitsField(help_text="ticks no child goes beyond")
    start_ms = models.BigIntegerField()
    end_ms = models.BigIntegerField()
    parts = models.PositiveIntegerField(help_text="in how many the time and the lots are cut")
    largest_child = UnitsField(null=True, help_text="lots")
    state = models.TextField(default="waiting")
    parts_sent = models.PositiveIntegerField(default=0)
    filled = UnitsField(default=0, help_text="lots")
    value = UnitsField(default=0, help_text="sum of ticks times lots")
    now_ms = models.BigIntegerField(default=0, help_text="of its last step")
    next_at = models.DateTimeField(help_text="when its next part begins, or its end")
    code = models.TextField(default="", help_text="why its last child was refused")
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["market", "owner", "client_id"], name="orders_twap_once"
            ),
            models.CheckConstraint(
                condition=Q(state__in=TWAP_STATES) & Q(side__in=SIDES), name="orders_twap_state"
            ),
            models.CheckConstraint(
                condition=Q(filled__gte=0) & Q(filled__lte=F("lots")), name="orders_twap_filled"
            ),
        ]
        indexes = [
            models.Index(
                fields=["next_at"], name="orders_twap_due", condition=Q(state__in=TWAP_ACTIVE)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.side} {self.lots} until {self.end_ms} ({self.state})"
