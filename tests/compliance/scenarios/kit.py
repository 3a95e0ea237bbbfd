"""Small histories and tables."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from gateway.compliance.scenarios.features import Sweep
from gateway.compliance.scenarios.models import ObservationRow, ScenarioVersion
from gateway.compliance.scenarios.observed import Observation
from gateway.compliance.scenarios.observing import observation_keep
from gateway.compliance.scenarios.tables import Table, table_of
from gateway.compliance.scenarios.valuing import Worth
from gateway.compliance.scenarios.versions import version_write
from gateway.events.ids import uuid7

NOW = datetime(2026, 11, 30, 9, tzinfo=UTC)
SHOP_ID = UUID("0198c0de-0000-7000-8000-000000000001")
SHOP = f"shop:{SHOP_ID}"


def address(number: int) -> str:
    return f"address:0x{number:040x}"


PAYER = address(0xA11CE)


def seen(
    hours: float = 0,
    *,
    kind: str = "deposit",
    source: str = PAYER,
    target: str = SHOP,
    cents: int | None = 100,
    **facts: Any,
) -> Observation:
    """What happened so many hours before NOW (after it, if negative)."""
    return Observation(
        id=str(uuid7()),
        kind=kind,
        at=NOW - timedelta(hours=hours),
        source=source,
        target=target,
        cents=cents,
        facts=facts,
    )


def told(subject: str, history: Iterable[Observation], *names: str) -> Any:
    """The features after the last of them; the value itself for one name."""
    sweep = Sweep(subject, wanted=frozenset(names))
    last = None
    for last in history:
        sweep.observe(last)
    assert last is not None
    features = sweep.features(last)
    return features if len(names) > 1 else features[names[0]]


def plain(
    *,
    scenario: str = "many_payments",
    subject: str = "address",
    triggers: Sequence[str] = ("deposit",),
    columns: Sequence[str] = ("out_count_24h",),
    rows: Sequence[tuple[Sequence[str], str]] = (([">= 3"], "medium"),),
    rest_days: int = 7,
) -> dict[str, Any]:
    return {
        "scenario": scenario,
        "subject": subject,
        "triggers": list(triggers),
        "columns": list(columns),
        "rows": [
            {"cells": list(cells), "severity": severity, "reason": f"Row {number}"}
            for number, (cells, severity) in enumerate(rows, start=1)
        ],
        "rest_days": rest_days,
        "sources": [],
    }


def table(**changes: Any) -> Table:
    return table_of(plain(**changes))


def written(author: UUID | None = None, note: str = "to try", **changes: Any) -> ScenarioVersion:
    return version_write(table=table(**changes), author=author, note=note, now=NOW)


def kept(observation: Observation, *, mode: str = "test") -> ObservationRow:
    """Write it down as a handler does."""
    event_id = uuid7()
    worth = Worth(observation.cents, "currency" if observation.cents is not None else "")
    facts: Mapping[str, Any] = observation.facts
    assert observation_keep(
        event_id=event_id,
        mode=mode,
        kind=observation.kind,
        at=observation.at,
        shop_id=SHOP_ID,
        source=observation.source,
        target=observation.target,
        worth=worth,
        facts=facts,
    )
    return ObservationRow.objects.get(event_id=event_id)
