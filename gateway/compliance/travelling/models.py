"""Providers that we exchange with, the exchanges, and what is known of wallets."""

from uuid import UUID

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from gateway.compliance.travelling.life import DIRECTIONS, OPEN, PENDING, STATES
from gateway.events.ids import uuid7
from gateway.money.fields import UnitsField

MODES = ("test", "live")
ADDRESS_BYTES = 20
HASH_BYTES = 32
MESSAGE_KINDS = ("inquiry", "resolution", "confirmation")


class Counterparty(models.Model):
    """One version of what we agreed with a provider. A change adds a version; one is in force, or
    none: then it is nobody to us."""

    id = models.UUIDField(primary_key=True, default=uuid7)
    name = models.TextField(help_text="our short name for it")
    number = models.PositiveIntegerField(help_text="1, 2, 3 … per name")
    legal_name = models.TextField()
    lei = models.TextField(default="", help_text="Legal Entity Identifier, ISO 17442")
    country = models.TextField(help_text="ISO 3166-1 alpha-2, where it is established")
    hosts = ArrayField(models.TextField(), help_text="that its messages may go to, and no others")
    certificate = models.BinaryField(
        max_length=HASH_BYTES, help_text="SHA-256 of the client certificate that it comes with"
    )
    ivms = models.TextField(default="101.2023", help_text="the version it is written to in")
    amount_form = models.TextField(default="text", help_text="text or number")
    put_by = models.TextField()
    put_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["name", "number"], name="travel_counterparty_once"),
            models.UniqueConstraint(
                fields=["name"],
                condition=Q(ended_at__isnull=True),
                name="travel_counterparty_one_in_force",
            ),
            models.UniqueConstraint(
                fields=["certificate"],
                condition=Q(ended_at__isnull=True),
                name="travel_certificate_of_one",
            ),
            models.CheckConstraint(
                condition=Q(ivms__in=("101", "101.2023"), amount_form__in=("text", "number")),
                name="travel_counterparty_spoken_to",
            ),
            models.CheckConstraint(
                condition=~Q(name="") & ~Q(legal_name="") & ~Q(put_by=""),
                name="travel_counterparty_named",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} #{self.number}"


class TravelRoute(models.Model):
    """An address of ours that another provider may ask at, about one thing, for a while."""

    id = models.UUIDField(primary_key=True, default=uuid7)
    shop_id = models.UUIDField()
    mode = models.TextField()
    about = models.TextField(unique=True, help_text="invoice:<id>")
    asset = models.TextField(default="", help_text="'' for any that the address takes")
    address = models.BinaryField(max_length=ADDRESS_BYTES, help_text="where the money goes")
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"route to {self.about}"


class Exchange(models.Model):
    """One transfer that two providers tell each other of. What they tell is sealed for a subject of
    its own (``gateway.compliance.knowing``) and unreadable once that is erased."""

    id = models.UUIDField(primary_key=True, default=uuid7)
    direction = models.TextField()
    request_identifier = models.UUIDField()
    counterparty = models.ForeignKey(Counterparty, on_delete=models.PROTECT, db_index=False)
    counterparty_name = models.TextField(help_text="whatever its version")
    shop_id = models.UUIDField()
    mode = models.TextField()
    about = models.TextField(help_text="payout:<id>, refund:<id>, invoice:<id>")
    subject_id = models.UUIDField(help_text="whose key seals its messages")
    asset = models.TextField()
    decimals = models.PositiveSmallIntegerField()
    units = UnitsField()
    address = models.BinaryField(
        max_length=ADDRESS_BYTES, null=True, help_text="where the money goes; null: not told yet"
    )

    state = models.TextField()
    url = models.TextField(help_text="where our next message goes; '' while none is due")
    txid = models.TextField(default="")
    tries = models.PositiveIntegerField(default=0, help_text="of the message that is due")
    due_at = models.DateTimeField(null=True, help_text="when it is tried next; null: none is due")
    trouble = models.TextField(default="", help_text="why the last try failed")
    decided_by = models.TextField(default="", help_text="who of us decided; the other side: ''")
    opened_at = models.DateTimeField()
    changed_at = models.DateTimeField()

    counterparty_id: UUID

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["direction", "counterparty_name", "request_identifier"],
                name="travel_exchange_once",
            ),
            models.UniqueConstraint(
                fields=["about"],
                condition=Q(direction="out", state__in=OPEN),
                name="travel_asked_once_at_a_time",
            ),
            models.CheckConstraint(
                condition=Q(direction__in=DIRECTIONS, state__in=STATES, mode__in=MODES),
                name="travel_exchange_known",
            ),
            models.CheckConstraint(
                condition=Q(state__in=sorted(PENDING), due_at__isnull=False)
                | (~Q(state__in=sorted(PENDING)) & Q(due_at__isnull=True)),
                name="travel_due_while_pending",
            ),
            models.CheckConstraint(condition=Q(units__gt=0), name="travel_units_positive"),
        ]
        indexes = [
            models.Index(
                fields=["due_at"], name="travel_exchange_due", condition=Q(due_at__isnull=False)
            ),
            models.Index(fields=["about", "id"], name="travel_exchange_about"),
            models.Index(fields=["shop_id", "id"], name="travel_exchange_of_shop"),
        ]

    def __str__(self) -> str:
        return f"exchange {self.direction} about {self.about} ({self.state})"


class ExchangeMessage(models.Model):
    """One message of an exchange, sealed; each kind once, so that a repeated one is recognised."""

    id = models.UUIDField(primary_key=True, default=uuid7)
    exchange = models.ForeignKey(
        Exchange, on_delete=models.PROTECT, related_name="messages", db_index=False
    )
    kind = models.TextField()
    is_ours = models.BooleanField()
    box = models.BinaryField()
    digest = models.BinaryField(max_length=HASH_BYTES, help_text="keyed, of the message as told")
    told_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["exchange", "kind"], name="travel_message_once"),
            models.CheckConstraint(condition=Q(kind__in=MESSAGE_KINDS), name="travel_message_kind"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} of {self.exchange_id}"


from gateway.compliance.travelling.payer_models import PayerStatement  # noqa: E402 (the same)
from gateway.compliance.travelling.wallet_models import (  # noqa: E402 (as everybody imports them)
    PayoutWallet,
    ProofChallenge,
    WalletProof,
)

__all__ = [
    "Counterparty",
    "Exchange",
    "ExchangeMessage",
    "PayerStatement",
    "PayoutWallet",
    "ProofChallenge",
    "TravelRoute",
    "WalletProof",
]
