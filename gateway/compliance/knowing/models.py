"""People and companies, as sealed fields under keys of their own."""

from uuid import UUID

from django.db import models
from django.db.models import F, Q

from gateway.events.ids import uuid7

KINDS = ("person", "company")
DIGEST_BYTES = 32
ABOUT = r"^(subject|case|alert|report):[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$"


class Subject(models.Model):
    """A person or a company that a shop told us of. What is known of it lies in sealed fields."""

    id = models.UUIDField(primary_key=True, default=uuid7)
    shop_id = models.UUIDField()
    kind = models.TextField()
    created_at = models.DateTimeField()
    retain_until = models.DateTimeField(
        null=True, help_text="when its data is erased; null: while the shop has us know it"
    )
    erased_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=KINDS), name="knowing_subject_kind"),
        ]
        indexes = [
            models.Index(fields=["shop_id"], name="knowing_subject_of_shop"),
            models.Index(
                fields=["retain_until"],
                name="knowing_subject_to_erase",
                condition=Q(erased_at__isnull=True, retain_until__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.id}"


class SubjectKey(models.Model):
    """A subject's data key, wrapped. Deleting the row is what erases the subject; the database
    refuses it while a legal hold stands (``migrations/0001_legal_hold.sql``)."""

    subject = models.OneToOneField(
        Subject, primary_key=True, on_delete=models.PROTECT, related_name="key"
    )
    shop_id = models.UUIDField()
    kek_id = models.TextField(help_text="of the key-encryption key that wraps it")
    box = models.BinaryField()

    class Meta:
        indexes = [models.Index(fields=["kek_id"], name="knowing_key_by_kek")]

    def __str__(self) -> str:
        return f"key of {self.subject_id} under {self.kek_id}"


class SealedField(models.Model):
    """One version of one thing known of a subject. Versions are added; the newest is current."""

    id = models.UUIDField(primary_key=True, default=uuid7)
    subject = models.ForeignKey(Subject, on_delete=models.PROTECT, related_name="fields")
    shop_id = models.UUIDField()
    name = models.TextField()
    version = models.PositiveIntegerField(help_text="1, 2, 3 … per subject and field")
    is_current = models.BooleanField(default=True)
    box = models.BinaryField()
    digest = models.BinaryField(
        null=True, max_length=DIGEST_BYTES, help_text="Blind index; null: not to be searched by"
    )
    sealed_at = models.DateTimeField()

    subject_id: UUID

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["subject", "name", "version"], name="knowing_field_version_once"
            ),
            models.UniqueConstraint(
                fields=["subject", "name"],
                condition=Q(is_current=True),
                name="knowing_field_one_current",
            ),
        ]
        indexes = [
            models.Index(
                fields=["digest"],
                name="knowing_field_by_digest",
                condition=Q(is_current=True, digest__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} #{self.version} of {self.subject_id}"


class LegalHold(models.Model):
    """Why something may not be erased for now: a subject, a case, an alert or a report. No shop
    ever sees it: it may be the first sign of a report. One person places it, two lift it."""

    id = models.UUIDField(primary_key=True, default=uuid7)
    about = models.TextField(help_text="subject:<id>, case:<id>, alert:<id>, report:<id>")
    reason = models.TextField()
    placed_by = models.TextField()
    placed_at = models.DateTimeField()
    lift_asked_by = models.TextField(default="", help_text="who says that it can be lifted")
    lift_asked_at = models.DateTimeField(null=True)
    lift_reason = models.TextField(default="")
    lifted_by = models.TextField(default="", help_text="who agreed")
    lifted_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(lifted_at__isnull=True, lifted_by="")
                | (Q(lifted_at__gte=F("placed_at")) & ~Q(lifted_by="")),
                name="knowing_hold_lifted_by_somebody",
            ),
            models.CheckConstraint(
                condition=Q(lift_asked_at__isnull=True, lift_asked_by="", lift_reason="")
                | (
                    Q(lift_asked_at__gte=F("placed_at")) & ~Q(lift_asked_by="") & ~Q(lift_reason="")
                ),
                name="knowing_hold_lift_has_a_reason",
            ),
            models.CheckConstraint(
                condition=Q(lifted_at__isnull=True)
                | (Q(lift_asked_at__isnull=False) & ~Q(lifted_by=F("lift_asked_by"))),
                name="knowing_hold_lifted_by_two",
            ),
            models.CheckConstraint(
                condition=~Q(reason="") & ~Q(placed_by=""), name="knowing_hold_has_a_reason"
            ),
            models.CheckConstraint(
                condition=Q(about__regex=ABOUT), name="knowing_hold_on_something"
            ),
        ]
        indexes = [
            models.Index(
                fields=["about"],
                name="knowing_hold_open",
                condition=Q(lifted_at__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        return f"legal hold on {self.about}"


from gateway.compliance.knowing.file_models import (  # noqa: E402 (they refer to these)
    BusinessFile,
    FileDecision,
    Holding,
    IdentityProof,
    Paper,
    PaperContent,
    Part,
    ShopLevel,
    ShopperPlace,
    ShopPlace,
    TakenDay,
    TakenInvoice,
)

__all__ = [
    "BusinessFile",
    "FileDecision",
    "Holding",
    "IdentityProof",
    "LegalHold",
    "Paper",
    "PaperContent",
    "Part",
    "SealedField",
    "ShopLevel",
    "ShopPlace",
    "ShopperPlace",
    "Subject",
    "SubjectKey",
    "TakenDay",
    "TakenInvoice",
]
