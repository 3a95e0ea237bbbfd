"""What is counted of the nodes, whoever asks them; `/metrics` adds the processes of a house up."""

from prometheus_client import Counter

NODE_FAULTS = Counter(
    "tillway_node_faults_total",
    "Times that a node was turned away from, by its place among the chain's nodes and the reason",
    ["chain", "node", "reason"],
)
