"""Verdicts on names, whom they are about, and who is not the listed one: the house's alone."""

import django.db.models.deletion
from django.db import migrations, models

import gateway.events.ids
from gateway.tenancy.operations import KeepForHouse


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="GoodGuy",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=gateway.events.ids.uuid7, primary_key=True, serialize=False
                    ),
                ),
                ("mode", models.TextField()),
                ("about", models.TextField()),
                ("source", models.TextField()),
                ("entity_id", models.TextField()),
                (
                    "content_hash",
                    models.BinaryField(
                        help_text="of what the list said about the entity", max_length=32
                    ),
                ),
                ("said_by", models.TextField()),
                ("why", models.TextField()),
                ("said_at", models.DateTimeField()),
                ("ended_at", models.DateTimeField(null=True)),
                (
                    "ended_because",
                    models.TextField(
                        default="", help_text="list_changed:ofac#4, or who took it back"
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("ended_at__isnull", True)),
                        fields=["source", "entity_id"],
                        name="compliance_name_good_guy_of",
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("ended_at__isnull", True)),
                        fields=("mode", "about", "source", "entity_id"),
                        name="compliance_name_good_guy_once",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("said_by", ""), _negated=True),
                            models.Q(("why", ""), _negated=True),
                            models.Q(("about", ""), _negated=True),
                        ),
                        name="compliance_name_good_guy_grounds",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("ended_at__isnull", True), ("ended_because", "")),
                            models.Q(
                                ("ended_at__isnull", False),
                                models.Q(("ended_because", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="compliance_name_good_guy_end",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="NameChange",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "source",
                        "number",
                        "mode",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("source", models.TextField()),
                ("number", models.PositiveIntegerField()),
                ("mode", models.TextField()),
                ("after_party", models.UUIDField(null=True)),
                ("parties", models.PositiveIntegerField(default=0, help_text="screened")),
                (
                    "matches",
                    models.PositiveIntegerField(
                        default=0, help_text="of them, found on what changed"
                    ),
                ),
                ("begun_at", models.DateTimeField()),
                ("finished_at", models.DateTimeField(null=True)),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("finished_at__isnull", True)),
                        fields=["mode", "source", "number"],
                        name="compliance_name_change_open",
                    )
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("matches__lte", models.F("parties"))),
                        name="compliance_name_change_counts",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="NameVerdict",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=gateway.events.ids.uuid7, primary_key=True, serialize=False
                    ),
                ),
                ("mode", models.TextField()),
                (
                    "about",
                    models.TextField(
                        default="", help_text="subject:<id>, shop:<id> …; '' for a mere look"
                    ),
                ),
                ("state", models.TextField(help_text="clear, match: people must look, unknown")),
                (
                    "reason",
                    models.TextField(
                        default="", help_text="why nobody can say: list_missing:ofac …"
                    ),
                ),
                ("query", models.JSONField(help_text="name, kind, birth_date, countries, ids")),
                (
                    "matches",
                    models.JSONField(help_text="scores with all their parts, the likeliest first"),
                ),
                (
                    "set_aside",
                    models.JSONField(
                        help_text="matches that people had called another person, as well"
                    ),
                ),
                (
                    "versions",
                    models.JSONField(
                        help_text="[{source, number, hash}] of the lists it was checked by"
                    ),
                ),
                ("versions_key", models.TextField(help_text="the same in short: 'ofac#3'")),
                ("scorer_version", models.TextField()),
                (
                    "only_changed",
                    models.TextField(
                        default="", help_text="'ofac#4': asked only of whom that version changed"
                    ),
                ),
                ("given_at", models.DateTimeField()),
            ],
            options={
                "indexes": [models.Index(fields=["about", "-id"], name="compliance_name_about")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("state__in", ("clear", "match", "unknown"))),
                        name="compliance_name_state_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("mode__in", ("test", "live"))),
                        name="compliance_name_mode_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "match"), models.Q(("matches", []), _negated=True)),
                            models.Q(models.Q(("state", "match"), _negated=True), ("matches", [])),
                            _connector="OR",
                        ),
                        name="compliance_name_match_never_clear",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "unknown"), models.Q(("reason", ""), _negated=True)),
                            models.Q(
                                models.Q(("state", "unknown"), _negated=True),
                                ("reason", ""),
                                models.Q(("versions", []), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="compliance_name_unknown_says_why",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ScreenedParty",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=gateway.events.ids.uuid7, primary_key=True, serialize=False
                    ),
                ),
                ("mode", models.TextField()),
                (
                    "about",
                    models.TextField(help_text="subject:<id>, shop:<id> …: whom an alert is about"),
                ),
                (
                    "shop_id",
                    models.UUIDField(
                        help_text="whose business it concerns, if a shop's", null=True
                    ),
                ),
                ("name", models.TextField()),
                ("kind", models.TextField()),
                (
                    "query",
                    models.JSONField(
                        help_text="all that is known: name, kind, birth_date, countries, ids"
                    ),
                ),
                (
                    "active",
                    models.BooleanField(default=True, help_text="False: no longer dealt with"),
                ),
                ("put_at", models.DateTimeField()),
                (
                    "verdict",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="compliance_naming.nameverdict",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("active", True)),
                        fields=["mode", "id"],
                        name="compliance_name_party_paged",
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("mode", "about", "name"), name="compliance_name_party_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "kind__in",
                                ("person", "organisation", "vessel", "aircraft", "unknown"),
                            )
                        ),
                        name="compliance_name_party_kind",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("mode__in", ("test", "live"))),
                        name="compliance_name_party_mode",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("name", ""), _negated=True),
                        name="compliance_name_party_named",
                    ),
                ],
            },
        ),
        KeepForHouse("compliance_naming_nameverdict"),
        KeepForHouse("compliance_naming_screenedparty"),
        KeepForHouse("compliance_naming_goodguy"),
    ]
