"""Verdicts, holds and the feeds behind them."""

import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection, transaction

from gateway.compliance import services
from gateway.compliance.errors import (
    HoldNotProposed,
    ListEmpty,
    ListShrunken,
    NoHold,
    PersonMissing,
    SamePerson,
)
from gateway.compliance.models import Hold, ListSource, ListVersion, Verdict, WaitingDeposit
from gateway.compliance.screening import behind, payers_of
from gateway.compliance.selectors import feed_state, open_holds, verdict_history, verdict_states
from gateway.events.models import Event
from gateway.shops.models import Shop
from tests.chain_rows import OTHER_SHOPPER, SHOPPER, make_chain, make_deposit, tell

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
LISTED = bytes.fromhex("098b716b8aaf21512996dc57eb0615e2383e2f96")


def load(*addresses: bytes, source: str = "ofac", now: datetime = NOW, **options: Any) -> Any:
    lines = [f"0x{address.hex()}\n" for address in addresses]
    return services.list_load(lines=lines, source=source, loaded_by="test", now=now, **options)


def some(number: int) -> list[bytes]:
    return [bytes([7]) + index.to_bytes(19, "big") for index in range(number)]


@pytest.fixture
def chain(db: None) -> Any:
    return make_chain(now=NOW)


def screened(**facts: Any) -> Verdict | None:
    deposit = make_deposit(units=1_000_000, at=NOW, **facts)
    return services.deposit_screen(payers=payers_of(deposit.id), now=NOW)


def test_a_clean_payer_is_clear_and_the_verdict_names_its_list(chain: Any) -> None:
    version = load(LISTED).version
    verdict = screened()
    assert verdict is not None
    assert verdict.is_clear
    assert verdict.versions == [{"source": "ofac", "number": 1, "hash": bytes(version.hash).hex()}]


@pytest.mark.parametrize("who", ["sender", "tx_sender"])
def test_money_of_a_listed_payer_is_held_whoever_of_the_two_it_is(chain: Any, who: str) -> None:
    load(LISTED)
    verdict = screened(**{who: LISTED})
    assert verdict is not None
    assert (verdict.state, verdict.is_clear) == ("held", False)
    assert [hold.deposit_id for hold in open_holds()] == [verdict.deposit_id]


def test_a_payer_whom_the_chain_does_not_name_is_held_never_clear(chain: Any) -> None:
    load(LISTED)
    verdict = screened(sender=bytes(20), tx_sender=bytes(20))
    assert verdict is not None
    assert verdict.state == "held"
    assert verdict.matches[0]["program"] == "payer_unknown"
    assert [hold.deposit_id for hold in open_holds()] == [verdict.deposit_id]


def test_freshly_minted_money_is_screened_by_who_minted_it(chain: Any) -> None:
    load(LISTED)
    verdict = screened(sender=bytes(20), tx_sender=SHOPPER)
    assert verdict is not None
    assert verdict.is_clear


def test_the_event_says_what_and_never_why(chain: Any) -> None:
    load(LISTED)
    verdict = screened(sender=LISTED)
    assert verdict is not None
    body = Event.objects.get(type="verdict.given").body
    assert set(body) == {"deposit_id", "verdict_id", "state", "versions"}
    assert "matches" not in str(body)


def test_without_a_list_there_is_no_verdict_and_the_deposit_waits(
    chain: Any, drain: Callable[[], int]
) -> None:
    deposit = make_deposit(units=1, at=NOW)
    with transaction.atomic():
        tell(deposit, "seen")
    drain()
    assert verdict_states([deposit.id]) == {}
    assert WaitingDeposit.objects.filter(deposit_id=deposit.id).exists()

    load(LISTED)
    drain()
    assert verdict_states([deposit.id]) == {deposit.id: "clear"}
    assert not WaitingDeposit.objects.exists()


def test_one_missing_list_of_two_means_no_verdict(chain: Any) -> None:
    load(LISTED)
    ListSource.objects.create(name="eu")
    assert screened() is None


def test_listed_on_the_second_list_is_listed(chain: Any) -> None:
    load(*some(3))
    load(LISTED, source="eu")
    verdict = screened(sender=LISTED)
    assert verdict is not None
    assert [match["source"] for match in verdict.matches] == ["eu"]


