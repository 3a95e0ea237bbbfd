"""Who claims shows to hold an address that paid, where the shop asks; dust is told as such."""

import re
from dataclasses import replace
from typing import Any

import pytest
from django.test import Client
from eth_account import Account
from eth_account.messages import encode_defunct
from msgspec import structs

from gateway.chains.addresses import checksum
from gateway.chains.signed_texts import digest_of, who_signed
from gateway.market.snapshot_store import current_snapshot
from gateway.money.amounts import Amount
from gateway.money.assets import Asset
from gateway.outside.rpc import JsonRpc
from gateway.refunds import proving
from gateway.refunds.claiming import choices_of, refund_claim
from gateway.refunds.dust import is_dust, sending_units
from gateway.refunds.errors import ProofRefused, ProofUnasked, RefundIsDust
from gateway.refunds.models import Refund
from gateway.refunds.proving import Proof, is_proof_asked, message_of, proof_of
from gateway.refunds.requesting import Asked
from gateway.shops.services import shop_set_terms
from gateway.shops.terms import ShopTerms
from tests.chain_rows import ETH, USDC
from tests.chains.wallet_kit import Wallets, wrapped
from tests.refunds.conftest import OTHER_WALLET, WALLET, Refunds, euros

PAYER = Account.from_key("0x" + "11" * 32)
STRANGER = Account.from_key("0x" + "22" * 32)


def signed(account: Any, message: str) -> str:
    return "0x" + account.sign_message(encode_defunct(text=message)).signature.hex()


def asked(refunds: Refunds, *, above: int | None = 0, sender: bytes = b"") -> Asked:
    """A refund of 5 EUR, of a payment from PAYER's address, in a shop that asks for proof."""
    refunds.fund()
    shop_set_terms(
        shop_id=refunds.world.shop_id,
        changes={"refund_proof_above_units": above},
        now=refunds.world.now,
    )
    invoice = refunds.paid(sender=sender or bytes.fromhex(PAYER.address[2:]))
    return refunds.ask(invoice, amount=euros(500))


def claim(refunds: Refunds, token: str, proof: Proof | None, *, to: bytes = WALLET) -> Refund:
    return refund_claim(
        token=token, asset=USDC, destination=to, shown_units=0, now=refunds.world.now, proof=proof
    )


def test_a_published_signature_is_read_as_its_signer() -> None:
    """The vector of eth-account's documentation, "Sign a Message"."""
    signature = bytes.fromhex(
        "e6ca9bba58c88611fad66a6ce8f996908195593807c4b38bd528d2cff09d4eb3"
        "3e5bfbbf4d3e39b1a2fd816a7680c19ebebaf3a141b239934ad43cb33fcec8ce1c"
    )
    signer = who_signed("I♥SF", signature)
    assert signer is not None and checksum(signer) == "0x5ce9454909639D2D17A3F753ce7d93fa0b9aB12E"
    assert digest_of("I♥SF").hex() == (
        "1476abb745d423bf09273f1afd887d951181d25adc66c4834a70491911b7f750"
    )
    assert who_signed("I♥SF!", signature) != signer
    assert who_signed("I♥SF", signature[:64]) is None and who_signed("x", bytes(65)) is None


@pytest.mark.parametrize(
    ("above", "worth", "is_asked"),
    [(None, 10**9, False), (0, 1, True), (500, 500, False), (500, 501, True), (500, None, True)],
)
def test_it_is_asked_for_above_what_the_shop_says(
    above: int | None, worth: int | None, is_asked: bool
) -> None:
    assert is_proof_asked(ShopTerms(refund_proof_above_units=above), worth) is is_asked


def test_with_the_payers_signature_it_is_claimed_and_the_proof_is_kept(refunds: Refunds) -> None:
    found = asked(refunds)
    message = message_of(found.refund, asset=USDC, destination=WALLET)
    proof = proof_of(found.refund, asset=USDC, destination=WALLET, signature=signed(PAYER, message))
    assert proof.kind == "eip191"
    refund = claim(refunds, found.token, proof)
    assert (refund.status, refund.proof_kind) == ("approved", "eip191")
    assert checksum(bytes(refund.proof_payer or b"")) == PAYER.address


@pytest.mark.parametrize("signature", ["", "0x", "0xzz", "0x" + "00" * 65, "0x" + "11" * 5000])
def test_what_is_no_signature_is_refused(signature: str, refunds: Refunds) -> None:
    found = asked(refunds)
    with pytest.raises(ProofRefused):
        proof_of(found.refund, asset=USDC, destination=WALLET, signature=signature)


