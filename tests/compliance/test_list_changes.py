"""A list changes: whoever it touches is judged again, and nobody else waits for that."""

import json
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from gateway.chains.models import Deposit
from gateway.compliance import changes, screening, services
from gateway.compliance.models import (
    CheckedAddress,
    Hold,
    ListChange,
    ListDifference,
    ListSource,
    Verdict,
    WaitingDeposit,
)
from gateway.compliance.selectors import is_being_rescreened, verdict_history, verdict_states
from gateway.events import relay
from gateway.events.ids import uuid7
from gateway.events.models import Event
from tests.chain_rows import OTHER_SHOPPER, SHOPPER, make_chain, make_deposit, tell

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
LATER = NOW + timedelta(hours=1)
NOBODY = bytes([9]) * 20


class Killed(BaseException):
    """A process that ends here: no handler of errors sees it."""


def load(*addresses: bytes, source: str = "ofac", now: datetime = NOW) -> Any:
    lines = [f"0x{address.hex()}\n" for address in addresses or (NOBODY,)]
    return services.list_load(lines=lines, source=source, loaded_by="test", now=now, forced=True)


def seen(number: int = 1, **facts: Any) -> list[Deposit]:
    """Deposits of a shopper that everybody has heard of."""
    deposits = [make_deposit(units=1, at=NOW, **facts) for _ in range(number)]
    with transaction.atomic():
        for deposit in deposits:
            tell(deposit, "seen")
    relay.drain()
    return deposits


def states(deposits: list[Deposit]) -> set[str | None]:
    found = verdict_states([deposit.id for deposit in deposits])
    return {found.get(deposit.id) for deposit in deposits}


def given(deposit: Deposit) -> list[str]:
    return [verdict.state for verdict in verdict_history(deposit.id)]


@pytest.fixture
def chain(db: None) -> Any:
    return make_chain(now=NOW)


@pytest.fixture
def listed(chain: Any) -> None:
    """A list is in force, and its first version has reached everybody: nobody."""
    load()
    relay.drain()


