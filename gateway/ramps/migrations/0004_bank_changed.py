from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("ramps", "0003_identity")]

    operations = [
        migrations.AddField(
            model_name="rampaccount",
            name="bank_changed_at",
            field=models.DateTimeField(
                help_text="when the ramp last said that its bank account is another one", null=True
            ),
        ),
    ]