def test_nobody_else_claims_and_a_signature_serves_no_other_claim(refunds: Refunds) -> None:
    found = asked(refunds)
    message = message_of(found.refund, asset=USDC, destination=WALLET)
    with pytest.raises(ProofRefused):
        claim(refunds, found.token, None)
    with pytest.raises(ProofRefused):
        proof_of(found.refund, asset=USDC, destination=WALLET, signature=signed(STRANGER, message))
    mine = proof_of(found.refund, asset=USDC, destination=WALLET, signature=signed(PAYER, message))
    with pytest.raises(ProofRefused):
        claim(refunds, found.token, mine, to=OTHER_WALLET)
    with pytest.raises(ProofRefused):
        claim(refunds, found.token, replace(mine, payer=OTHER_WALLET))
    with pytest.raises(ProofRefused):
        proof_of(
            found.refund, asset=USDC, destination=OTHER_WALLET, signature=signed(PAYER, message)
        )
    assert refunds.again(found.refund).status == "requested"


def test_below_the_amount_the_link_is_enough(refunds: Refunds) -> None:
    assert claim(refunds, asked(refunds, above=500).token, None).proof_kind == ""


def dev_chain(rpc_url: str) -> dict[str, Any]:
    """An entry of ``CHAINS`` for a node."""
    return {
        "chain_id": 31337, "key": "dev", "name": "Dev", "mode": "test",
        "rpc_urls": [rpc_url], "block_seconds": 1, "confirmations": [[None, 1]],
        "finality_blocks": 2, "grace_seconds": 30,
        "factory": {"address": "0x", "version": 1, "code_hash": "0x", "init_code_hash": "0x"},
        "treasury": "0x" + "ab" * 20, "native": {"symbol": "ETH", "decimals": 18}, "tokens": [],
    }  # fmt: skip


@pytest.fixture
def chains_are_silent(settings: Any) -> None:
    settings.CHAINS = [dev_chain("http://127.0.0.1:9")]


def contract(word: str) -> str:
    """Code that answers every call with one word, left-aligned: PUSH, SHL, MSTORE, RETURN."""
    return f"0x63{word}60e01b60005260206000f3"


@pytest.mark.chain
def test_a_contract_wallet_says_itself_whether_a_signature_is_its_own(
    refunds: Refunds, anvil: Any, settings: Any
) -> None:
    found = asked(refunds)
    settings.CHAINS = [dev_chain(anvil.rpc_url)]
    ask = {"asset": USDC, "destination": WALLET, "signature": "0x010203"}
    with JsonRpc(anvil.rpc_url) as rpc:
        for code in ("0x", contract("00000000"), contract("1626ba7f"), "0x60006000fd"):
            rpc.call("anvil_setCode", [PAYER.address, code])
            with pytest.raises(ProofRefused):
                proof_of(found.refund, **ask)
        rpc.call("anvil_setCode", [PAYER.address, contract("1626ba7e")])
        proof = proof_of(found.refund, **ask)
    assert (proof.kind, checksum(proof.payer)) == ("erc1271", PAYER.address)
    assert claim(refunds, found.token, proof).proof_kind == "erc1271"


@pytest.mark.chain
def test_a_payer_whose_wallet_is_not_there_yet_claims(
    refunds: Refunds, anvil: Any, chain_entry: Any, settings: Any
) -> None:
    settings.CHAINS = [chain_entry]
    with JsonRpc(anvil.rpc_url) as rpc:
        wallets = Wallets(rpc)
        found = asked(refunds, sender=wallets.address())
        ask = {"asset": USDC, "destination": WALLET}
        message = message_of(found.refund, **ask)
        for by in (STRANGER, PAYER):  # PAYER has the key that the wallet will be made with
            inner = bytes.fromhex(signed(by, message)[2:])
            signature = "0x" + wrapped(wallets.factory, wallets.create(), inner).hex()
            if by is STRANGER:
                with pytest.raises(ProofRefused):
                    proof_of(found.refund, **ask, signature=signature)
        proof = proof_of(found.refund, **ask, signature=signature)
    assert (proof.kind, proof.payer) == ("erc6492", wallets.address())
    refund = claim(refunds, found.token, proof)
    assert (refund.proof_kind, refund.status) == ("erc6492", "approved")


