"""Who was asked about by name and what the lists said; who is screened again when they change."""

from django.db import models
from django.db.models import F, Q

from gateway.events.ids import uuid7

MODES = ("test", "live")
STATES = ("clear", "match", "unknown")
KINDS = ("person", "organisation", "vessel", "aircraft", "unknown")
HASH_BYTES = 32


class NameVerdict(models.Model):
    """What the lists of a moment say about somebody, by name and all else that was told.

    From ``query``, the lists' versions and the scorer's version the same matches come out again.
    Never shown to shops. Whoever reads it opens it first (``sealed_names``).
    """

    id = models.UUIDField(primary_key=True, default=uuid7)
    mode = models.TextField()
    about = models.TextField(default="", help_text="subject:<id>, shop:<id> …; '' for a mere look")
    state = models.TextField(help_text="clear, match: people must look, unknown")
    reason = models.TextField(default="", help_text="why nobody can say: list_missing:ofac …")
    query = models.JSONField(help_text="name, kind, birth_date, countries, ids; sealed")
    matches = models.JSONField(
        help_text="scores with all their parts, the likeliest first: [], or sealed"
    )
    set_aside = models.JSONField(
        help_text="matches that people had called another person, as well: [], or sealed"
    )
    versions = models.JSONField(help_text="[{source, number, hash}] of the lists it was checked by")
    versions_key = models.TextField(help_text="the same in short: 'ofac#3'")
    scorer_version = models.TextField()
    only_changed = models.TextField(
        default="", help_text="'ofac#4': asked only of whom that version changed"
    )
    stale = models.BooleanField(
        default=False, help_text="a list was not checked for too long: the last good one was used"
    )
    lists_checked_at = models.DateTimeField(
        null=True, help_text="the oldest of the lists' last good checks that it rests on"
    )
    given_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="compliance_name_state_known", condition=Q(state__in=STATES)
            ),
            models.CheckConstraint(name="compliance_name_mode_known", condition=Q(mode__in=MODES)),
            models.CheckConstraint(
                name="compliance_name_match_never_clear",
                condition=(Q(state="match") & ~Q(matches=[])) | (~Q(state="match") & Q(matches=[])),
            ),
            models.CheckConstraint(
                name="compliance_name_unknown_says_why",
                condition=(Q(state="unknown") & ~Q(reason=""))
                | (~Q(state="unknown") & Q(reason="") & ~Q(versions=[])),
            ),
            models.CheckConstraint(
                name="compliance_name_stale_since_when",
                condition=Q(stale=False) | Q(lists_checked_at__isnull=False),
            ),
        ]
        indexes = [models.Index(fields=["about", "-id"], name="compliance_name_about")]

    def __str__(self) -> str:
        return f"{self.state} by {self.versions_key}"

    @property
    def is_clear(self) -> bool:
        """Only a clear answer is one: unknown is not."""
        return self.state == "clear"


