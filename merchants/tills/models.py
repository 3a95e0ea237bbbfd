"""Tills, the tablets paired with them, and the PINs of who works there."""

from uuid import UUID

from django.db import models
from django.db.models import F, Q

from gateway.events.ids import uuid7
from merchants.accounts.models import User
from merchants.tills.acts import STEPPED_UP
from merchants.tills.rules import PPM, VOID_RULES


class Till(models.Model):
    """A place where a shop sells: one tablet at a time is paired with it."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    shop_id = models.UUIDField()
    name = models.CharField(max_length=80)
    place = models.CharField(max_length=80, blank=True)
    made_by = models.UUIDField(help_text="a person")
    made_at = models.DateTimeField()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("shop_id", "name"), name="till_of_one_name"),
            models.CheckConstraint(condition=~Q(name=""), name="till_has_a_name"),
        )

    def __str__(self) -> str:
        return self.name


class Pairing(models.Model):
    """A code that pairs a tablet with a till, once, while it is good. Only its hash is kept."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    shop_id = models.UUIDField()
    till = models.ForeignKey(Till, on_delete=models.PROTECT, related_name="pairings")
    code_hash = models.BinaryField(max_length=32, unique=True)
    made_by = models.UUIDField(help_text="a person")
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)
    dropped_at = models.DateTimeField(null=True, help_text="when a newer code took its place")

    till_id: UUID

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("till",),
                condition=Q(used_at__isnull=True, dropped_at__isnull=True),
                name="pairing_one_open_of_a_till",
            ),
            models.CheckConstraint(
                condition=Q(expires_at__gt=F("made_at")), name="pairing_has_an_end"
            ),
            models.CheckConstraint(
                condition=Q(used_at__isnull=True) | Q(dropped_at__isnull=True),
                name="pairing_used_or_dropped",
            ),
        )

    def __str__(self) -> str:
        return f"code of till {self.till_id}"


class Device(models.Model):
    """A tablet that was paired with a till. Its secret is never stored, only its keyed hash."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    shop_id = models.UUIDField()
    till = models.ForeignKey(Till, on_delete=models.PROTECT, related_name="devices")
    token_hash = models.BinaryField(max_length=32, unique=True)
    paired_by = models.UUIDField(help_text="who made the code")
    paired_at = models.DateTimeField()
    app_version = models.CharField(max_length=40, blank=True)
    seen_at = models.DateTimeField(help_text="to the minute")
    cashier = models.ForeignKey(
        User, on_delete=models.SET_NULL, null=True, related_name="+", help_text="null: locked"
    )
    used_at = models.DateTimeField(help_text="when the cashier last did something, to 15 seconds")
    revoked_at = models.DateTimeField(null=True)
    revoked_by = models.UUIDField(null=True, help_text="a person")

    till_id: UUID
    cashier_id: UUID | None

    class Meta:
        indexes = (models.Index(fields=("shop_id", "-id"), name="till_device_by_shop"),)
        constraints = (
            models.UniqueConstraint(
                fields=("till",),
                condition=Q(revoked_at__isnull=True),
                name="till_device_one_of_a_till",
            ),
            models.CheckConstraint(
                condition=Q(revoked_at__isnull=True, revoked_by__isnull=True)
                | Q(revoked_at__isnull=False, revoked_by__isnull=False, cashier__isnull=True),
                name="till_device_revoked_by_somebody",
            ),
        )

    def __str__(self) -> str:
        return f"tablet of till {self.till_id}"


class Pin(models.Model):
    """A person's PIN at the tills of one shop, and the wrong ones that were typed for it."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    shop_id = models.UUIDField()
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    secret = models.CharField(max_length=256, help_text="scrypt of the peppered PIN")
    set_at = models.DateTimeField()
    failed = models.PositiveIntegerField(default=0, help_text="wrong ones in a row")
    wait_until = models.DateTimeField(null=True)

    user_id: UUID

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("shop_id", "user"), name="pin_one_of_a_person"),
        )

    def __str__(self) -> str:
        return f"PIN of {self.user_id}"


class Grant(models.Model):
    """A manager's word for one act at one till, good once and for a minute."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    shop_id = models.UUIDField()
    device = models.ForeignKey(Device, on_delete=models.PROTECT, related_name="+")
    act = models.CharField(max_length=20, choices=[(act, act) for act in STEPPED_UP])
    subject = models.CharField(max_length=100, help_text="what it is about, 'invoice:<id>'")
    asked_by = models.UUIDField(help_text="the cashier")
    given_by = models.UUIDField(help_text="the manager")
    given_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)

    device_id: UUID

    class Meta:
        indexes = (models.Index(fields=("shop_id", "-id"), name="grant_by_shop"),)
        constraints = (
            models.CheckConstraint(condition=Q(act__in=STEPPED_UP), name="grant_act_known"),
            models.CheckConstraint(
                condition=Q(expires_at__gt=F("given_at")), name="grant_has_an_end"
            ),
            models.CheckConstraint(
                condition=Q(used_at__isnull=True)
                | Q(used_at__gte=F("given_at"), used_at__lt=F("expires_at")),
                name="grant_used_in_time",
            ),
        )

    def __str__(self) -> str:
        return f"{self.act} of {self.subject}"


class TillRules(models.Model):
    """When a shop's tills ask for a manager's PIN; without a row, as ``rules.Rules`` begins."""

    shop_id = models.UUIDField(primary_key=True)
    void = models.TextField(default="paid")
    void_above_units = models.BigIntegerField(default=0, help_text="minor units")
    discount_above_ppm = models.PositiveIntegerField(null=True, help_text="null: never asked")
    set_by = models.UUIDField(help_text="a person")
    set_at = models.DateTimeField()

    class Meta:
        constraints = (
            models.CheckConstraint(condition=Q(void__in=VOID_RULES), name="till_rules_void"),
            models.CheckConstraint(
                condition=Q(void_above_units__gte=0)
                & (Q(discount_above_ppm__isnull=True) | Q(discount_above_ppm__lte=PPM)),
                name="till_rules_in_range",
            ),
        )

    def __str__(self) -> str:
        return f"rules of {self.shop_id}"
