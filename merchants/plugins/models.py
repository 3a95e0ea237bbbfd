"""What plugins said that no invoice keeps, and which key was given to which of them."""

from uuid import UUID

from django.contrib.postgres.fields import ArrayField
from django.db import models

from gateway.events.ids import uuid7
from gateway.shops.models import Shop
from merchants.accounts.models import ApiKey, User


class AskedInvoice(models.Model):
    """What a plugin said of an invoice and reads back, and the invoice itself doesn't say: how its
    checkout was to be, and who buys."""

    invoice_id = models.UUIDField(primary_key=True)
    shop_id = models.UUIDField()
    options = models.JSONField(
        default=dict, help_text="of its checkout, in the protocol's names; null: the shop's own way"
    )
    buyer = models.BinaryField(null=True, help_text="sealed: buyers.py; null: nobody, or forgotten")
    forget_at = models.DateTimeField(help_text="when its buyer is forgotten")

    class Meta:
        indexes = (
            models.Index(
                fields=("forget_at",),
                name="plugin_buyer_to_forget",
                condition=models.Q(buyer__isnull=False),
            ),
        )

    def __str__(self) -> str:
        return f"what was said of invoice {self.invoice_id}"


class Pairing(models.Model):
    """A key that a person gave to a plugin: to which, with which permissions. Who pairs the same
    application from the same address again replaces it; one that is typed in by hand stays."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    shop = models.ForeignKey(Shop, on_delete=models.CASCADE, related_name="+")
    key = models.OneToOneField(ApiKey, on_delete=models.CASCADE, related_name="+")
    permissions = ArrayField(models.TextField(), help_text="as asked for, without the store")
    application = models.TextField(help_text="what the plugin calls itself")
    identifier = models.TextField(default="", help_text="its own name for its kind; may be empty")
    host = models.TextField(
        help_text="where the key was sent: scheme, host and port; empty: typed in by hand"
    )
    paired_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")
    paired_at = models.DateTimeField()

    shop_id: UUID
    key_id: UUID

    class Meta:
        indexes = (models.Index(fields=("shop", "identifier", "host"), name="pairing_again"),)

    def __str__(self) -> str:
        return f"{self.application} of {self.host}"
