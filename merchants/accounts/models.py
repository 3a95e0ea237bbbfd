"""People, what they may do in which shop, and the keys of their programs."""

from typing import Any, ClassVar
from uuid import UUID

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models.functions import Lower

from gateway.events.ids import uuid7
from gateway.shops.models import Shop
from merchants.accounts.actions import HOUSE_ROLES, ROLES


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
