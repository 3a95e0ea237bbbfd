"""What a sale has once is each of its receipts. Papers are given while the index is built.

The way back ends once a sale has two receipts: before, it could have one only, and what was issued
stays.
"""

from typing import Any, Final

from django.contrib.postgres.operations import ValidateConstraint
from django.db import IntegrityError, migrations, models

from gateway.tenancy.operations import LOCK_TIMEOUT

NOT_FOR_LONG: Final = f"SET lock_timeout = '{LOCK_TIMEOUT}'"
"""Rather begin again than have every paper wait behind us. A concurrent build waits for whoever is
at work, and nobody for it."""
AS_LONG_AS_IT_TAKES: Final = "RESET lock_timeout"

NAME: Final = "receipt_source_once"
NEXT: Final = "receipt_source_once_next"


def once_for(columns: str) -> Any:
    """Bring the constraint to these columns; what a run that was broken off has left is made
    anew."""

    def bring(apps: Any, schema_editor: Any) -> None:
        run = schema_editor.execute
        run(AS_LONG_AS_IT_TAKES)
        run(f"DROP INDEX CONCURRENTLY IF EXISTS {NEXT}")
        try:
            run(f"CREATE UNIQUE INDEX CONCURRENTLY {NEXT} ON receipts_document ({columns})")
        except IntegrityError:  # what is left of it would refuse papers all the same
            run(f"DROP INDEX CONCURRENTLY IF EXISTS {NEXT}")
            raise
        run(NOT_FOR_LONG)
        run(
            f"ALTER TABLE receipts_document DROP CONSTRAINT {NAME},"
            f" ADD CONSTRAINT {NAME} UNIQUE USING INDEX {NEXT}"
        )
        run(AS_LONG_AS_IT_TAKES)

    return bring


class Migration(migrations.Migration):
    atomic = False  # papers are given while the index is built

    dependencies = [("receipts", "0002_paid_again")]

    operations = [
        ValidateConstraint(model_name="document", name="receipt_alone_comes_again"),
        migrations.SeparateDatabaseAndState(
            database_operations=[
                migrations.RunPython(
                    once_for("shop_id, source, times"), once_for("shop_id, source")
                )
            ],
            state_operations=[
                migrations.RemoveConstraint(model_name="document", name=NAME),
                migrations.AddConstraint(
                    model_name="document",
                    constraint=models.UniqueConstraint(
                        fields=("shop_id", "source", "times"), name=NAME
                    ),
                ),
            ],
        ),
    ]
