"""What goes along with a report is a file beside it, and is read on the record too."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("compliance_reporting", "0001_reports"),
    ]

    operations = [
        migrations.AddField(
            model_name="reportfile",
            name="part",
            field=models.TextField(
                default="report", help_text="the report; what goes along with it; both as one zip"
            ),
        ),
        migrations.AddConstraint(
            model_name="reportfile",
            constraint=models.CheckConstraint(
                condition=models.Q(("part__in", ("report", "attachment", "package"))),
                name="compliance_report_file_part",
            ),
        ),
        migrations.RemoveConstraint(
            model_name="reportreading",
            name="compliance_report_reading_of",
        ),
        migrations.AddConstraint(
            model_name="reportreading",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("what__in", ("page", "file", "table", "attachment", "package"))
                ),
                name="compliance_report_reading_of",
            ),
        ),
    ]
