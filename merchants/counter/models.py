"""What stands beside a till: what it shows its customer, its sticker and the phones that scanned
it, its displays, and sales that were paid while it showed something else."""

from uuid import UUID

from django.db import models
from django.db.models import F, Q

from gateway.events.ids import uuid7
from gateway.money.fields import UnitsField
from merchants.counter.scans import ENDS
from merchants.links.slugs import SHAPE, slug_make
from merchants.tills.models import Device, Till

SHOWN_BY = ("tablet", "ecr")


class Showing(models.Model):
    """What a till shows its customer. One row a till, written when a cashier or the cash register
    opens something or leaves it, never by who looks."""

    till = models.OneToOneField(
        Till, on_delete=models.PROTECT, primary_key=True, related_name="showing"
    )
    shop_id = models.UUIDField()
    invoice_id = models.UUIDField(null=True)
    ticket_id = models.UUIDField(null=True)
    tip_part = models.PositiveSmallIntegerField(
        null=True, help_text="the part of the ticket whose payer is asked for a tip"
    )
    shown_by = models.TextField(default="tablet")
    since = models.DateTimeField()

    till_id: UUID

    class Meta:
        indexes = (
            models.Index(
                fields=("shop_id", "invoice_id"),
                condition=Q(invoice_id__isnull=False),
                name="showing_of_a_sale",
            ),
        )
        constraints = (
            models.CheckConstraint(
                condition=Q(invoice_id__isnull=True) | Q(ticket_id__isnull=True),
                name="showing_one_thing",
            ),
            models.CheckConstraint(
                condition=Q(tip_part__isnull=True) | Q(ticket_id__isnull=False),
                name="showing_tip_of_a_ticket",
            ),
            models.CheckConstraint(condition=Q(shown_by__in=SHOWN_BY), name="showing_by_whom"),
        )

    def __str__(self) -> str:
        return f"what till {self.till_id} shows"


class Sticker(models.Model):
    """A till's address on paper. Replaced, the old one says that it is old."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    shop_id = models.UUIDField()
    till = models.ForeignKey(Till, on_delete=models.PROTECT, related_name="stickers")
    slug = models.TextField(unique=True, default=slug_make, help_text="stands in its address")
    made_by = models.UUIDField(help_text="a person")
    made_at = models.DateTimeField()
    replaced_at = models.DateTimeField(null=True)

    till_id: UUID

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("till",),
                condition=Q(replaced_at__isnull=True),
                name="sticker_one_of_a_till",
            ),
            models.CheckConstraint(condition=Q(slug__regex=f"^{SHAPE}$"), name="sticker_slug"),
        )

    def __str__(self) -> str:
        return f"sticker {self.slug}"


class Scan(models.Model):
    """A phone that scanned a till's sticker and tapped words for the sale it showed. The one that
    tapped the right ones has the sale, until it ends; wrong ones end at once."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    shop_id = models.UUIDField()
    till = models.ForeignKey(Till, on_delete=models.PROTECT, related_name="+")
    invoice_id = models.UUIDField()
    browser = models.BinaryField(
        max_length=32, help_text="SHA-256 of the till and a random word that its browser keeps"
    )
    scanned_at = models.DateTimeField()
    seen_at = models.DateTimeField(help_text="when that phone last opened the sticker's page")
    ended_at = models.DateTimeField(null=True)
    end = models.TextField(default="", blank=True)

    till_id: UUID

    class Meta:
        indexes = (
            models.Index(fields=("invoice_id",), name="scan_of_sale"),
            models.Index(fields=("shop_id", "scanned_at"), name="scan_of_shop"),
        )
        constraints = (
            models.UniqueConstraint(
                fields=("invoice_id",),
                condition=Q(ended_at__isnull=True),
                name="scan_one_has_the_sale",
            ),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True, end="")
                | Q(ended_at__gte=F("scanned_at"), end__in=ENDS),
                name="scan_says_how_it_ended",
            ),
        )

    def __str__(self) -> str:
        return f"scan for {self.invoice_id}"


class Display(models.Model):
    """A screen that shows a customer what one till shows them, and can do nothing. It begins as a
    code that the till shows, and ends with the tablet it was paired at."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    shop_id = models.UUIDField()
    till = models.ForeignKey(Till, on_delete=models.PROTECT, related_name="displays")
    device = models.ForeignKey(Device, on_delete=models.PROTECT, related_name="+")
    code_hash = models.BinaryField(max_length=32, unique=True)
    code_until = models.DateTimeField()
    made_by = models.UUIDField(help_text="a person")
    made_at = models.DateTimeField()
    token_hash = models.BinaryField(max_length=32, unique=True, null=True)
    paired_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True, help_text="or when a newer code took its place")
    revoked_by = models.UUIDField(null=True, help_text="a person")

    till_id: UUID
    device_id: UUID

    class Meta:
        indexes = (models.Index(fields=("shop_id", "-id"), name="display_by_shop"),)
        constraints = (
            models.UniqueConstraint(
                fields=("till",),
                condition=Q(paired_at__isnull=True, revoked_at__isnull=True),
                name="display_one_code_of_a_till",
            ),
            models.CheckConstraint(
                condition=Q(token_hash__isnull=True, paired_at__isnull=True)
                | Q(token_hash__isnull=False, paired_at__gte=F("made_at")),
                name="display_paired_has_a_secret",
            ),
            models.CheckConstraint(
                condition=Q(code_until__gt=F("made_at")), name="display_code_has_an_end"
            ),
            models.CheckConstraint(
                condition=Q(revoked_at__isnull=True, revoked_by__isnull=True)
                | Q(revoked_at__isnull=False, revoked_by__isnull=False),
                name="display_revoked_by_somebody",
            ),
        )

    def __str__(self) -> str:
        return f"display of till {self.till_id}"


class Arrival(models.Model):
    """A till's sale for which the goods may go, and whether the till showed it at that moment. If
    it did not, somebody at the till has to say whether they were handed over."""

    invoice_id = models.UUIDField(primary_key=True)
    shop_id = models.UUIDField()
    till = models.ForeignKey(Till, on_delete=models.PROTECT, related_name="+")
    currency = models.TextField(help_text="ISO 4217")
    units = UnitsField(help_text="minor units that the sale asked for")
    code_word = models.TextField()
    came_at = models.DateTimeField()
    was_shown = models.BooleanField()
    answered_at = models.DateTimeField(null=True)
    answered_by = models.UUIDField(null=True, help_text="a person")
    handed_over = models.BooleanField(null=True)

    till_id: UUID

    class Meta:
        indexes = (
            models.Index(
                fields=("till", "came_at"),
                condition=Q(was_shown=False, answered_at__isnull=True),
                name="arrival_to_be_answered",
            ),
        )
        constraints = (
            models.CheckConstraint(condition=Q(units__gt=0), name="arrival_of_money"),
            models.CheckConstraint(
                condition=Q(
                    answered_at__isnull=True, answered_by__isnull=True, handed_over__isnull=True
                )
                | Q(
                    was_shown=False,
                    answered_at__isnull=False,
                    answered_by__isnull=False,
                    handed_over__isnull=False,
                ),
                name="arrival_answered_by_somebody",
            ),
        )

    def __str__(self) -> str:
        return f"money for {self.invoice_id}"
