"""The shop as money sees it; its people and programs live in merchants."""

from typing import Any

from django.db import models

from gateway.events.ids import uuid7
from gateway.money.fields import UnitsField

ADDRESS_BYTES = 20


class Shop(models.Model):
    id = models.UUIDField(primary_key=True, default=uuid7)
    name = models.TextField()
    mode = models.TextField(choices=[("test", "test"), ("live", "live")], default="test")
    status = models.TextField(
        choices=[("active", "active"), ("suspended", "suspended"), ("closing", "closing")],
        default="active",
    )
    approved_at = models.DateTimeField(null=True)
    pricing_currency = models.TextField(help_text="ISO 4217 code its prices are in")
    settlement_asset = models.TextField(help_text="asset code it is credited in: 'USDC@8453'")
    payout_address = models.BinaryField(null=True, max_length=ADDRESS_BYTES)
    payout_threshold_units = UnitsField(
        null=True, help_text="settlement units at which a payout starts by itself"
    )
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
                condition=models.Q(status__in=["active", "suspended", "closing"]),
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
