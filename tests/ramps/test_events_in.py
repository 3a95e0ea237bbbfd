"""Events from a ramp: signed, kept once, and never believed about an object's state."""

import json
import time
from typing import Any

import pytest

from gateway.events import relay
from gateway.events.ids import uuid7
from gateway.ramps.inbox import MAX_BYTES, event_counts
from gateway.ramps.models import RampAccount, RampEvent
from tests.ramps.kit import RAMP, Killed, Place, killer, passing
from tests.stripe_fake import accounts
from tests.stripe_fake.state import Json
from tests.stripe_fake.webhooks import Delivery

SHOP = uuid7()


def _now() -> int:
    return int(time.time())


def _event(place: Place, **changes: Any) -> Json:
    return {
        **place.fake.state.say("account.updated", {"id": "acct_1"}),
        "id": f"evt_{uuid7().hex}",
        **changes,
    }


def _post(place: Place, delivery: Delivery) -> int:
    return place.post(delivery.body, delivery.signature)


def _rows() -> list[tuple[str, str]]:
    return list(RampEvent.objects.order_by("received_at").values_list("type", "status"))


def test_an_event_is_written_down_once_however_often_it_comes(place: Place) -> None:
    place.account(SHOP)
    assert set(place.deliver(times=3, seed=1)) == {200}
    assert RampEvent.objects.count() == 2
    assert set(RampEvent.objects.values_list("times", "status")) == {(3, "handled")}


@pytest.mark.parametrize("point", ["inbox.kept", "inbox.handled"])
def test_an_event_over_which_the_process_dies_is_handled_once(point: str, place: Place) -> None:
    row = place.account(SHOP)
    RampAccount.objects.update(due_at=None)
    delivery = place.fake.webhooks.signed(_event(place, account=row.remote_id), at=_now())
    died = 0
    with passing(killer(point, times=5)):
        while True:
            try:
                assert _post(place, delivery) == 200
                relay.drain(limit=1000)
                break
            except Killed:
                died += 1
    assert died == 5
    assert _rows() == [("account.updated", "handled")]
    row.refresh_from_db()
    assert row.due_at is not None


def test_what_an_event_says_is_asked_for_and_not_believed(place: Place) -> None:
    row = place.account(SHOP)
    place.fake.webhooks.waiting.clear()
    accounts.demand(place.fake.state, row.remote_id, due=["owner"], past=True)
    old = place.fake.webhooks.waiting.pop()
    accounts.onboard(place.fake.state, row.remote_id)
    place.deliver()
    _post(place, place.fake.webhooks.signed(old, at=_now()))  # the earlier one comes last
    place.carry()
    RampAccount.objects.update(due_at=place.clock.advance(seconds=1))
    from gateway.ramps.onboarding import accounts_refresh

    accounts_refresh(now=place.now)
    row.refresh_from_db()
    assert row.is_ready


def test_a_wrong_signature_is_refused(place: Place) -> None:
    place.fake.webhooks.secrets[:] = ["whsec_somebody_elses"]
    assert _post(place, place.fake.webhooks.signed(_event(place), at=_now())) == 400
    assert not _rows()


def test_an_altered_body_is_refused(place: Place) -> None:
    delivery = place.fake.webhooks.signed(_event(place), at=_now())
    assert place.post(delivery.body.replace(b"acct_1", b"acct_2"), delivery.signature) == 400


@pytest.mark.parametrize("signature", ["", "t=1", "v1=abc", "t=x,v1=abc", "t=1,t=2,v1=a"])
def test_what_is_not_signed_is_refused(signature: str, place: Place) -> None:
    assert place.post(b"{}", signature) == 400


@pytest.mark.parametrize("off", [-400, 400])
def test_a_copy_of_an_old_event_is_refused(off: int, place: Place) -> None:
    assert _post(place, place.fake.webhooks.signed(_event(place), at=_now() + off)) == 400


def test_both_secrets_count_while_one_is_changed(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RAMP_STRIPE_WEBHOOK_SECRETS", "whsec_new, whsec_old")
    for secrets in (["whsec_old"], ["whsec_new"], ["whsec_other", "whsec_new"]):
        place.fake.webhooks.secrets[:] = secrets
        assert _post(place, place.fake.webhooks.signed(_event(place), at=_now())) == 200


def test_an_event_too_long_is_refused(place: Place) -> None:
    event = _event(place, filler="x" * MAX_BYTES)
    assert _post(place, place.fake.webhooks.signed(event, at=_now())) == 413


@pytest.mark.parametrize("body", [b"[]", b"{}", b'{"id": 1}', b"\xff", b'"x"'])
def test_what_is_no_event_is_refused(body: bytes, place: Place) -> None:
    import hashlib
    import hmac

    from tests.stripe_fake.server import SECRET

    moment = _now()
    mac = hmac.new(SECRET.encode(), b"%d.%s" % (moment, body), hashlib.sha256).hexdigest()
    assert place.post(body, f"t={moment},v1={mac}") == 400


def test_an_event_of_the_other_mode_moves_nothing(place: Place) -> None:
    row = place.account(SHOP)
    event = _event(place, livemode=True, account=row.remote_id)
    RampAccount.objects.update(due_at=None)
    assert _post(place, place.fake.webhooks.signed(event, at=_now())) == 200
    assert RampEvent.objects.get(remote_id=event["id"]).reason == "other_mode"
    row.refresh_from_db()
    assert row.due_at is None


def test_an_event_of_an_account_that_is_none_of_ours_moves_nothing(place: Place) -> None:
    event = _event(place, account="acct_strangers")
    assert _post(place, place.fake.webhooks.signed(event, at=_now())) == 200
    assert RampEvent.objects.get().reason == "other_account"


def test_a_type_that_we_do_nothing_about_is_kept_and_counted(place: Place, drain: Any) -> None:
    for _ in range(2):
        event = _event(place, type="invoice.finalized")
        assert _post(place, place.fake.webhooks.signed(event, at=_now())) == 200
    drain()
    assert event_counts() == [("invoice.finalized", "unknown", 2)]


def test_nothing_of_a_body_is_kept(place: Place) -> None:
    event = _event(place)
    event["data"]["object"]["email"] = "owner@shop.example"
    _post(place, place.fake.webhooks.signed(event, at=_now()))
    kept = json.dumps(list(RampEvent.objects.values()), default=str)
    assert "owner@shop.example" not in kept


def test_a_ramp_that_there_is_none_of_hears_nothing(place: Place, client: Any) -> None:
    assert (
        client.post("/ramps/other/events", data=b"{}", content_type="text/plain").status_code == 404
    )
    assert client.get(f"/ramps/{RAMP}/events").status_code == 405
