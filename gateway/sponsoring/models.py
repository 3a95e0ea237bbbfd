"""Signed transfers that shoppers gave us to send."""

from django.db import models
from django.db.models import Q

from gateway.events.ids import uuid7
from gateway.money.fields import UnitsField
from gateway.sponsoring.life import SETTLED, STATUSES, UNDER_WAY

MODES = ("test", "live")


class Authorization(models.Model):
    """A payer's signed transfer into an invoice's deposit address, and what became of it.

    The payment itself is the deposit that the watcher hears of, like any other; this row is our
    promise to send it and what that cost.
    """

    id = models.UUIDField(primary_key=True, default=uuid7)
    invoice_id = models.UUIDField()
    shop_id = models.UUIDField()
    mode = models.TextField()
    chain_id = models.BigIntegerField()
    asset = models.TextField()
    payer = models.BinaryField(max_length=20)
    to = models.BinaryField(max_length=20)
    units = UnitsField()
    valid_before = models.BigIntegerField(help_text="Unix seconds; mined before it or never")
    nonce = models.BinaryField(max_length=32)
    digest = models.BinaryField(max_length=32, help_text="What was signed: its EIP-712 hash")
    client = models.BinaryField(
        max_length=16, help_text="Keyed hash of the network address it came from"
    )

    status = models.TextField(default="queued")
    transaction_id = models.UUIDField()
    tx_hash = models.BinaryField(max_length=32, null=True)
    fee_units = UnitsField(null=True, help_text="Wei that sending it cost, failed or not")
    failure_code = models.TextField(default="")
    failure_reason = models.TextField(default="")
    created_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["digest"], name="authorization_signed_once"),
            # A token takes a payer's nonce once; what ended unsent may be signed anew.
            models.UniqueConstraint(
                fields=["asset", "payer", "nonce"],
                condition=Q(status__in=UNDER_WAY | SETTLED),
                name="authorization_nonce_once",
            ),
            models.UniqueConstraint(
                fields=["invoice_id"],
                condition=Q(status__in=UNDER_WAY),
                name="authorization_one_under_way",
            ),
            models.CheckConstraint(condition=Q(status__in=STATUSES), name="authorization_status"),
            models.CheckConstraint(condition=Q(mode__in=MODES), name="authorization_mode"),
            models.CheckConstraint(condition=Q(units__gt=0), name="authorization_units_positive"),
        ]
        indexes = [
            models.Index(fields=["invoice_id", "id"], name="authorization_of_invoice"),
            models.Index(fields=["client", "created_at"], name="authorization_of_client"),
            models.Index(fields=["chain_id", "created_at"], name="authorization_of_chain"),
            models.Index(
                fields=["valid_before"],
                name="authorization_to_end",
                condition=Q(status="queued"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.units} of {self.asset} signed for invoice {self.invoice_id}"
