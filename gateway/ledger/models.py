"""The journal's tables. They are made by hand in the first migration, triggers and all.

Nothing here is saved through the ORM: ``journal`` calls ``ledger_post``, which is the only writer,
and the database refuses to change or delete what was posted.
"""

from typing import Any

from django.db import models

from gateway.money.fields import UnitsField


class Account(models.Model):
    """A name and an asset; made by its first posting, never changed."""

    id = models.BigAutoField(primary_key=True)
    name = models.TextField()
    asset = models.TextField()
    shop_id = models.UUIDField(null=True, help_text="read from the name by the database")
    side = models.TextField(  # noqa: DJ001 (computed by the database from the name)
        null=True, help_text="available or reserved, of a shop's account"
    )

    class Meta:
        managed = False
        db_table = "ledger_account"

    def __str__(self) -> str:
        return f"{self.name} {self.asset}"


class Entry(models.Model):
    """A balanced, immutable fact; in one table for ever, so that its key is unique for ever."""

    id = models.UUIDField(primary_key=True)
    key = models.TextField(unique=True)
    kind = models.TextField()
    shop_id = models.UUIDField(null=True)
    lines = models.SmallIntegerField(help_text="how many postings it has, for good")
    payload_hash = models.BinaryField()
    refs: Any = models.JSONField()
    happened_at = models.DateTimeField(help_text="as the verb was told")
    booked_at = models.DateTimeField(help_text="by the database's clock; places the postings")
    reverses = models.ForeignKey("self", null=True, on_delete=models.DO_NOTHING)

    class Meta:
        managed = False
        db_table = "ledger_entry"

    def __str__(self) -> str:
        return self.key


class Pending(models.Model):
    """A balanced entry that moves nothing yet: its lines stand in it and are posted as they are."""

    id = models.UUIDField(primary_key=True)
    key = models.TextField(unique=True)
    kind = models.TextField()
    shop_id = models.UUIDField(null=True)
    payload_hash = models.BinaryField()
    refs: Any = models.JSONField()
    happened_at = models.DateTimeField(help_text="as the verb was told")
    booked_at = models.DateTimeField(help_text="by the database's clock")
    expires_at = models.DateTimeField()

    class Meta:
        managed = False
        db_table = "ledger_pending"

    def __str__(self) -> str:
        return self.key


class Resolution(models.Model):
    """What became of a pending entry: one row, for good."""

    pending = models.OneToOneField(Pending, primary_key=True, on_delete=models.DO_NOTHING)
    outcome = models.TextField()
    entry = models.OneToOneField(Entry, null=True, on_delete=models.DO_NOTHING, related_name="+")
    refs: Any = models.JSONField()
    happened_at = models.DateTimeField(help_text="as the verb was told")
    booked_at = models.DateTimeField(help_text="by the database's clock")

    class Meta:
        managed = False
        db_table = "ledger_resolution"

    def __str__(self) -> str:
        return f"{self.outcome} {self.pending_id}"


class FiatMode(models.Model):
    """Of which mode the fiat money in these books is; one row, which stays."""

    one = models.BooleanField(primary_key=True, default=True)
    mode = models.TextField()
    held_at = models.DateTimeField(help_text="by the database's clock")

    class Meta:
        managed = False
        db_table = "ledger_fiatmode"

    def __str__(self) -> str:
        return self.mode


class PostingRow(models.Model):
    """A line of an entry; partitioned by month of ``booked_at``. Positive units are a debit."""

    pk = models.CompositePrimaryKey("entry_id", "line", "booked_at")
    entry = models.ForeignKey(Entry, on_delete=models.DO_NOTHING, related_name="postings")
    line = models.SmallIntegerField()
    lines = models.SmallIntegerField()
    booked_at = models.DateTimeField()
    account = models.ForeignKey(Account, on_delete=models.DO_NOTHING, related_name="postings")
    asset = models.TextField()
    units = UnitsField()
    shop_id = models.UUIDField(null=True)

    class Meta:
        managed = False
        db_table = "ledger_posting"

    def __str__(self) -> str:
        return f"{self.units} {self.asset}"


class ShopBalance(models.Model):
    """What a shop is owed, spread over as many rows (shards) as writers met at one time.

    Positive is owed to the shop. A verb that takes money out waits for shard 0 and reads the sum;
    one that brings money in takes any row that is free.
    """

    pk = models.CompositePrimaryKey("shop_id", "asset", "shard")
    shop_id = models.UUIDField()
    asset = models.TextField()
    shard = models.SmallIntegerField()
    available = UnitsField()
    reserved = UnitsField()
    from_deposits = UnitsField(help_text="all that deposits ever credited, less what was undone")
    set_aside = UnitsField(default=0, help_text="of what is available, what pending entries keep")

    class Meta:
        managed = False
        db_table = "ledger_shop_balance"

    def __str__(self) -> str:
        return f"{self.shop_id} {self.asset}: {self.available}"


class ShopSlot(models.Model):
    """What each kind of entry did to a shop in a quarter of an hour: what dashboards read.

    No longer, so that its sums add up to the days of any time zone; each zone's midnight is the
    start of one.
    """

    pk = models.CompositePrimaryKey("shop_id", "starts_at", "asset", "kind", "shard")
    shop_id = models.UUIDField()
    starts_at = models.DateTimeField()
    asset = models.TextField()
    kind = models.TextField()
    shard = models.SmallIntegerField()
    entries = models.IntegerField()
    available = UnitsField()
    reserved = UnitsField()
    fees = UnitsField()

    class Meta:
        managed = False
        db_table = "ledger_shop_slot"

    def __str__(self) -> str:
        return f"{self.shop_id} {self.starts_at} {self.kind}"


class Snapshot(models.Model):
    """The sum of a house account's postings booked before ``through``."""

    account = models.OneToOneField(Account, primary_key=True, on_delete=models.DO_NOTHING)
    through = models.DateTimeField()
    units = UnitsField()

    class Meta:
        managed = False
        db_table = "ledger_snapshot"

    def __str__(self) -> str:
        return f"{self.account_id} through {self.through}"


class Period(models.Model):
    """A closed month of UTC; there is no row of an open one, and none is ever taken away."""

    name = models.TextField(primary_key=True)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    follows = models.DateTimeField(null=True)
    entry = models.OneToOneField(Entry, null=True, on_delete=models.DO_NOTHING, related_name="+")
    closed_by = models.TextField()
    reference = models.TextField()
    closed_at = models.DateTimeField(help_text="by the database's clock")

    class Meta:
        managed = False
        db_table = "ledger_period"

    def __str__(self) -> str:
        return self.name
