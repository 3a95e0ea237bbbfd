"""Wallets post over HTTP: one answer counts, once, and what is no answer changes nothing."""

import json
import threading
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from gateway.compliance.knowing.models import IdentityProof
from gateway.compliance.presenting import braking, judging
from gateway.compliance.presenting.ending import presentations_expire
from gateway.compliance.presenting.errors import (
    BeingChecked,
)
from gateway.compliance.presenting.judging import presentation_judge, presentations_judge
from gateway.compliance.presenting.models import Presentation
from gateway.events.models import Event
from tests.compliance.knowing.place import named
from tests.compliance.presenting.kit import bound
from tests.compliance.presenting.place import Place, encrypted, placed
from tests.faults.in_process import Killed, killer, passing

pytestmark = pytest.mark.django_db


def test_an_answer_counts_once(place: Place) -> None:
    wallet = place.wallet(place.asked())
    asked, text = wallet.request(), wallet.presentation()
    path = urlsplit(asked["response_uri"]).path

    def sent(presentation: str) -> Any:
        token = json.dumps({"identity": [presentation]})
        return wallet.post_to(path, state=asked["state"], vp_token=token)

    other = wallet.presentation()
    assert sent(text).status_code == 200
    assert sent(text).status_code == 200, "a wallet that got no reply sends it again"
    assert sent(other).status_code == 410
    assert place.judge().state == "accepted"
    assert sent(text).status_code == 200 and sent(other).status_code == 410
    assert wallet.fetched().status_code == 410
    assert presentations_judge(now=place.now) == 0
    assert IdentityProof.objects.count() == 1


def test_what_was_sent_for_one_request_proves_nothing_for_another(place: Place) -> None:
    first = place.wallet(place.asked())
    text = first.presentation()
    first.answer(text)
    place.judge()
    again = place.wallet(place.asked())
    assert again.answer(text).status_code == 400, "the very same was seen before"
    asked = again.request()
    moved = bound(text, place.holder, nonce=first_nonce(), aud=asked["client_id"])
    assert again.answer(moved).status_code == 200
    row = place.judge()
    assert (row.state, row.problem) == ("refused", "wrong_nonce")


def first_nonce() -> str:
    return Presentation.objects.order_by("id")[0].nonce


def test_a_nonce_and_an_answer_are_used_once_says_the_database(place: Place) -> None:
    first = place.asked()
    other = named(place.file.shop_id, name="Bea", date_of_birth="1990-01-01")
    second = place.asked(subject_id=other.id)
    with pytest.raises(IntegrityError), transaction.atomic():
        Presentation.objects.filter(id=second.id).update(nonce=first.nonce)
    with pytest.raises(IntegrityError), transaction.atomic():
        Presentation.objects.filter(id=second.id).update(state="accepted")
    with pytest.raises(IntegrityError), transaction.atomic():
        Presentation.objects.filter(id=second.id).update(state="answered")
    with pytest.raises(IntegrityError), transaction.atomic():
        Presentation.objects.filter(id=second.id).update(subject_id=place.ann.id)


def test_a_newer_request_ends_the_one_before(place: Place) -> None:
    first = place.wallet(place.asked())
    asked, text = first.request(), first.presentation()
    second = place.asked()
    answer = first.post_to(
        urlsplit(asked["response_uri"]).path,
        state=asked["state"],
        vp_token=json.dumps({"identity": [text]}),
    )
    assert answer.status_code == 410
    assert [row.state for row in Presentation.objects.order_by("id")] == ["expired", "asked"]
    place.wallet(second).answer()
    with pytest.raises(BeingChecked):
        place.asked()