class ScreenedParty(models.Model):
    """Somebody the house deals with, screened whenever a list changes, under one of their names.

    The name itself is sealed within ``query``; its row is found again by ``name_index``.
    """

    id = models.UUIDField(primary_key=True, default=uuid7)
    mode = models.TextField()
    about = models.TextField(help_text="subject:<id>, shop:<id> …: whom an alert is about")
    shop_id = models.UUIDField(null=True, help_text="whose business it concerns, if a shop's")
    name_index = models.TextField(help_text="HMAC of the name under the key that seals it, in hex")
    kind = models.TextField()
    query = models.JSONField(
        help_text="all that is known: name, kind, birth_date, countries, ids; sealed"
    )
    active = models.BooleanField(default=True, help_text="False: no longer dealt with")
    verdict = models.ForeignKey(
        NameVerdict, null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    put_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["mode", "about", "name_index"], name="compliance_name_party_once"
            ),
            models.CheckConstraint(name="compliance_name_party_kind", condition=Q(kind__in=KINDS)),
            models.CheckConstraint(name="compliance_name_party_mode", condition=Q(mode__in=MODES)),
            models.CheckConstraint(name="compliance_name_party_named", condition=~Q(name_index="")),
        ]
        indexes = [
            models.Index(
                fields=["mode", "id"],
                name="compliance_name_party_paged",
                condition=Q(active=True),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.about} as a {self.kind}"


class GoodGuy(models.Model):
    """That people looked, and somebody is not the entity on the list that they are called like.

    It holds for what the list said then: once the publisher says otherwise, it ends.
    """

    id = models.UUIDField(primary_key=True, default=uuid7)
    mode = models.TextField()
    about = models.TextField()
    source = models.TextField()
    entity_id = models.TextField()
    content_hash = models.BinaryField(
        max_length=HASH_BYTES, help_text="of what the list said about the entity"
    )
    said_by = models.TextField()
    agreed_by = models.TextField(
        default="", help_text="the second person; '' of what was said when one was enough"
    )
    why = models.TextField()
    said_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    ended_because = models.TextField(
        default="", help_text="list_changed:ofac#4, or who took it back"
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["mode", "about", "source", "entity_id"],
                condition=Q(ended_at__isnull=True),
                name="compliance_name_good_guy_once",
            ),
            models.CheckConstraint(
                name="compliance_name_good_guy_grounds",
                condition=~Q(said_by="") & ~Q(why="") & ~Q(about=""),
            ),
            models.CheckConstraint(
                name="compliance_name_good_guy_by_two",
                condition=(~Q(agreed_by="") & ~Q(agreed_by=F("said_by")))
                | Q(ended_at__isnull=False),
            ),
            models.CheckConstraint(
                name="compliance_name_good_guy_end",
                condition=Q(ended_at__isnull=True, ended_because="")
                | (Q(ended_at__isnull=False) & ~Q(ended_because="")),
            ),
        ]
        indexes = [
            models.Index(
                fields=["source", "entity_id"],
                name="compliance_name_good_guy_of",
                condition=Q(ended_at__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.about} is not {self.source}:{self.entity_id}"


class NameChange(models.Model):
    """How far a version of a list has been brought to the parties of one mode: planned once, in
    chunks that any number of workers take, and finished with the last of them."""

    pk = models.CompositePrimaryKey("source", "number", "mode")
    source = models.TextField()
    number = models.PositiveIntegerField()
    mode = models.TextField()
    planned_at = models.DateTimeField(null=True, help_text="its chunks stand in their table")
    parties = models.PositiveIntegerField(default=0, help_text="screened")
    matches = models.PositiveIntegerField(default=0, help_text="of them, found on what changed")
    begun_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="compliance_name_change_counts", condition=Q(matches__lte=F("parties"))
            ),
        ]
        indexes = [
            models.Index(
                fields=["mode", "source", "number"],
                name="compliance_name_change_open",
                condition=Q(finished_at__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.source}#{self.number} for the {self.mode} parties"


class NameChunk(models.Model):
    """Parties of a change that are screened in one transaction; gone once it is finished."""

    id = models.UUIDField(primary_key=True, default=uuid7)
    source = models.TextField()
    number = models.PositiveIntegerField()
    mode = models.TextField()
    first_party = models.UUIDField()
    last_party = models.UUIDField()
    parties = models.PositiveIntegerField(default=0, help_text="screened")
    matches = models.PositiveIntegerField(default=0)
    done_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["source", "number", "mode", "first_party"],
                name="compliance_name_chunk_once",
            ),
            models.CheckConstraint(
                name="compliance_name_chunk_span",
                condition=Q(last_party__gte=F("first_party")),
            ),
        ]
        indexes = [
            models.Index(
                fields=["id"],
                name="compliance_name_chunk_open",
                condition=Q(done_at__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.parties} parties of {self.source}#{self.number}"
