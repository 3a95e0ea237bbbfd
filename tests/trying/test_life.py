"""How much is paid, when, and how far back a chain may go."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from gateway.trying.life import is_last_chance, late_from, paid_units, reorg_depth

DUE = st.integers(min_value=1, max_value=2**200)


@given(due=DUE)
def test_half_is_less_and_too_much_is_a_quarter_more(due: int) -> None:
    assert 0 < paid_units("under", due) <= due
    assert paid_units("under", due) < due or due == 1
    assert paid_units("over", due) * 4 >= due * 5
    for what in ("paid", "late", "held", "reorg"):
        assert paid_units(what, due) == due


def test_late_is_after_the_lock_and_the_grace() -> None:
    end = datetime(2026, 11, 30, 12, tzinfo=UTC)
    assert late_from(lock_end=end, grace_seconds=30) > end + timedelta(seconds=30)


@given(head=st.integers(1, 10**9), back=st.integers(0, 20), finality=st.integers(1, 12))
def test_no_reorg_reaches_what_is_final(head: int, back: int, finality: int) -> None:
    block = head - back
    depth = reorg_depth(head=head, block=block, finality_blocks=finality)
    if back >= finality:  # so many blocks on top: the watcher calls it final
        assert depth is None
    else:
        assert depth == back + 1


def test_the_last_chance_is_taken_while_there_is_one() -> None:
    facts = {"block": 100, "finality_blocks": 6}
    assert not is_last_chance(head=103, **facts)
    assert is_last_chance(head=104, **facts)
    assert reorg_depth(head=104, **facts) == 5
