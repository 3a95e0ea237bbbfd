"""Balances of many addresses in one call, on a real chain."""

import pytest

from gateway.chains.errors import MalformedAnswer
from gateway.chains.lens import parse_balances, token_balances_call
from gateway.outside.errors import NodeError
from tests.chains.watch_kit import Till

pytestmark = [pytest.mark.chain, pytest.mark.xdist_group("devchain")]


@pytest.mark.parametrize("symbol", ["USDC", "WETH", "DAI"])
def test_many_addresses_tell_their_tokens_in_one_call(till: Till, symbol: str) -> None:
    token = bytes.fromhex(till.layout.token(symbol).address[2:])
    empty, some, more = bytes([7]) * 20, bytes([8]) * 20, bytes([9]) * 20
    till.pay(some, units=1_234_567, symbol=symbol)
    till.pay(more, units=89, symbol=symbol)
    addresses = [empty, some, more, some] + [bytes([1, number]) * 10 for number in range(200)]
    answer = till.rpc.call("eth_call", [{"data": token_balances_call(token, addresses)}, "latest"])
    told = parse_balances(answer, count=len(addresses))
    assert told[:4] == [0, 1_234_567, 89, 1_234_567]
    assert set(told[4:]) == {0}


def test_what_is_no_token_has_no_balances(till: Till) -> None:
    with pytest.raises((NodeError, MalformedAnswer)):
        data = token_balances_call(bytes([3]) * 20, [bytes([8]) * 20])
        parse_balances(till.rpc.call("eth_call", [{"data": data}, "latest"]), count=1)


def test_no_more_than_a_node_returns() -> None:
    with pytest.raises(ValueError, match="at most 512"):
        token_balances_call(bytes(20), [bytes(20)] * 513)
