"""The node starts, answers, keeps its state and is gone when it should be."""

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from gateway.supervisor.devchain import anvil as anvil_module
from gateway.supervisor.devchain.anvil import (
    KEPT_STATES,
    Anvil,
    AnvilFailed,
    AnvilMissing,
    anvil_binary,
    anvil_command,
)
from gateway.supervisor.devchain.rpc import Rpc, RpcError

pytestmark = pytest.mark.chain

SOMEBODY = "0x00000000000000000000000000000000000000aa"


def is_alive(pid: int) -> bool:
    """Whether a process runs; one that ended and was not yet collected does not."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"


def is_gone(pid: int, *, within_seconds: float = 5) -> bool:
    end = time.monotonic() + within_seconds
    while is_alive(pid):
        if time.monotonic() > end:
            return False
        time.sleep(0.02)
    return True


def test_it_answers_with_its_chain_id_and_is_gone_afterwards() -> None:
    with Anvil(chain_id=4242) as node, Rpc(url=node.rpc_url) as rpc:
        assert rpc.integer("eth_chainId") == 4242
        pid = node.pid
        assert pid is not None
    assert is_gone(pid)
    assert not node.is_running
    node.stop()


def test_two_nodes_with_different_chain_ids_live_side_by_side() -> None:
    with Anvil(chain_id=1001) as one, Anvil(chain_id=1002) as two:
        assert one.port != two.port
        with Rpc(url=one.rpc_url) as rpc:
            assert rpc.integer("eth_chainId") == 1001
        with Rpc(url=two.rpc_url) as rpc:
            assert rpc.integer("eth_chainId") == 1002


def test_it_is_gone_when_a_test_fails() -> None:
    node = Anvil()
    with pytest.raises(ZeroDivisionError), node:
        pid = node.pid
        raise ZeroDivisionError
    assert pid is not None
    assert is_gone(pid)


@pytest.mark.skipif(sys.platform != "linux", reason="the kernel's promise is Linux's")
def test_it_is_gone_when_its_parent_is_killed() -> None:
    program = (
        "from gateway.supervisor.devchain.anvil import Anvil; import time\n"
        "node = Anvil().start(); print(node.pid, flush=True); time.sleep(60)\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", program],
        stdout=subprocess.PIPE,
        cwd=anvil_module.REPOSITORY,
    ) as parent:
        assert parent.stdout is not None
        pid = int(parent.stdout.readline())
        assert is_alive(pid)
        os.kill(parent.pid, signal.SIGKILL)
    assert is_gone(pid)


def test_its_state_survives_a_restart(tmp_path: Path) -> None:
    state = tmp_path / "kept" / "state.json"
    with Anvil(state_path=state) as node, Rpc(url=node.rpc_url) as rpc:
        rpc.call("anvil_setBalance", SOMEBODY, hex(77))
        rpc.call("evm_mine")
        head = rpc.call("eth_getBlockByNumber", "latest", False)
    with Anvil(state_path=state) as node, Rpc(url=node.rpc_url) as rpc:
        assert rpc.integer("eth_getBalance", SOMEBODY, "latest") == 77
        assert rpc.call("eth_getBlockByNumber", "latest", False)["hash"] == head["hash"]


def test_a_block_time_mines_without_transactions() -> None:
    with Anvil(block_time_seconds=0.2) as node, Rpc(url=node.rpc_url) as rpc:
        end = time.monotonic() + 5
        while rpc.integer("eth_blockNumber") < 2:
            assert time.monotonic() < end
            time.sleep(0.05)


def test_a_taken_port_is_said_and_nothing_is_left_behind() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        node = Anvil(port=taken.getsockname()[1])
        with pytest.raises(AnvilFailed, match=r"(?i)address|in use"):
            node.start(timeout_seconds=5)
    assert not node.is_running


def test_a_missing_binary_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(AnvilMissing, match="make setup"):
        anvil_binary(root=tmp_path)


def test_the_command_line_is_complete_for_a_supervisor(tmp_path: Path) -> None:
    command = anvil_command(
        port=1, chain_id=2, block_time_seconds=3, state_path=tmp_path / "s", extra=("--silent",)
    )
    assert command[0] == str(anvil_binary())
    joined = " ".join(command[1:])
    for part in ("--port 1", "--chain-id 2", "--block-time 3", f"--state {tmp_path}/s", "--silent"):
        assert part in joined


def test_a_long_chain_writes_nothing_into_the_home_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It did, for ever when the node was killed, until the disk was full."""
    monkeypatch.setenv("HOME", str(tmp_path))
    with Anvil() as anvil, Rpc(url=anvil.rpc_url) as rpc:
        rpc.call("anvil_mine", hex(KEPT_STATES + 100))
        assert rpc.integer("eth_blockNumber") == KEPT_STATES + 100
        recent = hex(KEPT_STATES + 100 - KEPT_STATES // 2)
        assert int(rpc.call("eth_getBalance", "0x" + "11" * 20, recent), 16) == 0
    assert list(tmp_path.rglob("*")) == []


def test_a_refused_call_keeps_the_nodes_words(fresh_anvil: Anvil) -> None:
    with Rpc(url=fresh_anvil.rpc_url) as rpc, pytest.raises(RpcError) as refused:
        rpc.call("eth_nonsense")
    assert refused.value.method == "eth_nonsense"


def test_a_batch_answers_in_order(fresh_anvil: Anvil) -> None:
    with Rpc(url=fresh_anvil.rpc_url) as rpc:
        calls = [("eth_getBalance", [f"0x{i:040x}", "latest"]) for i in range(1, 251)]
        for i in (1, 120, 250):
            rpc.call("anvil_setBalance", f"0x{i:040x}", hex(i))
        answers = rpc.batch(calls)
    assert [int(answers[i - 1], 16) for i in (1, 120, 250)] == [1, 120, 250]
