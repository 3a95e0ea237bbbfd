"""The team, second factors and the audit log in a real browser, with an authenticator that Chromium
plays itself (WebAuthn's automation, over its debugging protocol)."""

from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from merchants.accounts.factors import changing, codes, totp
from merchants.accounts.factors.models import Passkey
from merchants.accounts.letters import token_of
from merchants.accounts.models import Invitation
from merchants.accounts.services import api_key_create
from merchants.accounts.team import invite
from merchants.audit.acts import ACTS
from merchants.audit.recording import record
from tests.e2e.looking import layout_shift, overflow_px, small_targets
from tests.e2e.test_approvals import draw
from tests.faces import PASSWORD

SCHEMES = [("light", "en"), ("dark", "zh-hans")]
LONG = "Donaudampfschifffahrtsgesellschaftskapitänin Annegret von und zu Hohenlohe-Langenburg"
APART = ".hush, .skip, td, p, a.strong, .foot-link, summary, dd"
AUTHENTICATOR = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


def fits(page, name):
    draw(page, name)
    assert overflow_px(page) == 0, name
    assert small_targets(page, 44, apart=APART) == [], name
    assert layout_shift(page) < 0.1, name


def sign_in(page, user):
    page.goto("/login")
    page.locator("#id_username").fill(user.email)
    page.locator("#id_password").fill(PASSWORD)
    page.locator("form[action='/login'] button").click()


def sign_out(page):
    page.goto("/account")
    page.locator("form[action='/logout'] button").click()
    page.wait_for_url("**/login")


def test_a_passkey_from_its_making_to_the_sign_in_without_a_password(house):
    user = house.staff.with_password("owner")
    with house.page() as page:
        cdp = page.context.new_cdp_session(page)
        cdp.send("WebAuthn.enable")
        made = cdp.send("WebAuthn.addVirtualAuthenticator", {"options": AUTHENTICATOR})
        sign_in(page, user)
        page.wait_for_url("**/dashboard/**")
        page.goto("/account/security")
        page.locator("#passkey-name").fill("Chromium's own")
        page.locator("form[data-verb=create] button").click()
        expect(page.locator(".sheet > li")).to_have_count(10)
        kept = cdp.send("WebAuthn.getCredentials", {"authenticatorId": made["authenticatorId"]})
        assert [one["isResidentCredential"] for one in kept["credentials"]] == [True]
        sign_out(page)
        page.locator("form[data-verb=get] button").click()
        page.wait_for_url("**/dashboard/**")
        assert Passkey.objects.get().used_at is not None
        sign_out(page)
        sign_in(page, user)  # by password the passkey is the second step
        page.wait_for_url("**/login/second*")
        page.locator("form[data-passkey] button").click()
        page.wait_for_url("**/dashboard/**")
        page.goto("/account/security")
        page.locator("form[action$='/remove'] button").click()  # just proven by passkey
        page.wait_for_url("**/account/security")
        assert not Passkey.objects.exists()


def test_who_cancels_at_the_device_is_told_and_may_try_again(house):
    user = house.staff.with_password("owner")
    with house.page() as page:
        cdp = page.context.new_cdp_session(page)
        cdp.send("WebAuthn.enable")
        away = AUTHENTICATOR | {"isUserVerified": False}
        made = cdp.send("WebAuthn.addVirtualAuthenticator", {"options": away})
        sign_in(page, user)
        page.wait_for_url("**/dashboard/**")
        page.goto("/account/security")
        form = page.locator("form[data-verb=create]")
        form.locator("button").click()
        expect(form.locator("[data-problem]")).to_be_visible()
        assert not Passkey.objects.exists()
        whose = {"authenticatorId": made["authenticatorId"], "isUserVerified": True}
        cdp.send("WebAuthn.setUserVerified", whose)
        form.locator("button").click()
        expect(page.locator(".sheet > li")).to_have_count(10)


@pytest.mark.parametrize(("scheme", "language"), SCHEMES)
@pytest.mark.parametrize("size", ["phone", "tablet", "desktop"])
def test_an_app_from_its_code_to_the_second_step(house, size, scheme, language):
    end = f"{size}-{scheme}-{language}"
    user = house.staff.with_password("owner")
    with house.page(size=size, color_scheme=scheme) as page:
        page.goto(f"/language?to={language}&next=/login")
        fits(page, f"people-0-login-{end}")
        page.goto("/reset")
        fits(page, f"people-1-reset-{end}")
        sign_in(page, user)
        page.wait_for_url("**/dashboard/**")
        page.goto("/account")
        fits(page, f"people-2-account-{end}")
        page.goto("/account/security/app")
        expect(page.locator("figure.qr svg")).to_be_visible()
        fits(page, f"people-3-app-{end}")
        secret = codes.totp_begin(user_id=user.pk, now=timezone.now())
        step = totp.step_at(timezone.now())
        page.locator("#code").fill(totp.code_at(secret, step))
        page.locator("form[action='/account/security/app'] button").click()
        expect(page.locator(".sheet > li")).to_have_count(10)
        fits(page, f"people-4-sheet-{end}")
        page.goto("/account/security")
        fits(page, f"people-5-security-{end}")
        sign_out(page)
        sign_in(page, user)
        page.wait_for_url("**/login/second*")
        page.locator("#code").fill("000000")
        page.locator("form:has(#code) button").click()
        expect(page.locator("[role=alert]").first).to_be_visible()
        draw(page, f"people-6-second-{end}")
        page.locator("#code").fill(totp.code_at(secret, step + 1))
        # The page answered 400 to the wrong code, which the browser's console repeats.
        house.complaints.clear()
        page.locator("form:has(#code) button").click()
        page.wait_for_url("**/dashboard/**")


