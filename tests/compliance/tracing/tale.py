"""A provider that traces transfers which a test writes down, by the labels of now: no chain."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from gateway.chains.models import Chain
from gateway.compliance.tracing.canonical import inputs_bytes, inputs_from
from gateway.compliance.tracing.categories import AddressBook
from gateway.compliance.tracing.exposure import Question, Reason
from gateway.compliance.tracing.flows import TraceInputs
from gateway.compliance.tracing.labelling import labels_among
from gateway.compliance.tracing.policy import TracePolicy
from gateway.compliance.tracing.prices import Prices
from gateway.compliance.tracing.providers import Exposures
from gateway.compliance.tracing.retelling import addresses_of
from gateway.compliance.tracing.tracer import trace
from gateway.compliance.tracing.transfers import Transfer


class Tale:
    """Attributes:
    asked: addresses that it was asked about, in order.
    """

    name = "tillway"

    def __init__(self, transfers: Sequence[Transfer], *failures: Reason) -> None:
        self.transfers = transfers
        self.failures = failures
        self.asked: list[bytes] = []

    def screen(
        self,
        question: Question,
        *,
        chain: Chain,
        prices: Prices,
        policy: TracePolicy,
        now: datetime,
        **_: Any,
    ) -> Exposures:
        self.asked.append(question.address)
        told = TraceInputs(
            question=question, transfers=tuple(self.transfers), labels=(), policy=policy
        )
        known = labels_among(addresses_of(told), chain=chain)
        inputs = replace(told, labels=AddressBook(known.labels).labels())
        inputs = inputs_from(inputs_bytes(inputs))
        return Exposures(
            found=trace(inputs),
            version="tale",
            failures=self.failures,
            inputs=inputs,
            lists=known.lists or "",
        )
