"""A payment's wallet is traced over a real chain, and what that leads to."""

import zlib
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from gateway.chains.models import Deposit
from gateway.compliance.alerts.models import Alert
from gateway.compliance.errors import ListsMissing
from gateway.compliance.models import Hold, Verdict
from gateway.compliance.selectors import verdict_states
from gateway.compliance.services import hold_approve, hold_release
from gateway.compliance.traced import deposit_hold_traced, on_hold_asked
from gateway.compliance.tracing.canonical import inputs_from
from gateway.compliance.tracing.carrying import (
    RETRY_SECONDS,
    request_take,
    trace_carry,
    traces_carry,
    verdict_give,
)
from gateway.compliance.tracing.models import LookUp, TracedTransfer, TraceRequest, WalletVerdict
from gateway.compliance.tracing.policy import POLICY
from gateway.compliance.tracing.providers import OwnTracer
from gateway.compliance.tracing.selectors import verdict_replays, wallet_states
from gateway.compliance.tracing.tracing_metrics import UNKNOWNS
from gateway.events.ids import uuid7
from gateway.events.models import Event
from gateway.events.subscriptions import EventRecord
from tests.chain_rows import tell
from tests.chains.watch_chain import FakeNode
from tests.compliance.tracing.flow_kit import who
from tests.compliance.tracing.town import DOLLAR, Town, list_of

pytestmark = pytest.mark.django_db

Drain = Callable[[], int]


def carried(**more: Any) -> int:
    return traces_carry(now=datetime.now(UTC) + timedelta(seconds=more.pop("later", 0)), **more)


def verdict_of(deposit: Any) -> WalletVerdict:
    return WalletVerdict.objects.get(about=f"deposit:{deposit.id}")


def test_an_honest_payment_is_traced_and_stays_clear(town: Town, drain: Drain) -> None:
    list_of(["thief"])
    town.give("payer", 100)
    deposit = town.deposit("payer", 40)
    drain()
    assert carried() == 1
    drain()
    verdict = verdict_of(deposit)
    assert (verdict.state, verdict.band, verdict.reasons) == ("clear", "low", [])
    assert (verdict.provider, verdict.rules, verdict.lists) == ("tillway", POLICY.version, "ofac#1")
    assert verdict.head_number is not None
    assert verdict_states([deposit.id]) == {deposit.id: "clear"}
    assert not Alert.objects.exists()
    assert wallet_states([f"deposit:{deposit.id}"]) == {f"deposit:{deposit.id}": "clear"}


def test_money_straight_from_a_listed_wallet_is_held_before_it_is_final(
    town: Town, drain: Drain
) -> None:
    list_of(["thief"])
    town.give("thief", 500)
    town.pay("thief", "payer", 300)
    shop_id = uuid7()
    deposit = town.deposit("payer", 40, shop_id=shop_id)
    drain()
    assert verdict_states([deposit.id]) == {deposit.id: "clear"}  # the payer himself isn't listed
    carried()
    drain()
    assert verdict_of(deposit).reasons == ["listed_direct"]
    assert verdict_states([deposit.id]) == {deposit.id: "held"}
    hold = Hold.objects.get(deposit_id=deposit.id)
    assert hold.verdict.matches[0]["source"] == "trace"
    alert = Alert.objects.get(kind="wallet_exposure")
    assert (alert.about, alert.severity, alert.shop_id) == (
        f"deposit:{deposit.id}",
        "high",
        shop_id,
    )
    assert alert.facts["wallet_verdict_id"] == str(verdict_of(deposit).id)
    assert alert.versions["lists"] == "ofac#1"
    # What is told of it says what, never why.
    bodies = Event.objects.filter(subject=f"deposit:{deposit.id}").exclude(type="deposit.seen")
    assert not any("trace" in str(event.body) for event in bodies)


def test_released_by_people_it_stays_released_whatever_is_traced_again(
    town: Town, drain: Drain
) -> None:
    list_of(["thief"])
    town.give("thief", 500)
    town.pay("thief", "payer", 300)
    deposit = town.deposit("payer", 40)
    drain()
    carried()
    drain()
    now = datetime.now(UTC)
    hold_release(deposit_id=deposit.id, by="ann", reason="known", now=now)
    hold_approve(deposit_id=deposit.id, by="ben", now=now)
    asked = Event.objects.get(type="trace.hold_asked")
    on_hold_asked(
        EventRecord(
            id=asked.id,
            type=asked.type,
            mode=asked.mode,
            shop_id=None,
            subject=asked.subject,
            sequence=asked.sequence,
            body=asked.body,
            occurred_at=now,
        )
    )
    list_of(["thief", "another"])
    drain()
    assert verdict_states([deposit.id]) == {deposit.id: "released"}
    assert Hold.objects.count() == 1


