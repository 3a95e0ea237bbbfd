"""A wallet is its owner's when it signed our very text: once, in time, for this use."""

import json
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from eth_account import Account
from eth_account.messages import encode_defunct

from gateway.chains.addresses import checksum
from gateway.chains.signed_texts import digest_of
from gateway.compliance.travelling.errors import ChallengeOver, OwnershipRefused
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
from tests.compliance.knowing.place import NOW
from tests.refunds.test_proving import contract

pytestmark = pytest.mark.django_db

OWNER = Account.from_key("0x" + "11" * 32)
STRANGER = Account.from_key("0x" + "22" * 32)
ADDRESS = bytes.fromhex(OWNER.address[2:])
SHOP = uuid4()


def issued(shop_id: UUID = SHOP, about: str = "Café Amélie") -> Ownership:
    return challenge_issue(shop_id=shop_id, address=ADDRESS, purpose="payout", about=about, now=NOW)


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
def test_a_contract_wallet_says_itself_on_its_chain(anvil: Any, settings: Any) -> None:
    make_chain(now=NOW)
    entry = {
        "chain_id": 31337, "key": "dev", "name": "Dev", "mode": "test",
        "rpc_urls": [anvil.rpc_url], "block_seconds": 1, "confirmations": [[None, 1]],
        "finality_blocks": 2, "grace_seconds": 30,
        "factory": {"address": "0x", "version": 1, "code_hash": "0x", "init_code_hash": "0x"},
        "treasury": "0x" + "ab" * 20, "native": {"symbol": "ETH", "decimals": 18}, "tokens": [],
    }  # fmt: skip
    settings.CHAINS = json.dumps([entry])
    asked = issued()
    with JsonRpc(anvil.rpc_url) as rpc:
        rpc.call("anvil_setCode", [OWNER.address, contract("00000000")])
        with pytest.raises(OwnershipRefused):
            proved(asked, "0x010203")
        rpc.call("anvil_setCode", [OWNER.address, contract("1626ba7e")])
        proof = proved(asked, "0x010203")
    assert (proof.kind, proof.chain_id) == ("erc1271", 31337)
