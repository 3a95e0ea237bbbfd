"""The whole way with a wallet that others wrote: npm's @openid4vc, dcql, @sd-jwt and jose, over
HTTP. It is offered a credential by one shop's officers, fetches it, shows it to another shop."""

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone
from pytest_django.live_server_helper import LiveServer

from gateway.compliance.issuing.content import VCT
from gateway.compliance.issuing.models import CredentialOffer, IssuedCredential
from gateway.compliance.issuing.offer_secrets import offer_link, transaction_code_of
from gateway.compliance.issuing.standing import credential_revoke
from gateway.compliance.knowing.models import BusinessFile, IdentityProof, Subject
from gateway.compliance.presenting.asking import link_of, presentation_ask
from gateway.compliance.presenting.judging import presentations_judge
from gateway.compliance.presenting.models import Presentation
from gateway.compliance.presenting.trusting import issuer_trust
from tests.compliance.issuing.place import LAST, Approved, house_approved, our_keys
from tests.compliance.knowing import place as knowing
from tests.compliance.presenting import kit
from tests.custody.approvals.conftest import ADA

pytestmark = pytest.mark.django_db(transaction=True)

WALLET = Path(__file__).with_name("openid.mjs")


class OpenidWallet:
    """Attributes: holder: the key that its credentials are bound to."""

    def __init__(self) -> None:
        self.holder = kit.private(kit.key())

    def take(self, offer: CredentialOffer, *, code: str = "") -> dict[str, Any]:
        told = code or transaction_code_of(offer.id)
        return self._ask(command="taken", offer=offer_link(offer.id), code=told)

    def show(self, row: Presentation, credential: str) -> dict[str, Any]:
        return self._ask(command="shown", link=link_of(row), credential=credential)

    def _ask(self, **told: str) -> dict[str, Any]:
        done = subprocess.run(
            ["node", str(WALLET)],
            input=json.dumps({**told, "holder": self.holder}),
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
            cwd=WALLET.parents[3],
        )
        assert done.returncode == 0, done.stderr
        answer: dict[str, Any] = json.loads(done.stdout)
        return answer


@pytest.fixture
def house(live_server: LiveServer, settings: Any, transactional_db: None) -> Approved:
    """The house at an address that wallets reach, with a shop whose Ann officers approved."""
    settings.PUBLIC_URL = live_server.url
    return house_approved()


@pytest.fixture
def elsewhere(house: Approved, live_server: LiveServer) -> tuple[BusinessFile, Subject]:
    """Another of its shops, which knows an Ann too and trusts what the house gives out."""
    file = knowing.opened()
    ann = knowing.named(file.shop_id)
    issuer_trust(
        issuer=live_server.url,
        vcts=[VCT],
        keys=our_keys(),
        by="ada",
        reason="our own",
        now=timezone.now(),
    )
    return file, ann


def asked(elsewhere: tuple[BusinessFile, Subject]) -> Presentation:
    file, ann = elsewhere
    return presentation_ask(
        shop_id=file.shop_id,
        subject_id=ann.id,
        session="a browser's session",
        by="user:owner",
        now=timezone.now(),
    )


def judged(row: Presentation) -> tuple[str, str]:
    """What the other shop's check came to: its worker asks the house for the status list."""
    presentations_judge(now=timezone.now())
    row.refresh_from_db()
    return row.state, row.problem


@pytest.mark.parametrize("encrypted", [True, False])
def test_a_wallet_of_others_is_given_a_credential_and_shows_it_to_another_shop(
    house: Approved, elsewhere: tuple[BusinessFile, Subject], settings: Any, encrypted: bool
) -> None:
    settings.WALLET_ANSWERS_ENCRYPTED = encrypted
    wallet = OpenidWallet()
    taken = wallet.take(house.offer(LAST))["answer"]
    assert taken["version"] == "V1" and taken["known"] == ["verified_person"]
    assert taken["payload"]["family_name"] == "Arbor" and taken["payload"]["age_over_18"] is True
    assert IssuedCredential.objects.get().standing == "valid"

    row = asked(elsewhere)
    shown = wallet.show(row, taken["credential"])["answer"]
    assert shown["version"] == 100, "the final version of OpenID4VP"
    assert shown["client"]["prefix"] == "x509_hash"
    assert shown["responseMode"] == ("direct_post.jwt" if encrypted else "direct_post")
    assert {"given_name", "family_name", "birthdate"} <= set(shown["shown"])
    assert not {"level", "country", "age_over_18"} & set(shown["shown"]), "only what was asked for"
    assert shown["status"] == 200 and "/wallet/back/" in shown["body"]["redirect_uri"]
    assert judged(row) == ("accepted", "")
    proof = IdentityProof.objects.get(how="credential")
    assert (proof.subject_id, proof.state) == (elsewhere[1].id, "verified")


def test_it_is_told_which_code_was_wrong_in_the_protocols_words(house: Approved) -> None:
    offer = house.offer()
    wrong = f"{(int(transaction_code_of(offer.id)) + 1) % 10**6:06}"
    refused = OpenidWallet().take(offer, code=wrong)
    assert refused["refused"]["error"] == "invalid_grant"
    assert not IssuedCredential.objects.exists()


def test_one_that_an_officer_took_back_proves_nothing_any_more(
    house: Approved, elsewhere: tuple[BusinessFile, Subject]
) -> None:
    wallet = OpenidWallet()
    taken = wallet.take(house.offer(LAST))["answer"]
    given = IssuedCredential.objects.get()
    credential_revoke(credential_id=given.id, by=ADA, reason="lost", now=timezone.now())
    row = asked(elsewhere)
    assert wallet.show(row, taken["credential"])["answer"]["status"] == 200
    assert judged(row) == ("refused", "revoked")


def test_another_wallets_key_can_not_show_it(
    house: Approved, elsewhere: tuple[BusinessFile, Subject]
) -> None:
    taken = OpenidWallet().take(house.offer(LAST))["answer"]
    row = asked(elsewhere)
    assert OpenidWallet().show(row, taken["credential"])["answer"]["status"] == 200
    assert judged(row) == ("refused", "holder_unproven")


def test_one_without_a_name_is_not_what_was_asked_for(
    house: Approved, elsewhere: tuple[BusinessFile, Subject]
) -> None:
    wallet = OpenidWallet()
    taken = wallet.take(house.offer())["answer"]
    assert set(taken["payload"]) >= {"age_over_18", "country", "level"}
    assert "not what was asked for" in wallet.show(asked(elsewhere), taken["credential"])["error"]
