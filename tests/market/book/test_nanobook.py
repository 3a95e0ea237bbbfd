import pytest

from bench.book import Flow, differences, without_what_nanobook_lacks

OPERATIONS = 30_000


@pytest.mark.parametrize("seed", [1, 2])
def test_every_trade_is_the_one_nanobook_makes(seed):
    pytest.importorskip("nanobook", reason="nanobook, the oracle, is not installed")
    flow = Flow(seed, resting=300)
    operations = [flow.next() for _ in range(OPERATIONS)]
    unequal, trades = differences(without_what_nanobook_lacks(operations))
    assert unequal == 0
    assert trades > 1_000
