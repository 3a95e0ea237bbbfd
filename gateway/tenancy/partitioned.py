"""A migration's line for an index of a partitioned table, built while the table is written to."""

from typing import Any, Final

from django.contrib.postgres.operations import NotInTransactionMixin
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.operations import AddIndex
from django.db.migrations.state import ProjectState

from gateway.tenancy.operations import LOCK_TIMEOUT

NOT_FOR_LONG: Final = f"SET lock_timeout = '{LOCK_TIMEOUT}'"
"""Rather begin again than have every writer wait behind us. A concurrent build waits for whoever is
at work, and nobody for it."""
AS_LONG_AS_IT_TAKES: Final = "RESET lock_timeout"
WITHOUT: Final = """
SELECT c.relname FROM pg_inherits p JOIN pg_class c ON c.oid = p.inhrelid
 WHERE p.inhparent = %s::regclass
   AND NOT EXISTS (SELECT 1 FROM pg_inherits i JOIN pg_index x ON x.indexrelid = i.inhrelid
                    WHERE i.inhparent = %s::regclass AND x.indrelid = p.inhrelid)
 ORDER BY 1
"""


class AddIndexByPartition(NotInTransactionMixin, AddIndex):
    """Build an index partition by partition, each beside its writers, and join it to the table's.

    The table's is complete with the last. A partition that is made meanwhile, or later, has it from
    the table. What a run that was broken off has left is taken up where it stands.
    """

    atomic = False

    def database_forwards(
        self,
        app_label: str,
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: ProjectState,
        to_state: ProjectState,
    ) -> None:
        self._ensure_not_in_transaction(schema_editor)
        run, name = schema_editor.execute, self.index.name
        model = to_state.apps.get_model(app_label, self.model_name)
        table = model._meta.db_table
        run(NOT_FOR_LONG)
        run(self._sql(model, schema_editor, "INDEX IF NOT EXISTS", name, f"ONLY {table}"))
        with schema_editor.connection.cursor() as cursor:
            cursor.execute(WITHOUT, [table, name])
            partitions = [partition for (partition,) in cursor.fetchall()]
        for partition in partitions:
            part = f"{partition}_{name.removeprefix(table + '_')}"
            run(AS_LONG_AS_IT_TAKES)
            run(f"DROP INDEX CONCURRENTLY IF EXISTS {part}")
            run(self._sql(model, schema_editor, "INDEX CONCURRENTLY", part, partition))
            run(NOT_FOR_LONG)
            run(f"ALTER INDEX {name} ATTACH PARTITION {part}")
        run(AS_LONG_AS_IT_TAKES)

    def database_backwards(
        self,
        app_label: str,
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: ProjectState,
        to_state: ProjectState,
    ) -> None:
        self._ensure_not_in_transaction(schema_editor)
        schema_editor.execute(NOT_FOR_LONG)
        schema_editor.execute(f"DROP INDEX IF EXISTS {self.index.name}")
        schema_editor.execute(AS_LONG_AS_IT_TAKES)

    def describe(self) -> str:
        return f"Build {self.index.name} partition by partition"

    def _sql(
        self, model: Any, schema_editor: BaseDatabaseSchemaEditor, kind: str, name: str, on: str
    ) -> str:
        """The index as its model tells it, for one table by name."""
        told: Any = self.index.create_sql(model, schema_editor)
        told.template = told.template.replace("CREATE INDEX", f"CREATE {kind}", 1)
        told.parts |= {"name": name, "table": on}
        return str(told)
