"""Whose a signature is: a contract wallet's, there or not yet, or a key's; on a real chain."""

from collections.abc import Iterator
from typing import Any

import pytest
from eth_abi.abi import decode

from gateway.chains.errors import MalformedAnswer, WalletUnasked
from gateway.chains.signed_texts import Signed, digest_of, how_signed, kind_shown
from gateway.chains.wallet_question import (
    ASKED_FROM,
    GAS,
    WalletAnswer,
    _init_code,
    read_answer,
    wallet_calls,
)
from gateway.chains.wrapped_signatures import unwrap
from gateway.outside.rpc import JsonRpc
from tests.chains.wallet_kit import (
    OWNER,
    SALT,
    STRANGER,
    Wallets,
    call,
    raw,
    signed,
    wrapped,
)
from tests.chains.watch_chain import FakeNode

DEV = 31337
TEXT = "I hold this wallet."
BY_KEY = Signed("eip191", None)
BY_CONTRACT = Signed("erc1271", DEV)
BEFORE_IT_IS_THERE = Signed("erc6492", DEV)
WORD_NO = "0x" + "00" * 32
DEAD_NODE = "http://127.0.0.1:9"

on_chain = pytest.mark.chain


@pytest.fixture
def wallets(anvil: Any, chain_entry: Any, settings: Any) -> Iterator[Wallets]:
    settings.CHAINS = [chain_entry]
    with JsonRpc(anvil.rpc_url) as rpc:
        yield Wallets(rpc)


def how(
    wallet: bytes, signature: bytes, *, text: str = TEXT, chain_ids: tuple[int, ...] = (DEV,)
) -> Signed | None:
    return how_signed(wallet=wallet, chain_ids=chain_ids, text=text, signature=signature)


# -------------------------------------------------------------------- a contract wallet


@on_chain
def test_the_owner_of_a_wallet_that_is_not_there_yet_is_believed(wallets: Wallets) -> None:
    wallet = wallets.address()
    theirs = wrapped(wallets.factory, wallets.create(), signed(TEXT))
    assert how(wallet, theirs) == BEFORE_IT_IS_THERE
    assert not wallets.has_code(wallet) and wallets.made() == 0, "asking changed the chain"
    assert how(wallet, theirs, text="Something else.") is None
    assert how(wallet, signed(TEXT)) is None, "unwrapped, nobody is there to say yes"


@on_chain
def test_once_it_is_there_it_is_asked_itself_wrapped_or_not(wallets: Wallets) -> None:
    wallets.send(wallets.factory, wallets.create())
    wallet = wallets.address()
    assert how(wallet, signed(TEXT)) == BY_CONTRACT
    assert how(wallet, wrapped(wallets.factory, wallets.create(), signed(TEXT))) == BY_CONTRACT
    assert how(wallet, wrapped(bytes(20), b"", signed(TEXT))) == BY_CONTRACT
    assert how(wallet, signed(TEXT, STRANGER)) is None
    assert how(wallet, signed("Something else.")) is None


@on_chain
def test_nobody_else_shows_a_wallet_that_is_not_there(wallets: Wallets) -> None:
    wallet, factory = wallets.address(), wallets.factory
    stranger = signed(TEXT, STRANGER)
    assert how(wallet, wrapped(factory, wallets.create(), stranger)) is None
    assert how(wallet, wrapped(factory, wallets.create(raw(STRANGER)), stranger)) is None
    assert how(wallet, wrapped(raw(STRANGER), b"", stranger)) is None
    other = wallets.place("OddFactory")  # another factory's wallets have other addresses
    assert how(wallet, wrapped(other, wallets.create(), signed(TEXT))) is None


@on_chain
@pytest.mark.parametrize(
    "odd",
    [
        call("refuse(address,bytes32)", raw(OWNER), SALT),
        call("lie()"),
        call("burn()"),
        b"\xde\xad\xbe\xef",
        b"",
    ],
    ids=["refuses", "lies", "burns", "unknown", "empty"],
)
def test_a_factory_that_makes_no_wallet_shows_none(wallets: Wallets, odd: bytes) -> None:
    assert how(wallets.address(), wrapped(wallets.factory, odd, signed(TEXT))) is None
    assert wallets.made() == 0


