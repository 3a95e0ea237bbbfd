"""What plugins said that no invoice keeps, and which key was given to which of them."""

from uuid import UUID

from django.contrib.postgres.fields import ArrayField
from django.db import models

from gateway.events.ids import uuid7
from gateway.shops.models import Shop
from merchants.accounts.models import ApiKey, User


class AskedCheckout(models.Model):
    """How a plugin asked for an invoice's checkout to be, in its own words: only what it reads
    back and the invoice itself doesn't say."""

    invoice_id = models.UUIDField(primary_key=True)
    shop_id = models.UUIDField()
    options = models.JSONField(help_text="the protocol's names; null: the shop's own way")

    def __str__(self) -> str:
        return f"checkout asked for invoice {self.invoice_id}"


class Pairing(models.Model):
    """A key that a person gave to a plugin: to which, with which permissions. Who pairs the same
    application from the same address again replaces it."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    shop = models.ForeignKey(Shop, on_delete=models.CASCADE, related_name="+")
    key = models.OneToOneField(ApiKey, on_delete=models.CASCADE, related_name="+")
    permissions = ArrayField(models.TextField(), help_text="as asked for, without the store")
    application = models.TextField(help_text="what the plugin calls itself")
    identifier = models.TextField(default="", help_text="its own name for its kind; may be empty")
    host = models.TextField(help_text="where the key was sent: scheme, host and port")
    paired_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")
    paired_at = models.DateTimeField()

    shop_id: UUID
    key_id: UUID

    class Meta:
        indexes = (models.Index(fields=("shop", "identifier", "host"), name="pairing_again"),)

    def __str__(self) -> str:
        return f"{self.application} of {self.host}"
