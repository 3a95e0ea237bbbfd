"""The paired till's pages, and the dashboard's list of tills."""

from datetime import timedelta

import pytest
from django.conf import settings as configured
from django.test import Client
from django.utils import timezone

from gateway.checkout.tickets import ticket_holder
from gateway.invoices.models import Invoice
from gateway.refunds.models import Refund
from merchants.tills.models import Device, Grant, Pairing, Pin, Till
from tests.checkout.test_views import assert_strict
from tests.faces import PASSWORD
from tests.merchants.tills.tablets import ENGLISH, PART, PIN

pytestmark = pytest.mark.django_db


def tills_page(tablet):
    return f"/dashboard/{tablet.till.shop_id}/settings/tills"


def revoke(tablet):
    answer = tablet.staff.client("owner", **ENGLISH).post(
        f"{tills_page(tablet)}/{tablet.till.id}/revoke"
    )
    assert answer.status_code == 302


# ---- pairing ------------------------------------------------------------------------------------


def test_the_cookie_is_for_the_till_alone(tablet, settings):
    settings.HTTPS = True
    tablet.pair()
    cookie = tablet.client.cookies["till"]
    assert cookie["httponly"] and cookie["secure"] and cookie["samesite"] == "Strict"
    assert cookie["path"] == "/pos" and len(cookie.value) == 43


def test_the_dashboard_shows_the_code_once_and_the_tablet_takes_it(tablet):
    owner = tablet.staff.client("owner", **ENGLISH)
    answer = owner.post(f"{tills_page(tablet)}/{tablet.till.id}/code")
    assert_strict(answer)
    assert "no-store" in answer["Cache-Control"]
    code, link = answer.context["code"], answer.context["link"]
    assert link == f"{configured.PUBLIC_URL}/pos/pair#{code.replace(' ', '')}"
    assert code in answer.content.decode()
    assert code not in owner.get(tills_page(tablet)).content.decode()
    fresh = Client(**ENGLISH)
    assert_strict(fresh.get("/pos/pair"))
    assert fresh.post("/pos/pair", {"code": code})["Location"] == "/pos/cashier"
    assert "Pairs nothing" not in fresh.get("/pos/cashier").content.decode()


def test_making_a_till_shows_its_code_at_once(tablet):
    owner = tablet.staff.client("owner", **ENGLISH)
    answer = owner.post(f"{tills_page(tablet)}/new", {"name": "Bar", "place": "Outside"})
    till = Till.objects.get(name="Bar")
    assert answer.context["till"] == till
    assert Pairing.objects.filter(till=till).count() == 1
    again = owner.post(f"{tills_page(tablet)}/new", {"name": "Bar"})
    assert again.status_code == 409
    assert "Another till of this shop has that name" in again.content.decode()


def test_a_wrong_code_is_refused_and_many_are_braked(tablet, settings):
    settings.SIGN_IN_BURST, settings.SIGN_IN_REFILL_SECONDS = 2, 600
    stranger = Client(REMOTE_ADDR="203.0.113.9", **ENGLISH)
    for _ in range(2):
        answer = stranger.post("/pos/pair", {"code": "AAAA AAAA"})
        assert answer.status_code == 404
        assert "This code pairs nothing" in answer.content.decode()
    braked = stranger.post("/pos/pair", {"code": "AAAA AAAA"})
    assert braked.status_code == 429 and int(braked["Retry-After"]) > 0


def test_pairing_signs_out_whoever_was_signed_in(tablet):
    client = tablet.staff.client("owner", **ENGLISH)
    tablet.client = client
    tablet.pair()
    answer = client.get(f"/dashboard/{tablet.till.shop_id}/")
    assert answer.status_code == 302 and answer["Location"].startswith("/login")


def test_a_paired_tablet_has_no_dashboard_and_no_other_shop(tablet):
    tablet.stand("owner")  # even the owner is a cashier there
    text = tablet.client.get(f"{tablet.home}/").content.decode()
    assert "/dashboard/" not in text and "/logout" not in text
    for path in ("/dashboard/", f"/dashboard/{tablet.till.shop_id}/"):
        assert tablet.client.get(path)["Location"].startswith("/login")
    other = "/pos/00000000-0000-7000-8000-000000000000/"
    assert tablet.client.get(other).status_code == 404


# ---- who stands there ---------------------------------------------------------------------------


def test_a_locked_till_asks_who_is_there_and_then_goes_on(tablet):
    asks = tablet.client.get(f"{tablet.home}/")
    assert asks["Location"] == f"/pos/cashier?next={tablet.home}/"
    part = tablet.client.get(f"{tablet.home}/recent", **PART)
    assert part.status_code == 401 and part["X-Problem"] == "till_locked"
    assert tablet.stand("cashier")["Location"] == f"{tablet.home}/"
    assert "data-key=" in tablet.client.get(f"{tablet.home}/").content.decode()


def test_another_cashier_takes_over_in_one_step(tablet):
    tablet.stand("cashier")
    tablet.stand("manager")
    text = tablet.client.get(f"{tablet.home}/").content.decode()
    assert "Manager" in text
    page = tablet.client.get("/pos/cashier")
    assert_strict(page)
    assert "Cashier" in page.content.decode()


