"""People, what they may do in which shop, where they are signed in, and the keys of their
programs."""

from typing import Any, ClassVar
from uuid import UUID

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.crypto import salted_hmac

from gateway.events.ids import uuid7
from gateway.mail.rows import MailRow
from gateway.shops.models import Shop
from merchants.accounts.actions import HOUSE_ROLES, ROLES, SHOP_ROLES
from merchants.accounts.letter_kinds import LETTERS, LINKS


class UserManager(BaseUserManager["User"]):
    def get_by_natural_key(self, username: str | None) -> "User":
        """Sign-in names ignore case: ``Ann@Shop.eu`` and ``ann@shop.eu`` are one person."""
        return self.get(email=(username or "").strip().lower())


class User(AbstractBaseUser):
    """A person who signs in with an email address. What they may do stands in memberships."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    email = models.EmailField(max_length=254, unique=True)
    name = models.CharField(max_length=120, blank=True)
    language = models.CharField(max_length=10, blank=True)
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField(auto_now_add=True)
    sessions_epoch = models.PositiveIntegerField(
        default=0, help_text="counted up to end every session of before"
    )
    second_factor_from = models.DateTimeField(
        default=timezone.now, help_text="what the time without a second factor is counted from"
    )

    objects: ClassVar[UserManager] = UserManager()

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=models.Q(email=Lower("email")), name="user_email_is_lower_case"
            ),
        )

    def __str__(self) -> str:
        return self.email

    def _get_session_auth_hash(self, secret: str | None = None) -> str:
        """What a session must carry to be theirs: Django's hash of the password, and, once they
        have been signed out everywhere, of how often."""
        of_password: str = super()._get_session_auth_hash(secret)  # type: ignore[misc]
        if not self.sessions_epoch:
            return of_password
        told = f"{of_password}:{self.sessions_epoch}"
        return salted_hmac("tillway sessions", told, secret=secret, algorithm="sha256").hexdigest()

    def get_full_name(self) -> str:
        return self.name or self.email

    def get_short_name(self) -> str:
        return self.name.split(" ")[0] if self.name else self.email.split("@")[0]


class Membership(models.Model):
    """One person's role in one shop, or, for officers, the desk and operators, in the house."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="memberships")
    shop = models.ForeignKey(Shop, on_delete=models.CASCADE, null=True, related_name="+")
    role = models.CharField(max_length=20, choices=[(role, role) for role in ROLES])
    created_at = models.DateTimeField(auto_now_add=True)

    user_id: UUID
    shop_id: UUID | None

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("shop", "user"), name="one_role_per_shop", nulls_distinct=True
            ),
            models.UniqueConstraint(
                fields=("user", "role"),
                condition=models.Q(shop__isnull=True),
                name="one_membership_per_house_role",
            ),
            models.CheckConstraint(
                condition=models.Q(shop__isnull=True, role__in=sorted(HOUSE_ROLES))
                | (models.Q(shop__isnull=False) & ~models.Q(role__in=sorted(HOUSE_ROLES))),
                name="house_roles_belong_to_no_shop",
            ),
        )

    def __str__(self) -> str:
        return f"{self.role} of {self.shop_id or 'the house'}"


class ApiKey(models.Model):
    """A program's key to one shop. The secret itself is never stored, only its keyed hash."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    shop = models.ForeignKey(Shop, on_delete=models.CASCADE, related_name="+")
    name = models.CharField(max_length=80, blank=True)
    prefix = models.CharField(max_length=20)
    secret_hash = models.BinaryField(max_length=32, unique=True)
    mode = models.CharField(max_length=4, choices=[("test", "test"), ("live", "live")])
    scopes = models.JSONField(default=list)
    expires_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)
    last_used_at = models.DateTimeField(null=True)
    created_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    shop_id: UUID

    class Meta:
        indexes = (models.Index(fields=("shop", "-id"), name="api_key_by_shop"),)
        constraints = (
            models.CheckConstraint(
                condition=models.Q(mode__in=("test", "live")), name="api_key_mode_known"
            ),
        )

    def __str__(self) -> str:
        return f"{self.prefix}…"

    def as_dict(self) -> dict[str, Any]:
        """What the dashboard and the API may show: everything but the secret."""
        return {
            "id": str(self.id),
            "name": self.name,
            "prefix": self.prefix,
            "mode": self.mode,
            "scopes": list(self.scopes),
            "expires_at": self.expires_at,
            "revoked_at": self.revoked_at,
            "last_used_at": self.last_used_at,
            "created_at": self.created_at,
        }


class SignedIn(models.Model):
    """A session that somebody began: from where, and with what."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    session_key = models.CharField(max_length=40, unique=True)
    network = models.CharField(max_length=60, blank=True, help_text="the prefix it came from")
    agent = models.CharField(max_length=200, blank=True, help_text="as the browser says")
    at = models.DateTimeField()

    user_id: UUID

    class Meta:
        indexes = (models.Index(fields=("user", "-id"), name="signed_in_by_person"),)

    def __str__(self) -> str:
        return f"session of {self.user_id}"


