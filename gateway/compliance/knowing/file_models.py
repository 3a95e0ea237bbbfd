"""A shop's file: the business, the people and companies behind it, and what was decided."""

from typing import Any
from uuid import UUID

from django.db import models
from django.db.models import F, Q

from gateway.compliance.knowing.jurisdictions import SOURCES, STRICTEST
from gateway.compliance.knowing.levels import LEVELS
from gateway.compliance.knowing.models import Subject
from gateway.compliance.knowing.rating import LEGAL_FORMS, RATINGS
from gateway.compliance.knowing.requirements import ROLES
from gateway.events.ids import uuid7
from gateway.money.fields import UnitsField

STATUSES = ("draft", "submitted", "more_wanted", "approved", "reopened", "refused")
OURS = ("submitted", "refused")
"""While it is so, the shop changes nothing."""
COMPANY_PAPERS = (
    *("registration_extract", "proof_of_address", "ownership_chart", "source_of_funds"),
    "other",
)
IDENTITY_PAPER = "identity_document"
HOWS = ("ramp", "paper", "credential")
PROOF_STATES = ("waiting", "verified", "rejected")
DECISIONS = ("more_wanted", "approved", "refused")


class BusinessFile(models.Model):
    """What we know of who is behind a shop, and how far that is."""

    id = models.UUIDField(primary_key=True, default=uuid7)
    shop_id = models.UUIDField(unique=True)
    company = models.ForeignKey(Subject, on_delete=models.PROTECT, related_name="+")
    status = models.TextField(default="draft")
    legal_form = models.TextField(default="")
    mcc = models.TextField(default="", help_text="merchant category code, ISO 18245")
    currency = models.TextField(default="EUR", help_text="of the expected volume")
    expected_monthly_units = models.BigIntegerField(null=True, help_text="minor units")
    sells_to: Any = models.JSONField(default=list, help_text="ISO 3166 codes of its customers")
    level_wanted = models.TextField(default="standard")
    rating = models.TextField(default="low")
    rated: Any = models.JSONField(
        default=dict, help_text="version, points and factors; never shown to the shop"
    )
    due: Any = models.JSONField(default=list, help_text="keys of what is wanted, as last told")
    note = models.TextField(default="", help_text="to the shop, of the last decision")
    review_on = models.DateField(null=True, help_text="when it is looked at again")
    submitted_by = models.TextField(default="")
    submitted_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField()

    company_id: UUID

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(status__in=STATUSES), name="knowing_file_status"),
            models.CheckConstraint(
                condition=Q(legal_form__in=("", *LEGAL_FORMS)), name="knowing_file_form"
            ),
            models.CheckConstraint(
                condition=Q(level_wanted__in=LEVELS) & ~Q(level_wanted="none"),
                name="knowing_file_level",
            ),
            models.CheckConstraint(condition=Q(rating__in=RATINGS), name="knowing_file_rating"),
            models.CheckConstraint(
                condition=Q(expected_monthly_units__isnull=True) | Q(expected_monthly_units__gte=0),
                name="knowing_file_volume",
            ),
            models.CheckConstraint(
                condition=~Q(status="approved") | Q(review_on__isnull=False),
                name="knowing_file_approved_is_reviewed",
            ),
        ]
        indexes = [
            models.Index(fields=["status", "submitted_at"], name="knowing_file_queue"),
            models.Index(
                fields=["review_on"],
                name="knowing_file_to_review",
                condition=Q(status="approved"),
            ),
        ]

    def __str__(self) -> str:
        return f"file of shop {self.shop_id} ({self.status})"


class Part(models.Model):
    """What a subject is to the business; ended, not deleted."""

    id = models.UUIDField(primary_key=True, default=uuid7)
    file = models.ForeignKey(BusinessFile, on_delete=models.PROTECT, related_name="parts")
    shop_id = models.UUIDField()
    subject = models.ForeignKey(Subject, on_delete=models.PROTECT, related_name="parts")
    role = models.TextField()
    since = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    subject_id: UUID

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["file", "subject", "role"],
                condition=Q(ended_at__isnull=True),
                name="knowing_part_once",
            ),
            models.CheckConstraint(condition=Q(role__in=ROLES), name="knowing_part_role"),
        ]

    def __str__(self) -> str:
        return f"{self.subject_id} is {self.role}"


