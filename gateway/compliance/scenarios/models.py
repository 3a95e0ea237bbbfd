"""What happened, the tables that judge it, and what they would have said. The house's alone."""

from typing import Any, Final

import msgspec
from django.db import models
from django.db.models import F, Q

from gateway.compliance.alerts.models import MODES
from gateway.compliance.scenarios.observed import KINDS
from gateway.compliance.scenarios.tables import ROW_SEVERITIES, SUBJECTS, Table, table_of
from gateway.events.ids import uuid7

STATES: Final = ("draft", "shadow", "live", "retired")
BACKTEST_STATES: Final = ("waiting", "running", "done", "failed")
MAX_BAND: Final = 50


class ObservationRow(models.Model):
    """Something that happened: see ``observed``. Written once for an event, never changed."""

    id = models.UUIDField(primary_key=True, default=uuid7)
    event_id = models.UUIDField(unique=True)
    mode = models.TextField()
    kind = models.TextField()
    shop_id = models.UUIDField(null=True)
    source = models.TextField(help_text="address:0x…, shop:<id>; '' for nobody knows")
    target = models.TextField()
    cents = models.BigIntegerField(null=True, help_text="US cents, rounded down; null: no price")
    valued_by = models.TextField(help_text="how the worth was known; '' where it was not")
    at = models.DateTimeField()
    facts: Any = models.JSONField(default=dict)

    class Meta:
        constraints = [
            models.CheckConstraint(name="scenarios_seen_kind", condition=Q(kind__in=KINDS)),
            models.CheckConstraint(name="scenarios_seen_mode", condition=Q(mode__in=MODES)),
            models.CheckConstraint(
                name="scenarios_seen_valued",
                condition=Q(cents__isnull=True, valued_by="")
                | (Q(cents__gte=0) & ~Q(valued_by="")),
            ),
            models.CheckConstraint(
                name="scenarios_seen_somebody", condition=~Q(source="", target="")
            ),
        ]
        indexes = [
            models.Index(fields=["mode", "source", "at"], name="scenarios_seen_source"),
            models.Index(fields=["mode", "target", "at"], name="scenarios_seen_target"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} from {self.source or '?'} to {self.target or '?'}"


class WaitingObservation(models.Model):
    """That an observation is still to be looked at, as part of one subject's history."""

    id = models.UUIDField(primary_key=True, default=uuid7)
    mode = models.TextField()
    subject = models.TextField()
    observation = models.ForeignKey(ObservationRow, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["subject", "observation"], name="scenarios_waiting_once"
            ),
        ]
        indexes = [models.Index(fields=["mode", "subject"], name="scenarios_waiting_subject")]

    def __str__(self) -> str:
        return f"{self.subject}: {self.observation_id}"


class ScenarioVersion(models.Model):
    """One version of a scenario's table. What it says never changes; how far it is does."""

    id = models.UUIDField(primary_key=True, default=uuid7)
    scenario = models.TextField()
    number = models.PositiveIntegerField(help_text="1, 2, 3 … per scenario")
    state = models.TextField(default="draft")
    subject = models.TextField(help_text="shop or address, as in the table")
    content = models.TextField(help_text="the table in its plain form, canonical JSON")
    content_hash = models.BinaryField(max_length=32, help_text="SHA-256 of it")
    author = models.UUIDField(null=True, help_text="null: it came with the program")
    note = models.TextField(help_text="why it was written")
    act_id = models.UUIDField(null=True, unique=True, help_text="by which it went live")
    maker = models.UUIDField(null=True)
    checker = models.UUIDField(null=True)
    written_at = models.DateTimeField()
    shadow_at = models.DateTimeField(null=True)
    live_at = models.DateTimeField(null=True)
    retired_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["scenario", "number"], name="scenarios_number_once"),
            models.UniqueConstraint(
                fields=["scenario"], condition=Q(state="live"), name="scenarios_one_live"
            ),
            models.UniqueConstraint(
                fields=["scenario"], condition=Q(state="shadow"), name="scenarios_one_shadow"
            ),
            models.UniqueConstraint(
                fields=["scenario"], condition=Q(state="draft"), name="scenarios_one_draft"
            ),
            models.CheckConstraint(name="scenarios_state", condition=Q(state__in=STATES)),
            models.CheckConstraint(name="scenarios_subject", condition=Q(subject__in=SUBJECTS)),
            models.CheckConstraint(name="scenarios_has_a_note", condition=~Q(note="")),
            models.CheckConstraint(
                name="scenarios_maker_is_not_checker",
                condition=Q(checker__isnull=True) | ~Q(checker=F("maker")),
            ),
            models.CheckConstraint(
                name="scenarios_author_is_not_checker",
                condition=Q(checker__isnull=True)
                | Q(author__isnull=True)
                | ~Q(checker=F("author")),
            ),
            models.CheckConstraint(
                name="scenarios_live_by_two",
                condition=Q(live_at__isnull=True) & ~Q(state="live")
                | Q(
                    live_at__isnull=False,
                    act_id__isnull=False,
                    maker__isnull=False,
                    checker__isnull=False,
                ),
            ),
            models.CheckConstraint(
                name="scenarios_retired_at",
                condition=Q(state="retired", retired_at__isnull=False)
                | ~Q(state="retired") & Q(retired_at__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.scenario} #{self.number} ({self.state})"

    @property
    def table(self) -> Table:
        """The content, read."""
        return table_of(msgspec.json.decode(self.content))

    @property
    def hash(self) -> str:
        return bytes(self.content_hash).hex()


class ShadowHit(models.Model):
    """That a version in shadow would have alerted about somebody on a day; told nobody."""

    id = models.UUIDField(primary_key=True, default=uuid7)
    version = models.ForeignKey(ScenarioVersion, on_delete=models.PROTECT, related_name="hits")
    mode = models.TextField()
    about = models.TextField()
    day = models.DateField()
    severity = models.TextField(help_text="of the first time that day")
    times = models.PositiveIntegerField(default=1)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["version", "mode", "about", "day"], name="scenarios_hit_once_a_day"
            ),
            models.CheckConstraint(
                name="scenarios_hit_severity",
                condition=Q(severity__in=ROW_SEVERITIES) & ~Q(severity="none"),
            ),
        ]
        indexes = [models.Index(fields=["version", "-day"], name="scenarios_hits_of")]

    def __str__(self) -> str:
        return f"{self.about} on {self.day}"


