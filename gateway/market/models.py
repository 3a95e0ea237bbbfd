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
