"""Our quotes beside the deployed contracts' own: Uniswap's QuoterV2 and V2 router, by eth_call."""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from gateway.market.amm.errors import AmmError
from gateway.market.following.calls import words
from gateway.market.routing.venues import Venue, venue_of
from gateway.market.snapshots import PoolState, V2State
from gateway.outside.errors import NodeError
from gateway.outside.rpc import JsonRpc
from gateway.supervisor.devchain.calls import call_data
from gateway.supervisor.devchain.layout import DevChain

BATCH = 50


@dataclass(frozen=True, slots=True)
class Question:
    """One swap that both sides are asked about; ``exact_in`` says which amount is given."""

    state: PoolState
    amount: int
    down: bool
    exact_in: bool


def questions(states: list[PoolState], *, count: int, seed: int) -> list[Question]:
    """Random swaps from one base unit to beyond a pool's depth."""
    source = random.Random(seed)
    drawn = []
    for index in range(count):
        state = states[index % len(states)]
        amount = int(10 ** source.uniform(0, 25)) + source.randrange(10)
        drawn.append(Question(state, amount, source.random() < 0.5, source.random() < 0.5))
    return drawn


def our_answer(question: Question) -> int | None:
    """The other amount of the swap; None where we refuse."""
    venue: Venue = venue_of(question.state)
    try:
        if question.exact_in:
            return venue.pool.quote_in(question.amount, question.down)
        return venue.pool.quote_out(question.amount, question.down)
    except AmmError:
        return None


def _call(question: Question, chain: DevChain) -> tuple[str, bytes]:
    state = question.state
    addresses = [
        chain.token(code.partition("@")[0]).address for code in (state.token0, state.token1)
    ]
    token_in, token_out = addresses if question.down else addresses[::-1]
    if isinstance(state, V2State):
        name = "getAmountsOut" if question.exact_in else "getAmountsIn"
        return chain.v2_router, call_data(
            f"{name}(uint256,address[])", question.amount, [token_in, token_out]
        )
    name = "quoteExactInputSingle" if question.exact_in else "quoteExactOutputSingle"
    return chain.v3_quoter, call_data(
        f"{name}((address,address,uint256,uint24,uint160))",
        (token_in, token_out, question.amount, state.fee_ppm, 0),
    )


def chain_answers(
    asked: list[Question], *, chain: DevChain, rpc_url: str
) -> Iterator[tuple[Question, int | None]]:
    """What the contracts say; None where they revert."""
    with JsonRpc(rpc_url, timeout_seconds=60) as rpc:
        for question in asked:
            to, data = _call(question, chain)
            params: list[Any] = [{"to": to, "data": "0x" + data.hex()}, "latest"]
            try:
                told = words(rpc.call("eth_call", params), at_least=1)
            except NodeError:
                yield question, None
                continue
            if isinstance(question.state, V2State):
                yield question, told[3] if question.exact_in else told[2]
            else:
                yield question, told[0]
