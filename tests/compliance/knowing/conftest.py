"""A list in force, and an index of names of this test's own."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from gateway.compliance.listed.entities import ListedEntity, ListedName, PartialDate
from gateway.compliance.naming import rescreening, warm
from gateway.compliance.services import list_take
from gateway.events import relay

Listed = Callable[..., None]
BORN = PartialDate(1980, 2, 29)


@pytest.fixture
def listed(settings: Any, tmp_path: Path) -> Iterator[Listed]:
    """Puts a list of people of these names in force, and has everybody screened by it."""
    settings.STATE_DIR = tmp_path
    warm.forget()
    rescreening.changed_by.cache_clear()
    yield _listed
    warm.forget()


def _listed(*names: str) -> None:
    list_take(
        entities=[
            ListedEntity("ofac", str(number), "person", (ListedName(name),), birth_dates=(BORN,))
            for number, name in enumerate(names)
        ],
        source="ofac",
        loaded_by="test",
        now=timezone.now(),
        forced=True,
    )
    relay.drain(limit=1000)
    rescreening.changes_plan(now=timezone.now())
    rescreening.chunks_screen(now=timezone.now())
