"""The watcher's pure parts: addresses, CREATE2, logs, blooms, reorg plans, confirmations."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.chains.addresses import checksum, parse_address
from gateway.chains.bloom import bloom_mask, may_contain
from gateway.chains.confirmations import (
    Claim,
    Tier,
    confirmations_needed,
    confirmed_units,
    parse_tiers,
    value_usd_cents,
)
from gateway.chains.create2 import (
    Factory,
    SaltTerms,
    create2,
    deposit_address,
    terms_salt,
)
from gateway.chains.cursor import (
    Advance,
    BrokenLink,
    Header,
    NeedParent,
    Nothing,
    Unrelated,
    plan_advance,
)
from gateway.chains.errors import BadAddress, MalformedAnswer
from gateway.chains.lens import parse_balances
from gateway.chains.remining import Fresh, Orphan, pair_remined
from gateway.chains.traces import internal_transfers
from gateway.chains.transfers import TRANSFER_TOPIC, native_transfers, slice_logs
from gateway.chains.watched import ColdSet

# ------------------------------------------------------------------ addresses

EIP55_EXAMPLES = [
    "0x52908400098527886E0F7030069857D2E4169EE7",
    "0x8617E340B3D01FA5F11F306F4090FD50E238070D",
    "0xde709f2102306220921060314715629080e2fb77",
    "0x27b1fdb04752bbc536007a920d24acb045561c26",
    "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed",
    "0xfB6916095ca1df60bB79Ce92cE3Ea74c37c5d359",
    "0xdbF03B407c01E7cD3CBea99509d93f8DDDC8C6FB",
    "0xD1220A0cf47c7B9Be7A2E6BA89F429762e7b9aDb",
]


@pytest.mark.parametrize("text", EIP55_EXAMPLES)
def test_eip55_examples_are_written_and_read(text: str):
    assert checksum(parse_address(text)) == text
    assert checksum(text.lower()) == text


@pytest.mark.parametrize(
    "text",
    [
        "",
        "0x",
        "5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed",
        "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAe",
        "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAedd",
        "0x5aaeb6053F3E94C9b9A09f33669435E7Ef1BeAed",
        "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAeg",
        "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed\n",
        "0x５aAeb6053F3E94C9b9A09f33669435E7Ef1BeAe",
    ],
)
def test_a_mistyped_address_is_refused(text: str):
    with pytest.raises(BadAddress):
        parse_address(text)


# ------------------------------------------------------------------ CREATE2

EIP1014_EXAMPLES = [
    ("00" * 20, "00" * 32, "00", "0x4D1A2e2bB4F88F0250f26Ffff098B0b30B26BF38"),
    ("deadbeef" + "00" * 16, "00" * 32, "00", "0xB928f69Bb1D91Cd65274e3c79d8986362984fDA3"),
    (
        "deadbeef" + "00" * 16,
        "00" * 12 + "feed" + "00" * 18,
        "00",
        "0xD04116cDd17beBE565EB2422F2497E06cC1C9833",
    ),
    ("00" * 20, "00" * 32, "deadbeef", "0x70f2b2914A2a4b783FaEFb75f459A580616Fcb5e"),
    (
        "00" * 16 + "deadbeef",
        "00" * 28 + "cafebabe",
        "deadbeef",
        "0x60f3f640a8508fC6a86d45DF051962668E1e8AC7",
    ),
    ("00" * 20, "00" * 32, "", "0xE33C0C7F7df4809055C3ebA6c09CFe4BaF1BD9e0"),
]


@pytest.mark.parametrize(("deployer", "salt", "code", "expected"), EIP1014_EXAMPLES)
def test_eip1014_examples(deployer: str, salt: str, code: str, expected: str):
    from eth_hash.auto import keccak

    told = create2(
        deployer=bytes.fromhex(deployer),
        salt=bytes.fromhex(salt),
        init_code_hash=keccak(bytes.fromhex(code)),
    )
    assert checksum(told) == expected


TERMS = SaltTerms(
    invoice_id=UUID("019ab3d0-0000-7000-8000-000000000001"),
    payee=bytes.fromhex("70997970c51812dc3a010c7d01b50e0d17dc79c8"),
    settlement_token=bytes.fromhex("5fbdb2315678afecb367f032d93f642f64180aa3"),
    amount=12_500_000,
    lock_end=1_800_000_000,
)


def test_a_salt_never_changes():
    """Golden: addresses on paper receipts must be found again in years."""
    assert terms_salt(TERMS).hex() == GOLDEN_SALT
    factory = Factory(address=bytes(19) + b"\1", version="1", init_code_hash=bytes(31) + b"\2")
    assert checksum(deposit_address(factory=factory, salt=terms_salt(TERMS))) == GOLDEN_ADDRESS


GOLDEN_SALT = "8de532daa86e593c09fb7fd8a8e6c36fc10bc7d467e6824f791d8f9e3e188c80"
GOLDEN_ADDRESS = "0x4009f311234d33152C0ec3FBD4B441b3Ab2adC95"


@pytest.mark.parametrize(
    "changes",
    [
        {"amount": -1},
        {"amount": 2**256},
        {"lock_end": 2**64},
        {"lock_end": -1},
        {"payee": b"\1" * 19},
    ],
)
def test_terms_that_a_contract_could_not_hash_are_refused(changes: dict):
    from dataclasses import replace

    with pytest.raises(ValueError):
        terms_salt(replace(TERMS, **changes))


@given(st.integers(0, 2**256 - 1), st.integers(0, 2**64 - 1))
def test_any_amount_and_lock_change_the_salt(amount: int, lock_end: int):
    from dataclasses import replace

    other = replace(TERMS, amount=amount, lock_end=lock_end)
    assert (terms_salt(other) == terms_salt(TERMS)) == (other == TERMS)


@pytest.mark.parametrize(
    "changes",
    [
        {"invoice_id": UUID("019ab3d0-0000-7000-8000-000000000002")},
        {"payee": b"\2" * 20},
        {"settlement_token": b"\3" * 20},
        {"amount": 1},
        {"lock_end": 1},
    ],
)
def test_every_term_changes_the_salt(changes: dict):
    """Two invoices alike in all but their id would share an address, and one payment."""
    from dataclasses import replace

    assert terms_salt(replace(TERMS, **changes)) != terms_salt(TERMS)


# ------------------------------------------------------------------ logs

OURS = bytes.fromhex("11" * 20)
THEIRS = bytes.fromhex("22" * 20)
TOKEN = "0x" + "aa" * 20


def transfer_log(*, to: bytes = OURS, sender: bytes = THEIRS, **changes: object) -> dict:
    return {
        "address": TOKEN,
        "topics": [
            TRANSFER_TOPIC,
            "0x" + sender.rjust(32, b"\0").hex(),
            "0x" + to.rjust(32, b"\0").hex(),
        ],
        "data": "0x" + (7).to_bytes(32, "big").hex(),
        "blockNumber": "0x10",
        "blockHash": "0x" + "cc" * 32,
        "transactionHash": "0x" + "dd" * 32,
        "logIndex": "0x3",
        "removed": False,
        **changes,
    }


def test_a_transfer_to_us_is_cut_out_and_one_to_others_is_not():
    found = slice_logs([transfer_log(), transfer_log(to=THEIRS)], {OURS})
    (transfer,) = found.incoming
    assert (transfer.recipient, transfer.sender, transfer.units) == (OURS, THEIRS, 7)
    assert (transfer.block_number, transfer.log_index) == (16, 3)
    assert found.numbers == {"0x10"}


def test_a_transfer_from_us_is_told_apart():
    found = slice_logs([transfer_log(to=THEIRS, sender=OURS)], {OURS})
    assert not found.incoming
    assert found.outgoing[0].sender == OURS


def test_an_nft_transfer_is_not_money():
    log = transfer_log()
    log["topics"].append("0x" + "00" * 32)
    assert not slice_logs([log], {OURS}).incoming


@pytest.mark.parametrize(
    "changes",
    [
        {"topics": []},
        {"topics": None},
        {"topics": [TRANSFER_TOPIC, "0x12", "0x34"]},
        {"topics": [TRANSFER_TOPIC, "0x" + "zz" * 32, "0x" + "zz" * 32]},
        {"topics": ["0x" + "ab" * 32]},
        {"data": "0x"},
        {"data": "0x07"},
        {"data": None},
        {"data": "0x" + "zz" * 32},
        {"blockHash": "0x12"},
        {"blockHash": None},
        {"transactionHash": "0x" + "dd" * 31},
        {"logIndex": None},
        {"logIndex": "three"},
        {"blockNumber": None},
        {"removed": True},
    ],
)
def test_one_broken_log_condemns_the_answer(changes: dict):
    with pytest.raises(MalformedAnswer):
        slice_logs([transfer_log(to=THEIRS), transfer_log(**changes)], {OURS})


@pytest.mark.parametrize("log", [None, 1, "0x", [], {}])
def test_what_is_no_log_at_all_condemns_the_answer(log: object):
    with pytest.raises(MalformedAnswer):
        slice_logs([log], {OURS})


def test_even_a_log_for_others_must_have_its_shape():
    with pytest.raises(MalformedAnswer):
        slice_logs([transfer_log(to=THEIRS, topics=[TRANSFER_TOPIC, "0x1", "0x2"])], {OURS})


def test_native_coin_is_found_in_transactions():
    base = {"from": "0x" + THEIRS.hex(), "hash": "0x" + "dd" * 32}
    transactions = [
        {**base, "to": None, "value": "0x5"},
        {**base, "to": "0x" + OURS.hex(), "value": "0x0"},
        {**base, "to": "0x" + THEIRS.hex(), "value": "0x5"},
        {**base, "to": "0x" + OURS.hex(), "value": "0x5"},
    ]
    (found,) = native_transfers(transactions, {OURS}, block_number=1, block_hash=b"\1" * 32)
    assert (found.units, found.recipient, found.log_index) == (5, OURS, -1)
    with pytest.raises(MalformedAnswer):
        native_transfers(["0xdd"], {OURS}, block_number=1, block_hash=b"\1" * 32)


def test_balances_are_one_word_each():
    assert parse_balances("0x" + "00" * 31 + "05" + "00" * 32, count=2) == [5, 0]
    for answer in (None, "0x", "0x" + "00" * 31, "0x" + "zz" * 64, {}):
        with pytest.raises(MalformedAnswer):
            parse_balances(answer, count=2)


def frame(to: bytes, value: int = 5, *, kind: str = "CALL", **changes: object) -> dict:
    return {
        "type": kind,
        "from": "0x" + THEIRS.hex(),
        "to": "0x" + to.hex(),
        "value": hex(value),
        **changes,
    }


def traces(*calls: dict, **root: object) -> list:
    return [{"txHash": "0x" + "dd" * 32, "result": frame(OURS, calls=list(calls), **root)}]


def test_traces_tell_what_contracts_sent():
    deep = frame(THEIRS, calls=[frame(OURS, 1), frame(OURS, 2, kind="SELFDESTRUCT")])
    found = internal_transfers(traces(frame(THEIRS), deep, frame(OURS, 3)), {OURS})
    assert [(t.path, t.units) for t in found] == [("1.0", 1), ("1.1", 2), ("2", 3)]


@pytest.mark.parametrize(
    "told",
    [
        traces(),
        traces(frame(OURS, 0)),
        traces(frame(OURS, kind="DELEGATECALL")),
        traces(frame(OURS, error="out of gas")),
        traces(frame(THEIRS, error="execution reverted", calls=[frame(OURS)])),
        traces(frame(OURS), error="execution reverted"),
    ],
)
def test_what_was_undone_or_only_mentioned_is_no_money(told: list):
    assert internal_transfers(told, {OURS}) == []


@pytest.mark.parametrize("told", [None, {}, [None], [{}], traces({"type": "CALL", "value": "0x1"})])
def test_traces_that_cannot_be_read_are_refused(told: object):
    with pytest.raises(MalformedAnswer):
        internal_transfers(told, {OURS})


# ------------------------------------------------------------------ blooms


@given(st.lists(st.binary(min_size=20, max_size=32), max_size=20), st.binary(min_size=20))
def test_a_bloom_never_hides_a_log(items: list[bytes], other: bytes):
    bloom = 0
    for item in items:
        bloom |= bloom_mask(item)
    assert all(may_contain(bloom, item) for item in items)
    assert not may_contain(0, other)


# ------------------------------------------------------------------ reorgs


def block(number: int, branch: str = "a") -> Header:
    def name(n: int, b: str) -> bytes:
        return f"{b}{n}".encode().rjust(32, b"\0")

    forks_at = {"a": 0, "b": 5, "c": 2}[branch]
    parent = name(number - 1, branch if number - 1 > forks_at else "a")
    return Header(number=number, hash=name(number, branch), parent_hash=parent, timestamp=number)


RING = [block(n) for n in range(3, 9)]


def test_the_next_block_is_applied():
    assert plan_advance(ring=RING, branch=[block(9)]) == Advance(RING[-1], (), (block(9),))


def test_blocks_in_between_are_fetched_first():
    need = plan_advance(ring=RING, branch=[block(11)])
    assert need == NeedParent(10, block(10).hash)
    plan = plan_advance(ring=RING, branch=[block(9), block(10), block(11)])
    assert plan == Advance(RING[-1], (), (block(9), block(10), block(11)))


def test_a_reorg_undoes_down_to_the_common_ancestor():
    branch = [block(n, "b") for n in range(6, 9)]
    plan = plan_advance(ring=RING, branch=branch)
    assert plan == Advance(block(5), (block(8), block(7), block(6)), tuple(branch))


def test_a_shorter_branch_is_followed_too():
    plan = plan_advance(ring=RING, branch=[block(6, "b")])
    assert plan == Advance(block(5), (block(8), block(7), block(6)), (block(6, "b"),))


def test_a_node_that_lags_proves_nothing():
    assert plan_advance(ring=RING, branch=[block(8)]) == Nothing(0)
    assert plan_advance(ring=RING, branch=[block(5)]) == Nothing(3)


def test_a_branch_from_below_what_we_remember_is_unrelated():
    branch = [block(n, "c") for n in range(4, 8)]
    assert plan_advance(ring=RING, branch=branch) == Unrelated(4)
    assert plan_advance(ring=RING, branch=[block(1, "c")]) == Unrelated(1)


def test_blocks_that_do_not_follow_each_other_are_refused():
    with pytest.raises(BrokenLink):
        plan_advance(ring=RING, branch=[block(9), block(11)])
    with pytest.raises(BrokenLink):
        plan_advance(ring=RING, branch=[block(9, "b"), block(10)])


@given(st.data())
def test_any_reorg_leads_from_our_chain_to_the_nodes(data: st.DataObject):
    """Undoing and applying what is planned gives exactly the node's chain."""
    length = data.draw(st.integers(2, 20))
    ours = [Header(n, bytes([0, n]), bytes([0, n - 1]) if n else b"", n) for n in range(length)]
    fork = data.draw(st.integers(0, length - 1))
    growth = data.draw(st.integers(1, 20))
    theirs = ours[: fork + 1]
    for n in range(fork + 1, fork + 1 + growth):
        theirs.append(Header(n, bytes([1, n]), theirs[-1].hash, n))
    branch = [theirs[-1]]
    while isinstance(plan := plan_advance(ring=ours, branch=branch), NeedParent):
        branch.insert(0, theirs[plan.number])
    assert isinstance(plan, Advance)
    kept = [b for b in ours if b not in plan.undo]
    assert kept + list(plan.apply) == theirs