def test_a_wrong_pin_is_told_in_words_and_then_waits(tablet):
    tablet.stand("cashier")
    wrong = {"who": str(tablet.staff.user("cashier").id), "pin": "9157"}
    for _ in range(5):
        answer = tablet.client.post("/pos/cashier", wrong)
        assert answer.status_code == 403
        assert "That is not the PIN" in answer.content.decode()
    answer = tablet.client.post("/pos/cashier", wrong | {"pin": PIN})
    assert answer.status_code == 429 and int(answer["Retry-After"]) > 0
    assert "Too many wrong ones" in answer.content.decode()


@pytest.mark.parametrize("there", ["https://evil.example/", "//evil.example", "/dashboard/", "x"])
def test_after_the_pin_nobody_is_sent_elsewhere(tablet, there):
    user = tablet.staff.user("cashier")
    tablet.stand("cashier")
    wanted = {"who": str(user.id), "pin": PIN, "next": there}
    assert tablet.client.post("/pos/cashier", wanted)["Location"] == f"{tablet.home}/"


def test_a_till_nobody_touches_locks_and_a_touch_keeps_it_open(tablet, settings):
    tablet.stand("cashier")
    idle = timezone.now() - timedelta(minutes=settings.TILL_LOCK_MINUTES, seconds=-1)
    Device.objects.update(used_at=idle)
    assert tablet.client.get(f"{tablet.home}/recent", **PART).status_code == 200
    assert tablet.device.used_at == idle  # a poll is no touch
    assert tablet.client.post("/pos/here", {"version": "abc"}, **PART).status_code == 204
    assert tablet.device.used_at > idle and tablet.device.app_version == "abc"
    Device.objects.update(used_at=idle - timedelta(seconds=1))
    assert tablet.client.get(f"{tablet.home}/recent", **PART)["X-Problem"] == "till_locked"


def test_the_lock_button_locks(tablet):
    tablet.stand("cashier")
    assert tablet.client.post("/pos/lock")["Location"] == "/pos/cashier"
    assert tablet.client.get(f"{tablet.home}/").status_code == 302


def test_a_sale_names_its_till_and_its_cashier(tablet):
    tablet.stand("cashier")
    answer = tablet.client.post(f"{tablet.home}/sales", {"amount": "12.50", "draft": "a"}, **PART)
    assert answer.status_code == 200
    user = tablet.staff.user("cashier")
    assert Invoice.objects.get().created_by == f"till:{tablet.till.id}:user:{user.id}"


def test_people_set_their_own_pin_with_their_password(tablet):
    cashier = tablet.staff.with_password("cashier")
    cashier.refresh_from_db()
    client = tablet.staff.client("cashier", **ENGLISH)
    page = f"{tablet.home}/pin"
    assert_strict(client.get(page))
    form = {"pin": PIN, "again": PIN, "password": PASSWORD}
    for wrong in ({"again": "9999"}, {"password": "no"}, {"pin": "1234", "again": "1234"}):
        assert client.post(page, form | wrong).status_code in {400, 422}
    assert not Pin.objects.exists()
    assert client.post(page, form)["Location"] == page
    answer = tablet.client.post(
        "/pos/cashier", {"who": str(tablet.staff.user("cashier").id), "pin": PIN}
    )
    assert answer["Location"] == f"{tablet.home}/"


def test_whom_another_site_led_back_is_not_asked_to_sign_in(tablet):
    tablet.stand("cashier")
    token = tablet.client.cookies.pop("till")  # strict: the browser keeps it back
    answer = tablet.client.get(f"{tablet.home}/", HTTP_SEC_FETCH_SITE="cross-site")
    assert 'http-equiv="refresh"' in answer.content.decode()
    tablet.client.cookies["till"] = token.value
    assert "data-key=" in tablet.client.get(f"{tablet.home}/").content.decode()


# ---- taken off ----------------------------------------------------------------------------------


def test_the_next_answer_tells_a_lost_tablet_to_wipe_itself(tablet):
    tablet.stand("cashier")
    revoke(tablet)
    sale = {"amount": "1.00", "draft": "a"}
    for answer in (
        tablet.client.get(f"{tablet.home}/recent", **PART),
        tablet.client.post(f"{tablet.home}/sales", sale, **PART),
        tablet.client.get(f"{tablet.home}/"),
        tablet.client.get("/pos/"),
        tablet.client.get("/pos/cashier"),
        tablet.client.post("/pos/here", {}),
    ):
        assert answer.status_code == 401
        assert answer["X-Problem"] == "till_revoked"
        assert answer["Clear-Site-Data"] == '"cache"'
    left = tablet.client.post("/pos/left", {"sales": []}, content_type="application/json")
    assert left.status_code == 204 and left["Clear-Site-Data"] == '"cache", "storage"'
    assert not Invoice.objects.exists()
    page = tablet.client.get(f"{tablet.home}/")
    assert_strict(page)
    assert "data-revoked" in page.content.decode()


