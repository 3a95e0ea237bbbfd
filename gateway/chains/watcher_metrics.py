"""What a chain's watcher counts for Prometheus; `/metrics` adds the processes of a house up.

How far it got is in the database; what only the process knows is here.
"""

from prometheus_client import Counter, Gauge

NODE_HEAD = Gauge(
    "tillway_node_head_block",
    "Number of the newest block that the node told of",
    ["chain"],
    multiprocess_mode="mostrecent",
)
NODE_ANSWERED = Gauge(
    "tillway_node_answered_timestamp_seconds",
    "Unix time at which a node last told its newest block",
    ["chain"],
    multiprocess_mode="mostrecent",
)
LAG = Gauge(
    "tillway_watcher_lag_blocks",
    "Blocks that the node has told of and the watcher has not listened to",
    ["chain"],
    multiprocess_mode="mostrecent",
)
WATCHED = Gauge(
    "tillway_watched_addresses",
    "Deposit addresses that the watcher looks out for",
    ["chain"],
    multiprocess_mode="mostrecent",
)
BLOCKS = Counter("tillway_watcher_blocks_total", "Blocks listened to", ["chain"])
LOGS = Counter("tillway_watcher_logs_total", "Logs looked at", ["chain"])
MATCHED = Counter(
    "tillway_watcher_matched_total",
    "Transfers to (in) or from (out) our addresses",
    ["chain", "direction"],
)
DEPOSITS = Counter("tillway_deposits_total", "Deposits that reached a state", ["chain", "state"])
DOUBTED = Counter(
    "tillway_deposits_doubted_total",
    "Times that a deposit's money was not where its log said",
    ["chain"],
)
REORGS = Counter("tillway_reorgs_total", "Reorganisations followed", ["chain"])
UNDONE = Counter("tillway_reorg_blocks_total", "Blocks taken back by reorganisations", ["chain"])
DEEPEST = Gauge(
    "tillway_reorg_deepest_blocks",
    "Blocks of the deepest reorganisation followed since the processes started",
    ["chain"],
    multiprocess_mode="max",
)
STALLS = Counter(
    "tillway_watcher_stalls_total",
    "Times that the chain was said to be stalled, by reason",
    ["chain", "reason"],
)

DIRECTIONS = ("in", "out")


class WatcherMetrics:
    """One chain's watcher as its metrics know it; its counters are there from the start, at 0."""

    def __init__(self, *, chain_id: int, states: tuple[str, ...]) -> None:
        self._chain = str(chain_id)
        self._node_head = NODE_HEAD.labels(self._chain)
        self._node_answered = NODE_ANSWERED.labels(self._chain)
        self._lag = LAG.labels(self._chain)
        self._blocks = BLOCKS.labels(self._chain)
        self._logs = LOGS.labels(self._chain)
        self._matched = {way: MATCHED.labels(self._chain, way) for way in DIRECTIONS}
        self._deposits = {state: DEPOSITS.labels(self._chain, state) for state in states}
        self._doubted = DOUBTED.labels(self._chain)
        self._reorgs = REORGS.labels(self._chain)
        self._undone = UNDONE.labels(self._chain)
        self._deepest = DEEPEST.labels(self._chain)
        self._deepest_seen = 0
        self._told = 0

    def node_told(self, number: int, *, processed: int) -> None:
        """A node has told its newest block."""
        self._told = number
        self._node_head.set(number)
        self._node_answered.set_to_current_time()
        self._lag.set(max(0, number - processed))

    def heard(self, *, blocks: int, logs: int, arrivals: int, departures: int, head: int) -> None:
        """Blocks were listened to, up to ``head``, and written down."""
        self._blocks.inc(blocks)
        self._logs.inc(logs)
        self._matched["in"].inc(arrivals)
        self._matched["out"].inc(departures)
        self._lag.set(max(0, self._told - head))

    def deposits(self, state: str, count: int) -> None:
        """So many deposits reached a state."""
        self._deposits[state].inc(count)

    def doubted(self) -> None:
        self._doubted.inc()

    def reorganised(self, *, undone_blocks: int) -> None:
        self._reorgs.inc()
        self._undone.inc(undone_blocks)
        self._deepest_seen = max(self._deepest_seen, undone_blocks)
        self._deepest.set(self._deepest_seen)

    def stalled(self, reason: str) -> None:
        STALLS.labels(self._chain, reason).inc()

    def watching(self, addresses: int) -> None:
        WATCHED.labels(self._chain).set(addresses)