# ------------------------------------------------------------------ the same transfer again

T0 = datetime(2026, 1, 1, tzinfo=UTC)


def orphan(number: int, *, log_index: int = 0, block_number: int = 1, **changes: object) -> Orphan:
    facts = {
        "id": UUID(int=number),
        "address": OURS,
        "asset": "USDC@1",
        "tx_hash": b"\7" * 32,
        "sender": THEIRS,
        "units": 5,
        "block_number": block_number,
        "log_index": log_index,
        "trace_path": "",
        "first_block_time": T0 + timedelta(seconds=number),
    }
    return Orphan(**{**facts, **changes})


def fresh(key: str, *, log_index: int = 0, **changes: object) -> Fresh:
    facts = {
        "key": key,
        "address": OURS,
        "asset": "USDC@1",
        "tx_hash": b"\7" * 32,
        "sender": THEIRS,
        "units": 5,
        "log_index": log_index,
    }
    return Fresh(**{**facts, **changes})


def test_two_transfers_of_one_transaction_find_their_own_orphans():
    pairs = pair_remined(
        fresh=[fresh("second", log_index=9), fresh("first", log_index=4)],
        orphans=[orphan(1, log_index=0), orphan(2, log_index=1)],
    )
    assert {key: told.id.int for key, told in pairs.items()} == {"first": 1, "second": 2}


