"""A credential counts as long as what it rests on: the approval, the person's part, the house's
word."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from gateway.compliance.issuing.errors import CredentialUnknown, ReasonMissing
from gateway.compliance.issuing.models import CredentialOffer, IssuedCredential
from gateway.compliance.issuing.offer_secrets import list_uri
from gateway.compliance.issuing.standing import credential_revoke, shop_credentials_follow
from gateway.compliance.knowing.deciding import file_refuse
from gateway.compliance.knowing.erasing import subject_erase
from gateway.compliance.knowing.files import file_say, file_submit, subject_end
from gateway.compliance.presenting.errors import CredentialRefused
from gateway.compliance.presenting.status_lists import status_check, status_list_read
from gateway.compliance.presenting.trust import Issuer
from gateway.compliance.retaining.collecting import Whom
from gateway.compliance.retaining.held_beside import issued_credentials
from gateway.events import relay
from tests.compliance.issuing.place import Approved, Holder, our_keys, status_list
from tests.compliance.knowing import place as knowing
from tests.custody.approvals.conftest import ADA

pytestmark = pytest.mark.django_db


def told(settings: Any) -> str:
    """What our list says of the one credential there is, as a verifier reads it."""
    now = timezone.now()
    issuer = Issuer(issuer=settings.PUBLIC_URL, version=1, vcts=frozenset(), keys=tuple(our_keys()))
    found = status_list_read(status_list(), uri=list_uri(), issuer=issuer, now=now)
    try:
        status_check(found, index=IssuedCredential.objects.order_by("id")[0].place)
    except CredentialRefused as refused:
        return refused.problem
    return "valid"


def reopened(shop: Approved) -> None:
    file_say(
        shop_id=shop.file.shop_id,
        fields={**knowing.COMPANY, "website": "https://arbor.example"},
        columns=knowing.COLUMNS,
        now=timezone.now(),
    )
    relay.drain(limit=1000)


def test_while_a_file_is_looked_at_again_its_credentials_are_suspended(
    shop: Approved, settings: Any
) -> None:
    Holder().fetched(shop.offer())
    relay.drain(limit=1000)
    assert told(settings) == "valid"
    reopened(shop)
    assert told(settings) == "suspended"
    file_submit(shop_id=shop.file.shop_id, by="user:owner", now=timezone.now())
    knowing.approved(knowing.again(shop.file))
    relay.drain(limit=1000)
    assert told(settings) == "valid"


def test_with_another_level_or_a_refusal_it_is_over(shop: Approved, settings: Any) -> None:
    Holder().fetched(shop.offer())
    reopened(shop)
    file_submit(shop_id=shop.file.shop_id, by="user:owner", now=timezone.now())
    file_refuse(
        shop_id=shop.file.shop_id, by=ADA, reason="not now", note="sorry", now=timezone.now()
    )
    relay.drain(limit=1000)
    assert told(settings) == "revoked"
    row = IssuedCredential.objects.get()
    ended = row.ended_at
    shop_credentials_follow(shop_id=shop.file.shop_id, now=timezone.now())
    row.refresh_from_db()
    assert row.ended_at == ended, "again is the same"


@pytest.mark.parametrize("how", ["left", "erased"])
def test_who_is_gone_is_vouched_for_no_more(shop: Approved, settings: Any, how: str) -> None:
    wallet = Holder()
    wallet.fetched(shop.offer())
    shop.offer()
    if how == "left":
        subject_end(shop_id=shop.file.shop_id, subject_id=shop.ann.id, now=timezone.now())
    else:
        subject_erase(subject_id=shop.ann.id, now=timezone.now())
    relay.drain(limit=1000)
    assert told(settings) == "revoked"
    assert set(CredentialOffer.objects.values_list("state", flat=True)) == {"issued", "withdrawn"}


def test_an_officer_takes_one_back_for_a_reason_and_once(shop: Approved, settings: Any) -> None:
    Holder().fetched(shop.offer())
    row = IssuedCredential.objects.get()
    now = timezone.now()
    with pytest.raises(ReasonMissing):
        credential_revoke(credential_id=row.id, by=ADA, reason=" ", now=now)
    credential_revoke(credential_id=row.id, by=ADA, reason="the phone was stolen", now=now)
    assert told(settings) == "revoked"
    with pytest.raises(CredentialUnknown):
        credential_revoke(credential_id=row.id, by=ADA, reason="again", now=now)
    reopened(shop)
    assert told(settings) == "revoked", "nothing brings it back"


def test_what_was_taken_back_is_not_fetched_anew(shop: Approved) -> None:
    wallet = Holder()
    before = wallet.taken(shop.offer())
    assert wallet.ask(before).status_code == 200
    token = wallet.taken(shop.offer())
    assert wallet.ask(token).status_code == 200
    shop.offer()
    taken_back(shop)
    assert [wallet.ask(one).status_code for one in (before, token)] == [401, 401]
    assert not IssuedCredential.objects.exclude(standing="revoked").exists()
    assert not CredentialOffer.objects.filter(state="asked").exists(), "nor by what was still open"
    assert wallet.ask(wallet.taken(shop.offer())).status_code == 200, "a new offer is a new word"


def test_who_asked_while_it_was_taken_back_is_given_nothing(shop: Approved) -> None:
    wallet = Holder()
    token = wallet.taken(shop.offer())
    assert wallet.ask(token).status_code == 200
    taken_back(shop)
    # As for a request that came before, and waited: by its clock the token isn't over.
    CredentialOffer.objects.update(token_until=timezone.now() + timedelta(minutes=1))
    assert wallet.ask(token).status_code == 401


def taken_back(shop: Approved) -> None:
    row = IssuedCredential.objects.exclude(standing="revoked").get(subject_id=shop.ann.id)
    credential_revoke(credential_id=row.id, by=ADA, reason="a stolen phone", now=timezone.now())


def test_the_list_says_nothing_of_whose_they_are(shop: Approved) -> None:
    Holder().fetched(shop.offer())
    IssuedCredential.objects.update(standing="suspended")
    text = status_list()
    assert str(shop.ann.id) not in text and str(shop.file.shop_id) not in text
    assert len(text) < 8_000, "an empty list of a quarter of a million places is small"


def test_what_was_given_out_is_told_to_whom_it_is_about(shop: Approved) -> None:
    Holder().fetched(shop.offer(1))
    for whom in (Whom("subject", shop.ann.id), Whom("shop", shop.file.shop_id)):
        [row] = issued_credentials(whom)
        assert row["subject"] == shop.ann.id and row["names_them"] is True
        assert row["standing"] == "valid" and "reason" not in row
