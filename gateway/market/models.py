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
