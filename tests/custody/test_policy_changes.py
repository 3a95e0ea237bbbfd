"""A changed policy file changes nothing: two approvers sign it, it waits, one can call it off."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from eth_account import Account
from eth_account.messages import encode_defunct
from hypothesis import given
from hypothesis import strategies as st

from gateway.custody.errors import JournalDamaged, PolicyInvalid
from gateway.custody.policy_book import Agreement, PolicyBook, checked
from gateway.custody.policy_changes import call_off_text, change_text, digest_of, recovered
from gateway.custody.policy_draft import draft_policy
from gateway.custody.policy_file import parse_policy
from gateway.custody.policy_terms import Limit
from tests.custody.conftest import MASTER_KEY, OPERATOR

NOW = datetime(2026, 11, 29, 12, 0, tzinfo=UTC)
DAY = timedelta(hours=24)
ANN, BEN, EVE = (Account.from_key(bytes([n]) * 32) for n in (0x31, 0x32, 0x33))
CHAIN = {
    "chain_id": 8453,
    "mode": "live",
    "native": {"symbol": "ETH", "decimals": 18},
    "tokens": [{"symbol": "USDC", "decimals": 6, "address": "0x" + "c0" * 20}],
    "treasury": "0x" + "7e" * 20,
}
HOT = bytes.fromhex("51" * 20)


def policy(units: int = 1_000, *, mode: str = "live", approvers: Any = (ANN, BEN)) -> bytes:
    draft = draft_policy(
        [{**CHAIN, "mode": mode}],
        accounts=[HOT],
        limits={"USDC@8453": Limit(units, units)},
        approvers=[bytes.fromhex(one.address[2:]) for one in approvers],
    )
    return json.dumps(draft).encode()


def signed(text: str, *people: Any) -> tuple[str, ...]:
    message = encode_defunct(text=text)
    return tuple("0x" + person.sign_message(message).signature.hex() for person in people)


def agreed(before: bytes, after: bytes, *people: Any) -> Agreement:
    text = change_text(before=digest_of(before), after=digest_of(after))
    return Agreement(signatures=signed(text, *people))


def book_in(folder: Path) -> PolicyBook:
    return PolicyBook(folder / "policy.jsonl", master_key=MASTER_KEY)


def day_limit(book: PolicyBook, now: datetime = NOW) -> int:
    return book.at(now).chains[8453].limits["USDC@8453"].per_day


OLD, NEW = policy(), policy(10**9)


@pytest.fixture
def book(tmp_path: Path) -> PolicyBook:
    book = book_in(tmp_path)
    assert book.look(OLD, Agreement(), now=NOW) == "first"
    return book


def test_a_wider_policy_file_alone_widens_nothing(book: PolicyBook, tmp_path: Path) -> None:
    assert book.look(NEW, Agreement(), now=NOW) == "not_agreed"
    assert day_limit(book, NOW + 10 * DAY) == 1_000
    again = book_in(tmp_path)
    assert again.look(NEW, Agreement(), now=NOW) == "not_agreed"
    assert day_limit(again) == 1_000


@pytest.mark.parametrize(
    "people", [(ANN,), (ANN, ANN), (ANN, EVE), (EVE,), ()], ids=lambda who: str(len(who))
)
def test_fewer_than_two_approvers_change_nothing(book: PolicyBook, people: Any) -> None:
    assert book.look(NEW, agreed(OLD, NEW, *people), now=NOW) == "not_agreed"
    assert day_limit(book, NOW + 10 * DAY) == 1_000


def test_two_approvers_change_it_after_its_delay_across_restarts(
    book: PolicyBook, tmp_path: Path
) -> None:
    assert book.look(NEW, agreed(OLD, NEW, ANN, BEN), now=NOW) == "offered"
    assert day_limit(book, NOW + DAY - timedelta(seconds=1)) == 1_000
    again = book_in(tmp_path)
    # Looked at again, the delay begins no second time.
    assert again.look(NEW, agreed(OLD, NEW, ANN, BEN), now=NOW + timedelta(hours=23)) == "waits"
    assert day_limit(again, NOW + DAY) == 10**9
    assert book_in(tmp_path).digest == digest_of(NEW)


def test_signatures_of_another_change_are_of_no_use(book: PolicyBook, tmp_path: Path) -> None:
    wider = policy(10**12)
    assert book.look(wider, agreed(OLD, NEW, ANN, BEN), now=NOW) == "not_agreed"
    book.look(NEW, agreed(OLD, NEW, ANN, BEN), now=NOW)
    assert day_limit(book, NOW + DAY) == 10**9
    later = NOW + 2 * DAY
    # Back to the old one, then the signatures of long ago once more.
    assert book.look(OLD, agreed(OLD, NEW, ANN, BEN), now=later) == "not_agreed"
    assert book.look(OLD, agreed(NEW, OLD, ANN, BEN), now=later) == "offered"
    assert day_limit(book, later + DAY) == 1_000


def test_one_approver_calls_it_off_while_it_waits(book: PolicyBook, tmp_path: Path) -> None:
    both = agreed(OLD, NEW, ANN, BEN)
    assert book.look(NEW, both, now=NOW) == "offered"
    text = call_off_text(before=digest_of(OLD), after=digest_of(NEW))
    by_eve = Agreement(signatures=both.signatures, call_off=signed(text, EVE))
    assert book.look(NEW, by_eve, now=NOW) == "waits"
    by_ben = Agreement(signatures=both.signatures, call_off=signed(text, BEN))
    assert book.look(NEW, by_ben, now=NOW) == "called_off"
    assert day_limit(book, NOW + 10 * DAY) == 1_000
    assert book_in(tmp_path).look(NEW, both, now=NOW) == "called_off"


def test_the_new_policys_own_approvers_do_not_count(book: PolicyBook) -> None:
    taken = policy(10**9, approvers=(EVE, Account.from_key(b"\x34" * 32)))
    both = agreed(OLD, taken, EVE, Account.from_key(b"\x34" * 32))
    assert book.look(taken, both, now=NOW) == "not_agreed"


def test_a_policy_of_test_chains_without_approvers_changes_at_once(tmp_path: Path) -> None:
    book = book_in(tmp_path)
    book.look(policy(mode="test", approvers=()), Agreement(), now=NOW)
    assert book.look(policy(7, mode="test", approvers=()), Agreement(), now=NOW) == "free"
    assert day_limit(book) == 7


@pytest.mark.parametrize("approvers", [(), (ANN,), (ANN, ANN)])
def test_a_live_chain_needs_two_approvers(approvers: Any) -> None:
    with pytest.raises(PolicyInvalid, match="two approvers"):
        checked(parse_policy(policy(approvers=approvers)))


def test_an_approver_is_none_of_the_signers_own_accounts() -> None:
    draft = json.loads(policy())
    draft["approvers"].append("0x" + HOT.hex())
    with pytest.raises(PolicyInvalid, match="own accounts"):
        checked(parse_policy(json.dumps(draft).encode()))


def test_a_changed_removed_or_made_up_line_stops_the_signer(
    book: PolicyBook, tmp_path: Path
) -> None:
    book.look(NEW, agreed(OLD, NEW, ANN, BEN), now=NOW)
    path = tmp_path / "policy.jsonl"
    first, second = path.read_bytes().splitlines(keepends=True)
    for content in (
        first.replace(b"1000", b"9000") + second,
        second,
        first + second.replace(b"2026-11-30", b"2026-11-29"),
        first + b"0" * 64 + second[64:],
    ):
        path.write_bytes(content)
        with pytest.raises(JournalDamaged):
            book_in(tmp_path)
    path.write_bytes(first + second[:40])
    assert book_in(tmp_path).offer is None


@given(st.binary(max_size=70))
def test_whatever_is_sent_for_a_signature_is_none_of_an_approver(raw: bytes) -> None:
    text = change_text(before="a", after="b")
    assert recovered(text, raw.hex()) not in {bytes.fromhex(ANN.address[2:]), OPERATOR.address}
