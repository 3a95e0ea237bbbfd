"""The settings page: who may save what, what is refused, and what no owner may set."""

import pytest
from django.test import Client

from gateway.chains.addresses import checksum
from gateway.shops.models import Shop
from gateway.shops.selectors import shop_view
from merchants.accounts.models import User
from tests.faces import PASSWORD

ENGLISH = {"HTTP_ACCEPT_LANGUAGE": "en"}
NEW = bytes.fromhex("5aaeb6053f3e94c9b9a09f33669435e7ef1beaed")
TERMS = {
    "section": "terms", "currency": "EUR", "accepted_assets": [], "lock_seconds": "600",
    "underpay": "0.75", "overpay": "2", "qr_kind": "erc681", "late_policy": "refund",
    "rule_limit_0": "20", "rule_at_0": "seen", "rule_limit_1": "", "rule_at_1": "final",
    "rule_limit_2": "", "rule_at_2": "final", "rule_at_rest": "final",
}  # fmt: skip
PLACE = {"section": "place", "pricing_currency": "JPY", "time_zone": "Asia/Tokyo"}
REFUNDS = {
    "section": "refunds", "currency": "EUR", "cashier": "10", "manager": "150.50", "key": "0",
    "rates": "today",
}  # fmt: skip
ADDRESS = {"section": "address", "address": checksum(NEW), "password": PASSWORD}


@pytest.fixture
def page(open_shop):
    return f"/dashboard/{open_shop.shop_id}/settings"


@pytest.fixture
def shop_now(open_shop):
    return lambda: shop_view(shop_id=open_shop.shop_id)


@pytest.fixture
def owner(staff):
    staff.with_password("owner").refresh_from_db()  # the session goes by the new hash
    return staff.client("owner", **ENGLISH)


@pytest.fixture
def terms(shop_now):
    from gateway.chains.selectors import tokens_for_mode

    return TERMS | {
        "accepted_assets": [token.code for token in tokens_for_mode(shop_now().mode)][:1]
    }


def said(answer, status=200):
    assert answer.status_code == status
    return answer.content.decode()


@pytest.mark.parametrize("sent", [ADDRESS, TERMS, REFUNDS, PLACE])
@pytest.mark.parametrize("role", ["manager", "cashier", "accountant", "developer"])
def test_only_the_owner_saves(staff, page, shop_now, role, sent):
    before = shop_now()
    assert staff.client(role).post(page, sent).status_code == 403
    assert shop_now() == before


def test_a_manager_looks_and_has_no_button(staff, page):
    text = said(staff.client("manager", **ENGLISH).get(page))
    assert "only the owner changes these" in text
    assert "Save the terms" not in text
    assert "Change the address" not in text


def test_a_stranger_learns_nothing(page):
    stranger = Client()
    stranger.force_login(
        User.objects.create(email="stranger@else.example", name="Stranger"),
        backend="django.contrib.auth.backends.ModelBackend",
    )
    assert stranger.get(page).status_code == 404
    assert stranger.post(page, PLACE).status_code == 404
    assert Client().get(page).status_code == 302


@pytest.mark.parametrize("sent", [ADDRESS, TERMS, PLACE])
def test_no_other_site_saves(staff, page, shop_now, sent):
    before = shop_now()
    strict = staff.client("owner", enforce_csrf_checks=True)
    assert strict.post(page, sent).status_code == 403
    assert shop_now() == before


def test_a_first_address_is_set_with_the_password(owner, page, shop_now):
    Shop.objects.update(payout_address=None)
    text = said(owner.post(page, ADDRESS, follow=True))
    assert "Payouts now go to the new address" in text
    assert shop_now().payout_address == NEW


def test_another_address_waits_for_another_person(owner, page, shop_now):
    before = shop_now()
    text = said(owner.post(page, ADDRESS, follow=True))
    assert "The new address waits for another person" in text
    assert "Another address waits for approval" in text
    assert shop_now() == before


@pytest.mark.parametrize(
    ("change", "words"),
    [({"password": "wrong"}, "That isn&#x27;t your password"),
     ({"password": ""}, "required"),
     ({"address": "0x12"}, "no address"),
     ({"address": checksum(NEW).replace("a", "A", 1)}, "no address"),
     ({"address": "0x" + "0" * 40}, "zero address")],
)  # fmt: skip
def test_a_refused_address_is_kept_as_typed_and_its_password_is_not(
    owner, page, shop_now, change, words
):
    before, sent = shop_now(), ADDRESS | change
    text = said(owner.post(page, sent), 422)
    assert words in text
    assert f'value="{sent["address"]}"' in text
    assert 'href="#address-' in text
    assert PASSWORD not in text
    assert shop_now() == before