def test_released_by_people_it_is_not_held_for_its_trace_when_a_reorg_has_it_mined_again(
    town: Town, drain: Drain
) -> None:
    list_of(["thief"])
    town.give("thief", 500)
    town.pay("thief", "payer", 300)
    deposit = town.deposit("payer", 40)
    drain()
    carried()
    drain()
    now = datetime.now(UTC)
    hold_release(deposit_id=deposit.id, by="ann", reason="known", now=now)
    hold_approve(deposit_id=deposit.id, by="ben", now=now)
    drain()
    again = town.deposit("payer", 40)
    Deposit.objects.filter(id=again.id).update(remined_from=deposit)
    drain()
    carried()
    drain()
    assert verdict_of(again).reasons == ["listed_direct"]
    assert verdict_states([again.id]) == {again.id: "clear"}
    assert Hold.objects.count() == 1


def test_somebody_who_was_dusted_by_a_listed_wallet_is_never_held(town: Town, drain: Drain) -> None:
    list_of(["thief"])
    town.give("thief", 500)
    town.give("payer", 100)
    town.pay_units("thief", "payer", 1)
    town.pay_units("thief", "payer", DOLLAR // 2)
    deposit = town.deposit("payer", 40)
    drain()
    carried()
    drain()
    verdict = verdict_of(deposit)
    assert (verdict.state, verdict.asks_hold) == ("clear", False)
    assert f'"dusted_by":["0x{who("thief").hex()}"]' in verdict.answer
    assert verdict_states([deposit.id]) == {deposit.id: "clear"}
    assert not Hold.objects.exists()
    assert not Alert.objects.exists()


def test_money_that_is_final_is_not_held_any_more_but_people_are_told(
    town: Town, drain: Drain
) -> None:
    list_of(["thief"])
    town.give("thief", 500)
    town.pay("thief", "payer", 300)
    deposit = town.deposit("payer", 40)
    drain()
    tell(deposit, "final")
    carried()
    drain()
    assert verdict_of(deposit).asks_hold
    assert verdict_states([deposit.id]) == {deposit.id: "clear"}
    assert Alert.objects.get(kind="wallet_exposure").severity == "high"


def test_money_that_came_through_other_wallets_is_followed(town: Town, drain: Drain) -> None:
    list_of(["thief"])
    town.give("thief", 5_000)
    town.pay("thief", "mule", 4_000)
    town.pay("mule", "friend", 3_000)
    town.pay("friend", "payer", 2_000)
    deposit = town.deposit("payer", 1_500)
    drain()
    carried()
    drain()
    verdict = verdict_of(deposit)
    assert (verdict.state, verdict.reasons) == ("high", ["listed_indirect"])
    assert '"hops":3' in verdict.answer
    assert {bytes(row.address) for row in LookUp.objects.all()} == {
        who("payer"),
        who("friend"),
        who("mule"),
    }
    assert verdict_states([deposit.id]) == {deposit.id: "held"}


def test_a_large_payment_of_an_unknown_wallet_alerts_and_a_small_one_does_not(
    town: Town, drain: Drain
) -> None:
    list_of(["thief"])
    town.give("hub", 100_000)
    for number in range(POLICY.fan_out_recipients):
        town.pay("hub", f"c{number}", 1)
    town.pay("hub", "c0", 1)
    town.pay("hub", "payer", 5_000)
    small, large = town.deposit("payer", 40), town.deposit("payer", 4_000)
    drain()
    carried()
    drain()
    assert [verdict_of(one).state for one in (small, large)] == ["unknown", "unknown"]
    assert verdict_of(large).reasons == ["fan_out"]
    # Of the hub only what shows that it is one is kept, not each of its payments.
    inputs = inputs_from(zlib.decompress(bytes(verdict_of(large).inputs.body)))
    paid = [one for one in inputs.transfers if one.sender == who("hub")]
    assert len(paid) == POLICY.fan_out_recipients + 1
    alert = Alert.objects.get(kind="wallet_exposure")
    assert (alert.about, alert.severity) == (f"deposit:{large.id}", "low")
    assert not Hold.objects.exists()


def test_a_dead_node_is_tried_again_and_then_the_verdict_is_unknown_never_clear(
    town: Town, drain: Drain, chain_entry: Any, settings: Any
) -> None:
    list_of(["thief"])
    town.give("payer", 100)
    deposit = town.deposit("payer", 40)
    drain()
    settings.CHAINS = [{**chain_entry, "rpc_urls": ["http://127.0.0.1:9"]}]
    before = UNKNOWNS.labels("node_failed")._value.get()
    later = 0
    for seconds in RETRY_SECONDS:
        assert carried(later=later) == 1
        assert not WalletVerdict.objects.exists()
        assert "node_failed" in TraceRequest.objects.get().last_error
        assert carried(later=later) == 0  # it waits
        later += seconds + 1
    assert carried(later=later) == 1
    assert (verdict_of(deposit).state, verdict_of(deposit).reasons) == ("unknown", ["node_failed"])
    assert UNKNOWNS.labels("node_failed")._value.get() == before + 1
    assert verdict_states([deposit.id]) == {deposit.id: "clear"}  # by the lists: not held for it


def test_a_node_that_has_not_come_to_the_payment_is_asked_again(
    town: Town, drain: Drain, chain_entry: Any, settings: Any, fake_node: FakeNode
) -> None:
    list_of(["thief"])
    town.give("payer", 100)
    behind = town.rpc.call("eth_getBlockByNumber", ["latest", False])
    deposit = town.deposit("payer", 40)
    drain()

    def tamper(method: str, params: list[Any], result: Any) -> Any:
        return behind if method == "eth_getBlockByNumber" and params[0] == "latest" else result

    fake_node.tamper = tamper
    settings.CHAINS = [{**chain_entry, "rpc_urls": [fake_node.url]}]
    assert carried() == 1
    assert not WalletVerdict.objects.exists()
    fake_node.tamper = lambda method, params, result: result
    assert carried(later=RETRY_SECONDS[0] + 1) == 1
    assert verdict_of(deposit).state == "clear"


def test_a_look_that_had_no_time_is_not_taken_for_the_next_payment(
    town: Town, drain: Drain, monkeypatch: Any
) -> None:
    list_of(["thief"])
    town.give("payer", 100)
    first, second = town.deposit("payer", 40), town.deposit("payer", 40)
    drain()
    hurried = replace(POLICY, deadline_seconds=0)
    taken = request_take(now=datetime.now(UTC))
    assert taken is not None
    now = datetime.now(UTC)
    verdict = trace_carry(taken, provider=OwnTracer(), now=now, policy=hurried)
    assert verdict is not None
    assert verdict.state == "unknown"
    assert verdict.reasons == ["time"]
    assert verdict.about == f"deposit:{first.id}"
    carried()
    assert verdict_of(second).state == "clear"


def test_a_hold_that_is_asked_for_before_there_is_a_list_is_tried_again(town: Town) -> None:
    town.give("payer", 100)
    deposit = town.deposit("payer", 40)
    with pytest.raises(ListsMissing):
        deposit_hold_traced(deposit_id=deposit.id, wallet_verdict_id=uuid7(), now=datetime.now(UTC))


def test_while_a_list_is_missing_nobody_is_clear(town: Town, drain: Drain) -> None:
    town.give("payer", 100)
    deposit = town.deposit("payer", 40)
    drain()
    for later in (0, 60, 600):
        carried(later=later)
    assert verdict_of(deposit).reasons == ["lists_missing"]


def test_a_payer_whom_the_chain_does_not_name_is_unknown(town: Town, drain: Drain) -> None:
    list_of(["thief"])
    town.give("payer", 100)
    deposit = town.deposit("payer", 40)
    deposit.sender = bytes(20)
    deposit.save()
    drain()
    carried()
    assert (verdict_of(deposit).state, verdict_of(deposit).reasons) == (
        "unknown",
        ["payer_unknown"],
    )


def test_a_verdict_s_inputs_give_its_answer_again_bit_for_bit(town: Town, drain: Drain) -> None:
    list_of(["thief"])
    town.give("thief", 5_000)
    town.pay("thief", "mule", 900)
    town.pay("mule", "payer", 700)
    deposit = town.deposit("payer", 650)
    drain()
    carried()
    list_of(["somebody", "else", "altogether"])
    verdict = verdict_of(deposit)
    assert verdict_replays(verdict.id)
    verdict.answer = verdict.answer.replace("thief", "x").replace('"hops":2', '"hops":3')
    verdict.save()
    assert not verdict_replays(verdict.id)


def test_told_twice_and_carried_twice_there_is_one_verdict_and_one_alert(
    town: Town, drain: Drain
) -> None:
    list_of(["thief"])
    town.give("thief", 500)
    town.pay("thief", "payer", 300)
    deposit = town.deposit("payer", 40)
    tell(deposit, "seen")
    drain()
    request = TraceRequest.objects.get()
    carried()
    again = verdict_give(
        request_id=request.id,
        question=None,  # type: ignore[arg-type]  # not looked at: it is given already
        exposures=None,  # type: ignore[arg-type]
        provider="tillway",
        policy=POLICY,
        now=datetime.now(UTC),
    )
    assert again.id == verdict_of(deposit).id
    drain()
    assert Alert.objects.get(kind="wallet_exposure").times == 1
    assert Verdict.objects.filter(deposit_id=deposit.id, state="held").count() == 1


def test_our_transfers_are_known_and_an_orphaned_one_is_not(town: Town, drain: Drain) -> None:
    list_of(["thief"])
    town.give("payer", 100)
    deposit = town.deposit("payer", 40)
    drain()
    row = TracedTransfer.objects.get()
    assert (bytes(row.sender), row.units) == (who("payer"), 40 * DOLLAR)
    tell(deposit, "orphaned")
    drain()
    assert not TracedTransfer.objects.exists()


def test_the_database_keeps_a_verdict_that_says_why_and_holds_only_what_is_high(
    town: Town, drain: Drain
) -> None:
    list_of(["thief"])
    town.give("payer", 100)
    deposit = town.deposit("payer", 40)
    drain()
    carried()
    verdict = verdict_of(deposit)
    for changes in ({"state": "unknown"}, {"reasons": ["hops"]}, {"asks_hold": True}):
        with pytest.raises(IntegrityError), transaction.atomic():
            WalletVerdict.objects.filter(id=verdict.id).update(**changes)
