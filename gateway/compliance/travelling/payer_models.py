"""What shoppers say of who pays."""

from typing import Final

from django.db import models
from django.db.models import F, Q

from gateway.events.ids import uuid7

WALLETS: Final = ("own", "provider")
MODES: Final = ("test", "live")


class PayerStatement(models.Model):
    """That somebody said who pays an invoice. What they said is sealed for a subject of its own
    (``gateway.compliance.knowing``) and unreadable once that is erased. Who says it again adds a
    row."""

    id = models.UUIDField(primary_key=True, default=uuid7)
    invoice_id = models.UUIDField()
    shop_id = models.UUIDField()
    mode = models.TextField()
    subject_id = models.UUIDField(help_text="whose key seals what was said")
    wallet = models.TextField(help_text="own, or an account with a provider")
    is_proven = models.BooleanField(help_text="a signature shows that the wallet is theirs")
    box = models.BinaryField()
    stated_at = models.DateTimeField()
    expires_at = models.DateTimeField(help_text="money that comes later is somebody's unknown")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(wallet__in=WALLETS, mode__in=MODES), name="travel_statement_known"
            ),
            models.CheckConstraint(
                condition=Q(is_proven=False) | Q(wallet="own"), name="travel_statement_proof_of_own"
            ),
            models.CheckConstraint(
                condition=Q(expires_at__gt=F("stated_at")), name="travel_statement_holds_a_while"
            ),
        ]
        indexes = [
            models.Index(fields=["invoice_id", "id"], name="travel_statement_of_invoice"),
            models.Index(fields=["subject_id"], name="travel_statement_of_subject"),
        ]

    def __str__(self) -> str:
        return f"who pays invoice {self.invoice_id}"
