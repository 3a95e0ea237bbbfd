"""Shops' accounts at ramps, what ramps were asked to do, and the events that they sent."""

from django.db import models
from django.db.models import Q

from gateway.events.ids import uuid7
from gateway.money.fields import UnitsField
from gateway.ramps.life import OPEN, STATUSES
from gateway.ramps.terms import KINDS

MODES = ("test", "live")
EVENT_STATUSES = ("waiting", "handled", "unknown", "refused")
"""unknown: of a type that we do nothing about; refused: signed, but not about us."""


class RampAccount(models.Model):
    """A shop's account at a ramp, as the ramp last told it."""

    id = models.UUIDField(primary_key=True, default=uuid7)
    shop_id = models.UUIDField()
    mode = models.TextField()
    ramp = models.TextField()
    remote_id = models.TextField(default="", help_text="the ramp's name; '' until we know it")
    asked_at = models.DateTimeField(null=True, help_text="when the ramp may first have heard of it")
    capabilities = models.JSONField(default=dict)
    payouts_enabled = models.BooleanField(default=False)
    details_submitted = models.BooleanField(default=False)
    banks = models.JSONField(default=list, help_text="currencies of its bank accounts")
    bank_changed_at = models.DateTimeField(
        null=True, help_text="when the ramp last said that its bank account is another one"
    )
    requirements_due = models.JSONField(default=list, help_text="by the ramp's names")
    requirements_past_due = models.JSONField(default=list)
    requirements_pending = models.JSONField(default=list)
    requirements_deadline = models.DateTimeField(null=True)
    disabled_reason = models.TextField(default="")
    told_at = models.DateTimeField(null=True, help_text="when the ramp was asked for all that")
    due_at = models.DateTimeField(null=True, help_text="when it is asked again")
    last_error = models.TextField(default="")
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["shop_id", "ramp"], name="ramp_account_one_per_shop"),
            models.UniqueConstraint(
                fields=["ramp", "remote_id"],
                condition=~Q(remote_id=""),
                name="ramp_account_of_one_shop",
            ),
            models.CheckConstraint(condition=Q(mode__in=MODES), name="ramp_account_mode"),
            models.CheckConstraint(
                condition=Q(remote_id="") | Q(asked_at__isnull=False), name="ramp_account_was_asked"
            ),
        ]
        indexes = [
            models.Index(
                fields=["due_at"], name="ramp_account_due", condition=Q(due_at__isnull=False)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.ramp} account of shop {self.shop_id}"

    @property
    def is_ready(self) -> bool:
        """Whether money may be sent to it and on to a bank."""
        return (
            bool(self.remote_id)
            and self.payouts_enabled
            and self.capabilities.get("transfers") == "active"
        )


class RampInstruction(models.Model):
    """Something that a ramp is asked to do: a row before it is asked, and asked under its id."""

    id = models.UUIDField(primary_key=True, default=uuid7)
    ramp = models.TextField()
    mode = models.TextField()
    kind = models.TextField()
    reference = models.TextField(help_text="what it is for: 'payout:<id>'")
    number = models.PositiveSmallIntegerField(help_text="1, 2, 3 … per reference and kind")
    shop_id = models.UUIDField()
    account = models.TextField(help_text="the shop's, by the ramp's name")
    currency = models.TextField()
    units = UnitsField()
    against = models.TextField(default="", help_text="of a reversal: the transfer at the ramp")
    status = models.TextField(default="planned")
    remote_id = models.TextField(default="")
    asked_at = models.DateTimeField(null=True, help_text="when the ramp may first have heard of it")
    asks = models.PositiveIntegerField(default=0)
    due_at = models.DateTimeField(null=True, help_text="when it is carried on, or looked at")
    fee_units = UnitsField(default=0, help_text="that the ramp took beside it")
    reversed_units = UnitsField(default=0, help_text="of a transfer, what came back")
    failure_code = models.TextField(default="")
    failure_reason = models.TextField(default="")
    last_error = models.TextField(default="", help_text="why nothing is known yet")
    settled_by = models.TextField(default="", help_text="who said what became of it; '': the ramp")
    settled_because = models.TextField(default="")
    created_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["reference", "kind", "number"], name="ramp_instruction_once"
            ),
            models.UniqueConstraint(
                fields=["reference", "kind"],
                condition=Q(status__in=OPEN),
                name="ramp_instruction_one_open",
            ),
            models.UniqueConstraint(
                fields=["ramp", "kind", "remote_id"],
                condition=~Q(remote_id=""),
                name="ramp_instruction_of_one_object",
            ),
            models.CheckConstraint(condition=Q(kind__in=KINDS), name="ramp_instruction_kind"),
            models.CheckConstraint(
                condition=Q(status__in=STATUSES), name="ramp_instruction_status"
            ),
            models.CheckConstraint(condition=Q(mode__in=MODES), name="ramp_instruction_mode"),
            models.CheckConstraint(condition=Q(units__gt=0), name="ramp_instruction_positive"),
            models.CheckConstraint(
                condition=Q(status="planned", asked_at__isnull=True)
                | ~Q(status="planned") & Q(asked_at__isnull=False),
                name="ramp_instruction_asked_before_told",
            ),
            models.CheckConstraint(
                condition=~Q(status__in=("taken", "sent", "done", "failed", "returned"))
                | ~Q(remote_id=""),
                name="ramp_instruction_told_has_a_name",
            ),
        ]
        indexes = [
            models.Index(
                fields=["due_at"], name="ramp_instruction_due", condition=Q(due_at__isnull=False)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} of {self.units} {self.currency} for {self.reference} ({self.status})"


class RampEvent(models.Model):
    """An event that a ramp sent: kept once, however often it came. What it was about is asked for;
    its body, which holds names and bank accounts, is not kept."""

    id = models.UUIDField(primary_key=True, default=uuid7)
    ramp = models.TextField()
    remote_id = models.TextField()
    type = models.TextField()
    account = models.TextField(default="", help_text="whose; '' for the house's own")
    object_id = models.TextField(default="")
    status = models.TextField(default="waiting")
    reason = models.TextField(default="", help_text="why it was refused")
    times = models.PositiveIntegerField(default=1, help_text="that it came")
    said_at = models.DateTimeField(help_text="by the ramp's clock")
    received_at = models.DateTimeField()
    handled_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["ramp", "remote_id"], name="ramp_event_once"),
            models.CheckConstraint(
                condition=Q(status__in=EVENT_STATUSES), name="ramp_event_status"
            ),
        ]
        indexes = [models.Index(fields=["type", "status"], name="ramp_event_by_type")]

    def __str__(self) -> str:
        return f"{self.type} {self.remote_id} ({self.status})"


