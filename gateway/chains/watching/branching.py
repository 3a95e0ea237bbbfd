"""The way from the blocks we applied to a node's head."""

from collections.abc import Sequence

from gateway.chains.cursor import (
    Advance,
    BrokenLink,
    Header,
    NeedParent,
    Nothing,
    Unrelated,
    plan_advance,
)
from gateway.chains.errors import BranchUnknown, MalformedAnswer, NodeFault
from gateway.chains.nodes import Nodes


def way_to(latest: Header, *, ring: Sequence[Header], nodes: Nodes) -> Advance | Nothing:
    """What to undo and apply. A request for each block of the branch that we lack.

    Raises:
        BranchUnknown: the node's chain shares no block with what we remember.
        NodeFault: the node's blocks can't be used.
    """
    branch = [latest]
    while True:
        plan = _plan(ring, branch, nodes)
        if isinstance(plan, Advance | Nothing):
            return plan
        branch.insert(0, nodes.block_by_hash(plan.hash).header)


def _plan(
    ring: Sequence[Header], branch: Sequence[Header], nodes: Nodes
) -> Advance | Nothing | NeedParent:
    try:
        plan = plan_advance(ring=ring, branch=branch)
    except BrokenLink as error:
        fault: NodeFault = MalformedAnswer(str(error))
        nodes.distrust(fault)
        raise fault from error
    if isinstance(plan, Unrelated):
        fault = BranchUnknown(
            f"the node's chain shares no block with ours from {ring[0].number} to {ring[-1].number}"
        )
        nodes.distrust(fault)
        raise fault
    return plan
