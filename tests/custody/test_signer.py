"""The signer behind its socket: what it gives, what it refuses, what a crash leaves."""

import json
import os
import signal
import socket
import stat
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from gateway.custody.client import SignerClient
from gateway.custody.errors import PolicyInvalid, PolicyRefused, SignerDown
from gateway.custody.keystore import add_key, create_master_key, key_from_secret
from gateway.custody.policy_draft import draft_policy
from gateway.custody.policy_terms import Limit, Policy
from gateway.custody.signer import refuse_demo_keys_for_live
from gateway.custody.transactions import SignedTransaction, UnsignedTransaction, parse_signed
from tests.custody.conftest import ATTACKER, CHAIN_ID, OPERATOR, POLICY, SHOP, Desk, Now, payout
from tests.custody.test_policy import DEVCHAIN

CHECKOUT = Path(__file__).resolve().parents[2]


def ask(
    client: SignerClient,
    unsigned: UnsignedTransaction,
    request_id: str,
    *,
    purpose: str = "payout",
    account: bytes = OPERATOR.address,
) -> SignedTransaction:
    return client.sign(
        request_id=request_id, account=account, purpose=purpose, transaction=unsigned
    )


def refusal(client: SignerClient, unsigned: UnsignedTransaction, request_id: str) -> str:
    with pytest.raises(PolicyRefused) as caught:
        ask(client, unsigned, request_id)
    assert caught.value.code == "policy_refused"
    return caught.value.reason


def test_what_is_signed_is_exactly_what_was_asked(desk: Desk) -> None:
    with desk.start().client() as client:
        unsigned = payout(5)
        signed = ask(client, unsigned, "a")
        assert parse_signed(signed.raw) == (unsigned, OPERATOR.address)


def test_the_same_request_gets_the_same_bytes_and_counts_once(desk: Desk) -> None:
    with desk.start().client() as client:
        first = ask(client, payout(1_000, nonce=0), "a")
        for _ in range(5):
            assert ask(client, payout(1_000, nonce=0), "a") == first
        ask(client, payout(1_000, nonce=1), "b")
        ask(client, payout(500, nonce=2), "c")
        assert refusal(client, payout(1, nonce=3), "d") == "over_day_limit"
        assert ask(client, payout(1_000, nonce=0), "a") == first
        assert refusal(client, payout(999, nonce=0), "a") == "request_conflict"


def test_a_restart_resets_no_limit(desk: Desk, now: Now) -> None:
    with desk.start().client() as client:
        first = ask(client, payout(1_000, nonce=0), "a")
        ask(client, payout(1_000, nonce=1), "b")
        desk.restart()
        assert ask(client, payout(1_000, nonce=0), "a") == first
        assert refusal(client, payout(501, nonce=2), "c") == "over_day_limit"
        desk.restart()
        ask(client, payout(500, nonce=2), "d")
        assert refusal(client, payout(1, nonce=3), "e") == "over_day_limit"
        now.now += timedelta(days=1)
        ask(client, payout(1_000, nonce=3), "f")


def test_a_replacement_with_a_higher_fee_counts_once(desk: Desk) -> None:
    with desk.start().client() as client:
        for bump in range(4):
            ask(client, payout(1_000, nonce=0, max_fee_per_gas=(bump + 1) * 10**9), f"a{bump}")
        ask(client, payout(1_000, nonce=1), "b")
        assert refusal(client, payout(501, nonce=2), "c") == "over_day_limit"


def test_replacing_one_nonce_over_and_over_gives_no_more_than_the_largest(desk: Desk) -> None:
    with desk.start().client() as client:
        ask(client, payout(400, nonce=0), "a")
        ask(client, payout(1_000, nonce=0, to=ATTACKER), "b")
        ask(client, payout(900, nonce=0), "c")
        ask(client, payout(1_000, nonce=1), "d")
        ask(client, payout(500, nonce=2), "e")
        assert refusal(client, payout(1, nonce=3), "f") == "over_day_limit"


def test_many_callers_at_once_never_get_more_than_the_day_holds(desk: Desk) -> None:
    desk.start()

    def one(number: int) -> bool:
        with desk.client() as client:
            try:
                ask(client, payout(100, nonce=number), f"r{number}")
            except PolicyRefused:
                return False
            return True

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(one, range(40))) == 25


