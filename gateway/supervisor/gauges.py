"""A gauge that the database answers."""

from dataclasses import dataclass

from prometheus_client.core import GaugeMetricFamily


@dataclass(frozen=True, slots=True)
class DatabaseGauge:
    """A gauge whose samples are rows (name, labels, value) of a query."""

    name: str
    help: str
    labels: tuple[str, ...] = ()

    def family(self) -> GaugeMetricFamily:
        return GaugeMetricFamily(f"tillway_{self.name}", self.help, labels=self.labels)
