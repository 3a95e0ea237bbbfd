"""What is counted of presentations, for Prometheus."""

from prometheus_client import Counter

CHECKED = Counter(
    "tillway_presentations_checked_total",
    "What wallets presented, by what came of it",
    ["problem"],
)
STATUS_LISTS = Counter(
    "tillway_status_lists_total",
    "Issuers' status lists that were needed, by how they were had",
    ["how"],
)
