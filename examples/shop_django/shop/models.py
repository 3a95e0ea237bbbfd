"""An order, and the messages that were heard of it."""

from django.db import models

from shop.catalogue import PRODUCTS, euros


class Order(models.Model):
    """What somebody bought, and how far its payment is by the gateway's last message."""

    number = models.CharField(max_length=12, unique=True)
    lines = models.JSONField()  # {"espresso": 2}
    cents = models.PositiveIntegerField()
    attempt = models.PositiveSmallIntegerField(default=0)  # how many invoices it had
    invoice_id = models.CharField(max_length=36, blank=True)  # the latest, or the one that was paid
    checkout_url = models.URLField(blank=True)
    status = models.CharField(max_length=12, default="new")
    exceptions = models.JSONField(default=list)
    sequence = models.PositiveIntegerField(default=0)  # of the message that said so
    handed_over_at = models.DateTimeField(null=True)
    refunds = models.JSONField(default=dict)  # {refund's id: {"status", "amount", …, "sequence"}}
    created_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return self.number

    @property
    def total(self) -> str:
        return euros(self.cents)

    @property
    def must_ask_anew(self) -> bool:
        """Whether its invoice ended and nothing came, or it never had one."""
        return not self.exceptions and self.status in ("new", "expired", "cancelled", "invalid")

    def items(self) -> list[dict[str, object]]:
        return [{"product": PRODUCTS[slug], "count": n} for slug, n in self.lines.items()]


class Message(models.Model):
    """A webhook that was dealt with: it may come again, and then changes nothing."""

    webhook_id = models.CharField(max_length=80, primary_key=True)
    type = models.CharField(max_length=60)
    heard_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return f"{self.type} {self.webhook_id}"
