"""What the measures keep: fair values for a while, the desk's fills, and sums by UTC day.

Everything but the fair values and the minutes can be had anew from the journal as long as the fair
values of its time are kept; nothing here is money.
"""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from gateway.money.fields import UnitsField

KINDS = ("payment", "sale", "hedge", "conversion", "book")
MODES = ("test", "live")
NO_SHOP = "00000000-0000-0000-0000-000000000000"
"""Stands in the sums for fills with nobody's shop."""


class FairValues(models.Model):
    """What every priced asset was worth in one snapshot, at most one a second.

    One row for all assets: a row each would be some twenty times as many.
    """

    at = models.DateTimeField(primary_key=True, help_text="the snapshot's own time")
    version = models.BigIntegerField(help_text="of the snapshot")
    assets = ArrayField(models.TextField())
    prices = ArrayField(UnitsField(), help_text="e18 US dollars for a whole token, in their order")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(assets__len=models.F("prices__len")), name="fair_values_paired"
            ),
        ]

    def __str__(self) -> str:
        return f"{len(self.assets)} values at {self.at:%Y-%m-%d %H:%M:%S}"


class JournalRead(models.Model):
    """How far the journal was read: everything booked before, and nothing after."""

    id = models.SmallIntegerField(primary_key=True, default=1)
    through = models.DateTimeField()

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(id=1), name="journal_read_once")]

    def __str__(self) -> str:
        return f"through {self.through}"


class DeskFill(models.Model):
    """One exchange that the desk made, by the entry that booked it.

    Its values are micro-dollars, what it took less what it gave; null: nobody knew, or not yet.
    """

    entry_id = models.UUIDField(primary_key=True)
    key = models.TextField(help_text="the entry's")
    kind = models.TextField()
    mode = models.TextField()
    booked_at = models.DateTimeField()
    promised_at = models.DateTimeField(null=True)
    filled_at = models.DateTimeField()
    shop_id = models.UUIDField(null=True)
    invoice_id = models.UUIDField(null=True)
    asset = models.TextField(help_text="paid with, sold, or hedged")
    took_asset = models.TextField()
    took_units = UnitsField()
    gave_asset = models.TextField()
    gave_units = UnitsField()
    notional_usd_e6 = UnitsField(null=True)
    spread_ppm = models.IntegerField(null=True)
    lock_premium_ppm = models.IntegerField(null=True)
    fill_ppm = models.IntegerField(null=True)
    gas_units = UnitsField(null=True)
    at_promise_usd_e6 = UnitsField(null=True)
    at_fill_usd_e6 = UnitsField(null=True)
    after_1s_usd_e6 = UnitsField(null=True)
    after_10s_usd_e6 = UnitsField(null=True)
    after_60s_usd_e6 = UnitsField(null=True)
    after_300s_usd_e6 = UnitsField(null=True)
    judged = models.SmallIntegerField(default=0, help_text="of the four times after it")
    due_at = models.DateTimeField(null=True, help_text="when the next is to be judged; null: none")
    reversed = models.BooleanField(default=False, help_text="a reorg took it back")

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=KINDS), name="desk_fill_kind"),
            models.CheckConstraint(condition=Q(mode__in=MODES), name="desk_fill_mode"),
            models.CheckConstraint(
                condition=Q(took_units__gt=0, gave_units__gt=0), name="desk_fill_positive"
            ),
            models.CheckConstraint(
                condition=Q(judged=4, due_at__isnull=True)
                | Q(judged__gte=0, judged__lt=4, due_at__isnull=False),
                name="desk_fill_due_until_judged",
            ),
        ]
        indexes = [
            models.Index(fields=["mode", "booked_at", "entry_id"], name="desk_fill_by_day"),
            models.Index(
                fields=["shop_id", "booked_at"],
                name="desk_fill_of_shop",
                condition=Q(shop_id__isnull=False),
            ),
            models.Index(
                fields=["due_at"], name="desk_fill_due", condition=Q(due_at__isnull=False)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.took_units} {self.took_asset} for {self.gave_units} {self.gave_asset}"


class DayBooked(models.Model):
    """What entries of one kind booked on an account and asset in a UTC day."""

    pk = models.CompositePrimaryKey("day", "account", "kind", "asset")
    day = models.DateField(help_text="of the database's clock when it was booked")
    account = models.TextField()
    kind = models.TextField()
    asset = models.TextField()
    mode = models.TextField()
    postings = models.IntegerField()
    unvalued = models.IntegerField(help_text="of them, without a price")
    units = UnitsField(help_text="debits positive, as the ledger counts")
    usd_e6 = UnitsField(help_text="to the house: credits positive")

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(mode__in=MODES), name="day_booked_mode"),
        ]

    def __str__(self) -> str:
        return f"{self.units} {self.asset} on {self.account} by {self.kind}, {self.day}"


