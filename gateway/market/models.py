"""What the desk has promised and not yet been held to."""

from django.db import models

from gateway.money.fields import UnitsField


class LockExposure(models.Model):
    """Base units of an asset in open locks, by the minute in which they have lapsed.

    The counters are sharded, since every sale of a busy minute adds to the same ones. A lock that
    is neither paid nor voided leaves by itself when its minute has passed. Nothing keeps a
    counter above zero: a release may be told after a prune.
    """

    pk = models.CompositePrimaryKey("asset", "minute", "shard")
    asset = models.TextField()
    minute = models.DateTimeField()
    shard = models.SmallIntegerField()
    units = UnitsField()

    class Meta:
        indexes = [models.Index(fields=["minute"], name="lock_exposure_minute")]

    def __str__(self) -> str:
        return f"{self.units} {self.asset} until {self.minute:%H:%M}"


class LockRoom(models.Model):
    """Base units of an asset that one shard may still lock.

    All rooms of an asset and what is open are never more than its cap together. A room is only
    taken from; what lapsed or was released is shared out again when some room is used up.
    """

    pk = models.CompositePrimaryKey("asset", "shard")
    asset = models.TextField()
    shard = models.SmallIntegerField()
    units = UnitsField(help_text="may still be locked")
    cap = UnitsField(help_text="of all shards and open locks, when it was shared out")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(units__gte=0), name="lock_room_not_below_zero"
            )
        ]

    def __str__(self) -> str:
        return f"room for {self.units} {self.asset}"


class MinutePrice(models.Model):
    """What a whole token was worth to us when we bought it, minute by minute.

    Late money is owed the rate of its first block, which may be judged long after.
    """

    pk = models.CompositePrimaryKey("asset", "minute")
    asset = models.TextField()
    minute = models.DateTimeField()
    buy_usd_e18 = UnitsField(help_text="1e-18 US dollars for one whole token")

    class Meta:
        indexes = [models.Index(fields=["minute"], name="minute_price_minute")]

    def __str__(self) -> str:
        return f"{self.asset} at {self.minute:%Y-%m-%d %H:%M}"


class DeskState(models.Model):
    """An asset's state of risk as it last changed; no row is NORMAL and never anything else."""

    asset = models.TextField(primary_key=True)
    state = models.SmallIntegerField(help_text="0 NORMAL, 1 WIDE, 2 REDUCE_ONLY, 3 HALT")
    trigger = models.TextField()
    measure = models.DecimalField(max_digits=78, decimal_places=0)
    limit = models.DecimalField(max_digits=78, decimal_places=0)
    since = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(state__gte=0, state__lte=3), name="desk_state_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.asset}: {self.state} ({self.trigger})"


class DeskHalt(models.Model):
    """A switch that a person pulled: for an asset, or with an empty scope for the whole desk."""

    scope = models.TextField(primary_key=True)
    reason = models.TextField()
    halted_by = models.TextField()
    halted_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.scope or 'the whole desk'}: {self.reason}"


class DeskDay(models.Model):
    """What the desk's positions were worth when a UTC day began, to tell the day's loss."""

    pk = models.CompositePrimaryKey("day", "simulated")
    day = models.DateField()
    simulated = models.BooleanField()
    opening_usd_cents = models.DecimalField(max_digits=78, decimal_places=0)

    def __str__(self) -> str:
        return f"{self.day}: {self.opening_usd_cents}"


class KeptSnapshot(models.Model):
    """A snapshot that promised quotes were drawn from, compressed, so that they can be replayed."""

    version = models.BigIntegerField(primary_key=True)
    content = models.BinaryField(help_text="zlib of the encoded snapshot")
    kept_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["kept_at"], name="kept_snapshot_kept_at")]

    def __str__(self) -> str:
        return f"snapshot {self.version}"


class ShopStrategy(models.Model):
    """Which share of a shop's payers is taken to use a lock as an option, and what that rests on.

    Quotes read the share from the shop itself.
    """

    shop_id = models.UUIDField(primary_key=True)
    share_ppm = models.IntegerField(help_text="charged for: of all who are shown a lock")
    mean_ppm = models.IntegerField(help_text="measured: of those who paid, before caution")
    error_ppm = models.IntegerField(help_text="its standard error")
    locks = models.IntegerField(help_text="paid locks seen")
    updated_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.share_ppm} ppm of shop {self.shop_id}"
