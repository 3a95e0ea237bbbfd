"""A person shows with their wallet who they are: what is kept of it, and all that is refused."""

import json
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from django.test import Client

from gateway.compliance.knowing.erasing import subject_erase
from gateway.compliance.knowing.errors import FileWithUs, SubjectUnknown
from gateway.compliance.knowing.fields import subject_fields
from gateway.compliance.knowing.files import subject_end, subject_put
from gateway.compliance.knowing.models import BusinessFile, IdentityProof, SealedField
from gateway.compliance.presenting.ending import presentations_expire
from gateway.compliance.presenting.errors import (
    NothingToCompare,
    PresentationUnknown,
    WalletsNotOffered,
)
from gateway.compliance.presenting.models import Presentation, StatusListCopy
from gateway.compliance.presenting.selectors import (
    are_wallets_offered,
    presentation_of_session,
)
from gateway.compliance.presenting.trusting import issuer_distrust
from gateway.events import relay
from gateway.events.models import Event
from tests.compliance.knowing.place import ANN, named, opened
from tests.compliance.presenting.kit import PERSON, House, key, presented
from tests.compliance.presenting.place import PATH, SESSION, Place

pytestmark = pytest.mark.django_db


def test_a_person_shows_with_their_wallet_who_they_are(place: Place) -> None:
    assert are_wallets_offered()
    row = place.asked()
    wallet = place.wallet(row)
    asked = wallet.request()
    assert asked["response_type"] == "vp_token" and asked["response_mode"] == "direct_post.jwt"
    assert asked["client_id"] == wallet.told["client_id"]
    query = asked["dcql_query"]["credentials"]
    assert [one["path"] for one in query[0]["claims"]] == [[name] for name in PERSON]
    answer = wallet.answer()
    assert answer.status_code == 200 and "/wallet/back/" in answer.json()["redirect_uri"]
    assert Presentation.objects.get().state == "answered"
    assert place.judge().state == "accepted"
    assert place.proof() == ("verified", "")
    told = subject_fields(place.ann.id)
    assert told["identity_name"] == "Ann Maria Arbor"
    assert told["identity_date_of_birth"] == "1980-02-29" and told["identity_country"] == "DE"


def test_of_the_credential_a_hash_is_kept_and_whose_word_it_was(place: Place) -> None:
    trust = place.trust(reason="a further key")
    row = place.asked()
    wallet = place.wallet(row)
    text = wallet.presentation()
    wallet.answer(text)
    row.refresh_from_db()
    assert row.answer_box is not None and text.encode()[:40] not in bytes(row.answer_box)
    row = place.judge()
    assert row.answer_box is None and row.trust == trust and trust.version == 2
    assert row.issuer == place.house.iss and row.vct == "urn:eudi:pid:1" and row.verifier
    assert len(bytes(row.credential_digest or b"")) == 32
    written = json.dumps([one.body for one in Event.objects.all()])
    assert "Ann" not in written and "1980" not in written and text[:30] not in written
    assert "Ann Maria" not in str(Presentation.objects.values().get())


def test_a_file_needs_no_other_proof_of_identity_then(place: Place) -> None:
    def wanted() -> set[str]:
        due = BusinessFile.objects.get(id=place.file.id).due
        return {one for one in due if "identity" in one}

    assert wanted()
    place.wallet(place.asked()).answer()
    place.judge()
    assert not wanted()


REFUSALS: dict[str, tuple[str, dict[str, Any]]] = {
    "another name": ("name_differs", {"person": {**PERSON, "family_name": "Bloom"}}),
    "another birthday": ("born_differs", {"person": {**PERSON, "birthdate": "1981-02-28"}}),
    "over": ("expired", {"exp": 1_000_000_000}),
    "another kind": ("wrong_kind", {"vct": "urn:loyalty-card"}),
    "no status": ("no_status", {"status": None}),
}


@pytest.mark.parametrize("case", list(REFUSALS))
def test_a_credential_that_proves_nothing_is_refused_with_a_reason(place: Place, case: str) -> None:
    problem, changes = REFUSALS[case]
    wallet = place.wallet(place.asked())
    wallet.answer(wallet.presentation(**changes))
    row = place.judge()
    assert (row.state, row.problem, row.answer_box) == ("refused", problem, None)
    assert place.proof() == ("rejected", problem)
    assert "identity_name" not in subject_fields(place.ann.id), "nothing of another is kept"
    assert not SealedField.objects.filter(name__startswith="identity_").exists()


def test_who_is_not_trusted_any_more_proves_nothing(place: Place) -> None:
    wallet = place.wallet(place.asked())
    wallet.answer()
    assert issuer_distrust(issuer=place.house.iss, by="ada", now=place.now)
    row = place.judge()
    assert row.problem == "issuer_untrusted" and row.issuer == place.house.iss
    assert not are_wallets_offered()
    with pytest.raises(WalletsNotOffered):
        place.asked()


def test_a_stranger_is_not_trusted_by_default(place: Place) -> None:
    row = place.asked()
    wallet = place.wallet(row)
    asked = wallet.request()
    theirs = House(iss="https://stranger.example").issued(place.holder)
    wallet.answer(presented(theirs, place.holder, nonce=asked["nonce"], aud=asked["client_id"]))
    row = place.judge()
    assert (row.problem, row.issuer) == ("issuer_untrusted", "https://stranger.example")


# --- status -------------------------------------------------------------------------------------


