"""An owner has somebody show with a wallet who they are; officers see whose word it was."""

import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from gateway.compliance.knowing.models import BusinessFile, Subject
from gateway.compliance.presenting.models import Presentation
from gateway.compliance.presenting.tokens import token_of
from tests.checkout.test_views import assert_strict
from tests.compliance.presenting.kit import PERSON, House
from tests.compliance.presenting.place import PATH, Place
from tests.compliance.publishers import publishing
from tests.faces import Staff
from tests.merchants.onboarding.test_onboarding import Face, ann, owner

__all__ = ["ann", "owner"]
pytestmark = pytest.mark.django_db


@pytest.fixture
def place(owner: Face, ann: Any, valkey: object) -> Iterator[Place]:
    """The owner's shop with Ann in it, and an issuer that is trusted."""
    with publishing() as issuer:
        house = House(iss=issuer.url, uri=f"{issuer.url}{PATH}")
        subject = Subject.objects.get(id=ann.id)
        place = Place(issuer, owner.file, subject, house)
        place.serve()
        place.trust()
        yield place


def begun(face: Face, person: Any) -> str:
    """The page of a new request, below the verification's."""
    face.post("/wallet", {"about": str(person.id)})
    return f"/wallet/{Presentation.objects.order_by('-id')[0].id}"


def status(face: Face, page: str) -> str:
    path = f"/dashboard/{face.shop_id}/verification{page}/status"
    return str(face.client.get(path).json()["state"])


def test_a_wallet_is_scanned_and_the_page_follows(
    owner: Face, ann: Any, place: Place, staff: Staff
) -> None:
    assert "Use an identity wallet" in owner.get("/identity")
    page = begun(owner, ann)
    text = owner.get(page)
    assert "Ann Arbor" in text and "<svg viewBox" in text and "js/proof" in text
    assert 'href="openid4vp://?client_id=x509_hash' in text
    assert "http-equiv=" in text and status(owner, page) == "asked"
    wallet = place.wallet(Presentation.objects.get())
    back = wallet.answer().json()["redirect_uri"].partition("/wallet/")[2]
    assert "takes a few seconds" in owner.get(page) and status(owner, page) == "answered"
    place.judge()
    text = owner.get(page)
    assert "has shown who they are" in text and "http-equiv=" not in text
    assert "openid4vp" not in text and "js/proof" not in text
    assert "Accepted" in owner.get("/identity")

    assert owner.client.get(f"/wallet/{back}").headers["Location"].endswith(page)
    elsewhere = Client().get(f"/wallet/{back}")
    assert_strict(elsewhere)
    said = elsewhere.content.decode()
    assert "Go back to the screen" in said and "Ann" not in said
    assert Client().get("/wallet/back/" + "A" * 22).status_code == 404

    officer = staff.client("compliance_officer").get(f"/house/verification/{owner.shop_id}")
    told = officer.content.decode()
    assert "Digital credential" in told and f"Given out by {place.house.iss}" in told
    assert "version 1" in told and "Ann Maria Arbor, 1980-02-29" in told


def test_a_refusal_says_why_and_offers_another_way(
    owner: Face, ann: Any, place: Place, staff: Staff
) -> None:
    page = begun(owner, ann)
    wallet = place.wallet(Presentation.objects.get())
    wallet.answer(wallet.presentation(person={**PERSON, "family_name": "Bloom"}))
    place.judge()
    text = owner.get(page)
    assert "another name than the one typed here" in text and "Bloom" not in text
    assert "Try again" in text and "Take another way" in text
    assert "another name" in owner.get("/identity")
    officer = staff.client("compliance_officer").get(f"/house/verification/{owner.shop_id}")
    told = officer.content.decode()
    assert "another name" in told and f"Given out by {place.house.iss}" in told
    again = begun(owner, ann)
    assert again != page and "Scan this" in owner.get(again)


def test_a_stranger_is_named_to_the_officer_as_whoever_they_say_they_are(
    owner: Face, ann: Any, place: Place, staff: Staff
) -> None:
    begun(owner, ann)
    place.house.iss = "https://<b>stranger</b>.example"
    place.wallet(Presentation.objects.get()).answer()
    place.judge()
    officer = staff.client("compliance_officer").get(f"/house/verification/{owner.shop_id}")
    told = officer.content.decode()
    assert "Said to be given out by https://&lt;b&gt;stranger" in told
    assert "accept credentials from whoever" in told


def test_another_browser_of_the_same_owner_does_not_see_it(
    owner: Face, ann: Any, place: Place, staff: Staff
) -> None:
    page = begun(owner, ann)
    path = f"/dashboard/{owner.shop_id}/verification{page}"
    other = staff.client("owner")
    assert other.get(path).status_code == 404 and other.get(f"{path}/status").status_code == 404
    assert staff.client("manager").get(path).status_code == 403
    assert Client().get(path).status_code == 302
    token = token_of(Presentation.objects.get().id)
    assert "Go back" in other.get(f"/wallet/back/{token}").content.decode()


def test_a_request_that_nobody_answered_can_be_begun_again(
    owner: Face, ann: Any, place: Place
) -> None:
    page = begun(owner, ann)
    Presentation.objects.update(
        expires_at=timezone.now() - timedelta(seconds=1),
        asked_at=timezone.now() - timedelta(minutes=11),
    )
    text = owner.get(page)
    assert "Nobody answered in time" in text and "Try again" in text
    assert status(owner, page) == "expired"


def test_what_a_wallet_needs_is_said_before_it_is_asked(
    owner: Face, ann: Any, place: Place
) -> None:
    owner.post("/people/new", {"name": "Bea Bloom", "roles": ["controller"]})
    bea = next(
        one
        for one in Subject.objects.filter(shop_id=owner.shop_id, kind="person")
        if one.id != ann.id
    )
    text = owner.post("/wallet", {"about": str(bea.id)}, status=409)
    assert "name and date of birth" in text
    owner.post("/wallet", {"about": "x"}, status=404)
    owner.post("/wallet", {"about": str(owner.file.company_id)}, status=404)
    BusinessFile.objects.update(status="submitted")
    owner.post("/wallet", {"about": str(ann.id)}, status=404)


def test_no_wallet_is_offered_where_nobody_is_trusted(owner: Face, ann: Any) -> None:
    assert "identity wallet" not in owner.get("/identity")
    text = owner.post("/wallet", {"about": str(ann.id)}, status=409)
    assert re.search("used here now", text)
