"""What `/metrics` tells, read as Prometheus reads it."""

from dataclasses import dataclass

from django.test import RequestFactory
from prometheus_client.parser import text_string_to_metric_families

from gateway.supervisor.metrics import metrics


@dataclass(frozen=True)
class Scrape:
    """The samples of one scrape, by name and labels."""

    samples: dict[tuple[str, frozenset[tuple[str, str]]], float]

    def value(self, name: str, **labels: str) -> float:
        return self.samples[name, frozenset(labels.items())]


def scraped() -> Scrape:
    text = metrics(RequestFactory().get("/metrics")).content.decode()
    return Scrape(
        {
            (sample.name, frozenset(sample.labels.items())): sample.value
            for family in text_string_to_metric_families(text)
            for sample in family.samples
        }
    )


def grown(name: str, before: Scrape, after: Scrape, **labels: str) -> float:
    """By how much a counter grew; a series that was not there began at 0."""
    return after.value(name, **labels) - before.samples.get((name, frozenset(labels.items())), 0)