class Invitation(models.Model):
    """Somebody who is asked to work in a shop. The link's secret is never stored, only its hash."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    shop = models.ForeignKey(Shop, on_delete=models.CASCADE, related_name="+")
    email = models.EmailField(max_length=254)
    role = models.CharField(max_length=20)
    serial = models.PositiveIntegerField(default=1, help_text="of the link: the last one sent")
    token_hash = models.BinaryField(max_length=32, unique=True)
    made_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")
    made_at = models.DateTimeField()
    sent_at = models.DateTimeField(help_text="when its letter was last asked for")
    expires_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True)
    accepted_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")
    withdrawn_at = models.DateTimeField(null=True)

    shop_id: UUID
    made_by_id: UUID | None

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("shop", "email"),
                condition=Q(accepted_at__isnull=True, withdrawn_at__isnull=True),
                name="invitation_one_open_of_an_address",
            ),
            models.CheckConstraint(condition=Q(email=Lower("email")), name="invitation_lower_case"),
            models.CheckConstraint(
                condition=Q(role__in=sorted(SHOP_ROLES)), name="invitation_to_a_shops_role"
            ),
            models.CheckConstraint(
                condition=Q(accepted_at__isnull=True) | Q(withdrawn_at__isnull=True),
                name="invitation_accepted_or_withdrawn",
            ),
        )

    def __str__(self) -> str:
        return f"{self.role} of {self.shop_id}"


class PersonLink(models.Model):
    """A link that a person was sent: for a new password, or to say that an address is theirs."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    kind = models.CharField(max_length=20, choices=[(kind, kind) for kind in LINKS])
    email = models.EmailField(max_length=254, blank=True, help_text="the new address")
    token_hash = models.BinaryField(max_length=32, unique=True)
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)

    user_id: UUID

    class Meta:
        indexes = (models.Index(fields=("user", "kind"), name="person_link_by_person"),)
        constraints = (
            models.CheckConstraint(condition=Q(kind__in=LINKS), name="person_link_kind_known"),
        )

    def __str__(self) -> str:
        return f"{self.kind} of {self.user_id}"


class Letter(MailRow):
    """A mail about somebody's account."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    kind = models.CharField(max_length=30, choices=[(kind, kind) for kind in LETTERS])
    about = models.UUIDField(null=True, help_text="the invitation or the link it carries")
    serial = models.PositiveIntegerField(default=1, help_text="of an invitation's link")
    address = models.EmailField(max_length=254, help_text="empty once it has ended")
    language = models.CharField(max_length=10)
    detail: Any = models.JSONField(
        default=dict, help_text="what its words say, never a secret; empty once it has ended"
    )
    made_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)

    class Meta:
        indexes = (
            models.Index(
                fields=("due_at",),
                condition=Q(state__in=("pending", "sending")),
                name="letter_that_is_due",
            ),
        )
        constraints = (
            models.CheckConstraint(condition=Q(kind__in=LETTERS), name="account_letter_kind"),
            models.UniqueConstraint(
                fields=("kind", "about", "serial"), name="account_letter_once_a_link"
            ),
        )

    def __str__(self) -> str:
        return f"{self.kind} {self.id} ({self.state})"
