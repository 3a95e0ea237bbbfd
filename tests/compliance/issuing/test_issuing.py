"""A wallet is given a credential by OpenID4VCI, and what it shows counts: for JavaScript's library,
and in another shop of the house."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import timezone
from jwcrypto.jwk import JWK

from gateway.compliance.issuing import life
from gateway.compliance.issuing.content import VCT
from gateway.compliance.issuing.errors import (
    CredentialSignerUnreadable,
    IssuingNotOffered,
    NameNotSplit,
    NotVerified,
    OffersTooMany,
)
from gateway.compliance.issuing.models import CredentialOffer, IssuedCredential
from gateway.compliance.issuing.offer_secrets import code_of, transaction_code_of
from gateway.compliance.issuing.offering import offer_withdraw, offers_expire
from gateway.compliance.issuing.signing import PLACES
from gateway.compliance.knowing.files import subject_put
from gateway.compliance.knowing.models import IdentityProof
from gateway.compliance.presenting.trusting import issuer_trust
from gateway.tenancy.scope import leave
from tests.compliance.issuing.place import (
    LAST,
    Approved,
    Holder,
    opened,
    our_keys,
    status_list,
)
from tests.compliance.knowing import place as knowing
from tests.compliance.presenting import kit
from tests.compliance.presenting.place import Place
from tests.compliance.publishers import publishing

pytestmark = pytest.mark.django_db
MINIMAL = {"level", "age_over_18", "country"}


def test_a_wallet_is_given_a_credential_that_javascript_verifies(shop: Approved) -> None:
    wallet = Holder()
    offer = wallet.offered(row := shop.offer())
    issuer = wallet.metadata("openid-credential-issuer", offer["credential_issuer"])
    [name] = offer["credential_configuration_ids"]
    told = issuer["credential_configurations_supported"][name]
    assert told["format"] == "dc+sd-jwt" and told["vct"] == VCT
    assert issuer["credential_endpoint"].endswith("/credentials/issue")
    named = {claim["path"][0]: claim["display"] for claim in told["credential_metadata"]["claims"]}
    assert set(named) == {*MINIMAL, "given_name", "family_name", "birthdate"}
    assert all({one["locale"] for one in each} == {"en", "zh-Hans"} for each in named.values())

    credential = wallet.fetched(row)
    binding = {"iat": int(timezone.now().timestamp()), "aud": "https://bar.example", "nonce": "n"}
    shown = kit.javascript(
        "present",
        credential=credential,
        shown=["age_over_18"],
        holder=kit.private(wallet.key),
        binding=binding,
    )["answer"]
    check: dict[str, Any] = {
        "presentation": shown,
        "key": our_keys()[0],
        "holder": kit.public(wallet.key),
        "nonce": "n",
        "list": status_list(),
    }
    payload = kit.javascript("verify", **check)["answer"]["payload"]
    assert payload["age_over_18"] is True and payload["vct"] == VCT
    assert not {"level", "country", "given_name", "birthdate"} & set(payload)
    assert payload["cnf"]["jwk"]["x"] == kit.public(wallet.key)["x"]
    assert "error" in kit.javascript("verify", **(check | {"holder": kit.public(kit.key())}))
    assert "error" in kit.javascript("verify", **(check | {"key": kit.public(kit.key())}))


def test_without_being_asked_it_names_nobody_and_ends_with_the_approval(shop: Approved) -> None:
    said, hidden = opened(Holder().fetched(shop.offer()))
    assert set(hidden) == MINIMAL and hidden["country"] == "DE" and hidden["level"] == "basic"
    assert set(said) == {"iss", "vct", "iat", "exp", "status", "cnf", "_sd", "_sd_alg"}
    assert shop.file.review_on is not None
    last = datetime.fromtimestamp(said["exp"], UTC) - timedelta(seconds=1)
    assert last.date() == shop.file.review_on
    row = IssuedCredential.objects.get()
    assert not row.names_them and row.standing == "valid"
    assert said["status"]["status_list"]["idx"] == row.place


@pytest.fixture
def elsewhere(shop: Approved, settings: Any) -> Any:
    """The house at an address that its worker can reach, and another of its shops, which knows Ann
    by name and trusts what the house gives out."""
    with publishing() as publisher:
        settings.PUBLIC_URL = publisher.url
        file = knowing.opened()
        ann = knowing.named(file.shop_id)
        place = Place(publisher, file, ann, kit.House())
        issuer_trust(
            issuer=publisher.url,
            vcts=[VCT],
            keys=our_keys(),
            by="ada",
            reason="our own",
            now=place.now,
        )
        yield place


def shown_at(place: Place, credential: str, wallet: Holder) -> Any:
    """What the other shop's check of it comes to."""
    leave()
    place.publisher.files["/credentials/statuses/1"] = status_list().encode()
    place.now = timezone.now()
    asking = place.wallet(place.asked())
    asked = asking.request()
    asking.answer(
        kit.presented(
            credential,
            wallet.key,
            nonce=asked["nonce"],
            aud=asked["client_id"],
            at=place.now,
        )
    )
    row = place.judge()
    return row.state, row.problem


