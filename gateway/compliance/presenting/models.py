"""Whom we trust, what wallets are asked, and issuers' lists of what they took back."""

from datetime import datetime
from typing import Any, cast
from uuid import UUID

from django.db import models
from django.db.models import F, Q

from gateway.compliance.knowing.models import Subject
from gateway.compliance.presenting.life import OPEN, PROBLEMS, STATES, State, state_by_time
from gateway.events.ids import uuid7

DIGEST_BYTES = 32


class TrustedIssuer(models.Model):
    """One version of our trust in who gives credentials out. A version ends, it never changes."""

    id = models.UUIDField(primary_key=True, default=uuid7)
    issuer = models.TextField(help_text="what its credentials say in iss")
    version = models.PositiveIntegerField(help_text="1, 2, 3 … per issuer")
    vcts: Any = models.JSONField(help_text="kinds of credentials it is trusted for")
    keys: Any = models.JSONField(default=list, help_text="its public keys, as JWK")
    roots = models.TextField(default="", help_text="certificates above its keys, PEM")
    country = models.TextField(default="", help_text="whose identities these are, ISO 3166")
    without_status = models.BooleanField(default=False)
    reason = models.TextField()
    trusted_by = models.TextField()
    since = models.DateTimeField()
    ended_by = models.TextField(default="")
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["issuer", "version"], name="presenting_issuer_version_once"
            ),
            models.UniqueConstraint(
                fields=["issuer"],
                condition=Q(ended_at__isnull=True),
                name="presenting_issuer_one_current",
            ),
            models.CheckConstraint(
                condition=Q(keys=[], roots__gt="") | (~Q(keys=[]) & Q(roots="")),
                name="presenting_issuer_keys_or_roots",
            ),
            models.CheckConstraint(
                condition=~Q(vcts=[]) & ~Q(reason="") & ~Q(trusted_by=""),
                name="presenting_issuer_trusted_for_a_reason",
            ),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True, ended_by="")
                | (Q(ended_at__gte=F("since")) & ~Q(ended_by="")),
                name="presenting_issuer_ended_by_somebody",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.issuer}, version {self.version}"


class Presentation(models.Model):
    """One request to a wallet, and what came of it. What it sent lies sealed under its subject's
    key until it is checked, then nothing of it but a hash."""

    id = models.UUIDField(primary_key=True, default=uuid7)
    shop_id = models.UUIDField()
    subject = models.ForeignKey(Subject, on_delete=models.PROTECT, related_name="+")
    state = models.TextField(default="asked")
    problem = models.TextField(default="")
    token_digest = models.BinaryField(
        unique=True, max_length=DIGEST_BYTES, help_text="of the secret in the request's address"
    )
    nonce = models.TextField(unique=True)
    session_digest = models.BinaryField(
        max_length=DIGEST_BYTES, help_text="of the browser session that began it"
    )
    client_id = models.TextField(help_text="as whom we asked; the answer's audience")
    vcts: Any = models.JSONField(help_text="kinds of credentials that were asked for")
    asked_by = models.TextField()
    asked_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    answer_digest = models.BinaryField(unique=True, null=True, max_length=DIGEST_BYTES)
    answer_box = models.BinaryField(null=True, help_text="sealed; null once it is checked")
    answered_at = models.DateTimeField(null=True)
    decided_at = models.DateTimeField(null=True)
    verifier = models.TextField(default="", help_text="version of the checks that decided")
    issuer = models.TextField(default="", help_text="who is said to have given it out")
    trust = models.ForeignKey(
        TrustedIssuer, null=True, on_delete=models.PROTECT, related_name="presentations"
    )
    vct = models.TextField(default="")
    credential_digest = models.BinaryField(null=True, max_length=DIGEST_BYTES)

    subject_id: UUID
    trust_id: UUID | None

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(state__in=STATES), name="presenting_state"),
            models.CheckConstraint(
                condition=Q(problem__in=("", *PROBLEMS)), name="presenting_problem"
            ),
            models.CheckConstraint(
                condition=Q(state="refused", problem__gt="")
                | (~Q(state="refused") & Q(problem="")),
                name="presenting_refused_for_a_reason",
            ),
            models.CheckConstraint(
                condition=~Q(state="accepted")
                | (
                    Q(trust__isnull=False)
                    & Q(credential_digest__isnull=False)
                    & Q(answer_digest__isnull=False)
                ),
                name="presenting_accepted_is_explained",
            ),
            models.CheckConstraint(
                condition=(
                    Q(state="answered", answer_box__isnull=False, answered_at__isnull=False)
                    | (~Q(state="answered") & Q(answer_box__isnull=True))
                ),
                name="presenting_answer_kept_until_checked",
            ),
            models.UniqueConstraint(
                fields=["subject"],
                condition=Q(state__in=OPEN),
                name="presenting_one_open",
            ),
        ]
        indexes = [
            models.Index(fields=["shop_id", "subject"], name="presenting_of_subject"),
            models.Index(
                fields=["answered_at"],
                name="presenting_to_check",
                condition=Q(state="answered"),
            ),
            models.Index(
                fields=["expires_at"], name="presenting_to_end", condition=Q(state="asked")
            ),
        ]

    def __str__(self) -> str:
        return f"presentation {self.id}: {self.state}"

    def state_at(self, now: datetime) -> State:
        """What it is by the clock, whatever was written down yet. No query."""
        return state_by_time(
            cast(State, self.state),
            expires_at=self.expires_at,
            answered_at=self.answered_at,
            now=now,
        )


class StatusListCopy(models.Model):
    """An issuer's list as it was last fetched; its signature is checked at each use."""

    uri = models.TextField(primary_key=True)
    token = models.TextField()
    fetched_at = models.DateTimeField()
    fresh_until = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["fresh_until"], name="presenting_list_old")]

    def __str__(self) -> str:
        return self.uri
