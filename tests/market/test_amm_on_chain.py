"""The arithmetic against the deployed contracts: not one base unit apart."""

import pytest

from bench.chain_quotes import chain_answers, our_answer, questions
from bench.slow_pool import SlowPool
from gateway.market.routing.venues import venue_of
from gateway.market.snapshots import V2State, V3State
from tests.market.test_following import (  # noqa: F401 (fixtures)
    chain,
    follower,
    mine,
    push,
    rpc,
)


def _differences(states, devchain, url, *, count, seed):
    answered = beyond = 0
    wrong = []
    asked = questions(list(states), count=count, seed=seed)
    for question, theirs in chain_answers(asked, chain=devchain, rpc_url=url):
        ours = our_answer(question)
        if ours is None:
            # V3's quoter fills in part what a pool can't take whole; we refuse that.
            beyond += 1
            continue
        answered += 1
        if ours != theirs:
            wrong.append((question, ours, theirs))
    return answered, beyond, wrong


def test_quotes_of_every_pool_equal_the_contracts(follower, devchain, anvil):  # noqa: F811
    follower.poll()
    answered, beyond, wrong = _differences(
        follower.view.pools, devchain, anvil.rpc_url, count=400, seed=11
    )
    assert not wrong, wrong[0]
    assert answered > 250
    assert beyond < 150


def test_quotes_equal_the_contracts_after_ticks_were_crossed(follower, devchain, anvil, rpc):  # noqa: F811
    push(rpc, devchain, swaps={500: 3_000_000, 3000: 700_000}, pair=50_000)
    follower.poll()
    moved = [s for s in follower.view.pools if "WETH@31337" in (s.token0, s.token1)]
    answered, _, wrong = _differences(moved, devchain, anvil.rpc_url, count=200, seed=12)
    assert not wrong, wrong[0]
    assert answered > 100


def test_a_pair_refuses_what_its_router_refuses(follower, devchain, anvil):  # noqa: F811
    follower.poll()
    pairs = [state for state in follower.view.pools if isinstance(state, V2State)]
    asked = questions(pairs, count=100, seed=13)
    for question, theirs in chain_answers(asked, chain=devchain, rpc_url=anvil.rpc_url):
        ours = our_answer(question)
        if theirs is None:
            assert ours is None
        elif question.exact_in and question.amount < 10**20:
            assert ours == theirs


def test_a_real_swap_leaves_the_pool_where_we_said(follower, devchain, rpc):  # noqa: F811
    follower.poll()
    before = _weth_pool(follower)
    push(rpc, devchain, swaps={500: 2_500_000}, pair=1)
    follower.poll()
    after = _weth_pool(follower)
    down = before.token0 == "USDC@31337"
    walk = venue_of(before).pool.swap_in(2_500_000 * 10**6, down)
    assert (walk.sqrt_price, walk.liquidity) == (after.sqrt_price, after.liquidity)
    assert walk.ticks_crossed > 0
    slow = SlowPool(before.sqrt_price, before.tick, before.liquidity, 500, 10, dict(before.ticks))
    slow.swap_in(2_500_000 * 10**6, down)
    assert (slow.sqrt_price, slow.liquidity) == (after.sqrt_price, after.liquidity)


def _weth_pool(follower) -> V3State:  # noqa: F811
    return next(
        state
        for state in follower.view.pools
        if isinstance(state, V3State)
        and state.fee_ppm == 500
        and {state.token0, state.token1} == {"WETH@31337", "USDC@31337"}
    )


@pytest.mark.parametrize("amount", [1, 2**128])
def test_one_unit_and_absurdly_many(follower, devchain, anvil, amount):  # noqa: F811
    from bench.chain_quotes import Question

    follower.poll()
    for state in follower.view.pools:
        for down in (True, False):
            question = Question(state, amount, down, True)
            ((_, theirs),) = chain_answers([question], chain=devchain, rpc_url=anvil.rpc_url)
            ours = our_answer(question)
            assert ours in (theirs, None)
            assert (ours is None) == (amount > 1)
