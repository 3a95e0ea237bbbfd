"""Push in a real browser: turned on, shown, replaced, opened; and how the page says it stands."""

import json
from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone
from playwright.sync_api import expect

from gateway.events import relay
from gateway.events.services import emit
from merchants.notices import escalating
from merchants.notices.models import Device
from merchants.notices.push import making, sending
from merchants.notices.push.configuration import house_key
from merchants.notices.push.vapid import new_private_hex
from tests.e2e.looking import layout_shift, overflow_px, sideways, small_targets
from tests.merchants.notices.push.push_service import PushService, push_service

SUBSCRIBED_JS = """
// What a browser's own push service would hand out; here it is the test's.
const given = %s;
const subscription = {
  endpoint: given.endpoint,
  options: {},
  toJSON: () => ({ endpoint: given.endpoint, keys: { p256dh: given.p256dh, auth: given.auth } }),
  unsubscribe: async () => { localStorage.removeItem('subscribed'); return true; },
};
PushManager.prototype.subscribe = async function (options) {
  if (!options.userVisibleOnly || options.applicationServerKey.length !== 87) throw new TypeError();
  localStorage.setItem('subscribed', 'yes');
  return subscription;
};
PushManager.prototype.getSubscription = async function () {
  return localStorage.getItem('subscribed') ? subscription : null;
};
"""
STATES_JS = {
    "unsupported": "delete window.PushManager",
    "installable": "delete window.PushManager; navigator.standalone = false",
    "denied": "Object.defineProperty(Notification, 'permission', { get: () => 'denied' })",
    "off": "",
}
SHOWN_JS = """
async () => (await (await navigator.serviceWorker.getRegistration('/notices/')).getNotifications())
  .map((one) => ({ tag: one.tag, title: one.title, body: one.body, silent: one.silent,
                   lang: one.lang, path: one.data }))
"""


@pytest.fixture
def pushes(house: Any, settings: Any) -> Any:
    settings.PUSH_KEY = new_private_hex()
    settings.WEBHOOKS_ALLOW_LOOPBACK = True
    with push_service() as service:
        yield service


def told(house: Any, pushes: PushService) -> list[dict[str, Any]]:
    """What beat does; everything that the browser was told so far."""
    now = timezone.now()
    escalating.notices_escalate(now=now)
    making.trials_make(now=now)
    making.pushes_end(now=now)
    sending.pushes_send(now=now)
    return pushes.read()


def happen(type: str) -> None:
    with transaction.atomic():
        emit(
            type=type,
            subject="chain:8453",
            body={"reason": "nodes_down"},
            mode="live",
            now=timezone.now(),
        )
    relay.drain(limit=100)


def hand_over(page: Any, message: dict[str, Any]) -> None:
    """What the browser's own connection to its push service would do with a message."""
    chrome = page.context.new_cdp_session(page)
    found: list[str] = []
    chrome.on(
        "ServiceWorker.workerRegistrationUpdated",
        lambda event: found.extend(one["registrationId"] for one in event["registrations"]),
    )
    chrome.send("ServiceWorker.enable")
    while not found:
        page.wait_for_timeout(20)
    chrome.send(
        "ServiceWorker.deliverPushMessage",
        {"origin": page.url.split("/notices")[0], "registrationId": found[-1],
         "data": json.dumps(message)},
    )  # fmt: skip


def shown(page: Any, count: int = 1) -> list[dict[str, Any]]:
    """The notifications on the screen, once there are so many."""
    for _ in range(200):
        found = list(page.evaluate(SHOWN_JS))
        if len(found) == count:
            return found
        page.wait_for_timeout(25)
    raise AssertionError(found)


def allowed(house: Any, page: Any, pushes: PushService) -> None:
    page.context.grant_permissions(["notifications"], origin=house.url)
    page.add_init_script(SUBSCRIBED_JS % json.dumps(pushes.browser().form))


def test_a_person_turns_it_on_is_told_and_told_that_it_is_over(house, pushes):
    with house.page(role="operator") as page:
        allowed(house, page, pushes)
        page.goto("/notices/")
        page.get_by_role("button", name="Turn on for this device").click()
        expect(page.locator("[data-push-state=on]")).to_be_visible()
        expect(page.get_by_text("This device", exact=True)).to_be_visible()
        _fits(page, "on")
        page.get_by_role("button", name="Send a trial").click()
        expect(page.get_by_text("A trial is on its way")).to_be_visible()
        [trial] = told(house, pushes)
        hand_over(page, trial)
        assert shown(page)[0]["title"] == "This is how you are told"

        happen("chain.stalled")
        stalled = told(house, pushes)[-1]
        hand_over(page, stalled)
        _, notice = sorted(shown(page, 2), key=lambda one: one["tag"] == stalled["tag"])
        assert notice["title"] == "Chain 8453 is not followed"
        assert notice["path"] == "/house/" and not notice["silent"]

        happen("chain.resumed")
        over = told(house, pushes)[-1]
        hand_over(page, over)
        for _ in range(200):
            [now] = [one for one in shown(page, 2) if one["tag"] == stalled["tag"]]
            if now["silent"]:
                break
            page.wait_for_timeout(25)
        assert now["body"] == "Over: nothing is left to do." and now["silent"]

        page.get_by_role("button", name="Remove").click()
        expect(page.get_by_role("button", name="Turn on for this device")).to_be_visible()
        assert page.evaluate("localStorage.getItem('subscribed')") is None
    assert not Device.objects.exists()