class Backtest(models.Model):
    """A version tried against history: worked on in slices, each kept with how far it came."""

    id = models.UUIDField(primary_key=True, default=uuid7)
    version = models.ForeignKey(ScenarioVersion, on_delete=models.PROTECT, related_name="tests")
    mode = models.TextField()
    since = models.DateTimeField(help_text="included")
    until = models.DateTimeField(help_text="not included")
    band_percent = models.PositiveSmallIntegerField(help_text="how far under the line is near")
    state = models.TextField(default="waiting")
    asked_by = models.UUIDField(null=True)
    asked_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    reached = models.TextField(default="", help_text="the last subject that was looked at")
    subjects = models.PositiveIntegerField(null=True, help_text="in all; null: not counted yet")
    done = models.PositiveIntegerField(default=0, help_text="of the subjects")
    judged = models.PositiveBigIntegerField(default=0, help_text="how often the table was asked")
    failure = models.TextField(default="")

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="scenarios_test_state", condition=Q(state__in=BACKTEST_STATES)
            ),
            models.CheckConstraint(name="scenarios_test_mode", condition=Q(mode__in=MODES)),
            models.CheckConstraint(name="scenarios_test_period", condition=Q(since__lt=F("until"))),
            models.CheckConstraint(
                name="scenarios_test_band",
                condition=Q(band_percent__gte=1, band_percent__lte=MAX_BAND),
            ),
            models.CheckConstraint(
                name="scenarios_test_ends_once",
                condition=Q(state__in=("waiting", "running"), ended_at__isnull=True)
                | Q(state__in=("done", "failed"), ended_at__isnull=False),
            ),
        ]
        indexes = [
            models.Index(fields=["version", "-id"], name="scenarios_tests_of"),
            models.Index(
                fields=["id"],
                name="scenarios_tests_open",
                condition=Q(state__in=("waiting", "running")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.version} over {self.since.date()} to {self.until.date()}"


class BacktestDay(models.Model):
    """What a backtest found on a day, in alerts as they would have begun that day."""

    test = models.ForeignKey(Backtest, on_delete=models.CASCADE, related_name="days")
    day = models.DateField()
    above = models.PositiveIntegerField(default=0, help_text="would have alerted")
    below = models.PositiveIntegerField(default=0, help_text="would not, but nearly")
    alerted = models.PositiveIntegerField(default=0, help_text="of those above: people were told")
    confirmed = models.PositiveIntegerField(
        default=0, help_text="of those above: a case about them ended as worth it"
    )
    dismissed = models.PositiveIntegerField(
        default=0, help_text="of those above: cases about them ended as nothing"
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["test", "day"], name="scenarios_test_day_once"),
        ]

    def __str__(self) -> str:
        return f"{self.day}: {self.above} above, {self.below} below"
