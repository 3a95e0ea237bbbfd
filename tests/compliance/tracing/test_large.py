"""A wallet with a long past is traced in seconds, not minutes."""

import time
from random import Random

import pytest

from gateway.compliance.tracing.tracer import trace
from gateway.compliance.tracing.transfers import MICROS
from tests.compliance.tracing.flow_kit import LISTED, inputs_of, label, pay, payment_of

TRANSFERS = 100_000
SECONDS = 30
"""Some four seconds on one shared core; the rest is for a busy machine."""


@pytest.mark.slow
def test_a_hundred_thousand_transfers_are_traced_and_add_up() -> None:
    random = Random(1)
    people = [f"w{number}" for number in range(5_000)]
    flow = [
        pay(
            number,
            random.choice(people),
            random.choice(people) if random.random() < 0.95 else "payer",
            random.randint(1, 1_000),
        )
        for number in range(TRANSFERS)
    ]
    labels = [LISTED, *(label(f"w{number}", "mixer") for number in range(25))]
    inputs = inputs_of(flow, *labels, payment=payment_of(50_000, block=TRANSFERS))
    began = time.monotonic()
    found = trace(inputs)
    assert time.monotonic() - began < SECONDS
    assert sum(part.units for part in found.payment) == 50_000 * MICROS
    assert sum(found.fifo.values()) == 50_000 * MICROS
