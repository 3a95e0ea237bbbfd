"""Short ways to write down who paid whom, for tests of the tracer's pure core."""

from collections.abc import Iterable, Mapping
from typing import Any

from gateway.compliance.tracing.categories import Category, Label, LegalStatus
from gateway.compliance.tracing.exposure import Payment, Question, Reason, Trace
from gateway.compliance.tracing.flows import TraceInputs
from gateway.compliance.tracing.policy import TracePolicy
from gateway.compliance.tracing.tracer import trace
from gateway.compliance.tracing.transfers import MICROS, Transfer

CHAIN = 31337
USDC = "USDC@31337"
POLICY = TracePolicy(version="test")


def who(name: str) -> bytes:
    """An address for a name: the name itself, ending the 20 bytes."""
    return name.encode().rjust(20, b"\x11")


def pay(
    block: int, sender: str, recipient: str, dollars: int, /, *, index: int = 0, **changes: Any
) -> Transfer:
    """A transfer of whole dollars, of a token that has 6 decimals and is worth one dollar."""
    facts: dict[str, Any] = {
        "chain_id": CHAIN,
        "asset": USDC,
        "sender": who(sender),
        "recipient": who(recipient),
        "units": dollars * MICROS,
        "block": block,
        "log_index": index,
        "tx_hash": block.to_bytes(32, "big"),
        "value_micros": dollars * MICROS,
    }
    return Transfer(**{**facts, **changes})


def label(name: str, category: Category, status: LegalStatus = "none") -> Label:
    return Label(address=who(name), category=category, status=status, name=name, source="test#1")


LISTED = label("thief", "sanctioned", "listed")


def payment_of(dollars: int, *, block: int = 1_000) -> Payment:
    return Payment(
        asset=USDC,
        units=dollars * MICROS,
        position=(block, 0, block.to_bytes(32, "big"), ""),
        value_micros=dollars * MICROS,
    )


def inputs_of(
    transfers: Iterable[Transfer],
    *labels: Label,
    address: str = "payer",
    payment: Payment | None = None,
    policy: TracePolicy = POLICY,
    openings: Mapping[tuple[bytes, str], int] | None = None,
    gaps: Mapping[bytes, Reason] | None = None,
) -> TraceInputs:
    return TraceInputs(
        question=Question(chain_id=CHAIN, address=who(address), payment=payment),
        transfers=tuple(transfers),
        labels=labels,
        policy=policy,
        openings=openings or {},
        gaps=gaps or {},
    )


def traced(transfers: Iterable[Transfer], *labels: Label, **options: Any) -> Trace:
    return trace(inputs_of(transfers, *labels, **options))


def dollars_by(found: Mapping[Any, int]) -> dict[str, int]:
    """Whole dollars by what they are, in short: ``sanctioned/2``, ``unknown:hops``."""
    return {
        f"unknown:{origin.reason}" if origin.is_unknown else f"{origin.category}/{origin.hops}": (
            units // MICROS
        )
        for origin, units in found.items()
    }


def parts_of(found: Trace) -> dict[str, int]:
    """The payment's parts by haircut, in whole dollars."""
    return dollars_by({part.origin: part.units for part in found.payment})


def names(path: Iterable[Transfer]) -> list[str]:
    """Those whom a path passes, from its beginning."""
    steps = list(path)
    ends = [steps[0].sender, *(one.recipient for one in steps)] if steps else []
    return [end.lstrip(b"\x11").decode() for end in ends]