def test_wrong_passwords_are_counted_and_locked_out(owner, page, shop_now, settings):
    before = shop_now()
    for _ in range(settings.AXES_FAILURE_LIMIT):
        last = owner.post(page, ADDRESS | {"password": "wrong"})
    assert last.status_code == 429
    assert owner.post(page, ADDRESS).status_code == 429
    assert shop_now() == before


def test_terms_are_saved(owner, page, shop_now, terms):
    assert "The terms were saved" in said(owner.post(page, terms, follow=True))
    saved = shop_now().terms
    assert saved.accepted_assets == tuple(terms["accepted_assets"])
    assert (saved.lock_seconds, saved.underpay_tolerance_bps) == (600, 75)
    assert (saved.overpay_tolerance_bps, saved.qr_kind) == (200, "erc681")
    assert saved.late_policy == "refund"
    assert [(rule.up_to, rule.at) for rule in saved.release_rules] == [
        (2_000, "seen"), (None, "final")]  # fmt: skip


def test_the_fee_and_the_caps_are_never_an_owners(owner, page, shop_now, terms):
    before = shop_now().terms
    smuggled = {"fee_bps": "0", "at_risk_cap_units": "10000000", "max_open_lock_units": "1",
                "monitoring_seconds": "0"}  # fmt: skip
    for sent in (terms, PLACE, ADDRESS):
        assert owner.post(page, sent | smuggled).status_code == 302
    for name in smuggled:
        assert getattr(shop_now().terms, name) == getattr(before, name)


@pytest.mark.parametrize(
    "change",
    [{"accepted_assets": []}, {"accepted_assets": ["X@1"]}, {"lock_seconds": "5"},
     {"underpay": "0.001"}, {"overpay": "11"}, {"qr_kind": "x"}, {"late_policy": "x"},
     {"rule_limit_0": "many"}, {"rule_limit_1": "20"}, {"rule_at_rest": "never"}],
)  # fmt: skip
def test_terms_that_are_refused_point_at_their_field(owner, page, shop_now, terms, change):
    before, (field,) = shop_now(), change
    assert f'href="#terms-{field}"' in said(owner.post(page, terms | change), 422)
    assert shop_now() == before


def test_amounts_typed_in_another_currency_are_not_saved(owner, page, shop_now, terms):
    owner.post(page, PLACE)
    before = shop_now()
    assert "has changed meanwhile" in said(owner.post(page, terms), 422)
    assert shop_now() == before


def test_currency_and_zone_are_saved_with_a_warning_beforehand(owner, page, shop_now):
    assert "keep their number" in said(owner.get(page))
    assert "were saved" in said(owner.post(page, PLACE, follow=True))
    assert (shop_now().pricing_currency, shop_now().time_zone) == ("JPY", "Asia/Tokyo")


@pytest.mark.parametrize("change", [{"pricing_currency": "XXX"}, {"time_zone": "../etc/passwd"}])
def test_an_unknown_place_is_refused(owner, page, shop_now, change):
    before = shop_now()
    assert 'href="#place-' in said(owner.post(page, PLACE | change), 422)
    assert shop_now() == before


def test_an_unknown_section_is_not_found(owner, page):
    assert owner.post(page, {"section": "fees"}).status_code == 404


def test_the_owner_says_who_refunds_how_much_alone(owner, page, shop_now):
    assert "Above 2,000 two people" in said(owner.get(page))
    assert owner.post(page, REFUNDS).status_code == 302
    found = shop_now().terms
    assert (found.refund_cashier_limit_units, found.refund_manager_limit_units) == (1_000, 15_050)
    assert (found.refund_key_limit_units, found.refund_rates) == (0, ("today",))


@pytest.mark.parametrize("changed", [{"manager": "2000.01"}, {"cashier": "-1"}, {"key": "much"}])
def test_nobody_lifts_the_limit_above_which_two_are_needed(owner, page, shop_now, changed):
    before = shop_now().terms
    said(owner.post(page, REFUNDS | changed | {"refund_owner_limit_units": "10"}), 422)
    assert shop_now().terms == before
