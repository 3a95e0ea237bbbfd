"""Lists, whitelist and screening on the officers' pages."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client

from gateway.compliance import ordering, refreshing
from gateway.compliance.alerts.models import Alert
from gateway.compliance.destinations.models import DestinationRelease, DestinationVerdict
from gateway.compliance.inquiring import looking
from gateway.compliance.inquiring.models import Inquiry
from gateway.compliance.inquiring.selectors import asked_of
from gateway.compliance.listed.entities import ListedEntity, ListedName, PartialDate
from gateway.compliance.models import ListOrder, ListSource, ListVersion
from gateway.compliance.naming import rescreening, warm
from gateway.compliance.naming.models import GoodGuy, NameVerdict
from gateway.compliance.services import list_take
from gateway.compliance.tracing.carrying import traces_carry
from gateway.compliance.tracing.models import TraceRequest, WalletVerdict
from gateway.custody.approvals.carrying import acts_carry_out_due
from gateway.custody.approvals.models import Act
from gateway.custody.approvals.services import act_agree, act_cancel
from gateway.events.ids import uuid7
from merchants.accounts.actions import ROLES
from tests.checkout.test_views import assert_strict
from tests.compliance.tracing.flow_kit import pay, who
from tests.compliance.tracing.tale import Tale
from tests.custody.approvals.conftest import delay_passed
from tests.faces import Staff
from tests.merchants.house.test_holds import second_officer

pytestmark = pytest.mark.django_db
ROOT = "/house/lists"
NOW = datetime.now(UTC)
ANTON = ListedEntity(
    "mine", "7", "person", (ListedName("Anton PETRENKO"),), birth_dates=(PartialDate(1971, 5, 3),)
)
OTHERS = [
    ListedEntity("mine", str(n), "person", (ListedName(f"Ingeborg{n} Achterberg{n}"),))
    for n in range(100, 200)
]


@pytest.fixture(autouse=True)
def own_folder(settings: Any, tmp_path: Path) -> Any:
    settings.STATE_DIR = tmp_path
    warm.forget()
    rescreening.changed_by.cache_clear()
    yield
    warm.forget()


@pytest.fixture
def officer(staff: Staff) -> Client:
    return staff.client("compliance_officer")


def take(*entities: ListedEntity, now: datetime = NOW) -> ListVersion:
    return list_take(
        entities=entities, source="mine", loaded_by="test", now=now, forced=True
    ).version


def page(client: Client, path: str, **told: Any) -> str:
    answer = client.get(path, told)
    assert answer.status_code == 200, path
    assert_strict(answer)
    return answer.content.decode()


def carried_out(act: Act) -> UUID:
    """By another officer; who that is."""
    second, _ = second_officer()
    act_agree(act_id=act.id, by=second.pk)
    delay_passed(act.id)
    acts_carry_out_due()
    return second.pk


TITLES = "id,name,kind,birth_dates,address"
ANTON_TOLD = "7,Anton PETRENKO,person,1971-05-03,"


def csv(*lines: str) -> SimpleUploadedFile:
    return SimpleUploadedFile("mine.csv", "\n".join((TITLES, *lines, "")).encode())


def uploaded(officer: Client, *lines: str) -> ListOrder:
    """A file that an officer sent in, once a worker looked at it."""
    told = {"format": "plain", "file": csv(*lines)}
    assert officer.post(f"{ROOT}/mine/upload", told).status_code == 302
    assert ordering.list_orders_carry(now=NOW) == 1
    return ListOrder.objects.latest("id")


def version_number() -> int:
    return ListSource.objects.get(name="mine").number


PAGES = (ROOT, "/house/whitelist", "/house/screening", "/house/screening/wallet")


@pytest.mark.parametrize("path", [*PAGES, "/house/screening/looks", f"{ROOT}/mine"])
def test_officers_alone_see_them(staff: Staff, path: str) -> None:
    take(ANTON)
    for role in ROLES:
        wanted = 200 if role == "compliance_officer" else 404
        assert staff.client(role).get(path).status_code in (wanted, 403 if wanted != 200 else 200)
    assert Client().get(path).status_code in (302, 404)


def test_every_list_says_how_it_is_and_when_it_is_looked_at_next(officer: Client) -> None:
    take(ANTON, *OTHERS)
    ListSource.objects.filter(name="mine").update(checked_at=NOW - timedelta(hours=25))
    ListSource.objects.create(name="missing")
    seen = page(officer, ROOT)
    assert "mine" in seen
    assert "Stale" in seen
    assert "Missing" in seen
    assert "101 entities" in seen
    assert "25 h" in seen


def test_what_changed_between_two_versions_is_searched_and_paged(officer: Client) -> None:
    take(ANTON, *OTHERS)
    take(ANTON)
    take(ANTON, *OTHERS[:60], OTHERS[99])
    seen = page(officer, f"{ROOT}/mine/changes", **{"from": 1, "to": 2})
    assert seen.count("No longer") == 50
    assert "after=149" in seen
    rest = page(officer, f"{ROOT}/mine/changes", **{"from": 1, "to": 2, "after": "149"})
    assert rest.count("No longer") == 50
    both = page(officer, f"{ROOT}/mine/changes", **{"from": 1, "to": 3, "q": "Achterberg199"})
    assert "Nothing that differs" in both, "gone and back again"
    one = page(officer, f"{ROOT}/mine/changes", **{"from": 1, "to": 3, "q": "achterberg170"})
    assert one.count("No longer") == 1
    for told in ({"from": 2, "to": 1}, {"from": "x", "to": 1}, {"from": 1, "to": 9}):
        assert officer.get(f"{ROOT}/mine/changes", told).status_code == 404


def test_an_entry_that_changed_shows_what_it_said_and_says(officer: Client) -> None:
    take(ANTON, *OTHERS)
    other = ListedEntity(
        "mine", "7", "person", (ListedName("Anton PETRENKO"), ListedName("Anton P.")), ()
    )
    take(other, *OTHERS)
    seen = page(officer, f"{ROOT}/mine/changes", **{"from": 1, "to": 2})
    assert "Changed" in seen
    assert "+ Anton P." in seen
    assert "− 1971-05-03" in seen


def test_who_was_listed_on_a_day_is_found_and_the_look_is_written_down(
    officer: Client, staff: Staff
) -> None:
    take(ANTON, *OTHERS, now=NOW - timedelta(days=9))
    take(*OTHERS, now=NOW - timedelta(days=2))
    day = (NOW - timedelta(days=5)).date().isoformat()
    assert "Anton PETRENKO" in page(officer, f"{ROOT}/mine/as-of", day=day, q="petrenko")
    today = page(officer, f"{ROOT}/mine/as-of", q="petrenko")
    assert "Nobody like that was listed then" in today
    early = page(officer, f"{ROOT}/mine/as-of", day="2020-01-01")
    assert "No version was in force then" in early
    looks = list(Inquiry.objects.filter(kind="listed").order_by("id"))
    assert [asked["search"] for asked in asked_of(looks) if asked] == ["petrenko", "petrenko"]
    assert {look.by for look in looks} == {staff.user("compliance_officer").pk}


def test_a_file_is_loaded_by_a_worker_and_a_broken_one_is_refused_on_the_page(
    officer: Client,
) -> None:
    take(ANTON)
    told = {"format": "plain", "file": csv(ANTON_TOLD, f"8,,,,0x{'ab' * 20}")}
    assert officer.post(f"{ROOT}/mine/upload", told).status_code == 302
    assert ListVersion.objects.filter(source_id="mine").count() == 1, "the web writes no list"
    told["file"] = SimpleUploadedFile("again.csv", b"x")
    again = officer.post(f"{ROOT}/mine/upload", told)
    assert again.status_code == 422
    assert ordering.list_orders_carry(now=NOW) == 1
    version = ListVersion.objects.get(source_id="mine", number=2)
    assert version.loaded_by.startswith("user:")
    assert "A new version" in page(officer, f"{ROOT}/mine")
    told["file"] = SimpleUploadedFile("empty.csv", b"# nothing\n")
    officer.post(f"{ROOT}/mine/upload", told)
    ordering.list_orders_carry(now=NOW)
    order = ListOrder.objects.latest("id")
    assert (order.outcome, order.refusal, bytes(order.body)) == ("refused", "list_empty", b"")
    assert "list_empty" in page(officer, f"{ROOT}/mine")


def test_a_file_that_takes_somebody_off_is_loaded_by_two(officer: Client) -> None:
    take(ANTON)
    order = uploaded(officer, f"8,,,,0x{'ab' * 20}")
    assert order.done_at is None and version_number() == 1
    assert not Alert.objects.exists(), "nobody's feed is broken"
    act = Act.objects.get(kind="list_load")
    seen = page(officer, f"/house/approvals/{act.id}")
    assert "Load a file into the list mine" in seen and "Anton PETRENKO" in seen
    assert f"/house/approvals/{act.id}" in page(officer, f"{ROOT}/mine")
    told = {"format": "plain", "file": csv(ANTON_TOLD)}
    assert officer.post(f"{ROOT}/mine/upload", told).status_code == 422, "one at a time"
    assert ordering.list_orders_carry(now=NOW) == 0
    second = carried_out(act)
    version = ListVersion.objects.latest("number")
    assert (version.number, version.agreed_by) == (2, f"user:{second}")
    order.refresh_from_db()
    assert (order.outcome, bytes(order.body)) == ("changed", b"")
    assert "Given up" not in page(officer, f"{ROOT}/mine")


@pytest.mark.parametrize(("said", "otherwise"), [("PETRENKO", "PETROV"), ("1971", "1981")])
def test_so_is_one_that_says_otherwise_of_somebody(
    officer: Client, said: str, otherwise: str
) -> None:
    take(ANTON)
    uploaded(officer, ANTON_TOLD.replace(said, otherwise))
    act = Act.objects.get(kind="list_load")
    assert act.body["changes"] == [["changed", "Anton PETRENKO"]]
    act_cancel(act_id=act.id, by=second_officer()[0].pk, reason="it is wrong")
    ordering.list_orders_carry(now=NOW)
    order = ListOrder.objects.get()
    assert (order.outcome, order.refusal) == ("refused", "list_not_agreed")
    assert bytes(order.body) == b"" and version_number() == 1


def test_what_two_agreed_to_is_not_loaded_over_a_version_that_they_did_not_see(
    officer: Client,
) -> None:
    take(ANTON)
    uploaded(officer, f"8,,,,0x{'ab' * 20}")
    take(ANTON, *OTHERS)
    carried_out(Act.objects.get(kind="list_load"))
    act = Act.objects.get(kind="list_load")
    assert (act.state, version_number()) == ("failed", 2)
    ordering.list_orders_carry(now=NOW)
    assert ListOrder.objects.get().refusal == "act_changed", "two people did agree"


def test_nor_over_one_that_comes_in_force_while_the_file_is_read(
    officer: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    take(ANTON)
    uploaded(officer, f"8,,,,0x{'ab' * 20}")

    def meanwhile(**facts: Any) -> Any:
        take(ANTON, *OTHERS)
        return list_take(**facts)

    monkeypatch.setattr(ordering, "list_take", meanwhile)
    carried_out(Act.objects.get(kind="list_load"))
    act = Act.objects.get(kind="list_load")
    assert (act.state, act.end_reason.partition(":")[0]) == ("failed", "act_changed")


def test_two_workers_ask_a_second_officer_once_and_the_file_waits(
    officer: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    take(ANTON)
    carried = ordering._carried

    def by_another_too(order: ListOrder, *, now: datetime) -> tuple[str, str]:
        monkeypatch.setattr(ordering, "_carried", carried)
        ordering.list_orders_carry(now=now)
        return carried(order, now=now)

    monkeypatch.setattr(ordering, "_carried", by_another_too)
    order = uploaded(officer, f"8,,,,0x{'ab' * 20}")
    act = Act.objects.get(kind="list_load")
    assert (order.done_at, order.refusal, order.act_id) == (None, "", act.id)
    carried_out(act)
    assert version_number() == 2


def test_a_worker_ends_no_order_for_which_another_just_asked_a_second_officer(
    officer: Client,
) -> None:
    take(ANTON)
    told = {"format": "plain", "file": csv(f"8,,,,0x{'ab' * 20}")}
    officer.post(f"{ROOT}/mine/upload", told)
    looked: list[int] = []

    def another_after_the_first_look(execute: Any, *asked: Any) -> Any:
        found = execute(*asked)
        if not looked:
            looked.append(1)
            looked.append(ordering.list_orders_carry(now=NOW))
        return found

    with connection.execute_wrapper(another_after_the_first_look):
        ordering.list_orders_carry(now=NOW)
    assert looked == [1, 1]
    order = ListOrder.objects.get()
    assert (order.done_at, order.act_id) == (None, Act.objects.get(kind="list_load").id)


def test_who_adds_to_a_list_needs_nobody_else(officer: Client) -> None:
    take(ANTON)
    assert uploaded(officer, ANTON_TOLD).outcome == "checked"
    assert uploaded(officer, ANTON_TOLD, "8,Bea ELSE,person,,").outcome == "changed"
    assert not Act.objects.exists()


def test_a_fetched_list_is_looked_at_now_and_takes_no_file(
    officer: Client, settings: Any, tmp_path: Path
) -> None:
    path = tmp_path / "mine.csv"
    path.write_text("0x" + "cd" * 20 + "\n")
    settings.LISTS = [{"name": "mine", "url": str(path)}]
    refreshing.feeds_expect(refreshing.configured_feeds())
    assert officer.post(f"{ROOT}/mine/upload", {"format": "plain"}).status_code == 422
    assert officer.post(f"{ROOT}/mine", {"do": "refresh"}).status_code == 302
    assert ordering.list_orders_carry(now=NOW) == 1
    assert ListOrder.objects.get().outcome == "changed"
    given = officer.post(f"{ROOT}/mine", {"do": "give_up", "reason": "x"})
    assert given.status_code == 422


def test_a_list_is_given_up_by_two(officer: Client) -> None:
    take(ANTON)
    answer = officer.post(f"{ROOT}/mine", {"do": "give_up", "reason": "not ours any more"})
    act = Act.objects.get(kind="list_give_up")
    assert answer["Location"] == f"/house/approvals/{act.id}"
    assert "Give up the list mine" in page(officer, f"/house/approvals/{act.id}")
    assert ListSource.objects.get(name="mine").enabled
    second = carried_out(act)
    assert not ListSource.objects.get(name="mine").enabled
    version = ListVersion.objects.latest("number")
    assert version.agreed_by == f"user:{second}" != version.loaded_by
    assert "Given up" in page(officer, f"{ROOT}/mine")


def test_the_whitelist_takes_two_and_one_takes_it_back(officer: Client) -> None:
    take(ANTON, *OTHERS)
    about = f"subject:{uuid7()}"
    told = {"about": about, "source": "mine", "entity_id": "7", "reason": "another passport"}
    assert officer.post("/house/whitelist", told | {"entity_id": "8"}).status_code == 422
    assert officer.post("/house/whitelist", told | {"about": "Anton"}).status_code == 422
    officer.post("/house/whitelist", told)
    act = Act.objects.get(kind="good_guy")
    seen = page(officer, "/house/whitelist")
    assert "Call somebody another person" in seen
    assert about not in seen.partition("What people proposed")[0]
    carried_out(act)
    entry = GoodGuy.objects.get()
    assert about in page(officer, "/house/whitelist")
    assert officer.post(f"/house/whitelist/{entry.id}/withdraw").status_code == 302
    assert officer.post(f"/house/whitelist/{entry.id}/withdraw").status_code == 422
    ended = page(officer, "/house/whitelist", state="ended")
    assert about in ended
    assert "Ended" in ended


def test_a_name_is_tried_with_every_point_and_nothing_is_kept_but_who_tried(
    officer: Client, staff: Staff
) -> None:
    take(ANTON, *OTHERS)
    answer = officer.post(
        "/house/screening", {"name": "Anton Petrenko", "born": "1971-05-03", "kind": "person"}
    )
    assert_strict(answer)
    seen = answer.content.decode()
    assert "1 candidate from" in seen
    assert "mine:7" in seen
    assert "Date of birth" in seen
    assert "people would look" in seen
    assert "mine#1" in seen
    assert not NameVerdict.objects.exists()
    assert not Alert.objects.exists()
    look = Inquiry.objects.get()
    (asked,) = asked_of([look])
    assert asked is not None
    assert (look.by, asked["name"]) == (
        staff.user("compliance_officer").pk,
        "Anton Petrenko",
    )
    assert "Anton Petrenko" in page(officer, "/house/screening/looks")


def test_a_lower_threshold_shows_whom_people_would_not_see(officer: Client) -> None:
    take(ANTON, *OTHERS)
    told = {"name": "Antonio Petrenko", "kind": "person", "born": "1999-01-01"}
    usual = officer.post("/house/screening", told).content.decode()
    lower = officer.post("/house/screening", told | {"threshold": "30"}).content.decode()
    assert "Nobody on the lists is called like that" in usual
    assert "below the threshold in force" in lower


def test_nobody_is_called_clear_while_a_list_is_missing(officer: Client) -> None:
    ListSource.objects.create(name="eu")
    seen = officer.post("/house/screening", {"name": "Anton"}).content.decode()
    assert "The list eu is missing" in seen
    assert "Nobody on the lists" not in seen


def test_who_looks_up_too_many_is_stopped(officer: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(looking, "PER_MINUTE", 2)
    take(ANTON)
    for _ in range(2):
        assert officer.post("/house/screening", {"name": "Anton"}).status_code == 200
    assert officer.post("/house/screening", {"name": "Anton"}).status_code == 429
    told = {"address": "0x" + "ab" * 20, "chain": "31337"}
    assert officer.post("/house/screening/wallet", told).status_code == 429
    assert Inquiry.objects.count() == 2


@pytest.mark.parametrize("told", [{"name": ""}, {"name": "Anton", "born": "yesterday"}])
def test_what_can_not_be_read_is_said(officer: Client, told: dict[str, str]) -> None:
    assert officer.post("/house/screening", told).status_code == 422
    assert not Inquiry.objects.exists()


def test_a_wallet_is_traced_by_a_worker_and_shown_with_its_path(officer: Client) -> None:
    take(ANTON)
    address = "0x" + who("payer").hex()
    told = {"address": address, "chain": "31337"}
    first = officer.post("/house/screening/wallet", told).content.decode()
    assert "Never traced" in first
    assert not TraceRequest.objects.exists()
    officer.post("/house/screening/wallet", told | {"do": "trace"})
    traces_carry(
        now=datetime.now(UTC) + timedelta(seconds=5),
        provider=Tale([pay(1, "somebody", "middle", 900), pay(2, "middle", "payer", 900)]),
    )
    assert WalletVerdict.objects.get().state == "unknown"
    answer = officer.post("/house/screening/wallet", told)
    assert_strict(answer)
    seen = answer.content.decode()
    assert "Unknown" in seen
    assert "100.0 %" in seen
    assert officer.post("/house/screening/wallet", told | {"address": "?"}).status_code == 422
    assert Inquiry.objects.filter(kind="wallet").count() == 3


def test_money_that_waits_for_an_address_is_let_go_by_two_from_its_page(officer: Client) -> None:
    address = who("payer")
    verdict = DestinationVerdict.objects.create(
        mode="test",
        chain_id=31337,
        address=address,
        state="high",
        reasons=["listed_direct"],
        versions=[],
        versions_key="ofac#1",
        wallet_verdict_id=uuid7(),
        policy="test",
        given_at=NOW,
    )
    told = {"address": f"0x{address.hex()}", "chain": "31337"}
    officer.post("/house/screening/wallet", told | {"do": "trace"})
    traces_carry(now=datetime.now(UTC) + timedelta(seconds=5), provider=Tale([]))
    assert (
        "Money waits to go there" in officer.post("/house/screening/wallet", told).content.decode()
    )
    refused = officer.post("/house/screening/wallet", told | {"do": "release", "reason": " "})
    assert refused.status_code == 422
    officer.post("/house/screening/wallet", told | {"do": "release", "reason": "it was robbed"})
    act = Act.objects.get(kind="destination_release")
    assert "Let money go to an address" in page(officer, f"/house/approvals/{act.id}")
    second = carried_out(act)
    release = DestinationRelease.objects.get(verdict=verdict)
    assert release.approved_by == f"user:{second}" != release.proposed_by
    seen = officer.post("/house/screening/wallet", told).content.decode()
    assert "Money waits to go there" not in seen