class DayEdge(models.Model):
    """What payments' rates kept in a UTC day, by what for."""

    pk = models.CompositePrimaryKey("day", "asset", "shop_id", "line")
    day = models.DateField()
    asset = models.TextField(help_text="paid with")
    shop_id = models.UUIDField()
    line = models.TextField()
    mode = models.TextField()
    usd_e6 = UnitsField()

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(mode__in=MODES), name="day_edge_mode")]

    def __str__(self) -> str:
        return f"{self.line} of {self.asset}, {self.day}: {self.usd_e6}"


class DayMarkout(models.Model):
    """Fills of a UTC day and what they were worth at one of the times."""

    pk = models.CompositePrimaryKey("day", "kind", "asset", "shop_id", "seconds")
    day = models.DateField(help_text="of the fill")
    kind = models.TextField()
    asset = models.TextField()
    shop_id = models.UUIDField()
    seconds = models.SmallIntegerField(help_text="after the fill; -1: at the promise")
    mode = models.TextField()
    fills = models.IntegerField(help_text="whose value then is known")
    missing = models.IntegerField(help_text="whose value then nobody knew")
    usd_e6 = UnitsField()
    notional_usd_e6 = UnitsField()

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(mode__in=MODES), name="day_markout_mode")]

    def __str__(self) -> str:
        return f"{self.kind} {self.asset} after {self.seconds} s, {self.day}: {self.usd_e6}"


class Position(models.Model):
    """What the desk traded into of an asset, by average cost (``costing.Costed``)."""

    asset = models.TextField(primary_key=True)
    mode = models.TextField()
    units = UnitsField(help_text="with a cost")
    uncosted_units = UnitsField(help_text="that came at a time without a price")
    cost_usd_e6 = UnitsField()
    realised_usd_e6 = UnitsField()
    square_unit_ms = models.DecimalField(
        max_digits=120, decimal_places=0, help_text="∫q²dt until changed_at"
    )
    since = models.DateTimeField(help_text="its first entry was booked")
    changed_at = models.DateTimeField(help_text="its last entry was booked")

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(mode__in=MODES), name="position_mode")]

    def __str__(self) -> str:
        return f"{self.units} {self.asset}"


class PositionDay(models.Model):
    """A position's UTC day."""

    pk = models.CompositePrimaryKey("day", "asset")
    day = models.DateField()
    asset = models.TextField()
    mode = models.TextField()
    closing_units = UnitsField()
    realised_usd_e6 = UnitsField()
    square_unit_ms = models.DecimalField(max_digits=120, decimal_places=0)
    held_ms = models.BigIntegerField()
    unvalued = models.IntegerField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(mode__in=MODES), name="position_day_mode")
        ]

    def __str__(self) -> str:
        return f"{self.closing_units} {self.asset}, {self.day}"


class EquityMinute(models.Model):
    """What all positions of a mode were worth together when a minute began."""

    pk = models.CompositePrimaryKey("minute", "mode")
    minute = models.DateTimeField()
    mode = models.TextField()
    cents = UnitsField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(mode__in=MODES), name="equity_minute_mode")
        ]

    def __str__(self) -> str:
        return f"{self.cents} at {self.minute}"


class EquityDay(models.Model):
    """A UTC day of these minutes; ``drawdown_cents`` is the deepest fall within it."""

    pk = models.CompositePrimaryKey("day", "mode")
    day = models.DateField()
    mode = models.TextField()
    opening_cents = UnitsField()
    high_cents = UnitsField()
    low_cents = UnitsField()
    closing_cents = UnitsField()
    drawdown_cents = UnitsField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(mode__in=MODES), name="equity_day_mode"),
            models.CheckConstraint(
                condition=Q(low_cents__lte=models.F("high_cents"), drawdown_cents__gte=0),
                name="equity_day_ordered",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.closing_cents} on {self.day}"
