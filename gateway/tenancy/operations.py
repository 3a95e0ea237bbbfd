"""A migration's line for each table that holds a shop's rows."""

from typing import Any, Final

from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.operations.base import Operation, OperationCategory
from django.db.migrations.state import ProjectState

POLICY: Final = "shops_apart"
HOUSE_POLICY: Final = "house_alone"
LOCK_TIMEOUT: Final = "5s"
"""Rather than wait for a long query, and have everybody wait behind this, it fails and is run
again."""


class KeepShopsApart(Operation):
    """Let the web see and write a table's rows in the scope of their shop only.

    It changes the catalogue and no row, under a lock that lasts as long as that takes.

    Args:
        table: its name in the database; of a partitioned table, the parent's.
        column: whose value is the shop's id.
        through: of a table without such a column, the table that has a ``shop_id``, and its
            column that ``column`` refers to.
        shared: rows of no shop are everybody's, instead of the house's alone.
    """

    category = OperationCategory.SQL
    reversible = True
    reduces_to_sql = True
    atomic = True  # also in a migration of many: none waits for a table while it holds another
    policy = POLICY

    def __init__(
        self,
        table: str,
        *,
        column: str = "shop_id",
        through: tuple[str, str] | None = None,
        shared: bool = False,
    ) -> None:
        self.table = table
        self.column = column
        self.through = through
        self.shared = shared

    def state_forwards(self, app_label: str, state: ProjectState) -> None:
        """The models stay as they are."""

    def database_forwards(
        self,
        app_label: str,
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: ProjectState,
        to_state: ProjectState,
    ) -> None:
        self._run(
            schema_editor,
            f"ALTER TABLE {self.table} ENABLE ROW LEVEL SECURITY",
            f"CREATE POLICY {self.policy} ON {self.table} USING ({self.condition})",
        )

    def database_backwards(
        self,
        app_label: str,
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: ProjectState,
        to_state: ProjectState,
    ) -> None:
        self._run(
            schema_editor,
            f"DROP POLICY {self.policy} ON {self.table}",
            f"ALTER TABLE {self.table} DISABLE ROW LEVEL SECURITY",
        )

    def describe(self) -> str:
        return f"Keep shops apart in {self.table}"

    @property
    def migration_name_fragment(self) -> str:
        return f"keep_{self.table}_apart"

    @property
    def condition(self) -> str:
        """Of a row to be seen and to be written. What it asks of the session is asked once a
        statement, not once a row."""
        if self.through is not None:
            parent, key = self.through
            return (
                f"EXISTS (SELECT 1 FROM {parent} kept WHERE kept.{key} = {self.table}.{self.column}"  # noqa: S608
                " AND kept.shop_id = (SELECT tillway_shop())) OR (SELECT tillway_house())"
            )
        condition = f"{self.column} = (SELECT tillway_shop()) OR (SELECT tillway_house())"
        return f"{self.column} IS NULL OR {condition}" if self.shared else condition

    def deconstruct(self) -> tuple[str, list[Any], dict[str, Any]]:
        given: dict[str, Any] = {}
        if self.column != "shop_id":
            given["column"] = self.column
        if self.through is not None:
            given["through"] = self.through
        if self.shared:
            given["shared"] = True
        return self.__class__.__qualname__, [self.table], given

    def _run(self, schema_editor: BaseDatabaseSchemaEditor, *statements: str) -> None:
        for statement in (f"SET LOCAL lock_timeout = '{LOCK_TIMEOUT}'", *statements):
            schema_editor.execute(statement, params=None)


class KeepForHouse(KeepShopsApart):
    """Let the web see and write a table's rows in the house's scope only, whatever shop they are
    about: what is suspected of a shop is never that shop's to see."""

    policy = HOUSE_POLICY

    def __init__(self, table: str) -> None:
        super().__init__(table)

    def describe(self) -> str:
        return f"Keep {self.table} for the house alone"

    @property
    def migration_name_fragment(self) -> str:
        return f"keep_{self.table}_for_the_house"

    @property
    def condition(self) -> str:
        return "(SELECT tillway_house())"
