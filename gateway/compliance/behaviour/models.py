"""Networks that were used, days of cashiers and tills, the hours a shop set, and its stream.

All but a shop's own networks and hours are the house's alone: what is counted of a cashier is
never the shop's to see.
"""

from typing import Any

from django.db import models
from django.db.models import F, Q

from gateway.events.ids import uuid7
from gateway.money.fields import UnitsField

MODES = ("test", "live")
STANDINGS = ("learning", "known", "roaming", "new")
PERSON_KINDS = ("refund", "void")
STREAM_KINDS = ("payment", "refund", "payout")
HASH_BYTES = 32


class Watched(models.Model):
    """Since when a key or a person is known: kept when their networks are forgotten, so that one
    that slept for a year doesn't begin to learn anew."""

    about = models.TextField(primary_key=True, help_text="key:<uuid> or user:<uuid>")
    shop_id = models.UUIDField(null=True, help_text="the key's; null: a person's")
    since = models.DateTimeField()

    def __str__(self) -> str:
        return self.about


class NetworkSeen(models.Model):
    """A network that a key or a person used: its prefix alone, forgotten with its last use."""

    id = models.UUIDField(primary_key=True, default=uuid7)
    about = models.TextField()
    shop_id = models.UUIDField(null=True)
    network = models.TextField(help_text="203.0.113.0/24, 2001:db8:1::/48")
    provider = models.TextField(default="", help_text="AS64500; empty: nobody says")
    country = models.TextField(default="")
    standing = models.TextField(help_text="of its first use")
    first_at = models.DateTimeField()
    last_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["about", "network"], name="behaviour_network_once"),
            models.CheckConstraint(
                condition=Q(standing__in=STANDINGS), name="behaviour_network_standing_known"
            ),
            models.CheckConstraint(
                condition=Q(first_at__lte=F("last_at")), name="behaviour_network_in_order"
            ),
        ]
        indexes = [
            models.Index(fields=["shop_id", "about", "-last_at"], name="behaviour_network_of_shop"),
            models.Index(fields=["last_at"], name="behaviour_network_to_forget"),
        ]

    def __str__(self) -> str:
        return f"{self.about} from {self.network}"


class PersonDay(models.Model):
    """How often, and for how much, one person did something on one day of the shop's clock."""

    id = models.UUIDField(primary_key=True, default=uuid7)
    shop_id = models.UUIDField()
    who = models.TextField(help_text="user:<uuid> or key:<uuid>")
    kind = models.TextField()
    day = models.DateField()
    currency = models.TextField(help_text="of the units: a shop may change its own")
    count = models.PositiveIntegerField()
    units = UnitsField(help_text="minor units in all")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["shop_id", "kind", "who", "currency", "day"],
                name="behaviour_person_day_once",
            ),
            models.CheckConstraint(
                condition=Q(kind__in=PERSON_KINDS), name="behaviour_person_day_kind_known"
            ),
            models.CheckConstraint(
                condition=Q(count__gte=1, units__gte=0), name="behaviour_person_day_counts"
            ),
        ]
        indexes = [
            models.Index(fields=["shop_id", "kind", "day"], name="behaviour_person_day_past"),
            models.Index(fields=["day"], name="behaviour_person_day_forget"),
        ]

    def __str__(self) -> str:
        return f"{self.count} × {self.kind} by {self.who} on {self.day}"


class TillDay(models.Model):
    """In which half hours of a day of the shop's clock its till was used: bit n is slot n."""

    id = models.UUIDField(primary_key=True, default=uuid7)
    shop_id = models.UUIDField()
    day = models.DateField()
    slots = models.BigIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["shop_id", "day"], name="behaviour_till_day_once"),
            models.CheckConstraint(
                condition=Q(slots__gt=0, slots__lt=2**48), name="behaviour_till_day_slots"
            ),
        ]
        indexes = [models.Index(fields=["day"], name="behaviour_till_day_forget")]

    def __str__(self) -> str:
        return f"till of {self.shop_id} on {self.day}"


class OpeningHours(models.Model):
    """A version of the hours that a shop set. Rows are added, never changed."""

    id = models.UUIDField(primary_key=True, default=uuid7)
    shop_id = models.UUIDField()
    number = models.PositiveIntegerField(help_text="1, 2, 3 … per shop; the last one holds")
    spans: Any = models.JSONField(null=True, help_text="null: learnt from its sales again")
    set_by = models.TextField(help_text="user:<uuid>")
    set_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["shop_id", "number"], name="behaviour_hours_once"),
        ]

    def __str__(self) -> str:
        return f"hours {self.number} of shop {self.shop_id}"


class Stream(models.Model):
    """How far a shop's stream is numbered and learnt, and what its trees count."""

    shop_id = models.UUIDField(primary_key=True)
    mode = models.TextField()
    last_number = models.BigIntegerField(default=0)
    learned_number = models.BigIntegerField(default=0)
    model = models.TextField(default="", help_text="shape and library; empty: none yet")
    state = models.BinaryField(default=b"", help_text="the trees' counts, compressed")
    state_hash = models.BinaryField(max_length=HASH_BYTES, default=b"")
    version = models.PositiveBigIntegerField(default=0, help_text="grows with each saved state")
    learned_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(learned_number__lte=F("last_number"), learned_number__gte=0),
                name="behaviour_stream_learns_what_came",
            ),
            models.CheckConstraint(condition=Q(mode__in=MODES), name="behaviour_stream_mode_known"),
        ]
        indexes = [
            models.Index(
                fields=["shop_id"],
                condition=Q(learned_number__lt=F("last_number")),
                name="behaviour_stream_behind",
            ),
        ]

    def __str__(self) -> str:
        return f"stream of {self.shop_id}, {self.learned_number} of {self.last_number}"


class StreamItem(models.Model):
    """An event of a shop's stream, in the order that it is learnt in, and how odd it was."""

    id = models.UUIDField(primary_key=True, default=uuid7)
    shop_id = models.UUIDField()
    number = models.BigIntegerField(help_text="1, 2, 3 … per shop")
    event_id = models.UUIDField(unique=True)
    kind = models.TextField()
    units = UnitsField()
    at = models.DateTimeField()
    features: Any = models.JSONField()
    score_ppm = models.PositiveIntegerField(null=True, help_text="null: the trees knew too little")
    past = models.PositiveIntegerField(null=True, help_text="scores that it was compared with")
    at_least = models.PositiveIntegerField(null=True, help_text="of which were as high")
    model = models.TextField(default="")
    version = models.PositiveBigIntegerField(null=True, help_text="of the state it began from")
    is_told = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["shop_id", "number"], name="behaviour_item_once"),
            models.CheckConstraint(
                condition=Q(kind__in=STREAM_KINDS), name="behaviour_item_kind_known"
            ),
            models.CheckConstraint(
                condition=Q(score_ppm__isnull=True, past__isnull=True, at_least__isnull=True)
                | Q(score_ppm__lte=1_000_000, past__gte=F("at_least")),
                name="behaviour_item_score_is_whole",
            ),
        ]
        indexes = [
            models.Index(fields=["shop_id", "at"], name="behaviour_item_of_time"),
            models.Index(fields=["shop_id", "kind", "at"], name="behaviour_item_of_kind"),
            models.Index(fields=["at"], name="behaviour_item_to_forget"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.number} of {self.shop_id}"
