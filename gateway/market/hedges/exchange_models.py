"""Orders on exchanges, their fills, and whether an exchange is trusted."""

from django.db import models
from django.db.models import F, Q

from gateway.events.ids import uuid7
from gateway.market.hedges.models import Hedge
from gateway.money.fields import UnitsField

ORDER_STATUSES = ("planned", "asked", "done", "refused", "lost")
ORDER_OPEN = ("planned", "asked")
"""planned: a row, of which the exchange knows nothing; asked: it may know; done: over, every fill
that it spoke of is in the books; refused: it will never trade; lost: it does not know of it."""

TOLD_OTHERWISE = "told_otherwise"
"""The failure code of one whose fills the exchange tells otherwise than a person said."""


class ExchangeOrder(models.Model):
    """A slice of a hedge, or a part of one, as an order on an exchange. Asked for once."""

    id = models.UUIDField(primary_key=True, default=uuid7)
    hedge = models.ForeignKey(Hedge, on_delete=models.PROTECT, related_name="orders")
    exchange = models.TextField()
    slice_number = models.PositiveIntegerField()
    status = models.TextField(default="planned")
    client_id = models.TextField(unique=True, help_text="our name for it, there")
    order_id = models.TextField(default="", help_text="its own name for it")
    base = models.TextField(help_text="code of what is traded")
    quote = models.TextField(help_text="code of what it is traded for")
    sells = models.BooleanField()
    size = UnitsField(help_text="e18 of the base")
    price = UnitsField(help_text="e18 of the quote for a whole base: the worst it may trade at")
    fair = UnitsField(help_text="e18 of the quote for a whole base, by our fair value then")
    units_in = UnitsField(help_text="of what it gives, at most")
    expected_units = UnitsField(help_text="of what it takes, by the book, its fee taken off")
    worth_units = UnitsField(help_text="of what it takes, by our fair value then")
    worth_cents = UnitsField(help_text="US cents of units_in, by our fair value then")
    filled = UnitsField(default=0, help_text="e18 of the base, of fills in the books")
    sold_units = UnitsField(default=0)
    bought_units = UnitsField(default=0, help_text="fees not taken off")
    failure_code = models.TextField(default="")
    deadline = models.DateTimeField(help_text="it is asked for by then, or never")
    created_at = models.DateTimeField()
    asked_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    looked_at = models.DateTimeField(null=True, help_text="for fills that come late")
    told = models.TextField(default="", help_text="the exchange's last word on it")
    told_filled = UnitsField(default=0, help_text="e18 of the base, by that word")
    told_at = models.DateTimeField(null=True)
    ended_by = models.TextField(default="", help_text="who said what became of it; '': nobody")
    ended_because = models.TextField(default="")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(status__in=ORDER_STATUSES), name="exchange_order_status"
            ),
            models.CheckConstraint(
                condition=Q(size__gt=0, price__gt=0), name="exchange_order_positive"
            ),
            models.CheckConstraint(
                condition=Q(filled__lte=F("size")), name="exchange_order_no_more_than_asked"
            ),
            models.CheckConstraint(
                condition=~Q(status="planned") | Q(asked_at=None),
                name="exchange_order_asked_is_marked",
            ),
        ]
        indexes = [
            models.Index(
                fields=["exchange"],
                name="exchange_order_open",
                condition=Q(status__in=ORDER_OPEN),
            ),
            models.Index(fields=["exchange", "created_at"], name="exchange_order_day"),
        ]

    def __str__(self) -> str:
        side = "sell" if self.sells else "buy"
        return f"{side} {self.base} on {self.exchange} ({self.status})"


class ExchangeFill(models.Model):
    """One trade of an order, as the exchange told it; in the books by its name, once."""

    id = models.UUIDField(primary_key=True, default=uuid7)
    order = models.ForeignKey(ExchangeOrder, on_delete=models.PROTECT, related_name="fills")
    exchange = models.TextField()
    base = models.TextField()
    quote = models.TextField()
    trade_id = models.TextField(help_text="the exchange's, unique in its market")
    size = UnitsField(help_text="e18 of the base")
    cost = UnitsField(help_text="e18 of the quote, fee not counted in")
    fee = UnitsField(help_text="e18 of fee_currency")
    fee_currency = models.TextField(default="")
    sold_units = UnitsField()
    bought_units = UnitsField()
    fee_units = UnitsField(help_text="of our asset for fee_currency; 0 if there is none")
    traded_at = models.DateTimeField(help_text="by the exchange's clock")
    booked_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["exchange", "base", "quote", "trade_id"], name="exchange_fill_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.trade_id} on {self.exchange}"


class ExchangeStanding(models.Model):
    """Whether an exchange is traded on. Its row is locked by whoever books or orders there."""

    exchange = models.TextField(primary_key=True)
    stopped_at = models.DateTimeField(null=True)
    reason = models.TextField(default="", help_text="stable code, while it is stopped")
    detail = models.TextField(default="")
    resumed_by = models.TextField(default="")
    checked_at = models.DateTimeField(null=True, help_text="when its balance was last compared")
    differing = models.PositiveIntegerField(
        default=0, help_text="currencies of it that differed then"
    )

    def __str__(self) -> str:
        return f"{self.exchange}{' stopped: ' + self.reason if self.stopped_at else ''}"


class ExchangeDust(models.Model):
    """What lies at an exchange beside the account in the books: less than one base unit."""

    exchange = models.TextField()
    asset = models.TextField()
    e18 = UnitsField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["exchange", "asset"], name="exchange_dust_once"),
            models.CheckConstraint(condition=Q(e18__gte=0), name="exchange_dust_not_negative"),
        ]

    def __str__(self) -> str:
        return f"{self.e18} of {self.asset} at {self.exchange}"
