"""Matters that people look after, who was told of them, and the mails and pushes that told them."""

from typing import Any, Final
from uuid import UUID

from django.db import models
from django.db.models import Q

from gateway.events.ids import uuid7
from gateway.mail.rows import MailRow
from merchants.accounts.models import User
from merchants.notices.rules import KINDS

MAIL_STATES: Final = ("pending", "sending", "sent", "failed")
PUSH_STATES: Final = (*MAIL_STATES, "dropped")


class Notice(models.Model):
    """One matter of one kind. Open until an event settles it; taken on by the first who says so.

    While one is open, the same matter happening again only counts up.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    kind = models.TextField()
    subject = models.TextField(help_text='of the event: "payout:<id>"')
    mode = models.TextField()
    shop_id = models.UUIDField(null=True)
    body: Any = models.JSONField(help_text="of the event that told of it last")
    times = models.PositiveIntegerField(default=1)
    opened_at = models.DateTimeField()
    last_at = models.DateTimeField()
    told_from = models.DateTimeField(help_text="what the steps' times are counted from")
    step = models.PositiveSmallIntegerField(default=0, help_text="the next one")
    step_due_at = models.DateTimeField(null=True, help_text="null: nobody is told any more")
    taken_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    taken_at = models.DateTimeField(null=True)
    settled_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("kind", "subject"),
                condition=Q(settled_at__isnull=True),
                name="notice_open_once",
            ),
            models.CheckConstraint(condition=Q(kind__in=KINDS), name="notice_kind_known"),
            models.CheckConstraint(
                condition=Q(mode__in=("test", "live")), name="notice_mode_known"
            ),
            models.CheckConstraint(
                condition=Q(taken_by__isnull=True, taken_at__isnull=True)
                | Q(taken_by__isnull=False, taken_at__isnull=False),
                name="notice_taken_by_somebody",
            ),
            models.CheckConstraint(
                condition=Q(step_due_at__isnull=True)
                | Q(taken_at__isnull=True, settled_at__isnull=True),
                name="notice_goes_on_until_taken",
            ),
        )
        indexes = (
            models.Index(
                fields=("step_due_at",),
                name="notice_step_due",
                condition=Q(step_due_at__isnull=False),
            ),
            models.Index(fields=("shop_id", "-id"), name="notice_of_shop"),
            models.Index(fields=("kind", "subject", "-id"), name="notice_of_matter"),
        )

    def __str__(self) -> str:
        return f"{self.kind} {self.subject}"


class Mail(MailRow):
    """One message to one person, of all that waited to be told to them. The address is empty once
    it has ended."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    address = models.TextField()
    language = models.TextField()
    made_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)

    user_id: UUID

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("user",),
                condition=Q(state__in=("pending", "sending")),
                name="notice_one_mail_at_a_time",
            ),
            models.CheckConstraint(condition=Q(state__in=MAIL_STATES), name="notice_mail_state"),
        )
        indexes = (
            models.Index(
                fields=("due_at",),
                name="notice_mail_due",
                condition=Q(state__in=("pending", "sending")),
            ),
            models.Index(fields=("user", "-id"), name="notice_mail_of_user"),
        )

    def __str__(self) -> str:
        return f"mail {self.id} ({self.state})"


