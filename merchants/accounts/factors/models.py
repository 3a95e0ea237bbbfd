"""A person's second factors: an app's secret, passkeys, a sheet of recovery codes."""

from uuid import UUID

from django.db import models
from django.db.models import Q

from gateway.events.ids import uuid7
from merchants.accounts.models import User


class Totp(models.Model):
    """The secret that a person's app shares with us, sealed. Until a first code has confirmed it,
    it opens nothing."""

    user = models.OneToOneField(
        User, on_delete=models.CASCADE, primary_key=True, related_name="totp"
    )
    secret_sealed = models.BinaryField()
    made_at = models.DateTimeField()
    confirmed_at = models.DateTimeField(null=True)
    last_step = models.BigIntegerField(default=0, help_text="of the last code that was taken")
    used_at = models.DateTimeField(null=True)

    user_id: UUID

    def __str__(self) -> str:
        return f"app of {self.user_id}"


class Passkey(models.Model):
    """A credential of WebAuthn: the public key that a device or a security key answers for."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="passkeys")
    credential_id = models.BinaryField(max_length=1023, unique=True)
    credential = models.BinaryField(help_text="attested credential data, WebAuthn section 6.5.2")
    sign_count = models.BigIntegerField(default=0)
    name = models.CharField(max_length=60)
    made_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)

    user_id: UUID

    class Meta:
        indexes = (models.Index(fields=("user", "-id"), name="passkey_by_person"),)
        constraints = (
            models.CheckConstraint(condition=~Q(name=""), name="passkey_has_a_name"),
            models.CheckConstraint(condition=Q(sign_count__gte=0), name="passkey_counts_up"),
        )

    def __str__(self) -> str:
        return self.name


class RecoveryCode(models.Model):
    """One code of a person's sheet. Only its keyed hash is kept."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="recovery_codes")
    code_hash = models.BinaryField(max_length=32, unique=True)
    made_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)

    user_id: UUID

    class Meta:
        indexes = (models.Index(fields=("user",), name="recovery_code_by_person"),)

    def __str__(self) -> str:
        return f"recovery code of {self.user_id}"


class Tries(models.Model):
    """Wrong codes in a row of one person, whichever kind, and until when the next one waits."""

    user = models.OneToOneField(User, on_delete=models.CASCADE, primary_key=True, related_name="+")
    failed = models.PositiveIntegerField(default=0)
    wait_until = models.DateTimeField(null=True)

    user_id: UUID

    def __str__(self) -> str:
        return f"tries of {self.user_id}"


class Reset(models.Model):
    """An owner's word that somebody of their shop lost every factor: carried out after a day, in
    which that person may stop it."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    shop_id = models.UUIDField()
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    asked_by = models.UUIDField(help_text="a person")
    asked_at = models.DateTimeField()
    due_at = models.DateTimeField()
    done_at = models.DateTimeField(null=True)
    stopped_at = models.DateTimeField(null=True)
    stopped_by = models.UUIDField(null=True, help_text="a person")

    user_id: UUID

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("user",),
                condition=Q(done_at__isnull=True, stopped_at__isnull=True),
                name="factor_reset_one_open",
            ),
            models.CheckConstraint(
                condition=Q(done_at__isnull=True) | Q(stopped_at__isnull=True),
                name="factor_reset_done_or_stopped",
            ),
            models.CheckConstraint(
                condition=Q(due_at__gt=models.F("asked_at")), name="factor_reset_leaves_time"
            ),
            models.CheckConstraint(
                condition=~Q(asked_by=models.F("user_id")), name="factor_reset_by_another"
            ),
        )

    def __str__(self) -> str:
        return f"reset of {self.user_id}"
