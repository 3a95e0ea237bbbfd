"""Behaviour: a shop's own networks and hours apart by shop, the rest the house's alone."""

from django.db import migrations, models

import gateway.events.ids
import gateway.money.fields
from gateway.tenancy.operations import KeepForHouse, KeepShopsApart


class Migration(migrations.Migration):
    initial = True

    dependencies = [("tenancy", "0001_scope")]

    operations = [
        migrations.CreateModel(
            name="Watched",
            fields=[
                (
                    "about",
                    models.TextField(
                        help_text="key:<uuid> or user:<uuid>", primary_key=True, serialize=False
                    ),
                ),
                ("shop_id", models.UUIDField(help_text="the key's; null: a person's", null=True)),
                ("since", models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name="NetworkSeen",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=gateway.events.ids.uuid7, primary_key=True, serialize=False
                    ),
                ),
                ("about", models.TextField()),
                ("shop_id", models.UUIDField(null=True)),
                ("network", models.TextField(help_text="203.0.113.0/24, 2001:db8:1::/48")),
                ("provider", models.TextField(default="", help_text="AS64500; empty: nobody says")),
                ("country", models.TextField(default="")),
                ("standing", models.TextField(help_text="of its first use")),
                ("first_at", models.DateTimeField()),
                ("last_at", models.DateTimeField()),
            ],
            options={
                "indexes": [
                    models.Index(
                        fields=["shop_id", "about", "-last_at"], name="behaviour_network_of_shop"
                    ),
                    models.Index(fields=["last_at"], name="behaviour_network_to_forget"),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("about", "network"), name="behaviour_network_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("standing__in", ("learning", "known", "roaming", "new"))
                        ),
                        name="behaviour_network_standing_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("first_at__lte", models.F("last_at"))),
                        name="behaviour_network_in_order",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="OpeningHours",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=gateway.events.ids.uuid7, primary_key=True, serialize=False
                    ),
                ),
                ("shop_id", models.UUIDField()),
                (
                    "number",
                    models.PositiveIntegerField(help_text="1, 2, 3 … per shop; the last one holds"),
                ),
                (
                    "spans",
                    models.JSONField(help_text="null: learnt from its sales again", null=True),
                ),
                ("set_by", models.TextField(help_text="user:<uuid>")),
                ("set_at", models.DateTimeField()),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("shop_id", "number"), name="behaviour_hours_once"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="PersonDay",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=gateway.events.ids.uuid7, primary_key=True, serialize=False
                    ),
                ),
                ("shop_id", models.UUIDField()),
                ("who", models.TextField(help_text="user:<uuid> or key:<uuid>")),
                ("kind", models.TextField()),
                ("day", models.DateField()),
                ("currency", models.TextField(help_text="of the units: a shop may change its own")),
                ("count", models.PositiveIntegerField()),
                ("units", gateway.money.fields.UnitsField(help_text="minor units in all")),
            ],
            options={
                "indexes": [
                    models.Index(
                        fields=["shop_id", "kind", "day"], name="behaviour_person_day_past"
                    ),
                    models.Index(fields=["day"], name="behaviour_person_day_forget"),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("shop_id", "kind", "who", "currency", "day"),
                        name="behaviour_person_day_once",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("kind__in", ("refund", "void"))),
                        name="behaviour_person_day_kind_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("count__gte", 1), ("units__gte", 0)),
                        name="behaviour_person_day_counts",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Stream",
            fields=[
                ("shop_id", models.UUIDField(primary_key=True, serialize=False)),
                ("mode", models.TextField()),
                ("last_number", models.BigIntegerField(default=0)),
                ("learned_number", models.BigIntegerField(default=0)),
                (
                    "model",
                    models.TextField(default="", help_text="shape and library; empty: none yet"),
                ),
                (
                    "state",
                    models.BinaryField(default=b"", help_text="the trees' counts, compressed"),
                ),
                ("state_hash", models.BinaryField(default=b"", max_length=32)),
                (
                    "version",
                    models.PositiveBigIntegerField(
                        default=0, help_text="grows with each saved state"
                    ),
                ),
                ("learned_at", models.DateTimeField(null=True)),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("learned_number__lt", models.F("last_number"))),
                        fields=["shop_id"],
                        name="behaviour_stream_behind",
                    )
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("learned_number__gte", 0),
                            ("learned_number__lte", models.F("last_number")),
                        ),
                        name="behaviour_stream_learns_what_came",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("mode__in", ("test", "live"))),
                        name="behaviour_stream_mode_known",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="StreamItem",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=gateway.events.ids.uuid7, primary_key=True, serialize=False
                    ),
                ),
                ("shop_id", models.UUIDField()),
                ("number", models.BigIntegerField(help_text="1, 2, 3 … per shop")),
                ("event_id", models.UUIDField(unique=True)),
                ("kind", models.TextField()),
                ("units", gateway.money.fields.UnitsField()),
                ("at", models.DateTimeField()),
                ("features", models.JSONField()),
                (
                    "score_ppm",
                    models.PositiveIntegerField(
                        help_text="null: the trees knew too little", null=True
                    ),
                ),
                (
                    "past",
                    models.PositiveIntegerField(
                        help_text="scores that it was compared with", null=True
                    ),
                ),
                (
                    "at_least",
                    models.PositiveIntegerField(help_text="of which were as high", null=True),
                ),
                ("model", models.TextField(default="")),
                (
                    "version",
                    models.PositiveBigIntegerField(
                        help_text="of the state it began from", null=True
                    ),
                ),
                ("is_told", models.BooleanField(default=False)),
            ],
            options={
                "indexes": [
                    models.Index(fields=["shop_id", "at"], name="behaviour_item_of_time"),
                    models.Index(fields=["shop_id", "kind", "at"], name="behaviour_item_of_kind"),
                    models.Index(fields=["at"], name="behaviour_item_to_forget"),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("shop_id", "number"), name="behaviour_item_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("kind__in", ("payment", "refund", "payout"))),
                        name="behaviour_item_kind_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("at_least__isnull", True),
                                ("past__isnull", True),
                                ("score_ppm__isnull", True),
                            ),
                            models.Q(
                                ("past__gte", models.F("at_least")), ("score_ppm__lte", 1000000)
                            ),
                            _connector="OR",
                        ),
                        name="behaviour_item_score_is_whole",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="TillDay",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=gateway.events.ids.uuid7, primary_key=True, serialize=False
                    ),
                ),
                ("shop_id", models.UUIDField()),
                ("day", models.DateField()),
                ("slots", models.BigIntegerField()),
            ],
            options={
                "indexes": [models.Index(fields=["day"], name="behaviour_till_day_forget")],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("shop_id", "day"), name="behaviour_till_day_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("slots__gt", 0), ("slots__lt", 281474976710656)),
                        name="behaviour_till_day_slots",
                    ),
                ],
            },
        ),
        KeepShopsApart("compliance_behaviour_networkseen"),
        KeepShopsApart("compliance_behaviour_openinghours"),
        KeepForHouse("compliance_behaviour_watched"),
        KeepForHouse("compliance_behaviour_personday"),
        KeepForHouse("compliance_behaviour_tillday"),
        KeepForHouse("compliance_behaviour_stream"),
        KeepForHouse("compliance_behaviour_streamitem"),
    ]
