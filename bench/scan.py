"""Logs a second: from the node, through the match against a million addresses, to rows and events.

A dev chain holds 50,000 Transfer logs of three tokens, one in a hundred to an address of ours. The
watcher's own catching up hears them, with all its checks, and writes what is ours to PostgreSQL
(durable, as in production). web3's ``get_logs`` asks the same node for the same range; the floor is
``orjson.loads`` of the very answer. It runs in a process of its own, so that its memory is its own.
"""

import json
import os
import random
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

LOGS = 50_000
LOGS_PER_TRANSACTION = 500
WATCHED = 1_000_000
MATCHED_SHARE = 0.01
ROUNDS = 5
CHAIN_ID = 31_338
TOKENS = [bytes([0xA0 + n]) * 20 for n in range(3)]
FACTORY = bytes([0xFA]) * 20
FINALITY_BLOCKS = 6
COPY = """
COPY chains_depositaddress (address, mode, salt, factory_address, factory_version, terms_hash,
                            created_at, poll_until, watch_until) FROM STDIN (FORMAT BINARY)
"""


def emitter() -> bytes:
    """Code of a token that logs Transfer(caller, word, 1) for each word it is called with.

    Asked for a balance (36 bytes of calldata) it has plenty.
    """
    topic = bytes.fromhex("ddf252ad1be2c89b69c2b068fc378daa952ba7f163c4a11628f55a4df523b3ef")
    head = bytes.fromhex("3660241460")  # calldatasize == 36 ? jump to the balance
    loop = len(head) + 2 + 7
    body = bytes.fromhex("600160005260005b8036111560")
    rest = bytes.fromhex("57803533") + b"\x7f" + topic
    rest += bytes.fromhex("60206000a360200160") + bytes([loop]) + b"\x56"
    end = len(head) + 2 + len(body) + 1 + len(rest)
    balance = end + 2
    tail = bytes.fromhex("5b005b6801000000000000000060005260206000f3")
    return head + bytes([balance]) + b"\x57" + body + bytes([end]) + rest + tail


def run(*, seed: int) -> dict[str, Any]:
    # Outside home folders, like the product's own state: PostgreSQL has a user of its own.
    folder = Path(tempfile.mkdtemp(prefix="tillway-scan-", dir="/var/tmp"))
    folder.chmod(0o711)
    environment = {
        **os.environ,
        "TILLWAY_STATE_DIR": str(folder),
        "DJANGO_SETTINGS_MODULE": "gateway.settings",
        "LOG_LEVEL": "ERROR",
    }
    environment.pop("DATABASE_URL", None)
    try:
        done = subprocess.run(
            [sys.executable, "-m", "bench.scan", str(seed)],
            env=environment,
            cwd=Path(__file__).parents[1],
            stdout=subprocess.PIPE,
            check=True,
        )
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    result: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return result


TRUNCATE = """
TRUNCATE chains_deposit, chains_block, events_event, events_sequence, events_outbox
"""


