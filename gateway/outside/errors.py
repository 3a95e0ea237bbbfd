"""What can go wrong outside; each is an expected state, not a surprise."""

from gateway.events.errors import TillwayError


class OutsideRefused(TillwayError):
    """We won't send this request: its target is not one that may be called."""

    code = "target_not_public"
    message = "This address can't be called from here."
    hint = "Use an https address that is reachable from the public internet."
    field = "url"
    status = 422


class OutsideFailed(TillwayError):
    """The request was sent, or tried, and no usable answer came."""

    code = "outside_failed"
    message = "The other side did not answer properly."
    status = 502


class NodeDown(OutsideFailed):
    """A chain's node can't be reached, or did not answer in time."""

    code = "node_down"
    message = "The chain's node does not answer."


class NodeMalformed(OutsideFailed):
    """A chain's node answered something that isn't JSON-RPC."""

    code = "node_malformed"
    message = "The chain's node answers nonsense."


class NodeError(OutsideFailed):
    """A chain's node understood the request and refused it."""

    code = "node_error"

    def __init__(self, *, rpc_code: int, rpc_message: str, data: object = None) -> None:
        self.rpc_code = rpc_code
        self.rpc_message = rpc_message
        self.data = data
        super().__init__(f"The chain's node refused: {rpc_message} ({rpc_code}).")
