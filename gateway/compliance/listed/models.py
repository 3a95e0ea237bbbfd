"""What each version of each list says, kept once however many versions say it."""

from django.db import models
from django.db.models import F, Q

HASH_BYTES = 32


class Entry(models.Model):
    """What a list says about one entity, from a version to before another.

    A version is not a copy: it consists of the rows that began with it or before and had not ended.
    An entity of which something changed is a row that ends and one that begins.
    """

    source = models.ForeignKey(
        "compliance.ListSource", on_delete=models.PROTECT, related_name="+", db_index=False
    )
    entity_id = models.TextField(help_text="The publisher's own")
    since = models.PositiveIntegerField(help_text="The first version that says so")
    until = models.PositiveIntegerField(
        null=True, help_text="The first that no longer does; null: the one in force says so"
    )
    hash = models.BinaryField(max_length=HASH_BYTES, help_text="SHA-256 of what it means")
    content = models.TextField(help_text="The entity as canonical JSON")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["source", "entity_id", "since"], name="compliance_listed_entry_once"
            ),
            models.UniqueConstraint(
                fields=["source", "entity_id"],
                condition=Q(until__isnull=True),
                name="compliance_listed_entry_in_force_once",
            ),
            models.CheckConstraint(
                name="compliance_listed_entry_ends_after_it_began",
                condition=Q(until__isnull=True) | Q(until__gt=F("since")),
            ),
        ]
        indexes = [
            # What came with a version, and what went with it.
            models.Index(fields=["source", "since"], name="compliance_listed_since"),
            models.Index(
                fields=["source", "until"],
                name="compliance_listed_until",
                condition=Q(until__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.source_id}:{self.entity_id} since #{self.since}"


class WalletKey(models.Model):
    """An address that an entry names, on whatever chain, in the one form it is looked up by."""

    pk = models.CompositePrimaryKey("key", "entry_id")
    key = models.TextField(help_text="evm:0x…, bech32:…, cash:…, base58:…, text:…")
    entry = models.ForeignKey(Entry, on_delete=models.CASCADE, related_name="wallet_keys")

    def __str__(self) -> str:
        return self.key


class FeedFile(models.Model):
    """A list's file as it was when it was last found good: what the next look compares with."""

    pk = models.CompositePrimaryKey("source_id", "part")
    source = models.ForeignKey(
        "compliance.ListSource", on_delete=models.CASCADE, related_name="+", db_index=False
    )
    part = models.TextField()
    location = models.TextField()
    etag = models.TextField(default="")
    last_modified = models.TextField(default="")
    sha256 = models.BinaryField(max_length=HASH_BYTES)
    number = models.PositiveIntegerField(help_text="The version that it was found to say")
    fetched_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.source_id}:{self.part}"
