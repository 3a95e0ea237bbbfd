"""Moving in on its pages: a file, a server, a choice, progress, the checklist."""

from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from gateway.shops.models import Shop
from merchants.accounts.services import api_key_create
from merchants.moving.carrying import moves_carry
from merchants.moving.models import Move
from merchants.moving.selectors import steps_of
from merchants.plugins.permissions import TAKE_MONEY, scopes_for
from merchants.webhooks.models import Endpoint
from tests.checkout.test_views import assert_strict
from tests.merchants.moving.old_server import KEY
from tests.merchants.moving.samples import LEGACY_CSV, btcpay_invoice, btcpay_store, btcpay_webhook

pytestmark = pytest.mark.django_db
ENGLISH = {"HTTP_ACCEPT_LANGUAGE": "en"}


@pytest.fixture
def owner(staff):
    return staff.client("owner", **ENGLISH)


@pytest.fixture
def root(open_shop) -> str:
    return f"/dashboard/{open_shop.shop_id}/settings/moving"


def export(body: bytes = LEGACY_CSV) -> SimpleUploadedFile:
    return SimpleUploadedFile("export.csv", body)


def asked(btcpay, **changes: str) -> dict[str, str]:
    return {"source": "btcpay", "url": btcpay.url, "key": KEY, **changes}


def test_an_empty_page_says_how_to_begin(owner, root) -> None:
    page = owner.get(root)
    assert_strict(page)
    text = page.content.decode()
    assert "Nothing was brought over yet" in text
    assert "“Legacy Invoice Export”" in text


def test_a_file_is_brought_over_and_its_page_says_how_far(owner, root, open_shop) -> None:
    answer = owner.post(f"{root}/file", {"file": export(), "zone": "UTC"})
    move = Move.objects.get()
    assert answer["Location"] == f"{root}/{move.id}"
    page = owner.get(answer["Location"])
    assert_strict(page)
    assert "Bringing over" in page.content.decode()
    before = owner.get(f"{root}/{move.id}/status").json()["version"]
    moves_carry(now=timezone.now())
    assert owner.get(f"{root}/{move.id}/status").json()["version"] != before
    text = owner.get(f"{root}/{move.id}").content.decode()
    assert "Brought over" in text
    assert "Something stopped it" not in text
    assert f"/dashboard/{open_shop.shop_id}/history" in text


@pytest.mark.parametrize("body", [b"\x89PNG", b"a,b\n1,2\n", None])
def test_what_is_no_export_is_said_beside_its_form(owner, root, body) -> None:
    file = {"file": export(body)} if body else {}
    answer = owner.post(f"{root}/file", {**file, "zone": "Nowhere/Else"})
    assert answer.status_code == 400
    assert "none of the exports" in answer.content.decode()


def test_a_file_beyond_bounds_is_not_read(owner, root) -> None:
    answer = owner.post(f"{root}/file", {"file": export()}, CONTENT_LENGTH=str(30 * 1024 * 1024))
    assert answer.status_code == 413
    assert "too large" in answer.content.decode()


def test_what_was_left_out_is_listed_with_its_line_and_reason(owner, root) -> None:
    owner.post(f"{root}/file", {"file": export(LEGACY_CSV.replace(b",12.50,", b",x,"))})
    moves_carry(now=timezone.now())
    text = owner.get(f"{root}/{Move.objects.get().id}").content.decode()
    assert "InvA" in text
    assert "no number that can be kept exactly" in text


def test_an_old_server_shows_what_would_change_and_secrets_once(
    owner, root, btcpay, open_shop
) -> None:
    btcpay.webhooks = [btcpay_webhook(1), btcpay_webhook(2, url="http://x.onion/h")]
    btcpay.invoices = [btcpay_invoice(1)]
    answer = owner.post(f"{root}/server", asked(btcpay))
    here = answer["Location"]
    moves_carry(now=timezone.now())
    page = owner.get(here)
    assert_strict(page)
    text = page.content.decode()
    for words in ("15 minutes", "30 minutes", "after 6 confirmations", "1.25", "InvoiceSettled"):
        assert words in text
    assert "PaymentRequestCompleted" in text
    assert KEY not in text
    chosen = {"setting": ["lock"], "webhook": ["wh1", "wh2"], "history": "yes"}
    taken = owner.post(f"{here}/take", chosen)
    assert taken.status_code == 200
    assert "no-store" in taken["Cache-Control"]
    assert "New secrets" in taken.content.decode()
    assert "http://x.onion/h" in taken.content.decode()
    assert "New secrets" not in owner.get(here).content.decode()
    assert Shop.objects.get(id=open_shop.shop_id).terms["lock_seconds"] == 1800
    assert Endpoint.objects.filter(style="btcpay", enabled=False).count() == 1
    assert owner.post(f"{here}/take", chosen)["Location"] == here
    assert "gone on meanwhile" in owner.get(here).content.decode()