@pytest.fixture
def pages_of_three(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(changes, "PAGE_DEPOSITS", 3)


def test_a_payer_listed_after_a_clear_verdict_is_held_by_a_new_one(listed: None) -> None:
    (deposit,) = seen()
    first = verdict_history(deposit.id)[0]
    load(NOBODY, SHOPPER, now=LATER)
    relay.drain()
    assert given(deposit) == ["clear", "held"]
    kept, new = verdict_history(deposit.id)
    assert (kept.state, kept.versions, kept.given_at) == ("clear", first.versions, first.given_at)
    assert (kept.current, new.current) == (False, True)
    assert new.versions[0]["number"] == 2
    assert Hold.objects.get().verdict_id == new.id


def test_who_is_not_touched_by_the_change_is_not_judged_again(listed: None) -> None:
    (theirs,) = seen(sender=OTHER_SHOPPER)
    (mine,) = seen()
    load(NOBODY, SHOPPER)
    relay.drain()
    assert (given(theirs), given(mine)) == (["clear"], ["clear", "held"])
    assert ListChange.objects.get(version__number=2).deposits == 1


@pytest.mark.parametrize("who", ["sender", "tx_sender"])
def test_either_of_the_two_who_paid_is_found(listed: None, who: str) -> None:
    (deposit,) = seen(**{"sender": OTHER_SHOPPER, "tx_sender": OTHER_SHOPPER, who: SHOPPER})
    load(NOBODY, SHOPPER)
    relay.drain()
    assert given(deposit) == ["clear", "held"]


def test_a_new_source_reaches_everyone_on_it(listed: None) -> None:
    (deposit,) = seen()
    load(SHOPPER, source="eu")
    relay.drain()
    assert given(deposit) == ["clear", "held"]


def test_a_version_names_what_came_and_what_went(listed: None) -> None:
    load(SHOPPER, OTHER_SHOPPER)
    version = load(SHOPPER, NOBODY).version
    differences = ListDifference.objects.filter(version=version)
    assert {(bytes(row.address), row.listed) for row in differences} == {
        (OTHER_SHOPPER, False),
        (NOBODY, True),
    }


def test_who_was_held_by_a_list_that_is_given_up_is_marked_for_people(listed: None) -> None:
    load(source="eu")
    load(SHOPPER, NOBODY, source="eu", now=LATER)
    relay.drain()
    (theirs,) = seen()
    assert given(theirs) == ["held"]
    services.list_give_up(source="eu", by="ada", second="bob", now=LATER)
    relay.drain()
    assert given(theirs) == ["held"]
    assert Hold.objects.get().delisted_at is not None
    (later,) = seen()
    assert given(later) == ["clear"]


def test_loading_a_list_takes_as_many_queries_whatever_money_is_open(listed: None) -> None:
    def queries(*addresses: bytes) -> int:
        with CaptureQueriesContext(
            connection,
        ) as captured:
            load(*addresses)
        return len(captured)

    before = queries(NOBODY, SHOPPER)
    ids = [uuid7() for _ in range(10_000)]
    CheckedAddress.objects.bulk_create(
        CheckedAddress(address=OTHER_SHOPPER, deposit_id=deposit_id) for deposit_id in ids
    )
    WaitingDeposit.objects.bulk_create(
        WaitingDeposit(deposit_id=deposit_id, since=NOW) for deposit_id in ids
    )
    assert queries(NOBODY, OTHER_SHOPPER) == before


@pytest.mark.usefixtures("pages_of_three")
def test_one_wallet_with_many_deposits_is_followed_page_by_page(listed: None) -> None:
    deposits = seen(8)
    others = seen(4, sender=OTHER_SHOPPER)
    load(NOBODY, SHOPPER, OTHER_SHOPPER)
    relay.drain()
    assert {tuple(given(deposit)) for deposit in deposits + others} == {("clear", "held")}
    assert Event.objects.filter(type="list.screening").count() >= 3
    assert Event.objects.filter(type="list.screened", mode="test").count() == 2
    assert not ListChange.objects.filter(finished_at=None).exists()
    assert not WaitingDeposit.objects.exists()


@pytest.mark.usefixtures("pages_of_three")
def test_deposits_that_came_without_a_list_are_judged_page_by_page(chain: Any) -> None:
    deposits = seen(8)
    assert states(deposits) == {None}
    load(SHOPPER)
    relay.drain()
    assert states(deposits) == {"held"}
    assert not WaitingDeposit.objects.exists()


def test_while_another_list_is_missing_they_wait_on(chain: Any) -> None:
    (deposit,) = seen()
    missing = ListSource.objects.create(name="eu")
    load()
    relay.drain()
    assert states([deposit]) == {None}
    missing.enabled = False
    missing.save()
    assert changes.waiting_call(now=NOW) == 1
    relay.drain()
    assert states([deposit]) == {"clear"}


def test_what_is_cleared_waits_again_when_a_list_went_missing_meanwhile(listed: None) -> None:
    shop_id = uuid7()
    (deposit,) = seen(shop_id=shop_id)
    ListSource.objects.create(name="eu")
    load(NOBODY, SHOPPER)
    relay.drain()
    assert given(deposit) == ["clear"]
    assert is_being_rescreened(shop_id)
    load(source="eu")
    relay.drain()
    assert given(deposit) == ["clear", "held"]
    assert not is_being_rescreened(shop_id)


def test_an_orphaned_deposit_is_nobodys_money(listed: None) -> None:
    (deposit,) = seen()
    with transaction.atomic():
        tell(deposit, "orphaned")
    load(NOBODY, SHOPPER)
    relay.drain()
    assert given(deposit) == ["clear"]
    assert not WaitingDeposit.objects.exists()


# --- crashes, failures, crowds -------------------------------------------------------------------


def killed_at(number: int, work: Callable[..., Any]) -> Callable[..., Any]:
    """The work, whose process ends at the so-manyth call."""
    calls = iter(range(1, 1_000_000))

    def run(*args: Any, **kwargs: Any) -> Any:
        result = work(*args, **kwargs)
        if next(calls) == number:
            raise Killed
        return result

    return run


@pytest.mark.usefixtures("pages_of_three")
@pytest.mark.parametrize("number", [1, 2, 5])
@pytest.mark.parametrize(
    ("module", "name"), [(screening, "_give"), (changes, "_call"), (changes, "emit_many")]
)
def test_a_killed_worker_is_followed_by_one_that_loses_and_doubles_nothing(
    listed: None, monkeypatch: pytest.MonkeyPatch, module: Any, name: str, number: int
) -> None:
    deposits = seen(7)
    load(NOBODY, SHOPPER)
    with monkeypatch.context() as patch:
        patch.setattr(module, name, killed_at(number, getattr(module, name)))
        if (name, number) == ("_call", 5):  # there are three pages: it ends by itself
            relay.drain()
        else:
            with pytest.raises(Killed):
                relay.drain()
    relay.drain()
    assert {tuple(given(deposit)) for deposit in deposits} == {("clear", "held")}
    assert Hold.objects.count() == len(deposits)
    assert Event.objects.filter(type="hold.opened").count() == len(deposits)
    assert not WaitingDeposit.objects.exists()


def test_one_deposit_that_fails_delays_itself_and_its_own_shop_alone(
    listed: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    bad_shop, good_shop = uuid7(), uuid7()
    (bad,) = seen(shop_id=bad_shop)
    good = seen(5, shop_id=good_shop)
    load(NOBODY, SHOPPER)
    judge = screening.deposit_screen

    def judged(*, payers: Any, now: datetime) -> Any:
        if payers.deposit_id == bad.id:
            raise RuntimeError("broken")
        return judge(payers=payers, now=now)

    with monkeypatch.context() as patch:
        patch.setattr(screening, "deposit_screen", judged)
        relay.drain()
    assert states(good) == {"held"}
    assert given(bad) == ["clear"]
    assert (is_being_rescreened(bad_shop), is_being_rescreened(good_shop)) == (True, False)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE events_outbox SET due_at = clock_timestamp()")
    relay.drain()
    assert given(bad) == ["clear", "held"]
    assert not is_being_rescreened(bad_shop)


def test_a_payment_that_arrives_meanwhile_does_not_wait_for_the_whole_list(listed: None) -> None:
    seen(30)
    load(NOBODY, SHOPPER)
    while not Event.objects.filter(type="verdict.due").exists():
        assert relay.handle_next()
    (new,) = (make_deposit(units=1, at=NOW, sender=OTHER_SHOPPER),)
    with transaction.atomic():
        tell(new, "seen")
    tried = 0
    while states([new]) == {None}:
        assert relay.handle_next()
        tried += 1
    assert tried < 10
    assert Verdict.objects.filter(state="held").count() < 10


@pytest.mark.django_db(transaction=True)
def test_workers_at_once_judge_each_deposit_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(changes, "PAGE_DEPOSITS", 4)
    make_chain(now=NOW)
    load()
    relay.drain()
    deposits = seen(14)
    load(NOBODY, SHOPPER)
    failed: list[BaseException] = []

    def work() -> None:
        try:
            for _ in range(3):
                relay.drain()
        except BaseException as error:
            failed.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=work) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    relay.drain()
    assert failed == []
    assert {tuple(given(deposit)) for deposit in deposits} == {("clear", "held")}
    assert Hold.objects.count() == len(deposits)
    assert not WaitingDeposit.objects.exists()


# --- delisting -----------------------------------------------------------------------------------


def notes() -> list[str]:
    events = Event.objects.filter(type__in=("hold.delisted", "hold.relisted")).order_by("sequence")
    return list(events.values_list("type", flat=True))


@pytest.fixture
def held(listed: None) -> Deposit:
    (deposit,) = seen()
    load(NOBODY, SHOPPER)
    relay.drain()
    return deposit


def test_who_is_delisted_stays_held_and_people_are_told(held: Deposit) -> None:
    load(NOBODY, now=LATER)
    relay.drain()
    assert given(held) == ["clear", "held"]
    hold = Hold.objects.get()
    assert hold.delisted_at is not None
    assert (hold.decision, hold.proposed_by, hold.approved_at) == ("", "", None)
    assert notes() == ["hold.delisted"]


def test_who_is_listed_again_is_no_longer_noted_as_delisted(held: Deposit) -> None:
    load(NOBODY)
    relay.drain()
    load(NOBODY, SHOPPER)
    relay.drain()
    assert Hold.objects.get().delisted_at is None
    assert notes() == ["hold.delisted", "hold.relisted"]
    assert given(held) == ["clear", "held"]


def test_who_is_still_on_another_list_is_not_delisted(held: Deposit) -> None:
    load(SHOPPER, source="eu")
    load(NOBODY)
    relay.drain()
    assert notes() == []


def test_a_released_payer_is_not_held_again_by_a_list_that_names_others(held: Deposit) -> None:
    services.hold_release(deposit_id=held.id, by="ada", reason="namesake", now=NOW)
    services.hold_approve(deposit_id=held.id, by="bea", now=NOW)
    load(NOBODY, SHOPPER, OTHER_SHOPPER)
    relay.drain()
    assert states([held]) == {"released"}
    load(SHOPPER, source="eu")
    relay.drain()
    assert given(held) == ["clear", "released", "held"]


def test_a_released_payer_is_held_again_once_a_list_names_them_for_something_else(
    held: Deposit,
) -> None:
    services.hold_release(deposit_id=held.id, by="ada", reason="namesake", now=NOW)
    services.hold_approve(deposit_id=held.id, by="bea", now=NOW)
    load(NOBODY)
    relay.drain()
    load(NOBODY, SHOPPER)
    relay.drain()
    assert states([held]) == {"released"}, "for the same as before"
    load(NOBODY)
    relay.drain()
    services.list_load(
        lines=[f"0x{NOBODY.hex()}\n", f"0x{SHOPPER.hex()},Somebody,CYBER2\n"],
        source="ofac",
        loaded_by="test",
        now=NOW,
        forced=True,
    )
    relay.drain()
    assert states([held]) == {"held"}


# --- how it is looked up -------------------------------------------------------------------------

FILL_SQL = """
INSERT INTO compliance_checkedaddress (address, deposit_id)
SELECT substr(sha256(convert_to(mod(n, %(wallets)s)::text, 'UTF8')), 1, 20), gen_random_uuid()
  FROM generate_series(1, %(deposits)s) n
"""


def scans(plan: dict[str, Any]) -> Iterator[tuple[str, str]]:
    if "Relation Name" in plan:
        yield plan["Node Type"], plan["Relation Name"]
    for below in plan.get("Plans", ()):
        yield from scans(below)


def test_a_page_looks_addresses_up_and_never_reads_all_that_was_checked(listed: None) -> None:
    with connection.cursor() as cursor:
        cursor.execute(FILL_SQL, {"wallets": 5_000, "deposits": 20_000})
        cursor.execute("ANALYZE compliance_checkedaddress")
        cursor.execute("SELECT DISTINCT address FROM compliance_checkedaddress LIMIT 100")
        wallets = [bytes(row[0]) for row in cursor.fetchall()]
    version = load(NOBODY, *wallets).version
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE compliance_listdifference")
        cursor.execute(
            "EXPLAIN (ANALYZE, FORMAT JSON)" + changes.PAIRS_SQL,
            {"version": version.id, "address": wallets[0], "deposit": UUID(int=0), "limit": 200},
        )
        explained = cursor.fetchone()[0]
    (plan,) = json.loads(explained) if isinstance(explained, str) else explained
    kinds = {kind for kind, table in scans(plan["Plan"]) if table == "compliance_checkedaddress"}
    assert kinds
    assert "Seq Scan" not in kinds