def test_whoever_controls_the_web_process_gets_no_more_than_the_limit(desk: Desk) -> None:
    """Any rows, any request ids, any purposes: what leaves to the attacker in a day is bounded."""
    stolen = 0
    with desk.start().client() as client:
        for number in range(60):
            units = (10**12, 1_001, 1_000, 400, 7)[number % 5]
            purpose = ("payout", "refund", "treasury", "fill", "cancel")[number // 5 % 5]
            try:
                ask(
                    client,
                    payout(units, to=ATTACKER, nonce=number),
                    f"x{number}",
                    purpose=purpose,
                )
            except PolicyRefused:
                continue
            stolen += units
    limit = POLICY.limits["USDC@31337"]
    assert 0 < stolen <= limit.per_day


def test_the_socket_is_private(desk: Desk) -> None:
    desk.start()
    assert stat.S_IMODE(desk.socket.stat().st_mode) == 0o600


def test_another_users_process_is_not_answered(desk: Desk) -> None:
    desk.allowed_uids = frozenset({os.geteuid() + 1})
    with desk.start().client() as client, pytest.raises(SignerDown):
        ask(client, payout(1), "a")


def test_no_signer_is_an_error_that_says_so(desk: Desk) -> None:
    with desk.client() as client, pytest.raises(SignerDown) as caught:
        ask(client, payout(1), "a")
    assert caught.value.code == "signer_down"


def test_a_signer_that_hangs_is_given_up(tmp_path: Path) -> None:
    path = tmp_path / "s.sock"
    with socket.socket(socket.AF_UNIX) as deaf:
        deaf.bind(str(path))
        deaf.listen()
        started = time.monotonic()
        with SignerClient(str(path), timeout_seconds=0.2) as client, pytest.raises(SignerDown):
            ask(client, payout(1), "a")
        assert time.monotonic() - started < 20, "it would wait for good"


def test_rubbish_on_the_socket_stops_nobody(desk: Desk) -> None:
    desk.start()
    for rubbish in (b"GET / HTTP/1.1\r\n\r\n", b"\xff" * 40, b"\x00\x00\x00\x02\xc1\xc1", b"\x00"):
        with socket.socket(socket.AF_UNIX) as connection:
            connection.settimeout(1)
            connection.connect(str(desk.socket))
            connection.sendall(rubbish)
    with desk.client() as client:
        ask(client, payout(1), "a")


def test_a_second_signer_on_the_same_socket_is_refused(desk: Desk) -> None:
    desk.start()
    other = Desk(folder=desk.folder, clock=desk.clock)
    with pytest.raises(Exception, match="signer_journal_in_use"):
        other.start()


def test_live_chains_start_with_no_demo_key() -> None:
    live = Policy(chains={CHAIN_ID: replace(POLICY, live=True)})
    with pytest.raises(PolicyInvalid):
        refuse_demo_keys_for_live(keys={OPERATOR.address: OPERATOR}, policy=live)
    own = key_from_secret(OPERATOR.private_key.secret, label="own", demo=False)
    refuse_demo_keys_for_live(keys={OPERATOR.address: own}, policy=live)


def test_refusals_are_logged_without_secrets(desk: Desk, capfd: pytest.CaptureFixture[str]) -> None:
    with desk.start().client() as client:
        ask(client, payout(1), "a")
        refusal(client, payout(10**9), "b")
    written = "".join(capfd.readouterr())
    assert OPERATOR.private_key.secret.hex() not in written


@pytest.fixture
def process(tmp_path: Path) -> Iterator["Process"]:
    process = Process(tmp_path)
    yield process
    process.stop()


class Process:
    """`manage.py signer` as a process of its own."""

    def __init__(self, state: Path) -> None:
        self.state = state
        self.running: subprocess.Popen[bytes] | None = None
        folder = state / "custody"
        master_key = create_master_key(folder / "master.key")
        add_key(state / "keystore.json", OPERATOR, master_key=master_key)
        draft = draft_policy(
            [DEVCHAIN], accounts=[OPERATOR.address], limits={"USDC@31337": Limit(1_000, 2_500)}
        )
        (folder / "policy.json").touch(mode=0o600)
        (folder / "policy.json").write_text(json.dumps(draft))

    def start(self) -> None:
        self.running = subprocess.Popen(
            [sys.executable, "manage.py", "signer"],
            cwd=CHECKOUT,
            env={**os.environ, "TILLWAY_STATE_DIR": str(self.state), "LOG_LEVEL": "INFO"},
            stderr=subprocess.PIPE,
        )
        assert self.running.stderr is not None
        for line in self.running.stderr:
            if b"signer_listening" in line:
                return
        raise AssertionError(f"the signer ended with {self.running.wait()}")

    def kill(self) -> None:
        assert self.running is not None
        self.running.send_signal(signal.SIGKILL)
        self.running.wait()

    def stop(self) -> int | None:
        if self.running is None or self.running.poll() is not None:
            return None
        self.running.terminate()
        return self.running.wait(timeout=120)

    def client(self) -> SignerClient:
        return SignerClient(str(self.state / "signer.sock"), timeout_seconds=5)


def test_a_killed_signer_comes_back_with_its_memory(process: Process) -> None:
    process.start()
    with process.client() as client:
        first = ask(client, payout(1_000, nonce=0), "a")
        ask(client, payout(1_000, nonce=1), "b")
        process.kill()
        with pytest.raises(SignerDown):
            ask(client, payout(1, nonce=2), "c")
        process.start()
        assert ask(client, payout(1_000, nonce=0), "a") == first
        assert refusal(client, payout(501, nonce=2, to=SHOP), "d") == "over_day_limit"
        [account] = client.accounts()
        assert (account.address, account.demo) == (OPERATOR.address, True)
    assert process.stop() == 0
    assert not (process.state / "signer.sock").exists()


def test_a_signers_memory_and_environment_are_closed_to_its_own_user() -> None:
    probe = (
        "import ctypes, resource\n"
        "from gateway.custody.signer import harden_process\n"
        "harden_process()\n"
        "print(ctypes.CDLL(None).prctl(3), resource.getrlimit(resource.RLIMIT_CORE))\n"
    )
    result = subprocess.run(
        [sys.executable, "-c", probe], cwd=CHECKOUT, capture_output=True, text=True, check=True
    )
    assert result.stdout.strip() == "0 (0, 0)"