def test_a_silent_chain_refuses_nobody_and_the_page_says_so(
    refunds: Refunds, valkey: object, chains_are_silent: None
) -> None:
    found = asked(refunds)
    message = message_of(found.refund, asset=USDC, destination=WALLET)
    with pytest.raises(ProofUnasked):
        proof_of(found.refund, asset=USDC, destination=WALLET, signature="0x010203")
    shopper = Client(HTTP_ACCEPT_LANGUAGE="en")
    form = {"address": checksum(WALLET), "asset": USDC, "confirmed": "yes"}
    told = shopper.post(f"/c/{found.token}", form | {"signature": "0x010203"})
    assert told.status_code == 503 and "just now" in told.content.decode()
    assert refunds.again(found.refund).status == "requested"
    mine = proof_of(found.refund, asset=USDC, destination=WALLET, signature=signed(PAYER, message))
    assert mine.kind == "eip191", "a key needs nobody's answer"


def test_specks_from_everywhere_make_us_ask_about_few(
    refunds: Refunds, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = asked(refunds)
    mine = bytes.fromhex(PAYER.address[2:])
    specks = {number.to_bytes(20, "big"): 31337 for number in range(1, 500)} | {mine: 31337}
    monkeypatch.setattr(proving, "payers_of", lambda refund: specks)
    asked_about: list[bytes] = []

    def how(*, wallet: bytes, **other: Any) -> None:
        asked_about.append(wallet)

    monkeypatch.setattr(proving, "how_signed", how)
    message = message_of(found.refund, asset=USDC, destination=WALLET)
    with pytest.raises(ProofRefused):
        proof_of(found.refund, asset=USDC, destination=WALLET, signature=signed(PAYER, message))
    assert asked_about[0] == mine and len(asked_about) == proving.WALLETS_ASKED


def test_the_page_asks_for_the_signature_and_takes_it(refunds: Refunds, valkey: object) -> None:
    found = asked(refunds)
    shopper = Client(HTTP_ACCEPT_LANGUAGE="en")
    form = {"address": checksum(WALLET), "asset": USDC}
    look = shopper.post(f"/c/{found.token}", form).content.decode()
    assert "Show that you paid" in look and f"Send it to: {checksum(WALLET)}" in look
    units = re.search(r'name="units" value="(\d+)"', look)
    assert units is not None
    form |= {"confirmed": "yes", "units": units[1]}
    wrong = shopper.post(f"/c/{found.token}", form | {"signature": "0x" + "00" * 65})
    assert wrong.status_code == 422 and "no signature of the wallet" in wrong.content.decode()
    message = message_of(found.refund, asset=USDC, destination=WALLET)
    done = shopper.post(f"/c/{found.token}", form | {"signature": signed(PAYER, message)})
    assert done.status_code == 302
    assert Refund.objects.get().proof_kind == "eip191"


def test_what_costs_more_to_send_than_it_is_worth_is_told_before_an_address_is_given(
    refunds: Refunds, valkey: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    refunds.fund()
    found = refunds.ask(refunds.paid(), amount=euros(500))
    limit = sending_units(current_snapshot(), Asset(USDC, 6), now=refunds.world.now)
    assert limit > 0
    assert is_dust(Amount(limit - 1, Asset(USDC, 6)), now=refunds.world.now)
    assert not is_dust(Amount(limit, Asset(USDC, 6)), now=refunds.world.now)
    snapshot = current_snapshot()
    dear = {
        key: structs.replace(chain, gas_price_wei=chain.gas_price_wei * 10**6)
        for key, chain in snapshot.chains.items()
    }
    refunds.world.publish(structs.replace(snapshot, chains=dear))
    assert all(choice.is_dust for choice in choices_of(found.refund, now=refunds.world.now))
    page = Client(HTTP_ACCEPT_LANGUAGE="en").get(f"/c/{found.token}").content.decode()
    assert "Too little to be sent" in page and 'name="address"' not in page
    with pytest.raises(RefundIsDust):
        claim(refunds, found.token, None)
    assert refunds.again(found.refund).status == "requested"


def test_of_an_asset_that_the_market_does_not_follow_nothing_is_said(refunds: Refunds) -> None:
    assert not is_dust(Amount(1, Asset("NOPE@1", 6)), now=refunds.world.now)
    assert sending_units(current_snapshot(), Asset(ETH, 18), now=refunds.world.now) > 0
