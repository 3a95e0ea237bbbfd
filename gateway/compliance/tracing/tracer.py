"""Where did this wallet's money come from? The whole answer, from frozen inputs. Pure."""

from gateway.compliance.tracing.dust import poisonings
from gateway.compliance.tracing.exposure import Trace
from gateway.compliance.tracing.fifo import fifo
from gateway.compliance.tracing.flows import TraceInputs, flows_of
from gateway.compliance.tracing.haircut import haircut


def trace(inputs: TraceInputs) -> Trace:
    """The exposure of an address, and of a payment of its, by both rules.

    The same inputs in any order give the same answer. O(n log n + n·k + l·log n) for n transfers,
    k origins a pool may have and l lots.
    """
    flows = flows_of(inputs)
    question, policy = inputs.question, inputs.policy
    cut = haircut(flows, question=question, max_hops=policy.max_hops)
    trail = fifo(flows, question=question, max_hops=policy.max_hops, max_lots=policy.max_lots)
    dusted_by = {
        one.sender
        for one in flows.dust
        if one.recipient == question.address
        and (label := flows.book.of(one.sender)) is not None
        and label.status == "listed"
    }
    return Trace(
        own=flows.end(question.address, hops=0),
        received=cut.received,
        payment=cut.payment,
        lots=trail.lots,
        fifo=trail.units,
        poisonings=poisonings(question.address, kept=flows.kept, dust=flows.dust, policy=policy),
        dusted_by=tuple(sorted(dusted_by)),
        transfers=len(flows.kept),
    )