def test_another_shop_of_the_house_takes_it_as_proof_of_identity(
    shop: Approved, elsewhere: Place
) -> None:
    wallet = Holder()
    credential = wallet.fetched(shop.offer(LAST))
    assert shown_at(elsewhere, credential, wallet) == ("accepted", "")
    proof = IdentityProof.objects.get(how="credential")
    assert proof.state == "verified" and proof.subject_id == elsewhere.ann.id


def test_one_that_was_taken_back_proves_nothing_there(shop: Approved, elsewhere: Place) -> None:
    wallet = Holder()
    credential = wallet.fetched(shop.offer(LAST))
    IssuedCredential.objects.update(
        standing="revoked", ended_by="user:x", ended_at=timezone.now(), reason="x"
    )
    assert shown_at(elsewhere, credential, wallet) == ("refused", "revoked")


def test_with_a_name_it_says_so_as_the_person_split_it(shop: Approved) -> None:
    _said, hidden = opened(Holder().fetched(shop.offer(LAST)))
    assert (hidden["given_name"], hidden["family_name"]) == ("Ann Maria", "Arbor")
    assert hidden["birthdate"] == "1980-02-29"
    assert IssuedCredential.objects.get().names_them
    with pytest.raises(NameNotSplit):
        shop.offer(3)
    with pytest.raises(NameNotSplit):
        shop.offer(0)


def test_the_code_of_the_qr_is_worth_nothing_without_the_officers(shop: Approved) -> None:
    row, wallet = shop.offer(), Holder()
    wrong = f"{(int(transaction_code_of(row.id)) + 1) % 10**6:06}"
    for _try in range(life.WRONG_CODES):
        answer = wallet.token(code_of(row.id), wrong)
        assert answer.status_code == 400 and answer.json()["error"] == "invalid_grant"
    row.refresh_from_db()
    assert row.state == "blocked"
    assert wallet.token(code_of(row.id), transaction_code_of(row.id)).status_code == 400
    assert (
        "access_token"
        in wallet.token(code_of(fresh := shop.offer().id), transaction_code_of(fresh)).json()
    )


def test_whoever_guesses_is_not_offered_ever_more(shop: Approved) -> None:
    for _offer in range(life.OFFERS_A_DAY):
        shop.offer()
    with pytest.raises(OffersTooMany):
        shop.offer()
    shop.offer(now=timezone.now() + life.A_DAY)


def test_a_code_is_taken_once_and_in_its_time(shop: Approved) -> None:
    wallet, row = Holder(), shop.offer()
    assert wallet.taken(row)
    assert wallet.token(code_of(row.id), transaction_code_of(row.id)).status_code == 400
    late = shop.offer(now=timezone.now() - life.OFFERED_FOR - timedelta(seconds=1))
    assert wallet.client.get(f"/credentials/offers/{code_of(late.id)}").status_code == 410
    assert wallet.token(code_of(late.id), transaction_code_of(late.id)).status_code == 400
    assert offers_expire(now=timezone.now()) == 1
    late.refresh_from_db()
    assert late.state == "expired"
    gone = shop.offer()
    assert offer_withdraw(shop_id=shop.file.shop_id, subject_id=shop.ann.id, now=timezone.now())
    assert wallet.token(code_of(gone.id), transaction_code_of(gone.id)).status_code == 400
    assert wallet.client.get("/credentials/offers/" + "A" * 22).status_code == 404


