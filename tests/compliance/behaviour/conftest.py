"""A shop whose keys, people, till and stream can be made to do things."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from gateway.compliance.alerts.models import Alert
from gateway.compliance.behaviour import recently
from gateway.compliance.cases.replaying import part_replay
from gateway.events.ids import uuid7
from gateway.shops.models import Shop

NOW = datetime(2026, 11, 30, 9, 0, tzinfo=UTC)
HOME, OTHER = "203.0.113.0/24", "198.51.100.0/24"


@dataclass
class Place:
    """A shop in Berlin, and a clock."""

    shop_id: UUID
    now: datetime = NOW

    def ago(self, **parts: float) -> datetime:
        return self.now - timedelta(**parts)


@pytest.fixture
def place(shop: Any) -> Place:
    Shop.objects.filter(id=shop.id).update(time_zone="Europe/Berlin")
    return Place(shop.id)


@pytest.fixture(autouse=True)
def _nothing_is_remembered(valkey: object) -> Any:
    recently.forget()
    yield
    recently.forget()


def alerts(kind: str) -> list[Alert]:
    return list(Alert.objects.filter(kind=kind).order_by("id"))


def replayed(alert: Alert) -> str:
    """Whether an alert's judgement comes out again to the bit, as in a case's evidence."""
    return part_replay(alert.facts["replay"]).result


def some_id() -> UUID:
    return uuid7()
