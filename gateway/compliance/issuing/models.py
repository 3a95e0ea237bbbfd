"""Credentials of our own: by which keys they are signed, to whom they are offered, which there
are. None of them is kept: what a wallet was given is known again by its hash."""

from datetime import datetime
from typing import Any, cast
from uuid import UUID

from django.db import models
from django.db.models import F, Q

from gateway.compliance.issuing.life import (
    OFFER_STATES,
    OPEN,
    STANDINGS,
    WRONG_CODES,
    OfferState,
    state_by_time,
)
from gateway.compliance.issuing.signing import PLACES
from gateway.compliance.knowing.levels import LEVELS
from gateway.compliance.knowing.models import Subject
from gateway.events.ids import uuid7

DIGEST_BYTES = 32


class SigningKey(models.Model):
    """A public key of ours that signed a credential: told for as long as one may be shown."""

    kid = models.TextField(primary_key=True, help_text="its thumbprint, RFC 7638")
    public: Any = models.JSONField(help_text="as JWK")
    since = models.DateTimeField()

    def __str__(self) -> str:
        return self.kid


class CredentialOffer(models.Model):
    """A credential that a person's wallet may fetch, with the code that an officer gives them."""

    id = models.UUIDField(primary_key=True, default=uuid7)
    shop_id = models.UUIDField()
    subject = models.ForeignKey(Subject, on_delete=models.PROTECT, related_name="+")
    state = models.TextField(default="asked")
    family_words = models.SmallIntegerField(
        null=True, help_text="how the name is split; null: the credential names nobody"
    )
    code_digest = models.BinaryField(
        unique=True, max_length=DIGEST_BYTES, help_text="of the code in the QR"
    )
    wrong_codes = models.PositiveSmallIntegerField(default=0)
    token_digest = models.BinaryField(unique=True, null=True, max_length=DIGEST_BYTES)
    token_until = models.DateTimeField(null=True)
    asked_by = models.TextField()
    asked_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    subject_id: UUID

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(state__in=OFFER_STATES), name="issuing_offer_state"),
            models.UniqueConstraint(
                fields=["subject"], condition=Q(state__in=OPEN), name="issuing_one_offer_open"
            ),
            models.CheckConstraint(
                condition=Q(state__in=OPEN, ended_at__isnull=True)
                | (~Q(state__in=OPEN) & Q(ended_at__isnull=False)),
                name="issuing_offer_ended",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=("taken", "issued"))
                | Q(token_digest__isnull=False, token_until__isnull=False),
                name="issuing_offer_taken_by_token",
            ),
            models.CheckConstraint(
                condition=Q(wrong_codes__lt=WRONG_CODES)
                | Q(wrong_codes=WRONG_CODES, state="blocked"),
                name="issuing_offer_few_wrong_codes",
            ),
            models.CheckConstraint(
                condition=Q(family_words__isnull=True) | ~Q(family_words=0),
                name="issuing_offer_name_split",
            ),
            models.CheckConstraint(
                condition=~Q(asked_by="") & Q(expires_at__gt=F("asked_at")),
                name="issuing_offer_asked",
            ),
        ]
        indexes = [
            models.Index(fields=["subject", "id"], name="issuing_offer_of_subject"),
            models.Index(
                fields=["expires_at"],
                name="issuing_offer_open",
                condition=Q(state__in=OPEN),
            ),
        ]

    def __str__(self) -> str:
        return f"offer {self.id}: {self.state}"

    def state_at(self, now: datetime) -> OfferState:
        """What it is by the clock, whatever was written down yet. No query."""
        return state_by_time(
            cast(OfferState, self.state),
            expires_at=self.expires_at,
            token_until=self.token_until,
            now=now,
        )


class IssuedCredential(models.Model):
    """One credential that a wallet was given, and whether it counts."""

    id = models.UUIDField(primary_key=True, default=uuid7)
    shop_id = models.UUIDField()
    subject = models.ForeignKey(Subject, on_delete=models.PROTECT, related_name="+")
    offer = models.ForeignKey(CredentialOffer, on_delete=models.PROTECT, related_name="credentials")
    signed_by = models.ForeignKey(SigningKey, on_delete=models.PROTECT, related_name="+")
    level = models.TextField()
    names_them = models.BooleanField(help_text="whether name and date of birth are in it")
    standing = models.TextField(default="valid")
    place = models.PositiveIntegerField(help_text="in the status list")
    digest = models.BinaryField(max_length=DIGEST_BYTES, help_text="of what we signed")
    nonce_digest = models.BinaryField(max_length=DIGEST_BYTES, help_text="of its proof's nonce")
    issued_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    ended_by = models.TextField(default="")
    ended_at = models.DateTimeField(null=True)
    reason = models.TextField(default="", help_text="of its end, for the house")

    subject_id: UUID

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(standing__in=STANDINGS), name="issuing_credential_standing"
            ),
            models.CheckConstraint(
                condition=Q(level__in=LEVELS) & ~Q(level="none"), name="issuing_credential_level"
            ),
            models.UniqueConstraint(fields=["place"], name="issuing_place_once"),
            models.UniqueConstraint(fields=["nonce_digest"], name="issuing_nonce_once"),
            models.UniqueConstraint(fields=["digest"], name="issuing_credential_once"),
            models.UniqueConstraint(
                fields=["subject"],
                condition=~Q(standing="revoked"),
                name="issuing_one_of_a_person",
            ),
            models.CheckConstraint(condition=Q(place__lt=PLACES), name="issuing_place_in_list"),
            models.CheckConstraint(
                condition=Q(expires_at__gt=F("issued_at")), name="issuing_credential_ends"
            ),
            models.CheckConstraint(
                condition=Q(standing="revoked", ended_at__isnull=False)
                & ~Q(ended_by="")
                & ~Q(reason="")
                | ~Q(standing="revoked") & Q(ended_at__isnull=True, ended_by="", reason=""),
                name="issuing_revoked_for_a_reason",
            ),
        ]
        indexes = [
            models.Index(fields=["shop_id"], name="issuing_credential_of_shop"),
        ]

    def __str__(self) -> str:
        return f"credential {self.id}: {self.standing}"
