"""What a chain's sender counts for Prometheus; `/metrics` adds the processes of a house up."""

from collections.abc import Sequence

from prometheus_client import Counter, Gauge

OUTCOMES = ("succeeded", "reverted", "cancelled", "would_revert", "policy_refused", "nonce_taken")

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
UNREACHABLE = Counter(
    "tillway_signer_unreachable_total",
    "Times that the signer did not answer the sender",
    ["chain"],
)
RELAY_ANSWERS = ("taken", "refused", "silent")
RELAYED = Counter(
    "tillway_relay_submissions_total",
    "Times that bytes were given to the private relay, by what it said",
    ["chain", "answer"],
)
GIVEN_UP = Counter(
    "tillway_relay_given_up_total",
    "Attempts shown to the public mempool because the relay did not get them mined in time",
    ["chain"],
)
ENDED = Counter(
    "tillway_transactions_ended_total",
    "Outgoing transactions that the sender saw end, by how",
    ["chain", "outcome"],
)
NONCE_GAP = Gauge(
    "tillway_nonce_gap",
    "Our next nonce of an account less the chain's: what is under way; negative: used by others",
    ["chain", "account"],
    multiprocess_mode="mostrecent",
)
LAST_FEE = Gauge(
    "tillway_transaction_last_fee_wei",
    "Wei that the transaction seen mined last has cost",
    ["chain"],
    multiprocess_mode="mostrecent",
)
LAST_OFFER = Gauge(
    "tillway_transaction_last_max_fee_per_gas_wei",
    "Wei per gas that the attempt signed last offers at most",
    ["chain"],
    multiprocess_mode="mostrecent",
)


def begin(*, chain_id: int, kinds: Sequence[str]) -> None:
    """Have a chain's counters there from the start, at 0: a first increase is one, too."""
    chain = str(chain_id)
    UNREACHABLE.labels(chain)
    GIVEN_UP.labels(chain)
    for answer in RELAY_ANSWERS:
        RELAYED.labels(chain, answer)
    for kind in kinds:
        BROADCASTS.labels(chain, kind)
    for outcome in OUTCOMES:
        ENDED.labels(chain, outcome)