def test_a_late_answer_is_none(place: Place) -> None:
    row = place.asked(now=place.now - timedelta(minutes=11))
    wallet = place.wallet(row)
    assert wallet.fetched().status_code == 410
    token = urlsplit(wallet.told["request_uri"]).path.rpartition("/")[2]
    late = wallet.post_to(
        f"/wallet/answers/{token}", state=token, vp_token=json.dumps({"identity": ["a"]})
    )
    assert late.status_code == 410
    assert presentations_expire(now=place.now) == 1
    assert Presentation.objects.get().state == "expired"
    assert not IdentityProof.objects.exists()


def test_what_nobody_could_check_is_dropped(place: Place) -> None:
    place.wallet(place.asked()).answer()
    later = timezone.now() + timedelta(hours=2)
    assert presentations_expire(now=later) == 1
    row = Presentation.objects.get()
    assert (row.state, row.answer_box) == ("expired", None)


def test_a_holder_may_say_no(place: Place) -> None:
    wallet = place.wallet(place.asked())
    asked = wallet.request()
    path = urlsplit(asked["response_uri"]).path
    declined = wallet.post_to(path, state=asked["state"], error="access_denied")
    assert declined.status_code == 200
    row = Presentation.objects.get()
    assert (row.state, row.problem) == ("refused", "declined")
    assert not IdentityProof.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_two_answers_at_once_are_one() -> None:
    with placed() as place:
        row = place.asked()
        wallet = place.wallet(row)
        texts = [wallet.presentation() for _ in range(2)]
        asked = wallet.request()
        begin, statuses = threading.Barrier(2), []

        def send(text: str) -> None:
            try:
                begin.wait()
                answer = wallet.post_to(
                    urlsplit(asked["response_uri"]).path,
                    state=asked["state"],
                    vp_token=json.dumps({"identity": [text]}),
                )
                statuses.append(answer.status_code)
            finally:
                connection.close()

        threads = [threading.Thread(target=send, args=(text,)) for text in texts]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sorted(statuses) == [200, 410]
        assert place.judge().state == "accepted"