@pytest.mark.parametrize(
    ("path", "leads_to"),
    [("/notices/?from=push", "/notices/?from=push"), ("//evil.example/x", "/notices/")],
)
def test_a_click_opens_a_page_of_the_house_and_no_other(house, pushes, path, leads_to):
    with house.page(role="operator") as page:
        allowed(house, page, pushes)
        page.goto("/notices/")
        page.get_by_role("button", name="Turn on for this device").click()
        expect(page.locator("[data-push-state=on]")).to_be_visible()
        worker = page.context.service_workers[0]
        opened = worker.evaluate(f"ours({json.dumps(path)})")
        assert opened == house.url + leads_to


def test_who_says_no_is_told_how_to_say_yes(house, pushes):
    with house.page(role="operator") as page:
        page.add_init_script("Notification.requestPermission = async () => 'denied'")
        page.add_init_script(
            "Object.defineProperty(Notification, 'permission', { get: () => 'default' })"
        )
        page.goto("/notices/")
        page.get_by_role("button", name="Turn on for this device").click()
        expect(page.locator("[data-push-state=denied]")).to_be_visible()
    assert not Device.objects.exists()


@pytest.mark.parametrize(
    ("script", "words"),
    [
        ("Notification.requestPermission = async () => 'default'", "got no answer"),
        (
            "Notification.requestPermission = async () => 'granted';"
            "PushManager.prototype.subscribe = async () => { throw new DOMException('no'); }",
            "could not reach its push service",
        ),
    ],
)
def test_what_came_to_nothing_is_said_and_can_be_tried_again(house, pushes, script, words):
    with house.page(role="operator") as page:
        page.context.grant_permissions(["notifications"], origin=house.url)
        page.add_init_script(script)
        page.goto("/notices/")
        button = page.get_by_role("button", name="Turn on for this device")
        button.click()
        expect(page.get_by_text(words)).to_be_visible()
        expect(button).to_be_enabled()


@pytest.mark.parametrize(("scheme", "language"), [("light", "en"), ("dark", "zh-hans")])
@pytest.mark.parametrize("size", ["phone", "desktop"])
def test_each_state_is_said_and_fits_its_screen(house, pushes, settings, size, scheme, language):  # noqa: PLR0917
    for number in range(3):
        Device.objects.create(
            user=house.staff.user("operator"),
            endpoint=f"https://push.example/{number}",
            public=b"\4" * 65,
            secret=b"\5" * 16,
            server_key="another" if number == 1 else house_key().public,
            label="Samsung Internet · Android",
            made_at=timezone.now(),
            last_sent_at=timezone.now() if number else None,
        )
    for state, script in STATES_JS.items():
        with house.page(size=size, color_scheme=scheme, role="operator") as page:
            page.context.grant_permissions(["notifications"], origin=house.url)
            page.add_init_script(script)
            page.goto(f"/language?to={language}&next=/notices/")
            expect(page.locator(f"[data-push-state={state}]")).to_be_visible()
            expect(page.locator("[data-push-state]:visible")).to_have_count(1)
            _fits(page, f"{state}-{size}-{scheme}")
    settings.PUSH_KEY = ""
    with house.page(size=size, color_scheme=scheme, role="operator") as page:
        page.goto(f"/language?to={language}&next=/notices/")
        expect(page.locator("#push .note")).to_be_visible()
        expect(page.locator("[data-push-state]")).to_have_count(0)
        _fits(page, f"house-off-{size}-{scheme}")


def _fits(page: Any, where: str) -> None:
    assert overflow_px(page) == 0, where
    assert small_targets(page, apart=".hush, .skip, p") == [], where
    assert sideways(page) == [], where
    assert layout_shift(page) < 0.1, where


def test_without_scripts_the_page_says_what_it_needs(house, pushes):
    with house.page(role="operator", java_script_enabled=False) as page:
        page.goto("/notices/")
        expect(page.get_by_text("Turning this on needs JavaScript.")).to_be_visible()
        expect(page.get_by_role("button", name="Turn on for this device")).to_be_hidden()


def test_a_person_chooses_by_kind_and_by_way(house, pushes):
    with house.page(role="operator") as page:
        page.goto("/notices/")
        page.get_by_label("Chains that stand still, by mail").uncheck()
        page.get_by_label("Held payments, by push").uncheck()
        page.locator("#choices").get_by_role("button", name="Save").click()
        expect(page.get_by_text("Saved.")).to_be_visible()
        expect(page.get_by_label("Chains that stand still, by mail")).not_to_be_checked()
        expect(page.get_by_label("Chains that stand still, by push")).to_be_checked()
        expect(page.get_by_label("Held payments, by push")).not_to_be_checked()
