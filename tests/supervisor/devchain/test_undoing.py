"""What the tests themselves lean on: a chain that one test leaves as it found it."""

import time

from gateway.outside.rpc import JsonRpc
from gateway.supervisor.devchain.anvil import KEPT_STATES, Anvil
from tests.undoing import FRESH_BLOCKS, undone


def test_a_tests_chain_tells_the_right_time_however_long_the_tests_before_took():
    def mined_at(rpc):
        rpc.call("anvil_mine", ["0x1"])
        return int(rpc.call("eth_getBlockByNumber", ["latest", False])["timestamp"], 16)

    long_ago = str(int(time.time()) - 1_000)
    with Anvil(extra=("--timestamp", long_ago)) as anvil, JsonRpc(anvil.rpc_url) as rpc:
        assert time.time() - mined_at(rpc) > 900
        for _ in range(2):
            with undone(rpc, anvil=anvil):
                assert abs(time.time() - mined_at(rpc)) < 10


def test_balances_of_the_blocks_before_a_test_can_be_asked_however_much_was_undone():
    with Anvil() as anvil, JsonRpc(anvil.rpc_url) as rpc:
        for _ in range(8):
            with undone(rpc, anvil=anvil):
                before = int(rpc.call("eth_blockNumber", []), 16) - FRESH_BLOCKS // 2
                rpc.call("anvil_mine", [hex(KEPT_STATES // 4)])
                assert rpc.call("eth_getBalance", ["0x" + "11" * 20, hex(before)]) == "0x0"
