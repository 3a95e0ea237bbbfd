"""Which lists are in force, what was found on them, and what people decided about it."""

from uuid import UUID

from django.db import models
from django.db.models import F, Q

from gateway.events.ids import uuid7

ADDRESS_BYTES = 20
HASH_BYTES = 32

MODES = ("test", "live")
VERDICT_STATES = ("clear", "held", "released", "returned", "blocked")
DECISIONS = ("release", "return", "block")


class ListSource(models.Model):
    """A list we screen against. Its row says which version is in force, so that whoever gives a
    verdict can lock that fact with one row."""

    name = models.TextField(primary_key=True)
    location = models.TextField(default="", help_text="File it is checked against again")
    format = models.TextField(default="plain", help_text="Of that file")
    enabled = models.BooleanField(default=True)
    version = models.ForeignKey(
        "ListVersion", null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    number = models.PositiveIntegerField(default=0, help_text="Of the version in force")
    version_hash = models.BinaryField(null=True, max_length=HASH_BYTES, help_text="Of it, too")
    checked_at = models.DateTimeField(
        null=True, help_text="Last time the list was fetched and found good, changed or not"
    )
    warned_at = models.DateTimeField(
        null=True, help_text="When people were told that it will be stale soon; null: it is fresh"
    )
    stale_at = models.DateTimeField(null=True, help_text="When people were told that it is stale")
    refused_at = models.DateTimeField(null=True)
    refusal = models.TextField(
        default="", help_text="Code of the last refusal, '' after a good one"
    )

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="compliance_source_number_names_version",
                condition=Q(version__isnull=True, number=0)
                | Q(version__isnull=False, number__gt=0),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} #{self.number}"


class ListVersion(models.Model):
    """A list as it was loaded; kept for ever, since verdicts name it."""

    id = models.UUIDField(primary_key=True, default=uuid7)
    source = models.ForeignKey(ListSource, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField(help_text="1, 2, 3 … per source")
    hash = models.BinaryField(max_length=HASH_BYTES)
    entries = models.PositiveIntegerField(help_text="EVM addresses")
    added = models.PositiveIntegerField(help_text="Of them")
    removed = models.PositiveIntegerField(help_text="Of them")
    entities = models.PositiveIntegerField(default=0)
    entities_added = models.PositiveIntegerField(default=0)
    entities_removed = models.PositiveIntegerField(default=0)
    entities_changed = models.PositiveIntegerField(default=0)
    files = models.JSONField(
        default=list, help_text='[{"part", "sha256", "bytes"}, …] it was read from'
    )
    forced = models.BooleanField(default=False)
    loaded_by = models.TextField()
    agreed_by = models.TextField(
        default="", help_text="the second person, where one was not enough"
    )
    loaded_at = models.DateTimeField()
    retired_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["source", "number"], name="compliance_version_number_once"
            ),
            models.UniqueConstraint(
                fields=["source"],
                condition=Q(retired_at__isnull=True),
                name="compliance_one_version_in_force",
            ),
            models.CheckConstraint(
                condition=~Q(agreed_by=F("loaded_by")),
                name="compliance_given_up_by_two",
            ),
            # And compliance_nobody_listed_by_two, in the migration: it is not asked of old rows.
        ]

    def __str__(self) -> str:
        return f"{self.source_id} #{self.number}"

    @property
    def active(self) -> bool:
        return self.retired_at is None


class ListOrder(models.Model):
    """What an officer asked for from a page: a file to be put in force, or a look at a feed."""

    id = models.UUIDField(primary_key=True, default=uuid7)
    source = models.TextField()
    kind = models.TextField(help_text="upload or refresh")
    format = models.TextField(default="")
    body = models.BinaryField(default=b"", help_text="the file; gone once it is done")
    by = models.UUIDField()
    asked_at = models.DateTimeField()
    act_id = models.UUIDField(null=True, help_text="it waits for the second person of this act")
    done_at = models.DateTimeField(null=True)
    outcome = models.TextField(default="", help_text="changed, checked, refused")
    refusal = models.TextField(default="", help_text="the code of what was wrong")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["source"],
                condition=Q(done_at__isnull=True),
                name="compliance_one_open_list_order",
            ),
            models.CheckConstraint(
                name="compliance_list_order_kind", condition=Q(kind__in=("upload", "refresh"))
            ),
            models.CheckConstraint(
                name="compliance_list_order_ends",
                condition=Q(done_at__isnull=True, outcome="")
                | Q(done_at__isnull=False, outcome__in=("changed", "checked", "refused")),
            ),
        ]
        indexes = [models.Index(fields=["source", "-id"], name="compliance_list_orders")]

    def __str__(self) -> str:
        return f"{self.kind} of {self.source}"