class Holding(models.Model):
    """A share of a company, as an exact fraction; ended, not deleted."""

    id = models.UUIDField(primary_key=True, default=uuid7)
    file = models.ForeignKey(BusinessFile, on_delete=models.PROTECT, related_name="holdings")
    shop_id = models.UUIDField()
    holder = models.ForeignKey(Subject, on_delete=models.PROTECT, related_name="+")
    held = models.ForeignKey(Subject, on_delete=models.PROTECT, related_name="+")
    numerator = models.BigIntegerField()
    denominator = models.BigIntegerField()
    since = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    holder_id: UUID
    held_id: UUID

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["file", "holder", "held"],
                condition=Q(ended_at__isnull=True),
                name="knowing_holding_once",
            ),
            models.CheckConstraint(
                condition=Q(numerator__gt=0, denominator__gte=F("numerator")),
                name="knowing_holding_is_a_part",
            ),
            models.CheckConstraint(
                condition=~Q(holder=F("held")), name="knowing_holding_of_another"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.holder_id} holds {self.numerator}/{self.denominator} of {self.held_id}"


class IdentityProof(models.Model):
    """One attempt at showing who a person is, and how it ended. What was read from a document is
    kept as sealed claims of the person; the document is not."""

    id = models.UUIDField(primary_key=True, default=uuid7)
    subject = models.ForeignKey(Subject, on_delete=models.PROTECT, related_name="proofs")
    shop_id = models.UUIDField()
    how = models.TextField(help_text="ramp, paper or credential")
    reference = models.TextField(help_text="the attempt's own id; natural key with ``how``")
    state = models.TextField()
    problem = models.TextField(default="", help_text="a code of what was wrong, or differs")
    decided_by = models.TextField(default="")
    told_at = models.DateTimeField()

    subject_id: UUID

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["how", "reference"], name="knowing_proof_once"),
            models.CheckConstraint(condition=Q(how__in=HOWS), name="knowing_proof_how"),
            models.CheckConstraint(condition=Q(state__in=PROOF_STATES), name="knowing_proof_state"),
        ]
        indexes = [models.Index(fields=["subject"], name="knowing_proof_of_subject")]

    def __str__(self) -> str:
        return f"{self.how} proof of {self.subject_id}: {self.state}"


class Paper(models.Model):
    """A paper that a shop sent: what it is, and what an officer made of it."""

    id = models.UUIDField(primary_key=True, default=uuid7)
    file = models.ForeignKey(BusinessFile, on_delete=models.PROTECT, related_name="papers")
    shop_id = models.UUIDField()
    subject = models.ForeignKey(Subject, on_delete=models.PROTECT, related_name="+")
    kind = models.TextField()
    media = models.TextField()
    pages = models.PositiveIntegerField()
    size_bytes = models.PositiveIntegerField()
    digest = models.BinaryField(max_length=32, help_text="Blind index of what it shows")
    scan = models.TextField(help_text="not_scanned or clean")
    state = models.TextField(default="waiting")
    reason = models.TextField(default="", help_text="of a rejection; the shop reads it")
    sent_by = models.TextField()
    sent_at = models.DateTimeField()
    decided_by = models.TextField(default="")
    decided_at = models.DateTimeField(null=True)
    retain_until = models.DateTimeField(
        null=True, help_text="when what it shows is deleted; null: with its subject's key"
    )

    subject_id: UUID

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=(*COMPANY_PAPERS, IDENTITY_PAPER)), name="knowing_paper_kind"
            ),
            models.CheckConstraint(
                condition=Q(state__in=("waiting", "accepted")) & Q(reason="")
                | Q(state="rejected") & ~Q(reason=""),
                name="knowing_paper_rejected_for_a_reason",
            ),
            models.CheckConstraint(
                condition=Q(state="waiting") | ~Q(decided_by=""),
                name="knowing_paper_decided_by_somebody",
            ),
            models.CheckConstraint(
                condition=Q(scan__in=("not_scanned", "clean")), name="knowing_paper_scan"
            ),
        ]
        indexes = [
            models.Index(
                fields=["retain_until"],
                name="knowing_paper_to_forget",
                condition=Q(retain_until__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} ({self.state})"


class PaperContent(models.Model):
    """What a paper shows, sealed under its subject's key."""

    paper = models.OneToOneField(
        Paper, primary_key=True, on_delete=models.PROTECT, related_name="content"
    )
    shop_id = models.UUIDField()
    box = models.BinaryField()

    def __str__(self) -> str:
        return f"what {self.paper_id} shows"


class FileDecision(models.Model):
    """What people decided about a file, and by which rating. Only the house sees it: it names its
    file by id alone, and its reason may be the first sign of a report."""

    id = models.UUIDField(primary_key=True, default=uuid7)
    file_id = models.UUIDField()
    decision = models.TextField()
    level = models.TextField()
    rating = models.TextField()
    rated: Any = models.JSONField(help_text="the rating's version, points and factors then")
    reason = models.TextField(help_text="for the house")
    note = models.TextField(default="", help_text="for the shop")
    by = models.TextField()
    second = models.TextField(default="", help_text="who agreed to it, where two people must")
    act_id = models.UUIDField(null=True, unique=True)
    decided_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(decision__in=DECISIONS), name="knowing_decision_known"
            ),
            models.CheckConstraint(
                condition=~Q(decision="approved") | (~Q(second="") & ~Q(second=F("by"))),
                name="knowing_approved_by_two",
            ),
            models.CheckConstraint(
                condition=~Q(by="") & ~Q(reason=""), name="knowing_decision_has_a_reason"
            ),
        ]
        indexes = [models.Index(fields=["file_id", "id"], name="knowing_decision_of_file")]

    def __str__(self) -> str:
        return f"{self.decision}: file {self.file_id}"


