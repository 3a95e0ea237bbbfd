"""A key may be typed into a plugin by hand: then it was sent nowhere."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("plugins", "0001_initial")]

    operations = [
        migrations.AlterField(
            model_name="pairing",
            name="host",
            field=models.TextField(
                help_text="where the key was sent: scheme, host and port; empty: typed in by hand"
            ),
        ),
    ]
