"""Several senders, killed processes, and the contracts that the house really calls."""

import json
import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from eth_abi.abi import encode

from gateway.chains.models import Chain, OutgoingTransaction
from gateway.chains.node_line import NodeLine
from gateway.chains.outgoing.sender import Sender
from gateway.chains.sending import transaction_get, transaction_queue
from gateway.custody.addresses import address_bytes, address_text
from gateway.custody.decoding import CALLS, selector_of
from gateway.custody.journal import Journal
from gateway.custody.keystore import add_key, create_master_key, key_from_secret
from gateway.custody.policy_draft import draft_policy
from gateway.custody.policy_file import parse_policy
from gateway.custody.policy_terms import Limit
from gateway.custody.signer import Signer
from gateway.custody.transactions import parse_signed
from gateway.events import leases
from gateway.events.errors import LeaseLost
from gateway.events.models import Event, Lease
from gateway.supervisor.devchain.anvil import Anvil
from tests.chains.send_kit import (
    ETHER,
    FINALITY_BLOCKS,
    OPERATOR,
    SHOP,
    Clock,
    LocalSigner,
    Post,
)
from tests.chains.watch_kit import Till

CHECKOUT = Path(__file__).resolve().parents[2]


@pytest.fixture
def post(transactional_db: None, tmp_path: Path) -> Iterator[Post]:
    with Anvil(chain_id=31340) as anvil:
        post = Post(anvil=anvil, folder=tmp_path)
        yield post
        post.close()


def each_was_sent_once(post: Post, queued: list[OutgoingTransaction]) -> None:
    rows = list(OutgoingTransaction.objects.filter(id__in=[one.id for one in queued]))
    assert {row.status for row in rows} == {"final"}
    assert sorted(row.nonce or 0 for row in rows) == list(range(len(rows)))
    assert (post.count(), post.balance()) == (len(rows), 1000 * len(rows))
    for row in rows:
        raws = [bytes(a.raw) for a in row.attempts.all() if a.raw is not None]
        assert len({parse_signed(raw)[0].nonce for raw in raws}) == 1
    subjects = [f"transaction:{row.id}" for row in rows]
    said = Event.objects.filter(type="transaction.final", subject__in=subjects)
    assert sorted(said.values_list("subject", flat=True)) == sorted(subjects)