def _fill(house):
    """A team with long names, an invitation of each kind, and one of every act in the log."""
    shop_id, now = house.world.shop_id, timezone.now()
    owner, manager = house.staff.user("owner"), house.staff.user("manager")
    manager.name = LONG
    manager.save()
    for role in ("cashier", "accountant", "developer"):
        house.staff.user(role)
    codes.totp_begin(user_id=manager.pk, now=now)
    secret = codes.totp_begin(user_id=manager.pk, now=now)
    changing.app_confirm(user=manager, typed=totp.code_at(secret, totp.step_at(now)), now=now)
    api_key_create(shop_id=shop_id, mode="test", name=LONG[:80], created_by=manager)
    invite(shop_id=shop_id, email="carla@shop.example", role="cashier", by=owner, now=now)
    old = now - timedelta(days=9)
    invite(shop_id=shop_id, email=f"{'long' * 15}@shop.example", role="owner", by=owner, now=old)
    from django.db import transaction

    with transaction.atomic():
        for act in ACTS:
            detail = {"accepted_assets": {"from": None, "to": ["USDC@31337", LONG]}}
            who = f"user:{manager.pk}"
            record(act=act, shop_id=shop_id, who=who, subject=who, detail=detail, now=now)
    return owner, manager


@pytest.mark.parametrize(("scheme", "language"), SCHEMES)
@pytest.mark.parametrize("size", ["phone", "upright tablet", "desktop"])
def test_the_team_and_the_log_are_read_on_every_screen(house, size, scheme, language):
    end = f"{size}-{scheme}-{language}"
    _owner, manager = _fill(house)
    base = f"/dashboard/{house.world.shop_id}"
    with house.page(size=size, color_scheme=scheme, role="owner") as page:
        page.goto(f"/language?to={language}&next={base}/team")
        fits(page, f"team-0-list-{end}")
        page.locator("summary", has_text="收银员" if language != "en" else "Cashier").click()
        page.goto(f"{base}/team/{manager.pk}")
        fits(page, f"team-1-member-{end}")
        page.goto(f"{base}/audit")
        expect(page.locator("table.log tbody tr").first).to_be_visible()
        fits(page, f"team-2-audit-{end}")
        page.goto(f"{base}/audit?since=2000-01-01&kind=files&until=2001-01-01")
        expect(page.locator(".empty")).to_be_visible()
        fits(page, f"team-3-nothing-{end}")
    made = Invitation.objects.get(email="carla@shop.example")
    with house.page(size=size, color_scheme=scheme) as page:
        token = token_of("invitation", made.id)
        page.goto(f"/language?to={language}&next=/join/{token}")
        fits(page, f"team-4-join-{end}")


def test_somebody_is_invited_joins_and_is_let_go(house):
    owner = house.staff.with_password("owner")
    base = f"/dashboard/{house.world.shop_id}"
    with house.page() as page:
        sign_in(page, owner)
        page.wait_for_url("**/dashboard/**")
        page.goto(f"{base}/team")
        page.locator("#email").fill("carla@shop.example")
        page.locator("#role").select_option("manager")
        page.locator("form[action$='/team/invite'] button").click()
        page.wait_for_url("**/team")
        expect(page.locator("li", has_text="carla@shop.example")).to_be_visible()
        made = Invitation.objects.get()
        with house.page(size="phone") as hers:
            hers.goto(f"/join/{token_of('invitation', made.id)}")
            hers.locator("#name").fill("Carla Example")
            hers.locator("#password").fill("a long enough phrase")
            hers.locator("form[action^='/join/'] button").click()
            hers.wait_for_url(f"**{base}/**")
            page.goto(f"{base}/team")
            page.locator("a.strong", has_text="Carla Example").click()
            page.wait_for_url("**/team/*-*")
            page.locator("form[action$='/remove'] button").click()
            page.wait_for_url("**/team")
            hers.goto(f"{base}/")
            hers.wait_for_url("**/login?next=**")
        page.goto(f"{base}/audit?kind=people")
        words = page.locator("table.log .act > .strong").all_text_contents()
        assert words == ["Left the team", "Joined the team", "Invited"]
