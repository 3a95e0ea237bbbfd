"""A wallet is its owner's when it signed our very text: once, in time, for this use."""

from datetime import timedelta
from importlib import import_module
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import IntegrityError, connection, transaction
from eth_account import Account
from eth_account.messages import encode_defunct

from gateway.chains.addresses import checksum
from gateway.chains.nodes import Nodes
from gateway.chains.signed_texts import digest_of
from gateway.chains.wrapped_signatures import MAGIC
from gateway.compliance.travelling.errors import (
    ChallengeOver,
    OwnershipRefused,
    OwnershipUnasked,
)
from gateway.compliance.travelling.forgetting import challenges_forget
from gateway.compliance.travelling.models import ProofChallenge, WalletProof
from gateway.compliance.travelling.ownership import Ownership
from gateway.compliance.travelling.proving import (
    challenge_issue,
    proof_in_force,
    wallet_prove,
)
from gateway.events.models import Event
from gateway.outside.rpc import JsonRpc
from tests.chain_rows import make_chain
from tests.chains.wallet_kit import Wallets, wrapped
from tests.chains.wallet_kit import signed as signature_of
from tests.compliance.knowing.place import NOW
from tests.refunds.test_proving import contract, dev_chain

pytestmark = pytest.mark.django_db

OWNER = Account.from_key("0x" + "11" * 32)
STRANGER = Account.from_key("0x" + "22" * 32)
ADDRESS = bytes.fromhex(OWNER.address[2:])
SHOP = uuid4()


def issued(shop_id: UUID = SHOP, about: str = "Café Amélie", address: bytes = ADDRESS) -> Ownership:
    return challenge_issue(shop_id=shop_id, address=address, purpose="payout", about=about, now=NOW)


def signed(asked: Ownership, by: Any = OWNER) -> str:
    return "0x" + by.sign_message(encode_defunct(text=asked.text)).signature.hex()


def proved(asked: Ownership, signature: str, *, minutes: int = 5, **other: Any) -> WalletProof:
    return wallet_prove(
        **{
            "shop_id": SHOP,
            "address": ADDRESS,
            "purpose": "payout",
            "nonce": asked.nonce,
            "signature": signature,
            "mode": "test",
            "now": NOW + timedelta(minutes=minutes),
            **other,
        }
    )


def test_the_owner_signs_and_it_holds_for_a_year() -> None:
    asked = issued()
    for part in ("I hold this wallet", "moves no money", OWNER.address, "Café Amélie"):
        assert part in asked.text
    proof = proved(asked, signed(asked))
    assert (proof.kind, proof.chain_id) == ("eip191", None)
    assert bytes(proof.message_hash) == digest_of(asked.text) and proof.message == asked.text
    in_force = {"shop_id": SHOP, "address": ADDRESS}
    assert proof_in_force(**in_force, now=NOW + timedelta(days=364)) == proof
    assert proof_in_force(**in_force, now=NOW + timedelta(days=366)) is None
    assert proof_in_force(shop_id=uuid4(), address=ADDRESS, now=NOW) is None
    event = Event.objects.get(type="wallet.proved")
    assert event.shop_id == SHOP and event.body["address"] == "0x" + ADDRESS.hex()


def test_nobody_else_can_sign_for_it() -> None:
    asked = issued()
    for wrong in (signed(asked, STRANGER), "0x", "", "0xzz", "0x" + "00" * 65):
        with pytest.raises(OwnershipRefused):
            proved(asked, wrong)
    assert not WalletProof.objects.exists()


def test_a_signature_serves_once_and_for_nothing_else() -> None:
    asked, other = issued(), issued(about="Another shop")
    with pytest.raises(OwnershipRefused):
        proved(other, signed(asked))
    for wrong in ({"shop_id": uuid4()}, {"purpose": "refund"}, {"address": bytes(19) + b"\1"}):
        with pytest.raises(ChallengeOver):
            proved(asked, signed(asked), **wrong)
    proved(asked, signed(asked))
    with pytest.raises(ChallengeOver):
        proved(asked, signed(asked))
    assert WalletProof.objects.count() == 1


def test_it_is_signed_within_half_an_hour_or_anew() -> None:
    asked = issued()
    with pytest.raises(ChallengeOver):
        proved(asked, signed(asked), minutes=30)
    assert challenges_forget(now=NOW + timedelta(days=1)) == 0
    assert challenges_forget(now=NOW + timedelta(days=2)) == 1
    assert not ProofChallenge.objects.exists()


def test_what_it_is_about_can_not_forge_a_line() -> None:
    asked = issued(about="Café\nWallet: 0x00\x00")
    assert asked.text.count("\nWallet: ") == 1
    assert checksum(ADDRESS) in asked.text


