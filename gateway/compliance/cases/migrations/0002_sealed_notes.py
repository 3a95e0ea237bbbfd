"""Notes are sealed with their case: those that were written before are sealed now."""

from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

AT_ONCE = 500
OPEN = "ALTER TABLE compliance_cases_casenote DISABLE TRIGGER casenote_keep"
SHUT = "ALTER TABLE compliance_cases_casenote ENABLE TRIGGER casenote_keep"


def seal_notes(apps: StateApps, editor: BaseDatabaseSchemaEditor) -> None:
    """Under their case's key, made with the first of them."""
    from gateway.compliance.alerts.canonical import canonical
    from gateway.compliance.sealed.sealing import sealed_value

    notes = apps.get_model("compliance_cases", "CaseNote").objects.using(editor.connection.alias)
    for row in notes.order_by("id").iterator(chunk_size=AT_ONCE):
        token = sealed_value(row.text, about=f"case:{row.case_id}", now=row.written_at)
        notes.filter(id=row.id).update(text=canonical(token))


def open_notes(apps: StateApps, editor: BaseDatabaseSchemaEditor) -> None:
    """Back to their words; what was erased stays sealed."""
    import msgspec

    from gateway.compliance.sealed.sealing import opened

    notes = apps.get_model("compliance_cases", "CaseNote").objects.using(editor.connection.alias)
    for row in notes.order_by("id").iterator(chunk_size=AT_ONCE):
        text = opened(msgspec.json.decode(row.text))
        if isinstance(text, str):
            notes.filter(id=row.id).update(text=text)


class Migration(migrations.Migration):
    dependencies = [
        ("compliance_cases", "0001_cases"),
        ("compliance_sealed", "0001_keys"),
    ]

    operations = [
        migrations.AlterField(
            "casenote",
            "text",
            models.TextField(help_text="sealed with its case; canonical JSON"),
        ),
        migrations.RunSQL(OPEN, SHUT),
        migrations.RunPython(seal_notes, open_notes),
        migrations.RunSQL(SHUT, OPEN),
    ]