@on_chain
def test_what_a_factory_takes_on_the_way_is_not_taken(wallets: Wallets, devchain: Any) -> None:
    token = bytes.fromhex(devchain.token("DAI").address[2:])
    taken = call(
        "take(address,address,uint256,address,bytes32)",
        token,
        bytes.fromhex(devchain.treasury[2:]),
        10**18,
        raw(OWNER),
        SALT,
    )
    block = wallets.rpc.call("eth_blockNumber")
    assert how(wallets.address(), wrapped(wallets.factory, taken, signed(TEXT))) == (
        BEFORE_IT_IS_THERE
    )
    balance = wallets.read(token, call("balanceOf(address)", wallets.factory))
    assert not any(balance) and wallets.made() == 0
    assert wallets.rpc.call("eth_blockNumber") == block


@on_chain
def test_a_wallet_that_is_not_ready_is_made_so_for_the_question(wallets: Wallets) -> None:
    late = wallets.place("LateWallet", raw(OWNER))
    ready = call("migrate()")
    assert how(late, signed(TEXT)) is None
    assert how(late, wrapped(late, ready, signed(TEXT))) == BEFORE_IT_IS_THERE
    assert how(late, wrapped(late, ready, signed(TEXT, STRANGER))) is None
    assert how(late, signed(TEXT)) is None, "it is as it was"
    wallets.send(late, ready)
    assert how(late, wrapped(late, ready, signed(TEXT))) == BY_CONTRACT


@on_chain
def test_a_contract_that_echoes_or_burns_says_nothing(wallets: Wallets) -> None:
    for name in ("EchoWallet", "GreedyWallet"):
        assert how(wallets.place(name), signed(TEXT)) is None, name


# -------------------------------------------------------------------- a key


@on_chain
def test_where_no_code_stands_the_key_counts(wallets: Wallets) -> None:
    assert how(raw(OWNER), signed(TEXT)) == BY_KEY
    assert how(raw(OWNER), signed(TEXT, STRANGER)) is None
    assert how(raw(OWNER), wrapped(wallets.factory, b"", signed(TEXT))) is None, "never wrapped"


@on_chain
def test_where_code_stands_it_is_asked_and_the_key_does_not_count(wallets: Wallets) -> None:
    wallets.set_code(raw(OWNER), wallets.code_of(wallets.place("KeyWallet", raw(STRANGER))))
    assert how(raw(OWNER), signed(TEXT)) is None
    assert how(raw(OWNER), signed(TEXT, STRANGER)) == BY_CONTRACT


@on_chain
def test_an_account_that_lent_itself_code_keeps_its_key(wallets: Wallets) -> None:
    lent = wallets.place("KeyWallet", raw(STRANGER))
    wallets.set_code(raw(OWNER), bytes.fromhex("ef0100") + lent)
    assert how(raw(OWNER), signed(TEXT)) == BY_KEY
    assert how(raw(OWNER), signed(TEXT, STRANGER)) == BY_CONTRACT


@pytest.mark.parametrize("code", ["none", "delegated", "contract"])
@pytest.mark.parametrize("says", ["no", "yes", "yes_after_the_call"])
def test_what_an_answer_shows(code: Any, says: Any) -> None:
    by_contract = {"no": None, "yes": "erc1271", "yes_after_the_call": "erc6492"}[says]
    answer = WalletAnswer(code=code, says=says)
    assert kind_shown(answer, is_keys=False) == by_contract
    assert kind_shown(answer, is_keys=True) == (by_contract if code == "contract" else "eip191")


# -------------------------------------------------------------------- nodes


def test_without_a_node_a_keys_own_signature_counts_and_nothing_else(settings: Any) -> None:
    settings.CHAINS = []
    assert how(raw(OWNER), signed(TEXT)) == BY_KEY
    assert how(raw(OWNER), signed(TEXT, STRANGER)) is None
    assert how(raw(OWNER), wrapped(raw(OWNER), b"", signed(TEXT))) is None
    assert how(raw(OWNER), signed(TEXT), chain_ids=()) == BY_KEY