@pytest.mark.parametrize(
    ("fields", "error"),
    [
        ({"grant_type": "authorization_code"}, "unsupported_grant_type"),
        ({"tx_code": ""}, "invalid_request"),
        ({"pre-authorized_code": ""}, "invalid_request"),
        ({"pre-authorized_code": "A" * 22}, "invalid_grant"),
    ],
)
def test_a_token_is_refused_in_the_protocols_words(
    shop: Approved, fields: dict[str, str], error: str
) -> None:
    row = shop.offer()
    told = {
        "grant_type": "urn:ietf:params:oauth:grant-type:pre-authorized_code",
        "pre-authorized_code": code_of(row.id),
        "tx_code": transaction_code_of(row.id),
    }
    answer = Holder().form("/credentials/token", **(told | fields))
    assert answer.status_code == 400 and answer.json()["error"] == error


def test_a_proof_binds_the_key_that_signed_it_once(shop: Approved) -> None:
    wallet = Holder()
    token = wallet.taken(shop.offer())
    other = kit.key()
    refusals: list[tuple[str, Any]] = [
        ("invalid_proof", wallet.proof(by=other)),
        ("invalid_proof", wallet.proof(aud="https://elsewhere.example")),
        ("invalid_proof", wallet.proof(iat=int(timezone.now().timestamp()) - 3_600)),
        ("invalid_proof", wallet.proof(header={"typ": "JWT"})),
        ("invalid_proof", wallet.proof(header={"kid": "did:example:1"})),
        ("invalid_proof", wallet.proof(header={"x5c": ["AAAA"]})),
        ("invalid_proof", wallet.proof(header={"jwk": kit.private(wallet.key)})),
        ("invalid_proof", wallet.proof(header={"jwk": None})),
        ("invalid_proof", "a.b.c"),
        ("invalid_nonce", wallet.proof(nonce=None)),
        ("invalid_nonce", wallet.proof(nonce="AAAA")),
        ("invalid_nonce", wallet.proof(nonce=_forged(wallet.nonce()))),
    ]
    for error, proof in refusals:
        answer = wallet.ask(token, proof)
        assert (answer.status_code, answer.json()["error"]) == (400, error)
    used = wallet.proof(nonce=(nonce := wallet.nonce()))
    assert wallet.ask(token, used).status_code == 200
    again = wallet.ask(token, wallet.proof(nonce=nonce))
    assert again.json()["error"] == "invalid_nonce"
    assert IssuedCredential.objects.count() == 1


def test_a_wallet_may_say_more_of_its_key_and_spell_bearer_as_it_likes(shop: Approved) -> None:
    wallet = Holder()
    token = wallet.taken(shop.offer())
    proof = wallet.proof(header={"key_attestation": "a.b.c"})
    body = {"credential_configuration_id": "verified_person", "proofs": {"jwt": [proof]}}
    answer = wallet.client.post(
        "/credentials/issue",
        json.dumps(body),
        content_type="application/json",
        headers={"authorization": f"BEARER {token}"},
    )
    assert answer.status_code == 200, answer.content


def _forged(nonce: str) -> str:
    return ("B" if nonce[0] == "A" else "A") + nonce[1:]


def test_what_a_wallet_may_ask_for_is_one_thing(shop: Approved) -> None:
    wallet = Holder()
    token = wallet.taken(shop.offer())
    for error, changes in (
        ("unknown_credential_configuration", {"credential_configuration_id": "pid"}),
        ("invalid_credential_request", {"credential_identifier": "pid"}),
        ("invalid_proof", {"proofs": {"jwt": []}}),
        ("invalid_proof", {"proofs": {"ldp_vp": [{}]}}),
    ):
        answer = wallet.ask(token, **changes)
        assert (answer.status_code, answer.json()["error"]) == (400, error)
    for told in ("", "another"):
        answer = wallet.ask(told)
        assert answer.status_code == 401 and answer.json()["error"] == "invalid_token"
        assert answer["WWW-Authenticate"].startswith("Bearer")


