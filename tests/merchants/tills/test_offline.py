"""The till without a connection, as the house answers for it: worker, shell, late drafts."""

import json
import re
from pathlib import Path

import pytest
from django.conf import settings as configured
from django.contrib.staticfiles.storage import staticfiles_storage
from django.core.management import call_command
from django.template.loader import render_to_string
from django.test import Client
from django.utils import timezone

from gateway.branding.selectors import brand_of
from gateway.branding.services import brand_set_accent
from gateway.checkout.assets import Assets
from gateway.invoices.models import Invoice
from merchants.counter.models import Showing
from merchants.pos.versions import SHELL, shell_files, shell_version
from merchants.tills.pairing import till_revoke
from tests.checkout.test_views import assert_strict
from tests.merchants.tills.tablets import ENGLISH, PART

pytestmark = pytest.mark.django_db


def take_off(tablet):
    owner = tablet.staff.user("owner")
    till_revoke(
        shop_id=tablet.till.shop_id, till_id=tablet.till.id, by=owner.id, now=timezone.now()
    )


def late(tablet, *, by="cashier", **more):
    """A sale that ``by`` typed on this tablet while it had no connection, sent now."""
    sent = {
        "amount": "12.50",
        "order": "Table 4",
        "draft": "late",
        "typed_on": str(tablet.device.id),
        "typed_by": str(tablet.staff.user(by).id),
    }
    return tablet.client.post(f"{tablet.home}/sales", sent | more, **PART)


# ---- the worker and the shell -------------------------------------------------------------------


def test_the_worker_says_the_same_to_everybody_and_may_do_little():
    answer = Client().get("/pos/worker.js")
    policy = answer["Content-Security-Policy"]
    assert answer["Content-Type"].startswith("text/javascript")
    assert answer["Cache-Control"] == "no-cache"
    assert "Service-Worker-Allowed" not in answer  # its folder is the till's: /pos/
    assert "default-src 'none'" in policy and "connect-src 'self'" in policy
    assert "unsafe" not in policy and "script-src" not in policy
    text = answer.content.decode()
    assert f'"till-{shell_version()}"' in text
    assert json.loads(re.search(r"const FILES = (\[.*\]);", text)[1]) == shell_files()


def test_the_worker_leaves_a_customers_display_alone():
    text = Client().get("/pos/worker.js").content.decode()
    listener = text.split('addEventListener("fetch"')[1]
    assert listener.index("isDisplay(") < listener.index("respondWith")
    pattern = re.compile(re.search(r"/(\^\S+)/\.test\(pathname\)", text)[1].replace("\\/", "/"))
    assert pattern.search("/pos/display") and pattern.search("/pos/display/pair")
    assert not pattern.search("/pos/0193/display") and not pattern.search("/pos/displays")


def test_other_files_are_another_version(monkeypatch):
    before = shell_version()
    monkeypatch.setattr(staticfiles_storage, "url", lambda name: f"/static/{name}?changed")
    assert shell_version() != before


def test_the_shell_is_shown_by_the_kept_files_alone(tablet):
    page = tablet.client.get("/pos/away").content.decode()
    sheets = re.findall(r'<link rel="stylesheet" href="([^"]+)"', page)
    assert sheets and all(sheet.startswith("/static/") for sheet in sheets)
    linked = set(re.findall(r'(?:src|href)="/static/([^"]+)"', page))
    wanted, seen = {name for name in linked if not name.endswith(".png")}, set()
    while wanted:
        name = wanted.pop()
        seen.add(name)
        if not name.endswith(".js"):
            continue
        folder = (configured.BASE_DIR / "static" / name).parent
        text = (configured.BASE_DIR / "static" / name).read_text()
        for path in re.findall(r'(?:from|import)\s*"([^"]+)"', text):
            found = (folder / path).resolve().relative_to(configured.BASE_DIR / "static")
            wanted |= {Path(found).as_posix()} - seen
    assert seen == set(SHELL)


def test_collected_the_worker_keeps_the_very_names_that_the_scripts_import(settings, tmp_path):
    settings.STATIC_ROOT = tmp_path
    call_command("collectstatic", interactive=False, verbosity=0)
    kept = {Assets(location=tmp_path).stored_name(name) for name in SHELL}
    assert all(re.search(r"\.[0-9a-f]{12}\.\w+$", name) for name in kept)
    for name in kept:
        if name.endswith(".js"):
            text = (tmp_path / name).read_text()
            imported = re.findall(r'(?:from|import)\s*"\./([^"]+)"', text)
            assert {f"js/{one}" for one in imported} <= kept


