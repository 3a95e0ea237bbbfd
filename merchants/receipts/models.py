"""Numbered papers, the series that numbers them without gaps, and their ways out."""

import secrets
from typing import Any
from uuid import UUID

from django.db import models
from django.db.models import Q

from gateway.events.ids import uuid7
from gateway.mail.rows import MailRow
from merchants.receipts.papers import KINDS, Paper, number_text, paper_from
from merchants.receipts.plain_text import CHARSETS, COLUMNS
from merchants.tills.models import Till

MODES = ("test", "live")
PRINT_STATES = ("waiting", "sending", "printed", "sent", "failed")
MAIL_STATES = ("waiting", "sending", "sent", "failed")
TOKEN_BYTES = 16


def token_make() -> str:
    """What a paper's public address ends in: 128 random bits."""
    return secrets.token_urlsafe(TOKEN_BYTES)


class Heading(models.Model):
    """What a shop wants on top of its papers and at their end."""

    shop_id = models.UUIDField(primary_key=True)
    legal_name = models.CharField(max_length=120, blank=True)
    address = models.CharField(max_length=240, blank=True, help_text="in lines")
    tax_number = models.CharField(max_length=40, blank=True)
    footer = models.CharField(max_length=400, blank=True, help_text="in lines")
    language = models.CharField(max_length=10, blank=True, help_text="of paper; empty: the till's")
    changed_by = models.UUIDField(help_text="a person")
    changed_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.legal_name or str(self.shop_id)


class Series(models.Model):
    """The last number of a shop's papers of a kind; the database alone moves it on."""

    pk = models.CompositePrimaryKey("shop_id", "mode", "kind")
    shop_id = models.UUIDField()
    mode = models.TextField()
    kind = models.TextField()
    last = models.PositiveIntegerField()

    def __str__(self) -> str:
        return f"{self.kind} {self.last}"


class Document(models.Model):
    """A receipt or a credit note. Rows are added, never changed; a trigger gives each its number,
    under the lock of its series, so that none is left out."""

    id = models.UUIDField(primary_key=True, default=uuid7)
    shop_id = models.UUIDField()
    mode = models.TextField()
    kind = models.TextField()
    number = models.PositiveIntegerField(default=0, help_text="the database's")
    source = models.CharField(
        max_length=60, help_text="what it tells of, once: invoice:, ticket:, refund:<id> …"
    )
    times = models.PositiveSmallIntegerField(
        default=1,
        db_default=1,
        help_text="a sale that was taken back and paid again: which receipt of it",
    )
    receipt = models.ForeignKey(
        "self",
        null=True,
        on_delete=models.PROTECT,
        related_name="notes",
        help_text="of a credit note: the receipt that it goes with",
    )
    token = models.CharField(max_length=32, unique=True, default=token_make)
    body: Any = models.JSONField(help_text="papers.Paper")
    issued_at = models.DateTimeField()

    receipt_id: UUID | None

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["shop_id", "mode", "kind", "number"], name="receipt_number_once"
            ),
            models.UniqueConstraint(
                fields=["shop_id", "source", "times"], name="receipt_source_once"
            ),
            models.CheckConstraint(
                condition=Q(times__gte=1) & (Q(kind="receipt") | Q(times=1)),
                name="receipt_alone_comes_again",
            ),
            models.CheckConstraint(
                condition=Q(mode__in=MODES, kind__in=KINDS), name="receipt_known"
            ),
            models.CheckConstraint(
                condition=Q(kind="receipt", receipt__isnull=True)
                | Q(kind="credit_note", receipt__isnull=False),
                name="receipt_note_goes_with_one",
            ),
        ]
        indexes = [models.Index(fields=["shop_id", "-id"], name="receipt_of_shop")]

    def __str__(self) -> str:
        return self.label

    @property
    def label(self) -> str:
        return number_text(kind=self.kind, mode=self.mode, number=self.number)

    @property
    def paper(self) -> Paper:
        """The body, read."""
        return paper_from(self.body)


