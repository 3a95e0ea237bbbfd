"""Whom officers looked up before is sealed by the day, by pages while the house works."""

from typing import Any

from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps
from django.utils import timezone


def seal_looks(apps: StateApps, editor: BaseDatabaseSchemaEditor) -> None:
    """Under the key of the day of each."""
    from gateway.compliance.naming.sealed_names import key_name
    from gateway.compliance.sealed.keys import keys_for
    from gateway.compliance.sealed.paging import by_pages
    from gateway.compliance.sealed.tokens import token_of

    inquiries = apps.get_model("compliance_inquiring", "Inquiry").objects.using(
        editor.connection.alias
    )

    def seal(page: list[Any]) -> None:
        days = {row.id: key_name("", day=row.at.date()) for row in page}
        keys = keys_for(set(days.values()), now=timezone.now())
        for row in page:
            day = days[row.id]
            row.asked = token_of(row.asked, about=day, key=keys[day])
        inquiries.bulk_update(page, ["asked"])

    by_pages(inquiries.exclude(asked__has_key="sealed_for"), seal)


def open_looks(apps: StateApps, editor: BaseDatabaseSchemaEditor) -> None:
    """Back to their words; of what was forgotten that it was."""
    from gateway.compliance.sealed.paging import by_pages
    from gateway.compliance.sealed.sealing import opened

    inquiries = apps.get_model("compliance_inquiring", "Inquiry").objects.using(
        editor.connection.alias
    )

    def open_them(page: list[Any]) -> None:
        for row, asked in zip(page, opened([row.asked for row in page]), strict=True):
            row.asked = asked
        inquiries.bulk_update(page, ["asked"])

    by_pages(inquiries.filter(asked__has_key="sealed_for"), open_them)


class Migration(migrations.Migration):
    atomic = False  # each page is a transaction of its own

    dependencies = [
        ("compliance_inquiring", "0001_inquiries"),
        ("compliance_sealed", "0001_keys"),
    ]

    operations = [
        migrations.AlterField(
            model_name="inquiry",
            name="asked",
            field=models.JSONField(
                help_text="name and circumstances; or address and chain; or a list's day; sealed"
                " by the day"
            ),
        ),
        migrations.RunPython(seal_looks, open_looks),
    ]
