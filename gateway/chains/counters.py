"""What a chain's sender counts for Prometheus; `/metrics` adds the processes of a house up."""

from prometheus_client import Counter

BROADCASTS = Counter(
    "tillway_transactions_broadcast_total",
    "Attempts that were first given to a node",
    ["chain", "kind"],
)
REFUSALS = Counter(
    "tillway_signer_refusals_total",
    "Transactions that the signer would not sign",
    ["chain", "reason"],
)
