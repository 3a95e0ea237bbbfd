"""Customers, sealed, and what they bought."""

from uuid import UUID

from django.db import models
from django.db.models import Q

from gateway.events.ids import uuid7


class Customer(models.Model):
    """Somebody who bought, as the shop said it: sealed under a key of their own, found by blind
    indexes. Forgotten, nothing of them is left but the row that their sales point to."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    shop_id = models.UUIDField()
    box = models.BinaryField(null=True, help_text="email, name, reference, sealed")
    tag = models.BinaryField(null=True, max_length=32, help_text="keyed hash of what is in the box")
    identity_index = models.BinaryField(null=True, max_length=32)
    email_index = models.BinaryField(null=True, max_length=32)
    last_invoice_id = models.UUIDField(help_text="the latest; its id tells the time")
    first_at = models.DateTimeField()
    last_at = models.DateTimeField()
    forgotten_at = models.DateTimeField(null=True)
    key_gone = models.BooleanField(default=False, help_text="their sealing key was thrown away")

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("shop_id", "identity_index"), name="customer_once_a_shop"
            ),
            models.CheckConstraint(
                condition=Q(
                    forgotten_at__isnull=True,
                    box__isnull=False,
                    tag__isnull=False,
                    identity_index__isnull=False,
                    key_gone=False,
                )
                | Q(
                    forgotten_at__isnull=False,
                    box__isnull=True,
                    tag__isnull=True,
                    identity_index__isnull=True,
                    email_index__isnull=True,
                ),
                name="customer_known_or_forgotten",
            ),
        )
        indexes = (
            models.Index(
                fields=("shop_id", "-last_invoice_id"),
                name="customer_by_last_visit",
                condition=Q(forgotten_at__isnull=True),
            ),
            models.Index(
                fields=("shop_id", "first_at", "id"),
                name="customer_by_first_visit",
                condition=Q(forgotten_at__isnull=True),
            ),
            models.Index(
                fields=("shop_id", "email_index"),
                name="customer_by_email",
                condition=Q(email_index__isnull=False),
            ),
            models.Index(
                fields=("last_at",),
                name="customer_to_forget",
                condition=Q(forgotten_at__isnull=True),
            ),
            models.Index(
                fields=("forgotten_at",),
                name="customer_key_to_throw_away",
                condition=Q(forgotten_at__isnull=False, key_gone=False),
            ),
        )

    def __str__(self) -> str:
        return f"customer {self.id}"


class CustomerInvoice(models.Model):
    """That an invoice was for this customer."""

    invoice_id = models.UUIDField(primary_key=True)
    shop_id = models.UUIDField()
    customer = models.ForeignKey(
        Customer, on_delete=models.PROTECT, related_name="invoices", db_index=False
    )

    customer_id: UUID

    class Meta:
        indexes = (models.Index(fields=("customer", "-invoice_id"), name="customer_invoices"),)

    def __str__(self) -> str:
        return f"invoice {self.invoice_id} of {self.customer_id}"
