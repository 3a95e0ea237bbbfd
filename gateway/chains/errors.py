"""What the chains refuse, and what a node can do wrong."""

from gateway.events.errors import TillwayError


class BadAddress(TillwayError):
    code = "address_invalid"
    message = "This isn't an address."
    hint = "An address is 0x and 40 hexadecimal digits; check its capital letters."


class UnknownChain(TillwayError):
    code = "chain_unknown"
    message = "We don't know this chain."
    status = 404


class AmbiguousFactory(TillwayError):
    code = "factory_ambiguous"
    message = "The chains of this mode don't share one deposit factory."
    hint = "Run chains_sync with chains whose factories are equal, or name the mode."
    status = 503


class WalletUnasked(TillwayError):
    """No node could be asked whether a signature is a contract wallet's own."""

    code = "wallet_unasked"
    message = "This wallet's chain gives no answer just now."
    hint = "Try again in a minute."
    status = 503
    passes = True


class HoldingsUnknown(TillwayError):
    """No node could be asked what an address holds."""

    code = "holdings_unknown"
    message = "This chain gives no answer just now."
    hint = "Try again in a minute; paying needs none."
    status = 503
    passes = True


class AddressTaken(TillwayError):
    code = "deposit_address_taken"
    message = "Another invoice has this deposit address."
    status = 409


class ChainMismatch(TillwayError):
    """A chain isn't what the settings say: it must not be offered."""

    code = "chain_mismatch"
    message = "The node doesn't serve the chain that is configured."
    status = 503


class BadChainSettings(TillwayError):
    code = "chain_settings_invalid"
    message = "The settings of the chains can't be read."
    status = 503


class NodeFault(Exception):
    """A node's answer can't be used; another node, or the same one later, may do better."""

    reason = "node_fault"
    counted = False
    """Whether the node was already turned away from for it."""


class NodeUnreachable(NodeFault):
    """It refused the connection, took too long or answered with an HTTP error."""

    reason = "node_down"


class NodeRefused(NodeFault):
    """It answered with a JSON-RPC error."""

    reason = "node_error"


class WrongChainId(NodeFault):
    """It serves another chain than the one it was configured for."""

    reason = "wrong_chain_id"


class MalformedAnswer(NodeFault):
    """What it said isn't what such an answer looks like."""

    reason = "malformed_answer"


class PartialAnswer(NodeFault):
    """It left something out that it must have."""

    reason = "partial_answer"


class BranchUnknown(NodeFault):
    """Its chain doesn't lead back to a block we know: deeper than any reorg we would follow."""

    reason = "reorg_too_deep"


class FinalityBroken(NodeFault):
    """Following its chain would undo a deposit that was final. A person must look."""

    reason = "reorg_past_finality"


class CursorMoved(RuntimeError):
    """Another process advanced the chain's cursor: what was read belongs to an older state."""