def test_asking_twice_gives_one_verdict(chain: Any) -> None:
    load(LISTED)
    deposit = make_deposit(units=1, at=NOW)
    first = services.verdict_for_update(deposit_id=deposit.id, now=NOW)
    second = services.verdict_for_update(deposit_id=deposit.id, now=NOW)
    assert first == second
    assert Event.objects.filter(type="verdict.given").count() == 1


def test_who_is_listed_after_the_first_look_is_not_credited_on_the_old_one(chain: Any) -> None:
    load(*some(5))
    deposit = make_deposit(units=1, at=NOW)
    before = services.verdict_for_update(deposit_id=deposit.id, now=NOW)
    load(*some(5), SHOPPER)
    after = services.verdict_for_update(deposit_id=deposit.id, now=NOW)
    assert before is not None
    assert before.is_clear
    assert after is not None
    assert after.state == "held"
    assert [verdict.state for verdict in verdict_history(deposit.id)] == ["clear", "held"]


def test_delisted_payers_are_clear_again(chain: Any) -> None:
    load(*some(9), SHOPPER)
    load(*some(9))
    verdict = screened(sender=SHOPPER)
    assert verdict is not None
    assert verdict.is_clear


def test_the_same_list_again_only_counts_as_checked(chain: Any) -> None:
    load(LISTED)
    loaded = load(LISTED, now=NOW + timedelta(hours=1))
    assert not loaded.changed
    assert ListVersion.objects.count() == 1
    assert ListSource.objects.get().checked_at == NOW + timedelta(hours=1)


def test_a_refused_list_leaves_the_old_one_in_force_and_tells(chain: Any) -> None:
    load(*some(10))
    with pytest.raises(ListShrunken):
        load(*some(7))
    with pytest.raises(ListEmpty):
        load()
    source = ListSource.objects.get()
    assert (source.number, source.refusal) == (1, "list_empty")
    assert Event.objects.filter(type="list.refused", mode="test").count() == 2
    assert load(*some(7), forced=True).version.removed == 3
    assert ListSource.objects.get().refusal == ""


def test_a_delta_says_how_many_came_and_went(chain: Any) -> None:
    load(*some(10))
    version = load(*some(9), SHOPPER, OTHER_SHOPPER).version
    assert (version.number, version.added, version.removed) == (2, 2, 1)


def test_two_people_release_a_hold_and_one_alone_can_not(chain: Any) -> None:
    load(LISTED)
    verdict = screened(sender=LISTED)
    assert verdict is not None
    deposit_id = verdict.deposit_id
    with pytest.raises(HoldNotProposed):
        services.hold_approve(deposit_id=deposit_id, by="bea", now=NOW)
    services.hold_release(deposit_id=deposit_id, by="ada", reason="namesake", now=NOW)
    with pytest.raises(SamePerson):
        services.hold_approve(deposit_id=deposit_id, by="ada", now=NOW)
    with pytest.raises(PersonMissing):
        services.hold_approve(deposit_id=deposit_id, by=" ", now=NOW)
    services.hold_approve(deposit_id=deposit_id, by="bea", now=NOW)
    assert verdict_states([deposit_id]) == {deposit_id: "released"}
    assert Event.objects.filter(type="hold.released").count() == 1
    with pytest.raises(NoHold):
        services.hold_approve(deposit_id=deposit_id, by="bea", now=NOW)


def test_the_database_itself_refuses_one_person_in_both_roles(chain: Any) -> None:
    load(LISTED)
    verdict = screened(sender=LISTED)
    assert verdict is not None
    services.hold_block(deposit_id=verdict.deposit_id, by="ada", reason="listed", now=NOW)
    with pytest.raises(IntegrityError), transaction.atomic():
        Hold.objects.update(approved_by="ada", approved_at=NOW)


@pytest.mark.parametrize(
    ("propose", "outcome"),
    [(services.hold_return, "returned"), (services.hold_block, "blocked")],
)
def test_returning_and_blocking_are_told_apart(chain: Any, propose: Any, outcome: str) -> None:
    load(LISTED)
    verdict = screened(sender=LISTED)
    assert verdict is not None
    propose(deposit_id=verdict.deposit_id, by="ada", reason="x", now=NOW)
    services.hold_approve(deposit_id=verdict.deposit_id, by="bea", now=NOW)
    assert verdict_states([verdict.deposit_id]) == {verdict.deposit_id: outcome}
    assert Event.objects.filter(type=f"hold.{outcome}").exists()


