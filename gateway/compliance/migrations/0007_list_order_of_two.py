"""A file that takes somebody off a list waits for a second officer."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("compliance", "0006_list_orders"),
    ]

    operations = [
        migrations.AddField(
            model_name="listorder",
            name="act_id",
            field=models.UUIDField(
                help_text="it waits for the second person of this act", null=True
            ),
        ),
        migrations.AlterField(
            model_name="listversion",
            name="agreed_by",
            field=models.TextField(
                default="", help_text="the second person, where one was not enough"
            ),
        ),
    ]
