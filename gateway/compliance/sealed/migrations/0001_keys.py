"""Keys under which things are sealed."""

from django.db import migrations, models

from gateway.tenancy.operations import KeepForHouse


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="SealingKey",
            fields=[
                (
                    "about",
                    models.TextField(
                        help_text="subject:<id>, case:<id>, report:<id> …: whom it is erased with",
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("kek_id", models.TextField(help_text="of the key-encryption key that wraps it")),
                ("box", models.BinaryField()),
                ("made_at", models.DateTimeField()),
            ],
            options={
                "indexes": [models.Index(fields=["kek_id"], name="compliance_sealing_key_kek")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("about__contains", ":")),
                        name="compliance_sealing_key_of_one",
                    )
                ],
            },
        ),
        KeepForHouse("compliance_sealed_sealingkey"),
    ]
