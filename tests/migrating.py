"""The tables as they were at earlier migrations, and as they are."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connection
from django.db.migrations.executor import MigrationExecutor

Targets = list[tuple[str, str]]


def migrated(targets: Targets) -> Any:
    """Every room's models as of these migrations, and the database brought there."""
    MigrationExecutor(connection).migrate(targets)
    return MigrationExecutor(connection).loader.project_state(targets).apps


def newest() -> Targets:
    return MigrationExecutor(connection).loader.graph.leaf_nodes()


@contextmanager
def brought_back() -> Iterator[None]:
    """Whatever happens in here, the next test finds the tables as they are."""
    try:
        yield
    finally:
        MigrationExecutor(connection).migrate(newest())