@pytest.mark.django_db(transaction=True)
def test_two_workers_that_check_at_once_keep_one_proof() -> None:
    with placed() as place:
        row = place.asked()
        place.wallet(row).answer()
        begin = threading.Barrier(2)

        def judge() -> None:
            try:
                begin.wait()
                presentation_judge(presentation_id=row.id, now=place.now)
            finally:
                connection.close()

        threads = [threading.Thread(target=judge) for _ in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert IdentityProof.objects.get().state == "verified"
        assert Event.objects.filter(type="presentation.changed").count() == 3


@pytest.mark.parametrize("point", ["presentation.asking_issuer", "presentation.checked"])
def test_a_worker_that_dies_leaves_the_answer_to_the_next(place: Place, point: str) -> None:
    place.wallet(place.asked()).answer()
    with pytest.raises(Killed), passing(killer(point)):
        presentations_judge(now=place.now)
    row = Presentation.objects.get()
    assert row.state == "answered" and row.answer_box is not None
    assert not IdentityProof.objects.exists()
    assert place.judge().state == "accepted"


def test_an_answer_that_breaks_the_check_holds_up_nobody_elses(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    bea = named(place.file.shop_id, name="Ann Arbor", date_of_birth="1980-02-29")
    broken = place.asked()
    place.wallet(broken).answer()
    place.wallet(place.asked(subject_id=bea.id)).answer()
    check = judging._check

    def breaks(row: Presentation, **options: Any) -> Any:
        if row.id == broken.id:
            raise RuntimeError("a fault of ours")
        return check(row, **options)

    monkeypatch.setattr(judging, "_check", breaks)
    assert presentations_judge(now=place.now) == 1
    states = Presentation.objects.order_by("id").values_list("state", flat=True)
    assert list(states) == ["answered", "accepted"]


# --- what is no answer --------------------------------------------------------------------------


def test_a_post_that_is_no_answer_leaves_the_request_open(place: Place) -> None:
    row = place.asked()
    wallet = place.wallet(row)
    asked, text = wallet.request(), wallet.presentation()
    path, state = urlsplit(asked["response_uri"]).path, asked["state"]
    good = json.dumps({"identity": [text]})

    def status(**fields: str) -> int:
        return int(wallet.post_to(path, **fields).status_code)

    assert status(other="x") == 400
    assert status(state=state) == 400
    assert status(state="x" * 22, vp_token=good) == 400
    assert status(vp_token=good) == 400
    assert status(state=state, vp_token=good, error="access_denied") == 400
    for odd in (
        "x",
        "[]",
        "{}",
        json.dumps({"other": [text]}),
        json.dumps({"identity": text}),
        json.dumps({"identity": [text, text]}),
        json.dumps({"identity": [""]}),
        json.dumps({"identity": ["\ud800"]}),
        json.dumps({"identity": [{}]}),
        json.dumps({"identity": [text], "other": [text]}),
        "[" * 20_000,
    ):
        assert status(state=state, vp_token=odd) == 400
    assert wallet.client.post(path, {"state": state, "vp_token": good}).status_code == 415
    assert wallet.client.get(path).status_code == 405
    never = wallet.post_to("/wallet/answers/" + "A" * 22, state=state, vp_token=good)
    assert never.status_code == 404
    assert wallet.client.get("/wallet/requests/" + "A" * 22).status_code == 404
    assert wallet.client.get("/wallet/requests/short").status_code == 404
    row.refresh_from_db()
    assert row.state == "asked"
    assert status(state=state, vp_token=good) == 200


def test_a_wallet_that_can_not_encrypt_may_be_asked_for_a_plain_answer(
    place: Place, settings: Any
) -> None:
    settings.WALLET_ANSWERS_ENCRYPTED = False
    wallet = place.wallet(place.asked())
    asked = wallet.request()
    assert asked["response_mode"] == "direct_post" and "jwks" not in asked["client_metadata"]
    assert wallet.answer().status_code == 200
    assert place.judge().state == "accepted"


def test_an_answer_to_another_requests_key_is_none(place: Place) -> None:
    bea = named(place.file.shop_id, name="Bea", date_of_birth="1990-01-01")
    row = place.asked()
    wallet = place.wallet(row)
    other = place.wallet(place.asked(subject_id=bea.id)).request()
    asked, text = wallet.request(), wallet.presentation()
    path = urlsplit(asked["response_uri"]).path
    told = {"state": asked["state"], "vp_token": {"identity": [text]}}
    good = encrypted(told, asked)
    for odd in (
        encrypted(told, other),
        encrypted(told, asked, zip="DEF"),
        encrypted({**told, "state": other["state"]}, asked),
        encrypted({**told, "state": 7}, asked),
        encrypted({**told, "vp_token": json.dumps(told["vp_token"])}, asked),
        good[:-4] + "AAAA",
        good.replace(".", "", 1),
        "a.b.c.d.e",
        "",
    ):
        assert wallet.post_to(path, response=odd).status_code == 400
    assert wallet.post_to(path, response=good).status_code == 200
    place.judge()
    row.refresh_from_db()
    assert row.state == "accepted"


def test_what_is_too_large_is_not_read(place: Place) -> None:
    wallet = place.wallet(place.asked())
    asked = wallet.request()
    path = urlsplit(asked["response_uri"]).path
    large = wallet.post_to(path, state=asked["state"], vp_token="a" * 70_000)
    assert large.status_code == 413
    lying = wallet.client.generic(
        "POST",
        path,
        b"a=" + b"b" * 70_000,
        content_type="application/x-www-form-urlencoded",
        CONTENT_LENGTH="",
    )
    assert lying.status_code in (400, 413)
    assert Presentation.objects.get().state == "asked"


def test_whoever_asks_without_end_is_slowed_down(
    place: Place, valkey: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(braking, "ASKED_PER_MINUTE", 3)
    wallet = place.wallet(place.asked())
    assert [wallet.fetched().status_code for _ in range(4)] == [200, 200, 200, 429]
