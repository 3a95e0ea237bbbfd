"""An owner offers a credential to the wallet of somebody behind the shop; an officer gives out the
code, and takes credentials back."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from gateway.compliance.issuing.models import CredentialOffer, IssuedCredential
from gateway.compliance.issuing.offer_secrets import code_of, transaction_code_of
from gateway.compliance.knowing.models import BusinessFile, ShopLevel, Subject
from tests.checkout.test_views import assert_strict
from tests.compliance.issuing.place import Approved, Holder
from tests.compliance.knowing.place import verified
from tests.faces import Staff
from tests.merchants.onboarding.test_onboarding import Face, ann, owner

__all__ = ["ann", "owner"]
pytestmark = pytest.mark.django_db
HOUSE = "/house/verification/credentials"


@pytest.fixture
def approved(owner: Face, ann: Any, valkey: object) -> Approved:
    """The owner's shop, approved, with Ann in it, who has shown who she is."""
    subject = Subject.objects.get(id=ann.id)
    verified(subject)
    until = timezone.now().date() + timedelta(days=365)
    BusinessFile.objects.filter(shop_id=owner.shop_id).update(status="approved", review_on=until)
    ShopLevel.objects.create(
        shop_id=owner.shop_id,
        level="standard",
        review_on=until,
        set_by="act:x",
        set_at=timezone.now(),
    )
    return Approved(owner.file, subject)


def officers(staff: Staff) -> str:
    answer = staff.client("compliance_officer").get(HOUSE)
    assert_strict(answer)
    return str(answer.content.decode())


def code_in(text: str) -> str:
    row = CredentialOffer.objects.order_by("-id")[0]
    code = transaction_code_of(row.id)
    return code if f"{code[:3]} {code[3:]}" in text else ""


def test_the_qr_is_the_shops_and_the_code_the_officers(
    owner: Face, approved: Approved, staff: Staff
) -> None:
    here = f"/credentials/{approved.ann.id}"
    assert "A credential for the wallet" in owner.get("/identity")
    text = owner.get(here)
    assert "First name Ann Maria, last name Arbor" in text and "no name" in text
    owner.post(here, {"name": "1"})
    text = owner.get(here)
    row = CredentialOffer.objects.get()
    assert row.family_words == 1 and 'class="qr"' in text
    assert f"/credentials/offers/{code_of(row.id)}" in text and "js/proof" in text
    assert not code_in(text), "the shop never sees the other code"
    seen = officers(staff)
    assert code_in(seen) and "Ann Arbor" in seen and "with name and date of birth" in seen
    assert code_of(row.id) not in seen

    Holder().fetched(row)
    status = owner.client.get(f"/dashboard/{owner.shop_id}/verification{here}/status")
    assert status.json() == {"state": "issued"}
    text = owner.get(here)
    assert "Counts until" in text and "Standard" in text and 'class="qr"' not in text
    assert not code_in(officers(staff))


def test_an_officer_takes_one_back_with_a_reason_that_no_shop_reads(
    owner: Face, approved: Approved, staff: Staff
) -> None:
    Holder().fetched(approved.offer())
    row = IssuedCredential.objects.get()
    officer = staff.client("compliance_officer")
    told = {"credential": str(row.id), "reason": ""}
    assert officer.post(HOUSE, told).status_code == 422
    assert officer.post(HOUSE, told | {"reason": "Zwiebelkuchen"}).status_code == 302
    assert officer.post(HOUSE, told | {"reason": "again"}).status_code == 422
    assert officer.post(HOUSE, {"credential": "x", "reason": "x"}).status_code == 404
    row.refresh_from_db()
    assert row.standing == "revoked"
    seen = officers(staff)
    assert "Zwiebelkuchen" in seen and "Taken back" in seen and "Compliance_Officer" in seen
    text = owner.get(f"/credentials/{approved.ann.id}")
    assert "was taken back" in text and "Zwiebelkuchen" not in text
    assert "Offer it to the wallet" in text


def test_an_offer_is_withdrawn_and_begun_again(owner: Face, approved: Approved) -> None:
    here = f"/credentials/{approved.ann.id}"
    owner.post(here, {})
    owner.post(here, {"do": "withdraw"})
    assert CredentialOffer.objects.get().state == "withdrawn"
    assert "This offer was withdrawn" in owner.get(here)
    owner.post(here, {"name": "-2"}, status=302)
    assert "last name" in owner.post(here, {"name": "7"}, status=422)
    assert "last name" in owner.post(here, {"name": "x"}, status=422)


def test_it_is_for_people_of_approved_shops_alone(
    owner: Face, approved: Approved, staff: Staff
) -> None:
    here = f"/credentials/{approved.ann.id}"
    path = f"/dashboard/{owner.shop_id}/verification{here}"
    assert staff.client("manager").get(path).status_code == 403
    assert staff.client("owner").get(HOUSE).status_code in (302, 403, 404)
    assert Client().get(path).status_code == 302
    owner.get(f"/credentials/{owner.file.company_id}", status=404)
    owner.get(f"{here}/status", status=404)
    BusinessFile.objects.update(status="reopened")
    assert "A credential for the wallet" not in owner.get("/identity")
    assert "once this shop is approved" in owner.get(here)
    assert "once this shop is approved" in owner.post(here, {}, status=409)
    BusinessFile.objects.update(status="refused")
    owner.post(here, {}, status=404)


def test_a_house_without_a_key_offers_none(owner: Face, approved: Approved, settings: Any) -> None:
    settings.CREDENTIAL_SIGNER = "/nowhere.pem"
    assert "A credential for the wallet" not in owner.get("/identity")
    owner.get(f"/credentials/{approved.ann.id}", status=404)


def test_the_officers_list_costs_the_same_for_few_and_many(
    approved: Approved, staff: Staff
) -> None:
    officer = staff.client("compliance_officer")
    wallet = Holder()
    wallet.fetched(approved.offer())
    officer.get(HOUSE)
    with CaptureQueriesContext(connection) as few:
        officer.get(HOUSE)
    for _again in range(3):
        wallet.fetched(approved.offer())
    approved.offer()
    with CaptureQueriesContext(connection) as many:
        officer.get(HOUSE)
    assert len(many) == len(few)