def test_a_release_lasts_until_another_list_names_the_payer(chain: Any) -> None:
    load(*some(4), LISTED)
    verdict = screened(sender=LISTED)
    assert verdict is not None
    deposit_id = verdict.deposit_id
    services.hold_release(deposit_id=deposit_id, by="ada", reason="namesake", now=NOW)
    services.hold_approve(deposit_id=deposit_id, by="bea", now=NOW)
    load(*some(5), LISTED)
    again = services.verdict_for_update(deposit_id=deposit_id, now=NOW)
    assert again is not None
    assert again.state == "released"
    load(LISTED, source="eu")
    named = services.verdict_for_update(deposit_id=deposit_id, now=NOW)
    assert named is not None
    assert named.state == "held"


def test_a_feed_goes_stale_a_day_after_its_last_good_check(chain: Any) -> None:
    assert feed_state(now=NOW) == "missing"
    load(LISTED)
    assert feed_state(now=NOW + timedelta(hours=24)) == "fresh"
    assert feed_state(now=NOW + timedelta(hours=24, seconds=1)) == "stale"


def test_the_command_loads_a_file_and_refuses_a_broken_one(
    chain: Any, tmp_path: Path, capsys: Any
) -> None:
    good = tmp_path / "list.csv"
    good.write_text(f"address,name\n0x{LISTED.hex()},LAZARUS GROUP\n")
    call_command("list_load", str(good), "--source", "ofac")
    said = capsys.readouterr().out
    assert "ofac #1: 1 entities (+1 -0 ~0), 1 addresses (+1 -0)" in said
    assert "in force" in said
    assert ListSource.objects.get().location == str(good)
    bad = tmp_path / "empty.csv"
    bad.write_text("address,name\n")
    with pytest.raises(CommandError, match="list_empty"):
        call_command("list_load", str(bad), "--source", "ofac")


def test_an_unapproved_shop_stays_in_test_mode(shop: Shop, chain: Any) -> None:
    assert shop.mode == "test"
    with pytest.raises(IntegrityError), transaction.atomic():
        Shop.objects.filter(id=shop.id).update(mode="live")
    services.shop_approve(
        shop_id=shop.id, approved_by="ada", grounds="KYB complete", live=True, now=NOW
    )
    assert Shop.objects.get(id=shop.id).mode == "live"


@pytest.mark.django_db(transaction=True)
def test_a_list_cannot_change_between_the_verdict_and_the_posting_it_allows() -> None:
    """Whoever posts holds the lists FOR SHARE: a load waits for the commit, then counts."""
    make_chain(now=NOW)
    load(*some(5))
    deposit = make_deposit(units=1, at=NOW)
    order: list[str] = []
    judged, loading = threading.Event(), threading.Event()

    def load_meanwhile() -> None:
        judged.wait(10)
        loading.set()
        load(*some(5), SHOPPER)
        order.append("loaded")
        connection.close()

    thread = threading.Thread(target=load_meanwhile)
    thread.start()
    with transaction.atomic():
        verdict = services.verdict_for_update(deposit_id=deposit.id, now=NOW)
        assert verdict is not None
        assert verdict.is_clear
        judged.set()
        loading.wait(10)
        thread.join(0.3)
        order.append("posted")
    thread.join(10)
    assert order == ["posted", "loaded"]
    after = services.verdict_for_update(deposit_id=deposit.id, now=NOW)
    assert after is not None
    assert after.state == "held"


PAYER, HOUSE, STRANGER = b"\x51" * 20, b"\x40" * 20, b"\x57" * 20


@pytest.mark.parametrize(
    ("sender", "tx_sender", "expected"),
    [
        (PAYER, HOUSE, (PAYER,)),  # the house only relays what the shopper signed
        (PAYER, STRANGER, (PAYER, STRANGER)),
        (HOUSE, HOUSE, (HOUSE,)),
        (bytes(20), HOUSE, (bytes(20), HOUSE)),  # nobody is named but the house
    ],
)
def test_the_house_is_no_payer_of_what_it_relays(
    sender: bytes, tx_sender: bytes, expected: tuple[bytes, ...]
) -> None:
    assert behind(sender=sender, tx_sender=tx_sender, relayer=HOUSE) == expected
