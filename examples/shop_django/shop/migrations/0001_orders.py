from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True
    dependencies = []

    operations = [
        migrations.CreateModel(
            name="Message",
            fields=[
                (
                    "webhook_id",
                    models.CharField(max_length=80, primary_key=True, serialize=False),
                ),
                ("type", models.CharField(max_length=60)),
                ("heard_at", models.DateTimeField(auto_now_add=True)),
            ],
        ),
        migrations.CreateModel(
            name="Order",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("number", models.CharField(max_length=12, unique=True)),
                ("lines", models.JSONField()),
                ("cents", models.PositiveIntegerField()),
                ("attempt", models.PositiveSmallIntegerField(default=0)),
                ("invoice_id", models.CharField(blank=True, max_length=36)),
                ("checkout_url", models.URLField(blank=True)),
                ("status", models.CharField(default="new", max_length=12)),
                ("exceptions", models.JSONField(default=list)),
                ("sequence", models.PositiveIntegerField(default=0)),
                ("handed_over_at", models.DateTimeField(null=True)),
                ("refunds", models.JSONField(default=dict)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
            ],
        ),
    ]