@pytest.mark.parametrize(("value", "problem"), [(1, "revoked"), (2, "suspended"), (3, "revoked")])
def test_a_credential_that_was_taken_back_is_refused(
    place: Place, value: int, problem: str
) -> None:
    place.house.taken_back = {7: value}
    place.serve(bits=2)
    place.wallet(place.asked()).answer()
    assert place.judge().problem == problem


def test_an_issuer_that_does_not_answer_is_no_yes(place: Place) -> None:
    for broken, problem in (
        (lambda: place.publisher.status.update({PATH: 503}), "status_unreachable"),
        (lambda: place.publisher.status.update({PATH: 302}), "status_unreachable"),
        (lambda: place.publisher.cut.update({PATH: 10}), "status_unreachable"),
        (lambda: place.publisher.files.update({PATH: b"<html>"}), "status_unreadable"),
        (lambda: place.publisher.files.update({PATH: b"a" * 3_000_000}), "status_unreachable"),
    ):
        place.publisher.status.clear()
        place.publisher.cut.clear()
        broken()
        place.wallet(place.asked()).answer()
        row = place.judge()
        assert (row.state, row.problem) == ("refused", problem)
    assert not StatusListCopy.objects.exists()
    assert IdentityProof.objects.filter(state="verified").count() == 0


def test_a_list_at_a_private_place_is_never_fetched(place: Place, settings: Any) -> None:
    settings.WEBHOOKS_ALLOW_LOOPBACK = False
    place.wallet(place.asked()).answer()
    assert place.judge().problem == "status_unreachable"
    assert place.publisher.asked == []


def test_a_list_is_fetched_once_while_it_is_fresh(place: Place) -> None:
    for _ in range(2):
        place.wallet(place.asked()).answer()
        assert place.judge().state == "accepted"
    assert len(place.publisher.asked) == 1
    place.house.taken_back = {7: 1}
    place.serve()
    place.now += timedelta(seconds=601)  # beyond its ttl
    assert presentations_expire(now=place.now) == 0
    assert not StatusListCopy.objects.exists()


def test_a_list_that_is_kept_is_believed_under_the_issuers_present_key_alone(
    place: Place,
) -> None:
    place.wallet(place.asked()).answer()
    place.judge()
    place.house.key = key("k2")
    place.trust(reason="its key was stolen")
    place.house.taken_back = {7: 1}
    place.serve()
    place.wallet(place.asked()).answer()
    assert place.judge().problem == "revoked"


# --- whose it is --------------------------------------------------------------------------------


def test_another_session_sees_nothing_of_it(place: Place) -> None:
    row = place.asked()
    shop_id = place.file.shop_id
    assert presentation_of_session(presentation_id=row.id, shop_id=shop_id, session=SESSION)
    other = opened().shop_id
    for told in (
        {"session": "another browser's", "shop_id": shop_id},
        {"session": SESSION, "shop_id": other},
        {"session": "", "shop_id": shop_id},
    ):
        with pytest.raises(PresentationUnknown):
            presentation_of_session(presentation_id=row.id, **told)
    with pytest.raises(PresentationUnknown):
        presentation_of_session(presentation_id=UUID(int=7), shop_id=shop_id, session=SESSION)


def test_a_person_of_another_shop_is_not_asked(place: Place) -> None:
    stranger = named(opened().shop_id)
    with pytest.raises(SubjectUnknown):
        place.asked(subject_id=stranger.id)
    with pytest.raises(SubjectUnknown):
        place.asked(subject_id=place.file.company_id)


def test_nobody_is_asked_before_there_is_a_name_and_a_birthday_to_compare(place: Place) -> None:
    bea = named(place.file.shop_id, name="Bea", date_of_birth="")
    with pytest.raises(NothingToCompare):
        place.asked(subject_id=bea.id)
    company = named(place.file.shop_id, "owner", kind="company")
    with pytest.raises(NothingToCompare):
        place.asked(subject_id=company.id)


def test_nothing_is_asked_while_the_house_looks_at_the_file(place: Place) -> None:
    BusinessFile.objects.filter(id=place.file.id).update(status="submitted")
    with pytest.raises(FileWithUs):
        place.asked()


def test_what_is_compared_is_what_was_told_when_it_is_checked(place: Place) -> None:
    place.wallet(place.asked()).answer()
    subject_put(
        shop_id=place.file.shop_id,
        kind="person",
        fields={**ANN, "name": "Bea Bloom"},
        roles=["director"],
        subject_id=place.ann.id,
        now=place.now,
    )
    assert place.judge().problem == "name_differs"


def test_who_left_or_was_erased_is_asked_for_nothing_more(place: Place) -> None:
    bea = named(place.file.shop_id, name="Bea", date_of_birth="1990-01-01")
    asked = place.asked(subject_id=bea.id)
    subject_end(shop_id=place.file.shop_id, subject_id=bea.id, now=place.now)
    relay.drain(limit=1000)
    asked.refresh_from_db()
    assert asked.state == "expired"

    place.wallet(place.asked()).answer()
    subject_erase(subject_id=place.ann.id, now=place.now)
    row = place.judge()
    assert (row.state, row.problem, row.answer_box) == ("refused", "subject_gone", None)
    assert not IdentityProof.objects.exists()


def test_the_web_reaches_a_request_by_its_secret_alone(place: Place) -> None:
    row = place.asked()
    assert Client().get(f"/wallet/requests/{row.id}").status_code == 404
    assert Client().get(f"/wallet/requests/{row.nonce}").status_code == 404