class ShopLevel(models.Model):
    """What a live shop may do. One that has no row was approved by hand: it has ``standard``."""

    shop_id = models.UUIDField(primary_key=True)
    level = models.TextField()
    review_on = models.DateField()
    set_by = models.TextField()
    set_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(level__in=LEVELS), name="knowing_level_known"),
        ]

    def __str__(self) -> str:
        return f"shop {self.shop_id}: {self.level}"


class ShopPlace(models.Model):
    """The country that a shop's business says it is in; apart from its sealed file, since each of
    its invoices asks."""

    shop_id = models.UUIDField(primary_key=True)
    country = models.TextField(help_text="ISO 3166-1; '' if it has not said")
    told_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"shop {self.shop_id} in {self.country}"


class ShopperPlace(models.Model):
    """A place that something speaks for of whoever pays a live invoice: evidence, never changed."""

    id = models.UUIDField(primary_key=True, default=uuid7)
    invoice_id = models.UUIDField()
    shop_id = models.UUIDField()
    source = models.TextField(help_text="proxy, card, said")
    country = models.TextField(help_text="ISO 3166-1")
    region = models.TextField(default="", help_text="ISO 3166-2")
    standing = models.TextField(help_text="by the rules of then")
    rules = models.TextField(help_text="their version")
    noted_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["invoice_id", "source", "country", "region"],
                name="knowing_shopper_place_once",
            ),
            models.CheckConstraint(
                condition=Q(source__in=SOURCES) & Q(standing__in=STRICTEST) & ~Q(country=""),
                name="knowing_shopper_place_known",
            ),
        ]
        indexes = [models.Index(fields=["noted_at"], name="knowing_shopper_place_old")]

    def __str__(self) -> str:
        return f"{self.source} of invoice {self.invoice_id}: {self.country}"


class TakenInvoice(models.Model):
    """That a live shop's invoice counts toward its level's limit; our own copy of the fact."""

    invoice_id = models.UUIDField(primary_key=True)
    shop_id = models.UUIDField()
    day = models.DateField()
    currency = models.TextField()
    units = UnitsField()
    counts = models.BooleanField(default=True)

    def __str__(self) -> str:
        return f"invoice {self.invoice_id}: {self.units} {self.currency}"


class TakenDay(models.Model):
    """What a live shop took on a day (UTC), in a currency: the sum of those that count."""

    pk = models.CompositePrimaryKey("shop_id", "currency", "day")
    shop_id = models.UUIDField()
    currency = models.TextField()
    day = models.DateField()
    units = UnitsField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(units__gte=0), name="knowing_day_not_negative"),
        ]

    def __str__(self) -> str:
        return f"shop {self.shop_id} took {self.units} {self.currency} on {self.day}"
