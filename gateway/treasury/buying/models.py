"""What was bought, and what proves it."""

from django.db import models
from django.db.models import Q

from gateway.events.ids import uuid7
from gateway.money.fields import UnitsField


class CurrencyPurchase(models.Model):
    """A token of the house's sold for currency, which lies at a ramp now."""

    id = models.UUIDField(primary_key=True, default=uuid7)
    reference = models.TextField(unique=True, help_text="the sale's name where it was made")
    mode = models.TextField()
    source = models.TextField(help_text="account that the token left: 'custody:hot:8453'")
    sold_asset = models.TextField()
    sold_units = UnitsField()
    ramp = models.TextField()
    currency = models.TextField()
    bought_units = UnitsField(help_text="that arrived at the ramp")
    fee_units = UnitsField(default=0, help_text="of the currency, named apart from the price")
    evidence = models.TextField(help_text="trade ids, the statement's line, a transaction")
    booked_by = models.TextField(help_text="who says so")
    booked_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(sold_units__gt=0, bought_units__gt=0, fee_units__gte=0),
                name="purchase_positive",
            ),
            models.CheckConstraint(
                condition=~Q(evidence="") & ~Q(booked_by=""), name="purchase_is_proven_by_a_person"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.bought_units} {self.currency} for {self.sold_units} {self.sold_asset}"
