"""What a changed list touches: its differences, how far they were followed, who was checked."""

import uuid

import django.db.models.deletion
from django.db import migrations, models

CHECKED = """
INSERT INTO compliance_checkedaddress (address, deposit_id)
SELECT DISTINCT decode(substr(checked.address, 3), 'hex'), v.deposit_id
  FROM compliance_verdict v
 CROSS JOIN LATERAL jsonb_array_elements_text(v.checked) AS checked (address)
"""


class Migration(migrations.Migration):
    dependencies = [("compliance", "0002_feed_state")]

    operations = [
        migrations.CreateModel(
            name="CheckedAddress",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "address",
                        "deposit_id",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("address", models.BinaryField(max_length=20)),
                ("deposit_id", models.UUIDField()),
            ],
        ),
        migrations.CreateModel(
            name="ListChange",
            fields=[
                (
                    "version",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="change",
                        serialize=False,
                        to="compliance.listversion",
                    ),
                ),
                (
                    "source",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        to="compliance.listsource",
                    ),
                ),
                ("after_address", models.BinaryField(default=b"", max_length=20)),
                (
                    "after_deposit",
                    models.UUIDField(default=uuid.UUID("00000000-0000-0000-0000-000000000000")),
                ),
                (
                    "deposits",
                    models.PositiveIntegerField(default=0, help_text="told to be judged again"),
                ),
                ("begun_at", models.DateTimeField()),
                ("finished_at", models.DateTimeField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name="ListDifference",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "version_id",
                        "address",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                (
                    "version",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="differences",
                        to="compliance.listversion",
                    ),
                ),
                ("address", models.BinaryField(max_length=20)),
                ("listed", models.BooleanField(help_text="False: no longer")),
            ],
        ),
        migrations.AddField(
            model_name="hold",
            name="delisted_at",
            field=models.DateTimeField(
                help_text="no list names its payers any more: people may want to release it",
                null=True,
            ),
        ),
        migrations.AddField(
            model_name="waitingdeposit",
            name="again",
            field=models.BooleanField(
                default=False, help_text="it was judged before, so it may be credited already"
            ),
        ),
        migrations.AddField(
            model_name="waitingdeposit",
            name="called",
            field=models.BooleanField(
                default=False, help_text="its event verdict.due is on its way"
            ),
        ),
        migrations.AddField(
            model_name="waitingdeposit",
            name="shop_id",
            field=models.UUIDField(null=True),
        ),
        migrations.AddIndex(
            model_name="hold",
            index=models.Index(
                condition=models.Q(("approved_at__isnull", True)),
                fields=["shop_id"],
                name="compliance_open_hold_of_shop",
            ),
        ),
        migrations.AddIndex(
            model_name="waitingdeposit",
            index=models.Index(
                condition=models.Q(("called", False)),
                fields=["since", "deposit_id"],
                name="compliance_waiting_uncalled",
            ),
        ),
        migrations.AddIndex(
            model_name="waitingdeposit",
            index=models.Index(
                condition=models.Q(("again", True)),
                fields=["shop_id"],
                name="compliance_waiting_again",
            ),
        ),
        migrations.AddIndex(
            model_name="listchange",
            index=models.Index(
                condition=models.Q(("finished_at__isnull", True)),
                fields=["source", "version"],
                name="compliance_change_unfinished",
            ),
        ),
        migrations.RunSQL(CHECKED, migrations.RunSQL.noop),
    ]
