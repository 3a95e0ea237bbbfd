"""Payment links, and which invoice came of which."""

from datetime import datetime
from uuid import UUID

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Length
from django.db.models.lookups import LessThanOrEqual

from gateway.events.ids import uuid7
from gateway.invoices.models import MODES, Invoice
from gateway.money.fields import UnitsField
from gateway.shops.models import Shop
from merchants.links.life import (
    KINDS,
    MAX_NOTE,
    MAX_SALES,
    MAX_TITLE,
    STATUSES,
    Price,
    State,
    state_of,
)
from merchants.links.slugs import SHAPE, slug_make


class PaymentLink(models.Model):
    """A page of a shop that asks whoever opens it for money."""

    id = models.UUIDField(primary_key=True, default=uuid7)
    shop = models.ForeignKey(Shop, on_delete=models.PROTECT, related_name="+")
    mode = models.TextField(help_text="the shop's when it was made: test money stays test money")
    slug = models.TextField(unique=True, default=slug_make, help_text="stands in its address")
    kind = models.TextField(help_text="'link' or 'donation': the words differ")
    title = models.TextField()
    note = models.TextField(default="", help_text="plain text")
    currency = models.TextField(help_text="the shop's pricing currency when it was made")
    amount_units = UnitsField(null=True, help_text="minor units; null: the payer chooses")
    minimum_units = UnitsField(null=True, help_text="the least that they may choose")
    maximum_units = UnitsField(null=True, help_text="the most")
    ends_at = models.DateTimeField(null=True)
    sales_limit = models.IntegerField(null=True, help_text="paid sales after which it is sold out")
    status = models.TextField(default="open", help_text="as a person decided")
    drawn = models.IntegerField(default=0, help_text="invoices that came of it, ever")
    sold = models.IntegerField(default=0, help_text="of them, those that are paid")
    taken_units = UnitsField(default=0, help_text="what those ask for together")
    external_key = models.TextField(default="", help_text="the maker's name for this wish")
    made_by = models.TextField(help_text="user:<id> or api_key:<id>")
    made_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)

    shop_id: UUID

    class Meta:
        indexes = [models.Index(fields=["shop", "id"], name="link_of_shop")]
        constraints = [
            models.UniqueConstraint(
                fields=["shop", "external_key"],
                condition=~Q(external_key=""),
                name="link_external_key_once",
            ),
            models.CheckConstraint(condition=Q(mode__in=MODES), name="link_mode"),
            models.CheckConstraint(condition=Q(kind__in=KINDS), name="link_kind"),
            models.CheckConstraint(condition=Q(status__in=STATUSES), name="link_status"),
            models.CheckConstraint(condition=Q(slug__regex=f"^{SHAPE}$"), name="link_slug"),
            models.CheckConstraint(
                condition=Q(~Q(title=""), LessThanOrEqual(Length("title"), MAX_TITLE)),
                name="link_title",
            ),
            models.CheckConstraint(
                condition=LessThanOrEqual(Length("note"), MAX_NOTE), name="link_note"
            ),
            # A fixed price, or bounds to choose between: one of the two, and more than nothing.
            models.CheckConstraint(
                condition=Q(
                    amount_units__isnull=False,
                    amount_units__gt=0,
                    minimum_units__isnull=True,
                    maximum_units__isnull=True,
                )
                | Q(
                    amount_units__isnull=True,
                    minimum_units__isnull=False,
                    maximum_units__isnull=False,
                    minimum_units__gt=0,
                    maximum_units__gte=F("minimum_units"),
                ),
                name="link_price",
            ),
            models.CheckConstraint(
                condition=Q(sales_limit__isnull=True)
                | Q(sales_limit__gte=1, sales_limit__lte=MAX_SALES),
                name="link_sales_limit",
            ),
            # More may be sold than the limit says: who had the code before keeps the right to pay.
            models.CheckConstraint(
                condition=Q(sold__gte=0, sold__lte=F("drawn"), taken_units__gte=0),
                name="link_sold_of_drawn",
            ),
            models.CheckConstraint(
                condition=Q(status="closed", closed_at__isnull=False)
                | (~Q(status="closed") & Q(closed_at__isnull=True)),
                name="link_closed_at",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.title} ({self.slug})"

    @property
    def price(self) -> Price:
        return Price(self.amount_units, self.minimum_units, self.maximum_units)

    def state_at(self, now: datetime) -> State:
        return state_of(
            status=self.status,
            ends_at=self.ends_at,
            sales_limit=self.sales_limit,
            sold=self.sold,
            now=now,
        )


class LinkInvoice(models.Model):
    """An invoice that came of a link: written with it, counted when it is paid."""

    invoice = models.OneToOneField(
        Invoice, on_delete=models.PROTECT, primary_key=True, related_name="+"
    )
    link = models.ForeignKey(PaymentLink, on_delete=models.PROTECT, related_name="invoices")
    shop_id = models.UUIDField()
    units = UnitsField(help_text="minor units that it asks for")
    browser = models.BinaryField(
        max_length=32, help_text="SHA-256 of the link and a random word that its browser keeps"
    )
    counts = models.BooleanField(default=False, help_text="whether it is among the sold")
    drawn_at = models.DateTimeField(help_text="first, or anew by its payer")

    invoice_id: UUID
    link_id: UUID

    class Meta:
        indexes = [
            # The sales of a link, newest first; UUIDv7 tells when.
            models.Index(fields=["link", "invoice"], name="link_invoice_of_link"),
            models.Index(
                fields=["shop_id", "drawn_at"],
                name="link_invoice_unpaid",
                condition=Q(counts=False),
            ),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(units__gt=0), name="link_invoice_positive"),
        ]

    def __str__(self) -> str:
        return f"invoice {self.invoice_id} of link {self.link_id}"