def test_a_wiped_tablet_can_be_paired_anew_or_signed_in_on(tablet):
    revoke(tablet)
    page = tablet.client.get("/pos/pair")
    assert page.status_code == 200 and "data-revoked" in page.content.decode()
    # As that page does once it left what it kept.
    nothing = {"sales": [], "end": True}
    tablet.client.post("/pos/left", nothing, content_type="application/json")
    assert not tablet.client.cookies["till"].value
    assert tablet.client.get(f"{tablet.home}/")["Location"].startswith("/login")
    tablet.pair()
    tablet.stand("cashier")
    assert tablet.client.get(f"{tablet.home}/").status_code == 200


def test_a_lost_tablet_is_no_till_though_somebody_is_signed_in_on_it(tablet):
    tablet.client.force_login(
        tablet.staff.user("cashier"), backend="django.contrib.auth.backends.ModelBackend"
    )
    revoke(tablet)
    assert tablet.client.get(f"{tablet.home}/").status_code == 401


def test_the_stream_is_held_by_the_tablet(tablet):
    tablet.stand("cashier")
    ticket = tablet.client.get(f"{tablet.home}/ticket", **PART).json()["ticket"]
    assert ticket_holder(ticket, shop_id=tablet.till.shop_id) == f"till_device:{tablet.device.id}"


# ---- a refund with a manager's PIN --------------------------------------------------------------


@pytest.fixture
def paid(tablet, open_shop):
    """A sale of this till that was paid, and its refund's form."""
    tablet.stand("manager")
    tablet.stand("cashier")
    tablet.client.post(f"{tablet.home}/sales", {"amount": "12.50", "draft": "a"}, **PART)
    invoice = Invoice.objects.get()
    open_shop.hear(open_shop.confirmed(invoice), "final")
    return f"{tablet.home}/sales/{invoice.id}"


def refund(tablet, paid, **more):
    form = {"amount": "5.00", "draft": "r", **more}
    return tablet.client.post(f"{paid}/refund", form)


def test_a_managers_pin_lets_a_refund_go_at_once(tablet, paid):
    manager = tablet.staff.user("manager")
    page = tablet.client.get(paid, **PART).content.decode()
    assert f'value="{manager.id}"' in page and PIN not in page
    assert refund(tablet, paid, manager=str(manager.id), pin=PIN).status_code == 200
    made = Refund.objects.get()
    assert made.requested_by == f"user:{tablet.staff.user('cashier').id}"
    assert made.approved_by == f"user:{manager.id}"
    assert Grant.objects.get().used_at is not None


def test_without_one_it_waits_for_approval(tablet, paid):
    assert refund(tablet, paid).status_code == 200
    assert Refund.objects.get().approved_by == ""


def test_with_a_wrong_pin_nothing_is_asked_for(tablet, paid):
    manager = tablet.staff.user("manager")
    answer = refund(tablet, paid, manager=str(manager.id), pin="9157")
    assert answer.status_code == 403
    assert "That is not the PIN" in answer.content.decode()
    assert not Refund.objects.exists()


# ---- the dashboard ------------------------------------------------------------------------------


def test_the_list_tells_who_is_there_and_who_has_a_pin(tablet):
    tablet.stand("cashier")
    page = tablet.staff.client("owner", **ENGLISH).get(tills_page(tablet))
    assert_strict(page)
    text = page.content.decode()
    for word in ("Counter", "Ground floor", "Paired", "Cashier", "Take the PIN away"):
        assert word in text
    assert PIN not in text


@pytest.mark.parametrize("role", ["cashier", "accountant", "developer"])
def test_only_owners_and_managers_manage_tills(tablet, role):
    client = tablet.staff.client(role)
    page = tills_page(tablet)
    assert client.get(page).status_code == 403
    for path in ("new", "pin", f"{tablet.till.id}/code", f"{tablet.till.id}/revoke"):
        assert client.post(f"{page}/{path}", {"name": "x"}).status_code == 403
    assert tablet.device.revoked_at is None


def test_a_manager_takes_a_forgotten_pin_away(tablet):
    tablet.stand("cashier")
    manager = tablet.staff.client("manager", **ENGLISH)
    cashier = tablet.staff.user("cashier")
    manager.post(f"{tills_page(tablet)}/pin", {"who": str(cashier.id)})
    assert not Pin.objects.filter(user=cashier).exists()
    assert tablet.client.get(f"{tablet.home}/").status_code == 302


def test_both_languages_say_everything(tablet):
    chinese = {"HTTP_ACCEPT_LANGUAGE": "zh-hans"}
    tablet.stand("cashier")
    owner = tablet.staff.client("owner", **chinese)
    for answer in (
        owner.get(tills_page(tablet)),
        Client(**chinese).get("/pos/pair"),
        tablet.client.get("/pos/cashier", **chinese),
    ):
        text = answer.content.decode()
        for english in (
            "Pair this tablet",
            "Who is here?",
            "Your tills",
            "Take off",
            "Make a till",
        ):
            assert english not in text
