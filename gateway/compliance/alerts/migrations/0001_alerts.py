"""Alerts, which the house alone may see."""

from django.db import migrations, models

import gateway.events.ids
from gateway.tenancy.operations import KeepForHouse


class Migration(migrations.Migration):
    initial = True

    dependencies = [("tenancy", "0001_scope")]

    operations = [
        migrations.CreateModel(
            name="Alert",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=gateway.events.ids.uuid7, primary_key=True, serialize=False
                    ),
                ),
                (
                    "kind",
                    models.TextField(
                        help_text="what was noticed: name_match, exposure, refund_spike …"
                    ),
                ),
                (
                    "about",
                    models.TextField(
                        help_text="deposit:<id>, shop:<id>, address:0x…, subject:<id> …"
                    ),
                ),
                ("fingerprint", models.TextField(help_text="the same again has the same one")),
                ("mode", models.TextField()),
                (
                    "shop_id",
                    models.UUIDField(
                        help_text="whose business it concerns, if a shop's", null=True
                    ),
                ),
                ("severity", models.TextField()),
                (
                    "evidence",
                    models.TextField(help_text="canonical JSON; never shown to shops or shoppers"),
                ),
                ("evidence_hash", models.BinaryField(help_text="SHA-256 of it", max_length=32)),
                (
                    "versions",
                    models.JSONField(
                        help_text="of lists, rules and models it was raised by, by name"
                    ),
                ),
                ("times", models.PositiveIntegerField(default=1)),
                ("raised_at", models.DateTimeField()),
                ("last_at", models.DateTimeField()),
                (
                    "closed_at",
                    models.DateTimeField(help_text="with the case it was looked at in", null=True),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["about", "-id"], name="compliance_alert_about")],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("closed_at__isnull", True)),
                        fields=("mode", "kind", "about", "fingerprint"),
                        name="compliance_alert_open_once",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("severity__in", ("low", "medium", "high"))),
                        name="compliance_alert_severity_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("mode__in", ("test", "live"))),
                        name="compliance_alert_mode_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("times__gte", 1)), name="compliance_alert_counts"
                    ),
                ],
            },
        ),
        KeepForHouse("compliance_alerts_alert"),
    ]