def test_another_transaction_is_another_payment():
    assert not pair_remined(fresh=[fresh("x", tx_hash=b"\x08" * 32)], orphans=[orphan(1)])
    assert not pair_remined(fresh=[fresh("x", asset="DAI@1")], orphans=[orphan(1)])


def test_the_latest_generation_counts():
    pairs = pair_remined(
        fresh=[fresh("x")], orphans=[orphan(1, block_number=7), orphan(2, block_number=6)]
    )
    assert pairs["x"].id.int == 2


def test_a_block_that_was_left_twice_has_its_latest_orphans():
    pairs = pair_remined(fresh=[fresh("x")], orphans=[orphan(1), orphan(2)])
    assert pairs["x"].id.int == 2


def test_money_seen_by_balance_is_the_same_only_if_the_amount_is():
    seen = orphan(1, tx_hash=b"")
    assert pair_remined(fresh=[fresh("x", tx_hash=b"")], orphans=[seen])
    assert not pair_remined(fresh=[fresh("x", tx_hash=b"", units=6)], orphans=[seen])


# ------------------------------------------------------------------ confirmations


def test_small_amounts_need_fewer_blocks():
    tiers = parse_tiers([[5_000, 1], [100_000, 3], [None, 12]])
    assert confirmations_needed(tiers=tiers, value_usd_cents=5_000) == 1
    assert confirmations_needed(tiers=tiers, value_usd_cents=5_001) == 3
    assert confirmations_needed(tiers=tiers, value_usd_cents=10**12) == 12
    assert confirmations_needed(tiers=tiers, value_usd_cents=None) == 12


