"""The shop as money sees it; its people and programs live in merchants."""

from typing import Any

from django.db import models

from gateway.events.ids import uuid7
from gateway.shops.policies import SCHEDULES
from gateway.shops.terms import MAX_FEE_BPS

ADDRESS_BYTES = 20
SHOP_STATUSES = ["active", "suspended", "closing", "closed"]
"""suspended: its money is frozen; closing: it takes no more, and is paid out; closed: it was."""


class Shop(models.Model):
    id = models.UUIDField(primary_key=True, default=uuid7)
    name = models.TextField()
    mode = models.TextField(choices=[("test", "test"), ("live", "live")], default="test")
    status = models.TextField(
        choices=[(status, status) for status in SHOP_STATUSES],
        default="active",
    )
    approved_at = models.DateTimeField(null=True)
    pricing_currency = models.TextField(help_text="ISO 4217 code its prices are in")
    settlement_asset = models.TextField(help_text="asset code it is credited in: 'USDC@8453'")
    payout_address = models.BinaryField(null=True, max_length=ADDRESS_BYTES)
    strategic_share_ppm = models.IntegerField(
        null=True, help_text="of its payers, as the market estimates; unset: as the desk assumes"
    )
    terms: Any = models.JSONField(default=dict)
    time_zone = models.TextField(
        default="UTC", help_text="IANA name; its pages show the shop's own time"
    )
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="shops_shop_mode", condition=models.Q(mode__in=["test", "live"])
            ),
            models.CheckConstraint(
                name="shops_shop_status",
                condition=models.Q(status__in=SHOP_STATUSES),
            ),
            models.CheckConstraint(
                name="shops_shop_strategic_share",
                condition=models.Q(strategic_share_ppm__isnull=True)
                | models.Q(strategic_share_ppm__gte=0, strategic_share_ppm__lte=1_000_000),
            ),
            # Rule 8: a shop that compliance has not approved is a test shop.
            models.CheckConstraint(
                name="shops_live_shop_is_approved",
                condition=models.Q(mode="test") | models.Q(approved_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return self.name


class PolicyVersion(models.Model):
    """A settlement policy that a shop had from one moment on. Rows are added, never changed, but
    for ``is_current``."""

    shop = models.ForeignKey(Shop, on_delete=models.PROTECT, related_name="policies")
    number = models.PositiveIntegerField(help_text="1, 2, 3 … per shop")
    is_current = models.BooleanField(default=True)
    schedule = models.TextField(help_text="as in the policy, for those who look for due ones")
    policy: Any = models.JSONField()
    decided_by = models.TextField(help_text="user:<id>, key:<id>, or how it came about")
    decided_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["shop", "number"], name="shops_policy_number_once"),
            models.UniqueConstraint(
                fields=["shop"],
                condition=models.Q(is_current=True),
                name="shops_policy_one_current",
            ),
            models.CheckConstraint(
                condition=models.Q(schedule__in=SCHEDULES), name="shops_policy_schedule_known"
            ),
        ]
        indexes = [
            models.Index(
                fields=["schedule"],
                condition=models.Q(is_current=True),
                name="shops_policy_due",
            ),
        ]

    def __str__(self) -> str:
        return f"policy {self.number} of shop {self.shop_id}"


class FeeVersion(models.Model):
    """The gateway's fee of a shop from one moment on. Rows are added, never changed; each but the
    first came of an act of two people."""

    shop = models.ForeignKey(Shop, on_delete=models.PROTECT, related_name="fee_versions")
    number = models.PositiveIntegerField(help_text="1, 2, 3 … per shop")
    fee_bps = models.PositiveSmallIntegerField(help_text="of each credit")
    in_force_from = models.DateTimeField()
    set_by = models.TextField(help_text="user:<id> who proposed it, or how it came about")
    act_id = models.UUIDField(null=True, unique=True, help_text="two people's; null: the first")
    reason = models.TextField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["shop", "number"], name="shops_fee_number_once"),
            models.CheckConstraint(
                condition=models.Q(fee_bps__lte=MAX_FEE_BPS, number__gte=1),
                name="shops_fee_in_range",
            ),
            models.CheckConstraint(
                condition=models.Q(number=1) | models.Q(act_id__isnull=False),
                name="shops_fee_changed_by_two",
            ),
            models.CheckConstraint(condition=~models.Q(reason=""), name="shops_fee_has_a_reason"),
        ]

    def __str__(self) -> str:
        return f"fee {self.number} of shop {self.shop_id}: {self.fee_bps} bp"