def test_the_shell_wears_no_shops_colours(tablet, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        shop_id, now = tablet.till.shop_id, timezone.now()
        brand_set_accent(shop_id=shop_id, accent="#FFD400", by="user:x", now=now)
    path = brand_of(shop_id).style_path
    tablet.stand("cashier")
    assert path and path in tablet.client.get(f"{tablet.home}/").content.decode()
    assert path not in tablet.client.get("/pos/away").content.decode()


def test_the_shell_names_nobody_and_no_sale_and_is_there_when_the_till_is_locked(tablet):
    locked = tablet.client.get("/pos/away")
    assert_strict(locked)
    assert "no-store" in locked["Cache-Control"]
    tablet.stand("cashier")
    tablet.client.post(f"{tablet.home}/sales", {"amount": "3.20", "order": "Zwiebel"}, **PART)
    page = tablet.client.get("/pos/away").content.decode()
    for text in (locked.content.decode(), page):
        assert text.count("data-key=") == 12 and "data-away" in text
        assert "Counter" in text and "No connection" in text
    for word in ("Zwiebel", "3.20", "Cashier", str(tablet.staff.user("cashier").id)):
        assert word not in page


def test_a_tablet_that_is_no_till_gets_no_shell(tablet):
    assert Client(**ENGLISH).get("/pos/away")["Location"] == "/pos/pair"
    take_off(tablet)
    answer = tablet.client.get("/pos/away")
    assert answer.status_code == 401 and answer["X-Problem"] == "till_revoked"
    assert '"cache"' in answer["Clear-Site-Data"]


def test_the_app_is_installed_from_the_till_in_its_language(tablet):
    told = json.loads(tablet.client.get("/pos/till.webmanifest").content)
    assert told["display"] == "standalone"
    assert told["start_url"] == told["scope"] == told["id"] == "/pos/"
    assert {icon["sizes"] for icon in told["icons"]} == {"192x192", "512x512"}
    for icon in told["icons"]:
        path = icon["src"].removeprefix("/static/")
        assert (configured.BASE_DIR / "static" / path).exists()
    chinese = Client(HTTP_ACCEPT_LANGUAGE="zh-hans").get("/pos/till.webmanifest")
    assert chinese["Content-Type"] == "application/manifest+json"
    assert json.loads(chinese.content)["name"] != told["name"]
    tablet.stand("cashier")
    for page in (f"{tablet.home}/", "/pos/cashier"):
        assert 'rel="manifest"' in tablet.client.get(page).content.decode()
    signed_in = tablet.staff.client("cashier", **ENGLISH)
    assert 'rel="manifest"' not in signed_in.get(f"{tablet.home}/").content.decode()


def test_what_stands_beside_the_sale_leads_nowhere_without_a_connection():
    came = {"invoice_id": 2, "text": "€2", "code_word": "word", "came_at": timezone.now()}
    beside = {"home": "/pos/x", "sale_id": 1, "by_register": "€1", "arrivals": [came]}
    links = re.findall(r"<a [^>]*>", render_to_string("pos/beside.html", {"beside": beside}))
    assert len(links) == 2 and all("data-needs-line" in link for link in links)


# ---- drafts that come later ---------------------------------------------------------------------


def test_a_draft_that_comes_twice_is_one_sale_of_who_typed_it(tablet):
    tablet.stand("cashier")
    for _ in range(2):
        assert late(tablet).status_code == 200
    invoice = Invoice.objects.get()
    assert invoice.created_by.endswith(f":user:{tablet.staff.user('cashier').id}")


def test_a_draft_sent_by_itself_is_not_what_the_till_shows(tablet):
    tablet.stand("cashier")
    tablet.client.post(f"{tablet.home}/sales", {"amount": "3.20", "draft": "on screen"}, **PART)
    on_screen = Invoice.objects.get()
    assert late(tablet).status_code == 200
    assert Showing.objects.get().invoice_id == on_screen.id


def test_anothers_draft_is_asked_for_only_by_who_takes_it_over(tablet):
    tablet.stand("manager")
    refused = late(tablet)
    assert refused.status_code == 409 and refused["X-Problem"] == "draft_of_another"
    assert "under your own name" in refused.content.decode()
    assert not Invoice.objects.exists()
    assert late(tablet, taken_over="1").status_code == 200
    assert Invoice.objects.get().created_by.endswith(f":user:{tablet.staff.user('manager').id}")


def test_a_draft_of_an_earlier_pairing_becomes_no_sale(tablet):
    before = str(tablet.device.id)
    tablet.stand("cashier")
    tablet.pair()
    tablet.stand("cashier")
    refused = late(tablet, typed_on=before)
    assert refused.status_code == 409 and refused["X-Problem"] == "draft_elsewhere"
    person = tablet.staff.client("cashier", **ENGLISH)
    by_person = person.post(
        f"{tablet.home}/sales", {"amount": "12.50", "draft": "x", "typed_on": before}, **PART
    )
    assert by_person["X-Problem"] == "draft_elsewhere"
    assert not Invoice.objects.exists()


def test_what_a_tablet_kept_is_no_sale_once_it_was_taken_off_or_is_locked(tablet):
    tablet.stand("cashier")
    tablet.client.post("/pos/lock", **PART)
    assert late(tablet)["X-Problem"] == "till_locked"
    tablet.stand("cashier")
    take_off(tablet)
    answer = late(tablet)
    assert answer.status_code == 401 and answer["X-Problem"] == "till_revoked"
    # Its page leaves what it kept first: the answer to that wipes the rest.
    assert '"storage"' not in answer["Clear-Site-Data"]
    left = tablet.client.post("/pos/left", {"sales": []}, content_type="application/json")
    assert '"storage"' in left["Clear-Site-Data"]
    assert not Invoice.objects.exists()