@pytest.mark.parametrize(
    "rows",
    [
        [],
        [[None, 0]],
        [[5, 1]],
        [[5, 1], [4, 2], [None, 3]],
        [[None, 1], [None, 2]],
        [[5], [None, 1]],
    ],
)
def test_tiers_that_leave_a_gap_are_refused(rows: list):
    with pytest.raises(ValueError):
        parse_tiers(rows)


def test_a_value_is_rounded_up():
    assert value_usd_cents(units=50_000_001, decimals=6, value_usd_e8=10**8) == 5_001
    assert value_usd_cents(units=50_000_000, decimals=6, value_usd_e8=10**8) == 5_000
    assert value_usd_cents(units=1, decimals=18, value_usd_e8=None) is None


@given(st.lists(st.integers(1, 100), max_size=8), st.integers(-50, 500))
def test_no_more_counts_than_the_balance_bears_out(claims: list[int], proven: int):
    counted = confirmed_units(
        claims=[Claim(key=i, units=u) for i, u in enumerate(claims)], proven_units=proven
    )
    assert sum(counted.values()) == min(sum(claims), max(0, proven))
    assert all(0 <= counted[i] <= units for i, units in enumerate(claims))


def test_open_ended_tiers():
    assert parse_tiers([[None, 2]]) == (Tier(max_usd_cents=None, blocks=2),)


def test_a_cold_set_knows_what_it_was_given():
    addresses = [i.to_bytes(20, "little") for i in range(1, 500)]
    cold = ColdSet(addresses[::2])
    assert all((a in cold) == (i % 2 == 0) for i, a in enumerate(addresses))
    assert b"" not in ColdSet()