class Printer(models.Model):
    """A receipt printer in a shop's network."""

    id = models.UUIDField(primary_key=True, default=uuid7)
    shop_id = models.UUIDField()
    till = models.ForeignKey(
        Till, null=True, on_delete=models.PROTECT, related_name="+", help_text="null: every till's"
    )
    name = models.CharField(max_length=60)
    host = models.CharField(max_length=45, help_text="its address in numbers")
    port = models.PositiveIntegerField()
    columns = models.PositiveSmallIntegerField(help_text="characters on a line")
    charset = models.TextField(default="latin")
    added_by = models.UUIDField(help_text="a person")
    added_at = models.DateTimeField()
    removed_at = models.DateTimeField(null=True)

    till_id: UUID | None

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["shop_id", "name"],
                condition=Q(removed_at__isnull=True),
                name="printer_of_one_name",
            ),
            models.CheckConstraint(condition=~Q(name="") & ~Q(host=""), name="printer_is_named"),
            models.CheckConstraint(
                condition=Q(port__gte=1, port__lt=2**16, columns__in=COLUMNS, charset__in=CHARSETS),
                name="printer_known",
            ),
        ]
        indexes = [
            models.Index(
                fields=["shop_id"], name="printer_of_shop", condition=Q(removed_at__isnull=True)
            )
        ]

    def __str__(self) -> str:
        return f"{self.name} at {self.host}"


class PrintJob(models.Model):
    """A paper that somebody wants printed: sent from this row, under the key of the tap."""

    id = models.UUIDField(primary_key=True, default=uuid7)
    shop_id = models.UUIDField()
    document = models.ForeignKey(Document, on_delete=models.PROTECT, related_name="prints")
    printer = models.ForeignKey(
        Printer,
        null=True,
        on_delete=models.PROTECT,
        related_name="jobs",
        help_text="null: by the browser that asked",
    )
    key = models.CharField(max_length=100)
    is_copy = models.BooleanField()
    language = models.CharField(max_length=10)
    state = models.TextField(default="waiting")
    attempts = models.PositiveSmallIntegerField(default=0)
    due_at = models.DateTimeField(help_text="when to try; while sending, when the lease ends")
    error = models.TextField(default="", help_text="code of the last attempt's failure")
    asked_by = models.TextField()
    asked_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    document_id: UUID
    printer_id: UUID | None

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["shop_id", "key"], name="print_once_a_tap"),
            models.UniqueConstraint(
                fields=["printer"],
                condition=Q(state="sending"),
                name="print_one_at_a_time",
            ),
            models.CheckConstraint(condition=Q(state__in=PRINT_STATES), name="print_state"),
            models.CheckConstraint(
                condition=Q(state__in=("waiting", "sending"), ended_at__isnull=True)
                | ~Q(state__in=("waiting", "sending")) & Q(ended_at__isnull=False),
                name="print_ended_at",
            ),
        ]
        indexes = [
            models.Index(
                fields=["due_at"],
                name="print_due",
                condition=Q(state__in=("waiting", "sending")),
            ),
            models.Index(fields=["document"], name="print_of_document"),
        ]

    def __str__(self) -> str:
        return f"print of {self.document_id} ({self.state})"


class Mailing(MailRow):
    """A paper on its way to a shopper's mailbox. The address is sealed, and gone at its end."""

    id = models.UUIDField(primary_key=True, default=uuid7)
    shop_id = models.UUIDField()
    document = models.ForeignKey(Document, on_delete=models.PROTECT, related_name="mailings")
    key = models.CharField(max_length=100)
    is_copy = models.BooleanField()
    language = models.CharField(max_length=10)
    sealed_for = models.TextField(help_text="whose key opens the address: that of its day")
    address = models.BinaryField(null=True, help_text="sealed; null once the mail has ended")
    state = models.TextField(default="waiting")
    asked_by = models.TextField()
    asked_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    document_id: UUID

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["shop_id", "key"], name="receipt_mail_once_a_tap"),
            models.CheckConstraint(condition=Q(state__in=MAIL_STATES), name="receipt_mail_state"),
            models.CheckConstraint(
                condition=Q(
                    state__in=("waiting", "sending"),
                    address__isnull=False,
                    ended_at__isnull=True,
                )
                | ~Q(state__in=("waiting", "sending"))
                & Q(address__isnull=True, ended_at__isnull=False),
                name="receipt_mail_forgets_its_address",
            ),
        ]
        indexes = [
            models.Index(
                fields=["due_at"],
                name="receipt_mail_due",
                condition=Q(state__in=("waiting", "sending")),
            ),
            models.Index(fields=["document"], name="receipt_mail_of_document"),
        ]

    def __str__(self) -> str:
        return f"mail of {self.document_id} ({self.state})"