def test_of_several_stores_one_is_chosen(owner, root, btcpay) -> None:
    btcpay.stores = [btcpay_store("St1"), btcpay_store("St2", name="Second")]
    here = owner.post(f"{root}/server", asked(btcpay))["Location"]
    moves_carry(now=timezone.now())
    assert "Second" in owner.get(here).content.decode()
    owner.post(f"{here}/store", {"store": "St2"})
    moves_carry(now=timezone.now())
    assert "what would change" in owner.get(here).content.decode()


def test_a_wrong_key_is_said_in_words_and_another_goes_on(owner, root, btcpay) -> None:
    here = owner.post(f"{root}/server", asked(btcpay, key="wrong"))["Location"]
    moves_carry(now=timezone.now())
    assert "does not know this key" in owner.get(here).content.decode()
    owner.post(f"{here}/again", {"key": KEY})
    moves_carry(now=timezone.now())
    assert "what would change" in owner.get(here).content.decode()
    owner.post(f"{here}/stop")
    assert Move.objects.get().state == "stopped"


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ({"url": "https://10.0.0.1"}, "be called from here"),
        ({"key": ""}, "Paste the old server"),
        ({"key": "a b"}, "no API key"),
    ],
)
def test_a_form_says_what_is_wrong(owner, root, btcpay, typed, words) -> None:
    answer = owner.post(f"{root}/server", asked(btcpay, **typed))
    assert answer.status_code in (400, 422)
    assert words in answer.content.decode()
    assert owner.post(f"{root}/server", {"source": "other"}).status_code == 404


def test_a_second_move_waits_for_the_first(owner, root) -> None:
    owner.post(f"{root}/file", {"file": export()})
    answer = owner.post(f"{root}/file", {"file": export()})
    assert answer.status_code == 409
    assert "Another move is under way" in answer.content.decode()


def test_the_owner_alone_moves_a_shop(staff, root) -> None:
    for role in ("manager", "developer", "accountant", "cashier"):
        client = staff.client(role)
        assert client.get(root).status_code == 403
        assert client.post(f"{root}/file").status_code == 403
        assert client.get(f"{root}/checklist").status_code == 403


def test_a_move_that_there_is_not_is_not_found(owner, root) -> None:
    for path in ("", "/status"):
        assert owner.get(f"{root}/{uuid4()}{path}").status_code == 404
    for path in ("/store", "/take", "/stop", "/again"):
        assert owner.post(f"{root}/{uuid4()}{path}", {"key": "k"}).status_code == 404


def test_the_checklist_says_what_is_left(owner, root, open_shop, staff) -> None:
    Shop.objects.filter(id=open_shop.shop_id).update(payout_address=None)
    page = owner.get(f"{root}/checklist")
    assert_strict(page)
    assert "3 steps are left" in page.content.decode()
    Shop.objects.filter(id=open_shop.shop_id).update(payout_address=b"\1" * 20)
    api_key_create(
        shop_id=open_shop.shop_id,
        mode="test",
        scopes=scopes_for(TAKE_MONEY),
        name="Web shop",
        created_by=staff.user("owner"),
        now=timezone.now(),
    )
    open_shop.confirmed(open_shop.issue(order_id="1"))
    assert "Everything that a switch needs is done" in (
        owner.get(f"{root}/checklist").content.decode()
    )
    view = open_shop.view
    with CaptureQueriesContext(connection) as queries:
        steps = steps_of(view)
    assert (steps.left, steps.history, steps.hooks) == (0, 0, False)
    assert len(queries) == 5


def test_the_pages_speak_chinese(staff, root) -> None:
    page = staff.client("owner", HTTP_ACCEPT_LANGUAGE="zh-CN").get(root)
    assert "询问旧服务器" in page.content.decode()