class Bench:
    """The chain, the addresses and the three ways through them."""

    def __init__(self, *, url: str, seed: int) -> None:
        from gateway.outside.rpc import JsonRpc

        self.url = url
        self.rpc = JsonRpc(url, timeout_seconds=120)
        self.random = random.Random(seed)

    def fill_chain(self) -> None:
        for token in TOKENS:
            self.rpc.call("anvil_setCode", ["0x" + token.hex(), "0x" + emitter().hex()])
        self.ours = [self.random.randbytes(20) for _ in range(WATCHED)]
        self.start = int(self.rpc.call("eth_blockNumber"), 16)
        sender = self.rpc.call("eth_accounts")[0]
        for turn in range(LOGS // LOGS_PER_TRANSACTION):
            to = [self.random.randbytes(20) for _ in range(LOGS_PER_TRANSACTION)]
            for place in self.random.sample(
                range(LOGS_PER_TRANSACTION), round(LOGS_PER_TRANSACTION * MATCHED_SHARE)
            ):
                to[place] = self.random.choice(self.ours)
            self.rpc.call(
                "eth_sendTransaction",
                [
                    {
                        "from": sender,
                        "to": "0x" + TOKENS[turn % len(TOKENS)].hex(),
                        "gas": hex(10_000_000),
                        "data": "0x" + b"".join(a.rjust(32, b"\0") for a in to).hex(),
                    }
                ],
            )
            self.rpc.call("anvil_mine", ["0x1"])
        self.end = int(self.rpc.call("eth_blockNumber"), 16)
        self.rpc.call("anvil_mine", [hex(FINALITY_BLOCKS + 2)])
        window = {
            "fromBlock": hex(self.start + 1),
            "toBlock": hex(self.end),
            "address": ["0x" + token.hex() for token in TOKENS],
            "topics": ["0xddf252ad1be2c89b69c2b068fc378daa952ba7f163c4a11628f55a4df523b3ef"],
        }
        self.window = window
        self.answer = self.rpc.call_bytes("eth_getLogs", [window])

    def fill_tables(self) -> None:
        from datetime import UTC, datetime, timedelta

        from django.db import connection

        from gateway.chains.models import Chain, ProcessedHead, Token

        chain = Chain.objects.create(
            id=CHAIN_ID,
            key="bench",
            name="Bench",
            mode="test",
            block_seconds=1,
            confirmations=[[None, 1]],
            finality_blocks=FINALITY_BLOCKS,
            grace_seconds=30,
            factory_address=FACTORY,
            factory_version="1",
            factory_code_hash=bytes(32),
            factory_init_code_hash=bytes(32),
            treasury=FACTORY,
        )
        for number, token in enumerate([*TOKENS, None]):
            Token.objects.create(
                code=f"T{number}@{CHAIN_ID}",
                chain=chain,
                address=token,
                symbol=f"T{number}",
                decimals=18,
                kind="erc20" if token else "native",
            )
        now = datetime.now(UTC)
        later = now + timedelta(days=1)
        with connection.cursor() as cursor, cursor.copy(COPY) as copy:
            copy.set_types(["bytea", "text", *["bytea"] * 2, "text", "bytea", *["timestamptz"] * 3])
            for address in self.ours:
                salt = address.rjust(32, b"\0")
                copy.write_row((address, "test", salt, FACTORY, "1", salt, now, now, later))
        del self.ours
        block = self.rpc.call("eth_getBlockByNumber", [hex(self.start), False])
        self.first = {
            "number": self.start,
            "hash": bytes.fromhex(block["hash"][2:]),
            "timestamp": int(block["timestamp"], 16),
        }
        self.first_parent = bytes.fromhex(block["parentHash"][2:])
        ProcessedHead.objects.create(chain=chain, updated_at=now, **self.first)

    # ------------------------------------------------------------------ the three ways

    def ours_once(self) -> dict[str, float]:
        """Seconds to hear everything, and to have it confirmed and final as well."""
        from django.db import connection
        from django.utils import timezone

        from gateway.chains.models import Block, Deposit, ProcessedHead
        from gateway.chains.nodes import Nodes
        from gateway.chains.watching.watcher import Step, Watcher
        from gateway.events import leases

        with connection.cursor() as cursor:
            cursor.execute(TRUNCATE)
        ProcessedHead.objects.update(**self.first)
        Block.objects.create(chain_id=CHAIN_ID, parent_hash=self.first_parent, **self.first)
        lease = leases.acquire(name="watcher:bench", holder="bench", ttl_seconds=3600)
        assert lease is not None
        nodes, prefetch_nodes = (
            Nodes(chain_id=CHAIN_ID, urls=[self.url], timeout_seconds=60) for _ in range(2)
        )
        # A watcher at work has its connections open.
        nodes.latest()
        prefetch_nodes.latest()
        watcher = Watcher(
            chain_id=CHAIN_ID,
            nodes=nodes,
            prefetch_nodes=prefetch_nodes,
            lease=lease,
            clock=timezone.now,
        )
        assert len(watcher.watched) == WATCHED
        began = time.perf_counter()
        while watcher.head.number < self.end:
            watcher.catch_up(to=self.end)
        heard = time.perf_counter() - began
        rows = Deposit.objects.count()
        while (outcome := watcher.step()) is not Step.IDLE:
            assert outcome is Step.ADVANCED
        final = time.perf_counter() - began
        assert Deposit.objects.filter(state="final").count() == rows
        watcher.close()
        return {"heard": heard, "final": final, "rows": rows}

    def web3_once(self) -> float:
        from web3 import HTTPProvider, Web3

        web3 = Web3(HTTPProvider(self.url, request_kwargs={"timeout": 120}))
        window: Any = {
            "fromBlock": self.start + 1,
            "toBlock": self.end,
            "address": [Web3.to_checksum_address(token) for token in TOKENS],
            "topics": self.window["topics"],
        }
        began = time.perf_counter()
        logs = web3.eth.get_logs(window)
        seconds = time.perf_counter() - began
        assert len(logs) == LOGS
        return seconds

    def orjson_once(self) -> float:
        import orjson

        began = time.perf_counter()
        logs = orjson.loads(self.answer)["result"]
        seconds = time.perf_counter() - began
        assert len(logs) == LOGS
        return seconds


def work(*, seed: int) -> dict[str, Any]:
    import django
    from django.conf import settings

    from gateway.supervisor import embedded
    from gateway.supervisor.devchain.anvil import Anvil

    embedded.start_postgres(folder=settings.POSTGRES_DIR)
    try:
        embedded.ensure_database(folder=settings.POSTGRES_DIR, name="tillway")
        django.setup()
        from django.core.management import call_command

        call_command("migrate", "events", verbosity=0)
        call_command("migrate", "chains", verbosity=0)
        with Anvil(chain_id=CHAIN_ID, extra=("--no-mining", "--gas-limit", "300000000")) as anvil:
            bench = Bench(url=anvil.rpc_url, seed=seed)
            bench.fill_chain()
            bench.fill_tables()
            return measure(bench)
    finally:
        embedded.stop_postgres(folder=settings.POSTGRES_DIR)


def measure(bench: Bench) -> dict[str, Any]:
    ours, web3, orjson, memory = [], [], [], 0.0
    for _ in range(ROUNDS):
        ours.append(bench.ours_once())
        # Before web3 is imported: the watcher's own memory.
        memory = memory or resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        web3.append(bench.web3_once())
        orjson.append(bench.orjson_once())

    def per_second(seconds: list[float]) -> int:
        return round(LOGS / statistics.median(seconds))

    heard = per_second([one["heard"] for one in ours])
    by_web3, by_orjson = per_second(web3), per_second(orjson)
    return {
        "figures": {
            "logs_per_s": heard,
            "web3_logs_per_s": by_web3,
            "orjson_logs_per_s": by_orjson,
            "watched": WATCHED,
            "matched_share": ours[0]["rows"] / LOGS,
            "rss_mb": round(memory),
            "times_web3": round(heard / by_web3, 2),
            "of_orjson": round(heard / by_orjson, 3),
            "final_logs_per_s": per_second([one["final"] for one in ours]),
        },
        "conditions": {
            "logs": LOGS,
            "blocks": bench.end - bench.start,
            "answer_mb": round(len(bench.answer) / 1e6, 1),
            "rounds": ROUNDS,
            "web3": "eth.get_logs, no match and no rows",
            "orjson": "orjson.loads of the answer alone",
            "ours": "fetch (prefetching), whole blocks, checks, match, rows, events, commit",
            "final": "and balanceOf, confirmed, final",
        },
    }


if __name__ == "__main__":
    print(json.dumps(work(seed=int(sys.argv[1]))))
