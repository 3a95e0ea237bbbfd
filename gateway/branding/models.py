"""Shops' logos and colours."""

from django.db import models
from django.db.models import Q


class ShopBrand(models.Model):
    """What a shop looks like to its customers."""

    shop_id = models.UUIDField(primary_key=True)
    accent = models.TextField(default="", help_text="six hexadecimal digits; '': the house's")
    logo = models.BinaryField(null=True, help_text="PNG, drawn by us")
    logo_tag = models.TextField(default="", help_text="names this very logo; '': none")
    changed_by = models.TextField()
    changed_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(accent="") | Q(accent__regex="^[0-9a-f]{6}$"), name="brand_accent"
            ),
            models.CheckConstraint(
                condition=Q(logo__isnull=True, logo_tag="")
                | Q(logo__isnull=False) & Q(logo_tag__regex="^[0-9a-f]{32}$"),
                name="brand_logo_named",
            ),
        ]

    def __str__(self) -> str:
        return f"brand of {self.shop_id}"