class Letter(models.Model):
    """That one person is told of a notice, at one of its steps."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    notice = models.ForeignKey(Notice, on_delete=models.CASCADE, related_name="letters")
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    step = models.PositiveSmallIntegerField()
    mail = models.ForeignKey(
        Mail, null=True, on_delete=models.PROTECT, related_name="letters", help_text="null: waits"
    )
    made_at = models.DateTimeField()

    user_id: UUID

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("notice", "user"), name="notice_told_once_to_a_person"),
        )
        indexes = (
            models.Index(fields=("user",), name="notice_letter_waits", condition=Q(mail=None)),
        )

    def __str__(self) -> str:
        return f"{self.notice_id} to {self.user_id}"


class Silence(models.Model):
    """A kind of notice that a person wants no mail about. They still see it on the page."""

    pk = models.CompositePrimaryKey("user_id", "kind")
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    kind = models.TextField()

    class Meta:
        constraints = (
            models.CheckConstraint(condition=Q(kind__in=KINDS), name="notice_silence_kind_known"),
        )

    def __str__(self) -> str:
        return f"no {self.kind} to {self.user_id}"


class PushSilence(models.Model):
    """A kind of notice that a person wants no push about, on any of their devices."""

    pk = models.CompositePrimaryKey("user_id", "kind")
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    kind = models.TextField()

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=Q(kind__in=KINDS), name="notice_push_silence_kind_known"
            ),
        )

    def __str__(self) -> str:
        return f"no push of {self.kind} to {self.user_id}"


class Device(models.Model):
    """A browser that a person is told on. It is theirs, whatever shop they are in.

    The endpoint is the push service's name for it. Whoever signs in there and turns push on has it
    from then on: what was still to be told to somebody else on it goes with the old row.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    endpoint = models.TextField(unique=True)
    public = models.BinaryField(help_text="its P-256 point, uncompressed")
    secret = models.BinaryField(help_text="16 bytes that it shares with us")
    server_key = models.TextField(help_text="our public key that it takes messages from")
    label = models.TextField(help_text='"Firefox · Android"')
    session = models.ForeignKey(
        "sessions.Session",
        null=True,
        on_delete=models.CASCADE,
        related_name="+",
        help_text="set: it is told only while the person is signed in on it",
    )
    made_at = models.DateTimeField()
    last_sent_at = models.DateTimeField(null=True, help_text="when its push service last took one")
    trial_asked_at = models.DateTimeField(null=True)
    trial_waits = models.BooleanField(default=False)

    user_id: UUID

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=Q(trial_waits=False) | Q(trial_asked_at__isnull=False),
                name="notice_device_trial_was_asked_for",
            ),
        )
        indexes = (
            models.Index(fields=("id",), name="notice_device_trial", condition=Q(trial_waits=True)),
        )

    def __str__(self) -> str:
        return f"{self.label} of {self.user_id}"


class Push(models.Model):
    """One message to one device: of a notice, that it is over, or, of no notice, a trial.

    Sent from this row. What a crash sends twice bears the same tag, so the device shows it once.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    device = models.ForeignKey(
        Device,
        # The database removes them with their device (see the migration): the web, which removes
        # devices, has no business in this table.
        on_delete=models.DO_NOTHING,
        db_constraint=False,
        related_name="+",
    )
    notice = models.ForeignKey(Notice, null=True, on_delete=models.CASCADE, related_name="+")
    over = models.BooleanField(default=False, help_text="says that the notice needs nobody now")
    state = models.TextField(default="pending")
    attempts = models.PositiveSmallIntegerField(default=0)
    due_at = models.DateTimeField(help_text="when to try; while sending, when the lease ends")
    until = models.DateTimeField(help_text="when it is of no use any more")
    shown = models.BooleanField(
        default=False, help_text="the device may still show it, though it may be over by now"
    )
    made_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)
    error = models.TextField(default="", help_text="code of the last attempt's failure")

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("device", "notice", "over"), name="notice_push_once_to_a_device"
            ),
            models.CheckConstraint(condition=Q(state__in=PUSH_STATES), name="notice_push_state"),
            models.CheckConstraint(
                condition=Q(over=False) | Q(notice__isnull=False, shown=False),
                name="notice_push_over_of_a_notice",
            ),
        )
        indexes = (
            models.Index(
                fields=("due_at",),
                name="notice_push_due",
                condition=Q(state__in=("pending", "sending")),
            ),
            models.Index(fields=("notice",), name="notice_push_shown", condition=Q(shown=True)),
        )

    def __str__(self) -> str:
        return f"push {self.id} ({self.state})"
