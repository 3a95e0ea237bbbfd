"""The tables that come with the program, in their plain form: where an officer begins."""

import json
from functools import lru_cache
from pathlib import Path
from typing import Final

from gateway.compliance.scenarios.tables import Table, table_of

FOLDER: Final = Path(__file__).parent


@lru_cache(maxsize=1)
def shipped_tables() -> tuple[Table, ...]:
    """All of them, by name. Raises TableRefused: a programmer's error."""
    return tuple(
        table_of(json.loads(path.read_text(encoding="utf-8")))
        for path in sorted(FOLDER.glob("*.json"))
    )


def shipped_table(scenario: str) -> Table:
    """Raises LookupError."""
    for table in shipped_tables():
        if table.scenario == scenario:
            return table
    raise LookupError(scenario)
