"""Who says what a wallet is exposed to: our own tracer, or somebody outside whom we ask.

Everybody answers with exposures; what they lead to, our policy alone says.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from gateway.chains.configuration import configured_chain
from gateway.chains.errors import BadChainSettings, UnknownChain
from gateway.chains.models import Chain
from gateway.chains.nodes import Nodes
from gateway.compliance.tracing.categories import ZERO_ADDRESS
from gateway.compliance.tracing.exposure import Question, Reason, Trace
from gateway.compliance.tracing.flows import TraceInputs
from gateway.compliance.tracing.gathering import gather
from gateway.compliance.tracing.policy import TracePolicy
from gateway.compliance.tracing.prices import Prices
from gateway.compliance.tracing.tracer import trace

TRACER_VERSION = "1"
"""Of the way from inputs to an answer; another one gives other answers from the same inputs."""


@dataclass(frozen=True, slots=True)
class Exposures:
    """A provider's answer.

    Attributes:
        version: of the provider's data or rules.
        failures: why something was not looked at: such an answer is never clear.
        inputs: what it was made of, where it is ours to make again.
        lists: versions of the lists that were looked at; ''.
        head: number and hash of the block that was read up to; None: not said.
        detail: for people, what went wrong.
    """

    found: Trace
    version: str
    failures: tuple[Reason, ...] = ()
    inputs: TraceInputs | None = None
    lists: str = ""
    head: tuple[int, bytes] | None = None
    detail: str = ""


class Provider(Protocol):
    """Whoever can be asked about a wallet. It is asked outside of any transaction."""

    name: str

    def screen(
        self,
        question: Question,
        *,
        chain: Chain,
        prices: Prices,
        policy: TracePolicy,
        now: datetime,
    ) -> Exposures:
        """What the wallet, and its payment, are exposed to. It never raises for what goes wrong
        outside: that is among ``failures``."""
        ...


class OwnTracer:
    """Our own: over the transfers that we took part in and those that our nodes tell of."""

    name = "tillway"

    def screen(
        self,
        question: Question,
        *,
        chain: Chain,
        prices: Prices,
        policy: TracePolicy,
        now: datetime,
    ) -> Exposures:
        nodes = _nodes(chain)
        try:
            gathered = gather(
                question, chain=chain, nodes=nodes, prices=prices, policy=policy, now=now
            )
        finally:
            if nodes is not None:
                nodes.close()
        return Exposures(
            found=trace(gathered.inputs),
            version=TRACER_VERSION,
            failures=gathered.failures,
            inputs=gathered.inputs,
            lists=gathered.lists,
            head=gathered.head,
        )


def nothing_found() -> Trace:
    """The trace of whoever could tell nothing."""
    return Trace(
        own=None,
        received=(),
        payment=(),
        lots=(),
        fifo={},
        poisonings=(),
        dusted_by=(),
        transfers=0,
    )


def is_nobody(question: Question) -> bool:
    """Whether the chain does not say whose wallet it is."""
    return question.address == ZERO_ADDRESS


def _nodes(chain: Chain) -> Nodes | None:
    """The chain's nodes; None where the settings name none (any more)."""
    try:
        return Nodes(chain_id=chain.id, urls=configured_chain(chain.id).rpc_urls)
    except (UnknownChain, BadChainSettings):
        return None