class IdentityCheck(models.Model):
    """A proof of who somebody is, at a ramp. Nothing of what they show is kept here, and once it
    served, nothing at the ramp either (``wish``)."""

    id = models.UUIDField(primary_key=True, default=uuid7)
    subject = models.TextField(help_text="whom it is about, in the asker's words")
    shop_id = models.UUIDField(null=True, help_text="whose it is about; null: the house's")
    mode = models.TextField()
    ramp = models.TextField()
    return_url = models.TextField()
    status = models.TextField(default="planned")
    problem = models.TextField(default="", help_text="the ramp's code of what was wrong")
    wish = models.TextField(default="", help_text="what the ramp is to do with it next")
    redacted_at = models.DateTimeField(
        null=True, help_text="when the ramp had nothing of it any more"
    )
    remote_id = models.TextField(default="")
    asked_at = models.DateTimeField(null=True, help_text="when the ramp may first have heard of it")
    due_at = models.DateTimeField(null=True, help_text="when it is looked at again")
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["subject", "ramp"],
                condition=Q(status__in=("planned", "asked", "requires_input", "processing")),
                name="identity_check_one_open",
            ),
            models.UniqueConstraint(
                fields=["ramp", "remote_id"],
                condition=~Q(remote_id=""),
                name="identity_check_of_one_session",
            ),
            models.CheckConstraint(condition=Q(mode__in=MODES), name="identity_check_mode"),
            models.CheckConstraint(
                condition=Q(wish__in=("", "cancel", "redact", "redacting")),
                name="identity_check_wish",
            ),
            models.CheckConstraint(
                condition=Q(
                    status__in=(
                        *("planned", "asked", "requires_input", "processing"),
                        *("verified", "canceled"),
                    )
                ),
                name="identity_check_status",
            ),
        ]
        indexes = [
            models.Index(
                fields=["due_at"], name="identity_check_due", condition=Q(due_at__isnull=False)
            ),
        ]

    def __str__(self) -> str:
        return f"identity of {self.subject} ({self.status})"
