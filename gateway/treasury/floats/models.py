"""What floats have and need, and what was brought to them."""

from django.db import models
from django.db.models import Q

from gateway.events.ids import uuid7
from gateway.money.fields import UnitsField

REFILL_WAYS = ("convert", "move", "person")
REFILL_STATUSES = ("planned", "proposed", "done", "failed", "over")
"""planned: a hedge or a move of it is under way; proposed: a person is asked, who need not;
over: what was proposed is not needed any more."""


class AssetFloat(models.Model):
    """An asset that shops are owed, as its float was last looked at."""

    asset = models.TextField(primary_key=True)
    chain_id = models.BigIntegerField()
    held_units = UnitsField(default=0, help_text="in the treasury, promised to nothing else")
    need_units = UnitsField(default=0, help_text="what shops may draw soon")
    low_since = models.DateTimeField(null=True)
    stuck_since = models.DateTimeField(null=True, help_text="short, and nothing is brought")
    why = models.TextField(default="", help_text="why nothing is brought; '': something is")
    looked_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(stuck_since__isnull=True) | Q(low_since__isnull=False) & ~Q(why=""),
                name="asset_float_stuck_says_why",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.held_units} of {self.need_units} {self.asset}"


class FloatRefill(models.Model):
    """A decision to bring something to a float, and what it was made of."""

    id = models.UUIDField(primary_key=True, default=uuid7)
    asset = models.TextField()
    chain_id = models.BigIntegerField()
    mode = models.TextField()
    way = models.TextField()
    source = models.TextField(help_text="the asset sold, the exchange, or the cold account")
    units = UnitsField(help_text="of the float's asset, as it was meant")
    gives_units = UnitsField(help_text="of the source's own")
    cents = UnitsField(help_text="US cents of units when it was decided")
    reason = models.TextField()
    parts = models.JSONField(help_text="what the decision was made of: it can be replayed")
    status = models.TextField()
    hedge_id = models.UUIDField(null=True, unique=True)
    move_id = models.UUIDField(null=True, unique=True)
    brought_units = UnitsField(default=0)
    failure_code = models.TextField(default="")
    decided_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(way__in=REFILL_WAYS), name="float_refill_way"),
            models.CheckConstraint(
                condition=Q(status__in=REFILL_STATUSES), name="float_refill_status"
            ),
            models.CheckConstraint(
                condition=Q(units__gt=0, gives_units__gt=0), name="float_refill_positive"
            ),
            models.CheckConstraint(
                condition=Q(way="convert", hedge_id__isnull=False, move_id__isnull=True)
                | Q(way="move", hedge_id__isnull=True, move_id__isnull=False)
                | Q(way="person", hedge_id__isnull=True, move_id__isnull=True),
                name="float_refill_has_its_act",
            ),
            models.UniqueConstraint(
                fields=["asset"], condition=Q(status="planned"), name="float_refill_one_under_way"
            ),
            models.UniqueConstraint(
                fields=["asset"], condition=Q(status="proposed"), name="float_refill_one_proposed"
            ),
        ]
        indexes = [models.Index(fields=["asset", "-decided_at"], name="float_refill_of_a_day")]

    def __str__(self) -> str:
        return f"{self.way} {self.units} {self.asset} ({self.status})"
