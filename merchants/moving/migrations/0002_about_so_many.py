"""What a number of rows means of a file. No change in the database."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("moving", "0001_moves")]

    operations = [
        migrations.AlterField(
            model_name="move",
            name="rows_total",
            field=models.IntegerField(
                help_text="if the old server told it; of a file, about so many", null=True
            ),
        ),
    ]