def test_senders_that_fight_for_the_lease_send_each_transaction_once(post: Post) -> None:
    """Four senders at once, and a lease that runs out under them at any moment."""
    queued = [post.queue(f"k{number}") for number in range(20)]
    done = threading.Event()
    lost = []

    def run(number: int) -> None:
        dice = random.Random(number)
        node = NodeLine(chain_id=post.chain_id, urls=[post.anvil.rpc_url])
        while not done.is_set():
            lease = leases.acquire(name=post.lease_name, holder=f"sender-{number}", ttl_seconds=600)
            if lease is None:
                time.sleep(0.005)
                continue
            sender = Sender(
                chain=post.chain,
                node=node,
                signer=post.signer,
                lease=lease,
                clock=post.clock,
                options=post.options,
                reached=lambda _point: time.sleep(dice.random() * 0.005),
            )
            try:
                while not done.is_set():
                    sender.tick()
                    time.sleep(0.005)
            except LeaseLost:
                lost.append(number)
        node.close()
        connection.close()

    threads = [threading.Thread(target=run, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        Lease.objects.filter(name=post.lease_name).update(expires_at="2020-01-01T00:00:00Z")
        time.sleep(0.15)
        post.mine()
        if OutgoingTransaction.objects.exclude(status="final").count() == 0:
            break
    done.set()
    for thread in threads:
        thread.join()
    each_was_sent_once(post, queued)
    assert len(lost) > 3


# --- processes -------------------------------------------------------------------------------


class Processes:
    """`manage.py signer` and `manage.py sender` on this test's database and chain."""

    def __init__(self, *, state: Path, chains: list[dict[str, Any]], limits: Any) -> None:
        self.state = state
        self.running: dict[str, subprocess.Popen[bytes]] = {}
        custody = state / "custody"
        master_key = create_master_key(custody / "master.key")
        add_key(state / "keystore.json", OPERATOR, master_key=master_key)
        draft = draft_policy(chains, accounts=[OPERATOR.address], limits=limits)
        (custody / "policy.json").touch(mode=0o600)
        (custody / "policy.json").write_text(json.dumps(draft))
        database = connection.settings_dict
        self.environment = {
            **os.environ,
            "TILLWAY_STATE_DIR": str(state),
            "CHAINS": json.dumps(chains),
            "DATABASE_URL": (
                f"postgres://{database['USER']}@/{database['HOST']}/{database['NAME']}"
            ),
            "LOG_LEVEL": "WARNING",
        }

    def start(self, *command: str) -> None:
        self.running[command[0]] = subprocess.Popen(
            [sys.executable, "manage.py", *command], cwd=CHECKOUT, env=self.environment
        )

    def kill(self, name: str) -> None:
        self.running[name].send_signal(signal.SIGKILL)
        self.running[name].wait()

    def stop(self) -> None:
        for process in self.running.values():
            if process.poll() is None:
                process.terminate()
        for process in self.running.values():
            process.wait(timeout=15)


def test_processes_killed_over_and_over_send_each_transaction_once(post: Post) -> None:
    entry = {
        "chain_id": post.chain_id,
        "key": "sending",
        "name": "Sending",
        "mode": "test",
        "rpc_urls": [post.anvil.rpc_url],
        "block_seconds": 0.2,
        "confirmations": [[None, 1]],
        "finality_blocks": FINALITY_BLOCKS,
        "grace_seconds": 30,
        "factory": {
            "address": "0x" + "fa" * 20,
            "version": 1,
            "code_hash": "0x" + "00" * 32,
            "init_code_hash": "0x" + "00" * 32,
        },
        "treasury": address_text(OPERATOR.address),
        "native": {"symbol": "ETH", "decimals": 18},
        "tokens": [],
    }
    Chain.objects.update(block_seconds=0.2)
    processes = Processes(
        state=post.folder,
        chains=[entry],
        limits={f"ETH@{post.chain_id}": Limit(ETHER, 100 * ETHER)},
    )
    queued = [post.queue(f"k{number}") for number in range(8)]
    try:
        processes.start("signer")
        processes.start("sender", "--chain", str(post.chain_id))
        kills = iter([("sender", 1.9), ("signer", 2.1), ("sender", 2.3), ("sender", 1.7)])
        deadline = time.monotonic() + 120
        next_kill = time.monotonic() + 2.0
        while time.monotonic() < deadline:
            time.sleep(0.2)
            post.mine()
            # A killed holder's lease runs out by itself; the test does not wait for that.
            if time.monotonic() > next_kill:
                name, pause = next(kills, ("", 1000.0))
                next_kill = time.monotonic() + pause
                if name:
                    processes.kill(name)
                    Lease.objects.update(expires_at="2020-01-01T00:00:00Z")
                    arguments = ("--chain", str(post.chain_id)) if name == "sender" else ()
                    processes.start(name, *arguments)
                    queued += [post.queue(f"k{len(queued) + number}") for number in range(3)]
                continue
            if next_kill > time.monotonic() + 500 and not (
                OutgoingTransaction.objects.exclude(status="final").exists()
            ):
                break
    finally:
        processes.stop()
    assert len(queued) == 8 + 4 * 3
    each_was_sent_once(post, queued)
    assert processes.running["sender"].returncode == 0
    assert processes.running["signer"].returncode == 0


# --- the real contracts ----------------------------------------------------------------------

TREASURER = key_from_secret(
    bytes.fromhex("59c6995e998f97a5a0044966f0945389dc9e86dae88c7a8412f4603b6b78690d"),
    label="operator",
    demo=True,
)


def call(signature: str, *values: object) -> bytes:
    return selector_of(signature) + encode(CALLS[signature].types, values)


def named(name: str) -> str:
    [signature] = [text for text in CALLS if text.startswith(f"{name}(")]
    return signature


def test_a_payout_a_sweep_and_a_swap_pass_a_drafted_policy_and_the_real_contracts(
    till: Till, chain_entry: dict[str, Any], tmp_path: Path
) -> None:
    clock, usdc, weth = Clock(), till.layout.token("USDC"), till.layout.token("WETH")
    chain_id = till.chain.id
    draft = draft_policy(
        [chain_entry],
        accounts=[TREASURER.address],
        limits={f"USDC@{chain_id}": Limit(10 * 10**6, 20 * 10**6)},
    )
    journal = Journal(tmp_path / "journal", master_key=bytes(32), now=clock())
    signer = Signer(
        keys={TREASURER.address: TREASURER},
        policy=parse_policy(json.dumps(draft).encode()),
        journal=journal,
        clock=clock,
    )
    till.faucet.give(to=address_text(TREASURER.address), symbol="USDC", units=50 * 10**6)
    first, second = till.address(), till.address()
    till.faucet.give(to=address_text(first.address), symbol="USDC", units=7 * 10**6)
    till.faucet.give(to=address_text(second.address), symbol="WETH", units=10**16)
    shop = address_text(SHOP)
    treasury_before = till.faucet.balance(of=chain_entry["treasury"], symbol="USDC")

    factory = address_bytes(till.layout.deposit_factory)
    path = address_bytes(weth.address) + (500).to_bytes(3, "big") + address_bytes(usdc.address)
    swap = (till.layout.v3_router, path, 10**16, 1)

    def queue(key: str, purpose: str, to: bytes, data: bytes) -> OutgoingTransaction:
        return transaction_queue(
            chain_id=chain_id,
            account=TREASURER.address,
            to=to,
            data=data,
            value=0,
            purpose=purpose,
            reference=f"{purpose}:{key}",
            idempotency_key=key,
            now=clock(),
        )

    def pay(key: str, units: int, to: str = shop) -> OutgoingTransaction:
        data = call("transfer(address,uint256)", to, units)
        return queue(key, "payout", address_bytes(usdc.address), data)

    deadline = 2**40
    payout = pay("payout", 5 * 10**6)
    sweep = queue(
        "sweep",
        "sweep",
        factory,
        call(named("sweepToken"), [bytes(first.salt)], usdc.address, deadline),
    )
    fill = queue(
        "fill",
        "fill",
        factory,
        call(named("sweepAndSwap"), [bytes(second.salt)], weth.address, swap, deadline),
    )
    theft = pay("theft", 11 * 10**6, to=address_text(b"\xbd" * 20))
    more = [pay(f"more{number}", 10 * 10**6, to=address_text(b"\xbd" * 20)) for number in range(2)]

    lease = leases.acquire(name=f"sender:{chain_id}", holder="test", ttl_seconds=60)
    assert lease is not None
    sender = Sender(
        chain=till.chain,
        node=NodeLine(chain_id=chain_id, urls=[till.url]),
        signer=LocalSigner(signer),
        lease=lease,
        clock=clock,
    )
    for _ in range(3):
        sender.tick()
        till.rpc.call("anvil_mine", [hex(till.chain.finality_blocks + 1)])
    journal.close()

    states = {
        outgoing.idempotency_key: (
            transaction_get(outgoing.id).status,
            transaction_get(outgoing.id).failure_code,
        )
        for outgoing in (payout, sweep, fill, theft, *more)
    }
    assert states == {
        "payout": ("final", ""),
        "sweep": ("final", ""),
        "fill": ("final", ""),
        "theft": ("queued", ""),  # waits for a raised limit, or to be cancelled
        "more0": ("final", ""),
        "more1": ("queued", ""),
    }
    assert till.faucet.balance(of=shop, symbol="USDC") == 5 * 10**6
    gained = till.faucet.balance(of=chain_entry["treasury"], symbol="USDC") - treasury_before
    assert gained > (7 - 5 - 10 + 20) * 10**6
    body = Event.objects.get(type="transaction.final", subject=f"transaction:{sweep.id}").body
    swept = [log for log in body["logs"] if log["address"] == till.layout.deposit_factory.lower()]
    assert len(swept) == 1
    assert int(body["fee_units"]) > 0