@pytest.mark.chain
def test_a_contract_wallet_says_itself_on_its_chain(
    anvil: Any, chain_entry: Any, settings: Any
) -> None:
    make_chain(now=NOW)
    settings.CHAINS = [chain_entry]
    asked = issued()
    with JsonRpc(anvil.rpc_url) as rpc:
        rpc.call("anvil_setCode", [OWNER.address, contract("00000000")])
        with pytest.raises(OwnershipRefused):
            proved(asked, "0x010203")
        rpc.call("anvil_setCode", [OWNER.address, contract("1626ba7e")])
        proof = proved(asked, "0x010203")
    assert (proof.kind, proof.chain_id) == ("erc1271", 31337)


@pytest.mark.chain
def test_a_wallet_that_is_not_there_yet_is_its_owners(
    anvil: Any, chain_entry: Any, settings: Any
) -> None:
    make_chain(now=NOW)
    settings.CHAINS = [chain_entry]
    with JsonRpc(anvil.rpc_url) as rpc:
        wallets = Wallets(rpc)
        wallet = wallets.address()
        asked = issued(address=wallet)
        theirs = wrapped(wallets.factory, wallets.create(), signature_of(asked.text))
        strangers = wrapped(
            wallets.factory, wallets.create(), signature_of(asked.text, by=STRANGER)
        )
        with pytest.raises(OwnershipRefused):
            proved(asked, "0x" + strangers.hex(), address=wallet)
        proof = proved(asked, "0x" + theirs.hex(), address=wallet)
        assert not wallets.has_code(wallet)
    assert (proof.kind, proof.chain_id) == ("erc6492", 31337)
    assert bytes(proof.signature) == theirs
    assert proof_in_force(shop_id=SHOP, address=wallet, now=NOW) == proof
    with pytest.raises(IntegrityError), transaction.atomic():
        WalletProof.objects.create(
            shop_id=SHOP,
            address=wallet,
            purpose="payout",
            about="",
            kind="erc6492",
            chain_id=None,
            message="",
            message_hash=bytes(32),
            signature=theirs,
            proved_at=NOW,
            valid_until=NOW,
        )


def test_a_blob_is_no_signature() -> None:
    asked = issued()
    for blob in (wrapped(ADDRESS, bytes(9_000), b"\1"), b"\1" * 5_000, MAGIC, b"\1" * 99 + MAGIC):
        with pytest.raises(OwnershipRefused):
            proved(asked, "0x" + blob.hex())
    assert not WalletProof.objects.exists()


def test_where_no_node_answers_nothing_is_refused_and_the_text_stays(settings: Any) -> None:
    make_chain(now=NOW)
    settings.CHAINS = [dev_chain("http://127.0.0.1:9")]
    asked = issued()
    theirs = wrapped(ADDRESS, b"", signature_of(asked.text))
    with pytest.raises(OwnershipUnasked) as refused:
        proved(asked, "0x" + theirs.hex())
    assert refused.value.passes and refused.value.status == 503
    assert proved(asked, signed(asked)).kind == "eip191"


@pytest.mark.django_db(transaction=True)
def test_no_node_is_asked_in_a_transaction(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    make_chain(now=NOW)
    settings.CHAINS = [dev_chain("http://127.0.0.1:9")]
    asked_in: list[bool] = []

    def ask(nodes: Nodes, *calls: Any) -> list[str]:
        asked_in.append(transaction.get_connection().in_atomic_block)
        return ["0x", "0x" + "00" * 31 + "02"]

    monkeypatch.setattr(Nodes, "ask", ask)
    asked = issued()
    theirs = wrapped(ADDRESS, b"", signature_of(asked.text))
    assert proved(asked, "0x" + theirs.hex()).kind == "erc6492"
    assert asked_in == [False]


@pytest.mark.chain
def test_going_back_a_proof_before_the_wallet_was_there_is_a_contracts(
    anvil: Any, chain_entry: Any, settings: Any
) -> None:
    make_chain(now=NOW)
    settings.CHAINS = [chain_entry]
    with JsonRpc(anvil.rpc_url) as rpc:
        wallets = Wallets(rpc)
        asked = issued(address=wallets.address())
        theirs = wrapped(wallets.factory, wallets.create(), signature_of(asked.text))
        proof = proved(asked, "0x" + theirs.hex(), address=wallets.address())
    undo = import_module("gateway.compliance.travelling.migrations.0002_undeployed_wallets").UNDO
    with connection.cursor() as cursor:
        cursor.execute(undo)
    assert WalletProof.objects.get().kind == "erc1271"
    with pytest.raises(IntegrityError), transaction.atomic():  # what is kept is kept again
        WalletProof.objects.filter(id=proof.id).update(kind="erc6492")
