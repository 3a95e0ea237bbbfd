"""The record of everything done about cases: chained, append-only, sealed day by day."""

from django.db import models
from django.db.models import Q

from gateway.compliance.cases.chaining import GENESIS


class RecordHead(models.Model):
    """Where the chain stands. One row; whoever writes the next entry holds it."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    number = models.PositiveBigIntegerField(default=0)
    hash = models.TextField(default=GENESIS)
    at = models.DateTimeField(null=True, help_text="of the last entry: no later one is earlier")
    sealed_through = models.DateField(
        null=True, help_text="the last day that takes no more entries"
    )

    class Meta:
        constraints = [models.CheckConstraint(name="compliance_record_one_head", condition=Q(id=1))]

    def __str__(self) -> str:
        return f"entry {self.number}"


class RecordEntry(models.Model):
    """One thing that was done, by whom and when; personal data stands in it by commitment only."""

    number = models.PositiveBigIntegerField(primary_key=True)
    previous = models.TextField(unique=True)
    hash = models.TextField(unique=True)
    at = models.DateTimeField()
    day = models.DateField(help_text="of ``at``, in UTC")
    about = models.TextField(help_text="a case's id, '' for none")
    actor = models.TextField()
    verb = models.TextField()
    facts = models.TextField(help_text="canonical JSON")
    commitments = models.TextField(help_text="canonical JSON: by name, what was committed to")

    class Meta:
        indexes = [
            models.Index(fields=["about", "number"], name="compliance_record_of_case"),
            models.Index(fields=["day", "number"], name="compliance_record_of_day"),
        ]

    def __str__(self) -> str:
        return f"#{self.number} {self.verb} by {self.actor}"


class RecordOpening(models.Model):
    """What opens a commitment: its salt and the value. Deleted, the value is gone from the record
    for good, and the chain still holds."""

    pk = models.CompositePrimaryKey("number", "name")
    number = models.PositiveBigIntegerField()
    name = models.TextField()
    salt = models.BinaryField(max_length=32)
    value = models.TextField(help_text="canonical JSON")

    def __str__(self) -> str:
        return f"{self.name} of entry {self.number}"


class RecordDay(models.Model):
    """A day's entries under one root: what was published of them can't be taken back."""

    day = models.DateField(primary_key=True)
    first = models.PositiveBigIntegerField()
    last = models.PositiveBigIntegerField()
    root = models.TextField(help_text="Merkle root (RFC 6962) over the entries' hashes")
    sealed_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.day}: #{self.first} to #{self.last}"
