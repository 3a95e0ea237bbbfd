"""A transaction is heard of by the room whose it is, and by who traces what left; nobody else."""

import pytest

from gateway.custody.policy_terms import PURPOSE_NAMES
from gateway.events.subscriptions import handlers_for


@pytest.mark.parametrize(
    ("purpose", "hearers"),
    [
        ("payout", {"settlement.transaction", "tracing.transaction_final"}),
        ("refund", {"refunds.transaction", "tracing.transaction_final"}),
        ("sponsor", {"sponsoring.transaction"}),
        ("withdrawal", {"providers.transaction", "tracing.transaction_final"}),
        ("sweep", {"execution.transaction", "tracing.transaction_final"}),
        ("range", {"ranges.transaction"}),
        ("approve", {"hedges.transaction", "ranges.transaction", "settlement.leave"}),
        ("treasury", {"hedges.transaction", "refills.transaction"}),
        (
            "fill",
            {
                *("execution.transaction", "hedges.transaction"),
                *("makers.transaction", "refills.transaction"),
            },
        ),
    ],
)
def test_a_final_transaction_is_told_to_whoever_may_have_queued_it(
    purpose: str, hearers: set[str]
) -> None:
    assert set(handlers_for("transaction.final", purpose)) == hearers


def test_no_purpose_that_the_signer_knows_is_without_a_hearer_but_its_own_cancelling() -> None:
    deaf = {name for name in PURPOSE_NAMES if not handlers_for("transaction.final", name)}
    assert deaf == {"cancel"}
