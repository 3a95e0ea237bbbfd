"""A party's row is found by its name's index: the name itself is sealed by the next migration."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("compliance_naming", "0002_chunks_and_second_people"),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="screenedparty",
            name="compliance_name_party_once",
        ),
        migrations.RemoveConstraint(
            model_name="screenedparty",
            name="compliance_name_party_named",
        ),
        migrations.RenameField(
            model_name="screenedparty",
            old_name="name",
            new_name="name_index",
        ),
        migrations.AlterField(
            model_name="screenedparty",
            name="name_index",
            field=models.TextField(
                help_text="HMAC of the name under the key that seals it, in hex"
            ),
        ),
        migrations.AlterField(
            model_name="screenedparty",
            name="query",
            field=models.JSONField(
                help_text="all that is known: name, kind, birth_date, countries, ids; sealed"
            ),
        ),
        migrations.AlterField(
            model_name="nameverdict",
            name="query",
            field=models.JSONField(help_text="name, kind, birth_date, countries, ids; sealed"),
        ),
        migrations.AlterField(
            model_name="nameverdict",
            name="matches",
            field=models.JSONField(
                help_text="scores with all their parts, the likeliest first: [], or sealed"
            ),
        ),
        migrations.AlterField(
            model_name="nameverdict",
            name="set_aside",
            field=models.JSONField(
                help_text="matches that people had called another person, as well: [], or sealed"
            ),
        ),
        migrations.AddConstraint(
            model_name="screenedparty",
            constraint=models.UniqueConstraint(
                fields=("mode", "about", "name_index"), name="compliance_name_party_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="screenedparty",
            constraint=models.CheckConstraint(
                condition=models.Q(("name_index", ""), _negated=True),
                name="compliance_name_party_named",
            ),
        ),
    ]
