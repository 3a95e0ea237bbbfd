"""What is counted of traces, for Prometheus."""

from prometheus_client import Counter, Histogram

TRACES = Counter("tillway_traces_total", "Traces of wallets, by what they ended in", ["state"])
UNKNOWNS = Counter(
    "tillway_trace_unknowns_total", "Traces that ended unknown, by the first reason", ["reason"]
)
SECONDS = Histogram(
    "tillway_trace_seconds",
    "How long a trace took, look-ups included",
    buckets=(0.1, 0.3, 1, 3, 10, 30, 60, 120),
)
LOOK_UPS = Counter(
    "tillway_trace_lookups_total",
    "Addresses whose transfers a node was asked for, by what became of it",
    ["chain", "outcome"],
)
