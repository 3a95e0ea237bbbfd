"""Sessions that end together, invitations, links and letters of an account; and a shop that has had
an owner keeps one."""

from pathlib import Path

import django.db.models.deletion
import django.db.models.functions.text
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

import gateway.events.ids
from gateway.tenancy.operations import KeepShopsApart

SQL = Path(__file__).with_suffix(".sql")
UNDO = """
DROP FUNCTION accounts_invitation_found(bytea, timestamptz);
DROP TRIGGER membership_owner_stays ON accounts_membership;
DROP FUNCTION accounts_owner_stays();
"""
_LINKS = ("password", "email")
_LETTERS = (
    "invitation",
    "password_link",
    "email_link",
    "email_changed",
    "password_changed",
    "factor_added",
    "factor_removed",
    "recovery_used",
    "factors_reset",
)
_SHOP_ROLES = ["accountant", "cashier", "developer", "manager", "owner"]


def _id():
    return models.UUIDField(
        default=gateway.events.ids.uuid7, editable=False, primary_key=True, serialize=False
    )


def _person(**how):
    return models.ForeignKey(
        **({"on_delete": django.db.models.deletion.CASCADE} | how),
        related_name="+",
        to=settings.AUTH_USER_MODEL,
    )


def _perhaps():
    return _person(null=True, on_delete=django.db.models.deletion.SET_NULL)


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0003_scopes"),
        ("shops", "0001_initial"),
        ("tenancy", "0001_scope"),
    ]

    operations = [
        migrations.AddField(
            model_name="user",
            name="sessions_epoch",
            field=models.PositiveIntegerField(
                default=0, help_text="counted up to end every session of before"
            ),
        ),
        migrations.AddField(
            model_name="user",
            name="second_factor_from",
            field=models.DateTimeField(
                default=django.utils.timezone.now,
                help_text="what the time without a second factor is counted from",
            ),
        ),
        migrations.CreateModel(
            name="SignedIn",
            fields=[
                ("id", _id()),
                ("user", _person()),
                ("session_key", models.CharField(max_length=40, unique=True)),
                (
                    "network",
                    models.CharField(
                        blank=True, help_text="the prefix it came from", max_length=60
                    ),
                ),
                (
                    "agent",
                    models.CharField(blank=True, help_text="as the browser says", max_length=200),
                ),
                ("at", models.DateTimeField()),
            ],
            options={
                "indexes": [models.Index(fields=["user", "-id"], name="signed_in_by_person")],
            },
        ),
        migrations.CreateModel(
            name="Invitation",
            fields=[
                ("id", _id()),
                (
                    "shop",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="shops.shop",
                    ),
                ),
                ("email", models.EmailField(max_length=254)),
                ("role", models.CharField(max_length=20)),
                (
                    "serial",
                    models.PositiveIntegerField(
                        default=1, help_text="of the link: the last one sent"
                    ),
                ),
                ("token_hash", models.BinaryField(max_length=32, unique=True)),
                ("made_by", _perhaps()),
                ("made_at", models.DateTimeField()),
                ("sent_at", models.DateTimeField(help_text="when its letter was last asked for")),
                ("expires_at", models.DateTimeField()),
                ("accepted_at", models.DateTimeField(null=True)),
                ("accepted_by", _perhaps()),
                ("withdrawn_at", models.DateTimeField(null=True)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(
                            ("accepted_at__isnull", True), ("withdrawn_at__isnull", True)
                        ),
                        fields=("shop", "email"),
                        name="invitation_one_open_of_an_address",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("email", django.db.models.functions.text.Lower("email"))
                        ),
                        name="invitation_lower_case",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("role__in", _SHOP_ROLES)),
                        name="invitation_to_a_shops_role",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("accepted_at__isnull", True),
                            ("withdrawn_at__isnull", True),
                            _connector="OR",
                        ),
                        name="invitation_accepted_or_withdrawn",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="PersonLink",
            fields=[
                ("id", _id()),
                ("user", _person()),
                (
                    "kind",
                    models.CharField(choices=[(kind, kind) for kind in _LINKS], max_length=20),
                ),
                (
                    "email",
                    models.EmailField(blank=True, help_text="the new address", max_length=254),
                ),
                ("token_hash", models.BinaryField(max_length=32, unique=True)),
                ("made_at", models.DateTimeField()),
                ("expires_at", models.DateTimeField()),
                ("used_at", models.DateTimeField(null=True)),
            ],
            options={
                "indexes": [models.Index(fields=["user", "kind"], name="person_link_by_person")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("kind__in", _LINKS)), name="person_link_kind_known"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Letter",
            fields=[
                ("id", _id()),
                (
                    "kind",
                    models.CharField(choices=[(kind, kind) for kind in _LETTERS], max_length=30),
                ),
                (
                    "about",
                    models.UUIDField(help_text="the invitation or the link it carries", null=True),
                ),
                (
                    "serial",
                    models.PositiveIntegerField(default=1, help_text="of an invitation's link"),
                ),
                ("address", models.EmailField(max_length=254)),
                ("language", models.CharField(max_length=10)),
                (
                    "detail",
                    models.JSONField(default=dict, help_text="what its words say; never a secret"),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[(one, one) for one in ("pending", "sending", "sent", "failed")],
                        default="pending",
                        max_length=10,
                    ),
                ),
                ("attempts", models.PositiveSmallIntegerField(default=0)),
                ("error", models.CharField(blank=True, max_length=60)),
                ("made_at", models.DateTimeField()),
                ("due_at", models.DateTimeField()),
                ("sent_at", models.DateTimeField(null=True)),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("state__in", ("pending", "sending"))),
                        fields=["due_at"],
                        name="letter_that_is_due",
                    )
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("kind__in", _LETTERS)), name="account_letter_kind"
                    )
                ],
            },
        ),
        KeepShopsApart("accounts_invitation"),
        migrations.RunSQL(SQL.read_text(encoding="utf-8"), UNDO),
    ]