class ListedAddress(models.Model):
    """An address on one version of a list."""

    version = models.ForeignKey(
        ListVersion, on_delete=models.CASCADE, related_name="listed", db_index=False
    )
    address = models.BinaryField(max_length=ADDRESS_BYTES)
    name = models.TextField(default="")
    program = models.TextField(default="")

    class Meta:
        constraints = [
            # Led by the address: the question is always whether this one is on any list in force.
            models.UniqueConstraint(
                fields=["address", "version"], name="compliance_listed_once_a_version"
            ),
        ]

    def __str__(self) -> str:
        return f"0x{bytes(self.address).hex()} on {self.version_id}"


class ListDifference(models.Model):
    """An address by which a version differs from the one before it: listed anew, or no longer.

    The first version of a source differs by all its addresses.
    """

    pk = models.CompositePrimaryKey("version_id", "address")
    version = models.ForeignKey(
        ListVersion, on_delete=models.CASCADE, related_name="differences", db_index=False
    )
    address = models.BinaryField(max_length=ADDRESS_BYTES)
    listed = models.BooleanField(help_text="False: no longer")

    def __str__(self) -> str:
        return f"0x{bytes(self.address).hex()} {'on' if self.listed else 'off'} {self.version_id}"


class ListChange(models.Model):
    """How far a version has been brought to the deposits that its differences touch.

    The cursor is the last pair of (address, deposit) whose deposit was told to be judged again.
    While one is unfinished, no payout leaves: its money may be a newly listed payer's.
    """

    version = models.OneToOneField(
        ListVersion, primary_key=True, on_delete=models.CASCADE, related_name="change"
    )
    source = models.ForeignKey(ListSource, on_delete=models.PROTECT, db_index=False)
    after_address = models.BinaryField(max_length=ADDRESS_BYTES, default=b"")
    after_deposit = models.UUIDField(default=UUID(int=0))
    deposits = models.PositiveIntegerField(default=0, help_text="told to be judged again")
    begun_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(
                fields=["source", "version"],
                name="compliance_change_unfinished",
                condition=Q(finished_at__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        return f"change to {self.version_id}"


class CheckedAddress(models.Model):
    """That a deposit was judged by this address: what a newly listed address is looked up in.

    A table of its own rather than an index on ``Verdict.checked``: its key gives the deposits of
    one address in order, page by page, however many an exchange's wallet has paid; a GIN index
    gives them all at once or not at all.
    """

    pk = models.CompositePrimaryKey("address", "deposit_id")
    address = models.BinaryField(max_length=ADDRESS_BYTES)
    deposit_id = models.UUIDField()

    def __str__(self) -> str:
        return f"0x{bytes(self.address).hex()} behind deposit {self.deposit_id}"


class Verdict(models.Model):
    """What the lists of a moment say about a deposit's payers. A new check adds a row; one row
    per deposit is current."""

    id = models.UUIDField(primary_key=True, default=uuid7)
    deposit_id = models.UUIDField()
    shop_id = models.UUIDField(null=True)
    state = models.TextField(help_text="clear, held, released, returned, blocked")
    versions = models.JSONField(
        help_text='[{"source", "number", "hash"}, …] it was checked against'
    )
    versions_key = models.TextField(help_text="The same in short, to compare: 'ofac#3'")
    checked = models.JSONField(help_text="Addresses looked up")
    matches = models.JSONField(help_text="[{address, source, name, program}]; never shown to shops")
    stale = models.BooleanField(
        default=False, help_text="A list was not checked for too long: the last good one was used"
    )
    lists_checked_at = models.DateTimeField(
        null=True, help_text="The oldest of the lists' last good checks that it rests on"
    )
    current = models.BooleanField(default=True)
    given_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["deposit_id"],
                condition=Q(current=True),
                name="compliance_one_current_verdict",
            ),
            models.CheckConstraint(
                name="compliance_verdict_state", condition=Q(state__in=VERDICT_STATES)
            ),
            models.CheckConstraint(
                name="compliance_a_match_is_never_clear",
                condition=Q(matches=[], state="clear") | (~Q(matches=[]) & ~Q(state="clear")),
            ),
            models.CheckConstraint(
                name="compliance_a_stale_verdict_says_since_when",
                condition=Q(stale=False) | Q(lists_checked_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.state} by {self.versions_key} for deposit {self.deposit_id}"

    @property
    def is_clear(self) -> bool:
        """Whether the deposit may be credited: clean, or released by two people."""
        return self.state in ("clear", "released")


class WaitingDeposit(models.Model):
    """A deposit that is to be judged: seen while a list was missing, or touched by a change of one.

    Gone once it is judged by the lists in force, in the transaction that does so.
    """

    deposit_id = models.UUIDField(primary_key=True)
    shop_id = models.UUIDField(null=True)
    since = models.DateTimeField()
    again = models.BooleanField(
        default=False, help_text="it was judged before, so it may be credited already"
    )
    called = models.BooleanField(default=False, help_text="its event verdict.due is on its way")

    class Meta:
        indexes = [
            models.Index(
                fields=["since", "deposit_id"],
                name="compliance_waiting_uncalled",
                condition=Q(called=False),
            ),
            models.Index(
                fields=["shop_id"],
                name="compliance_waiting_again",
                condition=Q(again=True),
            ),
        ]

    def __str__(self) -> str:
        return f"deposit {self.deposit_id} since {self.since}"


class Hold(models.Model):
    """Money that two people decide about: one proposes, another approves."""

    id = models.UUIDField(primary_key=True, default=uuid7)
    verdict = models.OneToOneField(Verdict, on_delete=models.PROTECT, related_name="hold")
    deposit_id = models.UUIDField(db_index=True)
    shop_id = models.UUIDField(null=True)
    opened_at = models.DateTimeField()
    decision = models.TextField(
        default="", help_text="release, return, block; '' before a proposal"
    )
    reason = models.TextField(default="")
    proposed_by = models.TextField(default="")
    proposed_at = models.DateTimeField(null=True)
    approved_by = models.TextField(default="")
    approved_at = models.DateTimeField(null=True)
    delisted_at = models.DateTimeField(
        null=True, help_text="no list names its payers any more: people may want to release it"
    )

    class Meta:
        indexes = [
            models.Index(
                fields=["shop_id"],
                name="compliance_open_hold_of_shop",
                condition=Q(approved_at__isnull=True),
            ),
        ]
        constraints = [
            models.CheckConstraint(
                name="compliance_hold_maker_is_not_checker",
                condition=Q(approved_by="") | ~Q(approved_by=F("proposed_by")),
            ),
            models.CheckConstraint(
                name="compliance_hold_approval_needs_proposal",
                condition=Q(approved_by="", approved_at__isnull=True)
                | (
                    Q(decision__in=DECISIONS, approved_at__isnull=False)
                    & ~Q(proposed_by="")
                    & ~Q(approved_by="")
                ),
            ),
            models.UniqueConstraint(
                fields=["deposit_id"],
                condition=Q(approved_at__isnull=True),
                name="compliance_one_open_hold",
            ),
        ]

    def __str__(self) -> str:
        return f"hold of deposit {self.deposit_id}"


class ShopApproval(models.Model):
    """Who let a shop take real money, and on what grounds."""

    id = models.UUIDField(primary_key=True, default=uuid7)
    shop_id = models.UUIDField(db_index=True)
    approved_by = models.TextField()
    grounds = models.TextField(default="")
    live = models.BooleanField()
    approved_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"shop {self.shop_id} by {self.approved_by}"