@on_chain
def test_a_silent_node_is_no_no(wallets: Wallets, chain_entry: Any, settings: Any) -> None:
    theirs = wrapped(wallets.factory, wallets.create(), signed(TEXT))
    settings.CHAINS = [{**chain_entry, "rpc_urls": [DEAD_NODE]}]
    with pytest.raises(WalletUnasked):
        how(wallets.address(), theirs)
    assert how(raw(OWNER), signed(TEXT)) == BY_KEY
    settings.CHAINS = [{**chain_entry, "rpc_urls": [DEAD_NODE, *chain_entry["rpc_urls"]]}]
    assert how(wallets.address(), theirs) == BEFORE_IT_IS_THERE


@on_chain
@pytest.mark.parametrize(
    "answer", [None, "0x", "0x01", "0x" + "00" * 31 + "03", "0x" + "ff" * 32, RuntimeError("no")]
)
def test_a_node_that_makes_no_sense_is_not_believed(
    wallets: Wallets, fake_node: FakeNode, chain_entry: Any, settings: Any, answer: Any
) -> None:
    fake_node.tamper = lambda method, params, result: answer if method == "eth_call" else result
    settings.CHAINS = [{**chain_entry, "rpc_urls": [fake_node.url]}]
    with pytest.raises(WalletUnasked):
        how(raw(OWNER), signed(TEXT, STRANGER))


@on_chain
def test_each_of_several_chains_may_say_yes(
    wallets: Wallets, chain_entry: Any, settings: Any
) -> None:
    dead = {**chain_entry, "chain_id": 5, "rpc_urls": [DEAD_NODE]}
    settings.CHAINS = [dead, chain_entry]
    theirs = wrapped(wallets.factory, wallets.create(), signed(TEXT))
    assert how(wallets.address(), theirs, chain_ids=(5, DEV, 999)) == BEFORE_IT_IS_THERE
    with pytest.raises(WalletUnasked):
        how(wallets.address(), signed(TEXT, STRANGER), chain_ids=(5, DEV))


@on_chain
def test_only_our_own_nodes_are_asked_once_and_in_one_request(
    wallets: Wallets, fake_node: FakeNode, chain_entry: Any, settings: Any
) -> None:
    settings.CHAINS = [{**chain_entry, "rpc_urls": [fake_node.url]}]
    how(wallets.address(), wrapped(wallets.factory, wallets.create(), signed(TEXT)))
    assert fake_node.asked == ["eth_chainId", "eth_getCode", "eth_call"]


# -------------------------------------------------------------------- the question


def test_the_question_is_bounded_and_comes_from_nobody() -> None:
    plain, parts = signed(TEXT), ["address", "bytes32", "bytes", "address", "bytes"]
    whole = wrapped(b"\7" * 20, b"make", plain)
    for given, called, data in ((plain, bytes(20), b""), (whole, b"\7" * 20, b"make")):
        code, question = wallet_calls(
            wallet=raw(OWNER), digest=digest_of(TEXT), signature=given, wrapped=unwrap(given)
        )
        assert code == ("eth_getCode", ("0x" + raw(OWNER).hex(), "latest"))
        told = question[1][0]
        assert set(told) == {"from", "gas", "data"} and question[1][1] == "latest"
        assert int(told["gas"], 16) == GAS < 2**24
        assert told["from"] == "0x" + ASKED_FROM.hex() and int(told["from"], 16) > 2**64
        sent = bytes.fromhex(told["data"][2:])[len(_init_code()) :]
        wallet, digest, signature, to, with_data = decode(parts, sent)
        assert bytes.fromhex(wallet[2:]) == raw(OWNER) and digest == digest_of(TEXT)
        assert signature == plain, "the wallet is asked about what was wrapped"
        assert (bytes.fromhex(to[2:]), with_data) == (called, data)


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ("0x", "none"),
        ("0xef0100" + "11" * 20, "delegated"),
        ("0xef0100" + "11" * 21, "contract"),
        ("0x6000", "contract"),
    ],
)
def test_what_stands_at_the_address(code: str, kind: str) -> None:
    assert read_answer(code, WORD_NO).code == kind


def test_code_that_is_no_code_is_no_answer() -> None:
    for code in (None, "0xzz", 7):
        with pytest.raises(MalformedAnswer):
            read_answer(code, WORD_NO)