def test_a_wallet_that_lost_the_answer_asks_again_and_the_first_is_taken_back(
    shop: Approved,
) -> None:
    wallet = Holder()
    token = wallet.taken(shop.offer())
    assert wallet.ask(token).status_code == 200 and wallet.ask(token).status_code == 200
    assert sorted(IssuedCredential.objects.values_list("standing", flat=True)) == [
        "revoked",
        "valid",
    ]
    CredentialOffer.objects.update(token_until=timezone.now())
    assert wallet.ask(token).status_code == 401


def test_an_offer_is_fetched_a_few_times_and_no_more(shop: Approved) -> None:
    wallet = Holder()
    token = wallet.taken(shop.offer())
    for _lost in range(life.FETCHES):
        assert wallet.ask(token).status_code == 200
    answer = wallet.ask(token)
    assert (answer.status_code, answer.json()["code"]) == (400, "credential_fetched_too_often")
    assert IssuedCredential.objects.count() == life.FETCHES
    assert IssuedCredential.objects.filter(standing="valid").count() == 1, "the last one counts"
    assert wallet.ask(wallet.taken(shop.offer())).status_code == 200


def test_who_was_not_approved_is_given_nothing(shop: Approved) -> None:
    wallet = Holder()
    token = wallet.taken(shop.offer())
    subject_put(
        shop_id=shop.file.shop_id,
        kind="person",
        subject_id=shop.ann.id,
        fields={"address": "Elsewhere 1"},
        roles=["director", "controller", "owner"],
        now=timezone.now(),
    )
    answer = wallet.ask(token)  # the file is open again
    assert answer.json()["error"] == "credential_request_denied"
    with pytest.raises(NotVerified):
        shop.offer()
    other = knowing.opened()
    ann = knowing.named(other.shop_id)
    with pytest.raises(NotVerified):
        shop.offer(shop_id=other.shop_id, subject_id=ann.id)
    with pytest.raises(NotVerified):
        shop.offer(subject_id=ann.id)


def test_a_key_stays_told_after_another_took_its_place(
    shop: Approved, settings: Any, tmp_path: Path
) -> None:
    wallet = Holder()
    wallet.fetched(shop.offer())
    [before] = our_keys()
    settings.STATE_DIR = tmp_path
    now_first = our_keys()
    assert len(now_first) == 2 and now_first[1] == before
    assert all("d" not in one for one in now_first)
    assert JWK(**{**before}).thumbprint() == before["kid"]


def test_a_live_house_gives_out_nothing_without_a_key(
    shop: Approved, settings: Any, tmp_path: Path
) -> None:
    settings.LIVE_MODE = True
    with pytest.raises(IssuingNotOffered):
        shop.offer()
    assert Client().get("/.well-known/openid-credential-issuer").status_code == 409
    settings.CREDENTIAL_SIGNER = str(tmp_path / "none.pem")
    with pytest.raises(CredentialSignerUnreadable):
        shop.offer()


def test_the_database_refuses_what_could_not_be(shop: Approved) -> None:
    wallet = Holder()
    wallet.fetched(row := shop.offer())
    for change in (
        {"standing": "revoked"},
        {"standing": "gone"},
        {"place": PLACES},
        {"level": "none"},
        {"expires_at": timezone.now() - timedelta(days=9_999)},
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            IssuedCredential.objects.update(**change)
    open_one = shop.offer()
    for which, change in (
        (row.id, {"state": "asked"}),
        (open_one.id, {"state": "taken"}),
        (open_one.id, {"wrong_codes": life.WRONG_CODES}),
        (open_one.id, {"family_words": 0}),
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            CredentialOffer.objects.filter(id=which).update(**change)
