"""What a trace works on: transfers that count, in order, and where following them ends. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from gateway.compliance.tracing.categories import AddressBook, Label
from gateway.compliance.tracing.dust import split_dust
from gateway.compliance.tracing.exposure import Origin, Question, Reason, unknown
from gateway.compliance.tracing.policy import TracePolicy
from gateway.compliance.tracing.transfers import Holding, Transfer, in_order


@dataclass(frozen=True, slots=True)
class TraceInputs:
    """All that an answer depends on; kept, so that it can be given again bit for bit.

    Attributes:
        openings: base units that an address had, at least, before the first transfer we know of.
        gaps: why more of an address's past is not known; of one that isn't named: ``unseen``.
    """

    question: Question
    transfers: tuple[Transfer, ...]
    labels: tuple[Label, ...]
    policy: TracePolicy
    openings: Mapping[Holding, int] = field(default_factory=dict)
    gaps: Mapping[bytes, Reason] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Flows:
    """The transfers that count, oldest first, and what is known of the addresses between them.

    Attributes:
        kept: of other assets and chains than the question's only what it may need.
        openings: what each holding must have had before: what the look-up says, and no less than
            what it later gave and was never seen to get.
    """

    kept: tuple[Transfer, ...]
    dust: tuple[Transfer, ...]
    book: AddressBook
    openings: Mapping[Holding, int]
    gaps: Mapping[bytes, Reason]
    busy: frozenset[bytes]

    def end(self, address: bytes, *, hops: int) -> Origin | None:
        """The origin of money that this address sends, if it is not followed further."""
        label = self.book.of(address)
        if label is not None:
            return Origin(label.category, label.status, hops)
        return unknown("fan_out") if address in self.busy else None

    def before(self, address: bytes) -> Origin:
        """The origin of what an address had before all that is known of it."""
        return unknown(self.gaps.get(address, "unseen"))


def flows_of(inputs: TraceInputs) -> Flows:
    """Sort, split off dust, find who is like an exchange, and what everyone must have had.

    O(n log n) for n transfers, whatever their order.
    """
    question = inputs.question
    payment = question.payment
    ordered = in_order(inputs.transfers, before=payment.position if payment else None)
    # A payment to oneself moves nothing; another chain's money can't come here but by a bridge.
    ours = [
        one for one in ordered if one.chain_id == question.chain_id and one.sender != one.recipient
    ]
    kept, dust = split_dust(ours, policy=inputs.policy)
    return Flows(
        kept=kept,
        dust=dust,
        book=AddressBook(inputs.labels),
        openings=_openings(kept, inputs),
        gaps=inputs.gaps,
        busy=_busy(kept, at_least=inputs.policy.fan_out_recipients),
    )


def _openings(kept: Sequence[Transfer], inputs: TraceInputs) -> dict[Holding, int]:
    balances: dict[Holding, int] = {}
    lowest: dict[Holding, int] = {}
    payment = inputs.question.payment
    steps: list[tuple[Holding, int]] = []
    for one in kept:
        steps += [((one.sender, one.asset), -one.units), ((one.recipient, one.asset), one.units)]
    if payment is not None:
        steps.append(((inputs.question.address, payment.asset), -payment.units))
    for holding, change in steps:
        balance = balances.get(holding, 0) + change
        balances[holding] = balance
        lowest[holding] = min(lowest.get(holding, 0), balance)
    needed = {holding: -low for holding, low in lowest.items()}
    return {
        holding: max(needed.get(holding, 0), inputs.openings.get(holding, 0))
        for holding in needed.keys() | inputs.openings.keys()
    }


def _busy(kept: Iterable[Transfer], *, at_least: int) -> frozenset[bytes]:
    recipients: dict[bytes, set[bytes]] = {}
    for one in kept:
        recipients.setdefault(one.sender, set()).add(one.recipient)
    return frozenset(who for who, paid in recipients.items() if len(paid) >= at_least)
