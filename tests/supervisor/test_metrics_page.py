"""The page of metrics and the rules beside it speak of exactly what there is."""

import importlib
import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from prometheus_client.metrics import MetricWrapperBase
from prometheus_client.registry import REGISTRY

from gateway.supervisor.database_gauges import DATABASE_UP, GAUGES

CHECKOUT = Path(__file__).resolve().parents[2]
PAGE = (CHECKOUT / "docs/reference/metrics.md").read_text()
ALERTS = yaml.safe_load((CHECKOUT / "docs/reference/alerts.yml").read_text())
RULES: list[dict[str, Any]] = [rule for group in ALERTS["groups"] for rule in group["rules"]]
ROW = re.compile(r"^\| `(tillway_\w+)` \| (\w+) \| ([^|]*)\| ([^|]+)\| ([^|]+)\|", re.MULTILINE)

Shape = tuple[str, tuple[str, ...]]


def there_are() -> dict[str, Shape]:
    """Type and labels of every metric that any module makes, by name."""
    for room in ("gateway", "merchants"):
        for file in (CHECKOUT / room).rglob("*.py"):
            if "from prometheus_client" in file.read_text():
                parts = file.relative_to(CHECKOUT).with_suffix("").parts
                importlib.import_module(".".join(parts))
    found: dict[str, Shape] = {
        f"tillway_{gauge.name}": ("gauge", gauge.labels) for gauge in (DATABASE_UP, *GAUGES)
    }
    for collector in list(REGISTRY._collector_to_names):
        if isinstance(collector, MetricWrapperBase):
            suffix = "_total" if collector._type == "counter" else ""
            found[f"{collector._name}{suffix}"] = (collector._type, tuple(collector._labelnames))
    return {name: shape for name, shape in found.items() if name.startswith("tillway_")}


def on_the_page() -> dict[str, Shape]:
    return {
        name: (kind, tuple(re.findall(r"`(\w+)`", labels)))
        for name, kind, labels, _, _ in ROW.findall(PAGE)
    }


def test_the_page_has_every_metric_and_no_other_with_its_type_and_labels() -> None:
    assert on_the_page() == there_are()


def test_every_metric_has_its_unit_and_meaning_there() -> None:
    for name, _, _, unit, meaning in ROW.findall(PAGE):
        assert unit.strip(), name
        assert meaning.strip(), name


def test_the_page_and_the_rules_name_the_same_alerts() -> None:
    assert set(re.findall(r"`(Tillway\w+)`", PAGE)) == {rule["alert"] for rule in RULES}


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule["alert"])
def test_a_rule_asks_for_metrics_and_labels_that_exist(rule: dict[str, Any]) -> None:
    metrics = there_are()
    asked = re.findall(r"(tillway_\w+)(?:\{([^}]*)\})?", rule["expr"])
    assert asked
    for name, matchers in asked:
        kind, labels = metrics[re.sub(r"_bucket$", "", name)]
        assert set(re.findall(r"(\w+)(?:=~|!~|!=|=)", matchers)) <= set(labels)
        assert ("rate(" in rule["expr"] or "increase(" in rule["expr"]) >= (kind == "histogram")
    assert rule["labels"]["severity"] in {"page", "ticket"}
    assert rule["annotations"]["summary"]
