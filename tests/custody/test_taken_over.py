"""Somebody took the web process over: they reach the signer's socket and may ask for anything, in
any order, on any day. What leaves is what the policy lets out, and never a unit more."""

from collections import defaultdict
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gateway.custody.batch_calls import BatchPay
from gateway.custody.client import SignerClient
from gateway.custody.decoding import TokenTransfer, decode_call
from gateway.custody.errors import PolicyRefused
from gateway.custody.policy_terms import Purpose
from gateway.custody.transactions import UnsignedTransaction, parse_signed
from tests.custody.conftest import (
    ATTACKER,
    CHAIN_ID,
    FACTORY,
    OPERATOR,
    POLICY,
    ROUTER,
    SHOP,
    TREASURY,
    USDC,
    WETH,
    Desk,
    Now,
    batch,
    payout,
    transaction,
    transfer_data,
)
from tests.custody.test_decoding import FEE, SALT, call_data, signature_named

LIMIT = POLICY.limits["USDC@31337"]
APPROVE = bytes.fromhex("095ea7b3")
TRANSFER_FROM = bytes.fromhex("23b872dd")


@dataclass
class Thief:
    """Asks, and counts what its signatures are worth: of one nonce one transaction is mined."""

    desk: Desk
    asked: int = 0
    best_of_nonce: dict[int, tuple[date, int]] = field(default_factory=dict)
    refusals: list[str] = field(default_factory=list)

    def ask(self, unsigned: UnsignedTransaction, purpose: str = "payout", **also: Any) -> str:
        self.asked += 1
        with SignerClient(str(self.desk.socket)) as client:
            try:
                signed = client.sign(
                    request_id=also.get("request_id", f"theft-{self.asked}"),
                    account=also.get("account", OPERATOR.address),
                    purpose=purpose,
                    transaction=unsigned,
                )
            except PolicyRefused as refused:
                self.refusals.append(refused.reason)
                return refused.reason
        self._count(parse_signed(signed.raw)[0])
        return ""

    def _count(self, signed: UnsignedTransaction) -> None:
        call = decode_call(signed)
        match call:
            case TokenTransfer(to=to, units=units):
                paid: tuple[tuple[bytes, int], ...] = ((to, units),)
            case BatchPay(paid=paid):
                pass
            case _:
                raise AssertionError("nothing but payouts may have been signed")
        stolen = sum(units for to, units in paid if to not in {TREASURY, OPERATOR.address})
        if not stolen:
            return
        day, best = self.best_of_nonce.get(signed.nonce, (self.desk.clock().date(), 0))
        self.best_of_nonce[signed.nonce] = (day, max(best, stolen))

    def stolen_by_day(self) -> dict[date, int]:
        sums: dict[date, int] = defaultdict(int)
        for day, units in self.best_of_nonce.values():
            sums[day] += units
        return dict(sums)


@pytest.fixture
def thief(desk: Desk) -> Thief:
    return Thief(desk.start())


def test_no_call_but_a_payout_reaches_the_thief_and_payouts_end_with_the_day(
    thief: Thief, now: Now
) -> None:
    path = WETH + FEE + USDC
    stolen = WETH + FEE + ATTACKER
    sale = (ROUTER, path, 10**18, 10**9)
    sweep = signature_named("sweepAndSwap")
    tries: list[tuple[UnsignedTransaction, str]] = [
        (transaction(to=ATTACKER, value=1), "payout"),
        (transaction(to=ATTACKER, value=1), "treasury"),
        (payout(1, to=ATTACKER), "treasury"),
        (payout(1, to=ATTACKER), "sweep"),
        (payout(1, to=ATTACKER), "steal"),
        (payout(1_001, to=ATTACKER), "payout"),
        (payout(1, to=ATTACKER), "cancel"),
        (transaction(to=USDC, data=APPROVE + bytes(12) + ATTACKER + b"\xff" * 32), "approve"),
        (transaction(to=USDC, data=TRANSFER_FROM + bytes(96)), "payout"),
        (transaction(to=b"\x99" * 20, data=transfer_data(ATTACKER, 1)), "payout"),
        (transaction(to=ATTACKER, data=b"\x01\x02\x03\x04"), "fill"),
        (transaction(to=USDC, data=transfer_data(ATTACKER, 1) + b"\x00"), "payout"),
        (transaction(to=ATTACKER, data=call_data(sweep, [SALT], WETH, sale, 99)), "fill"),
        (
            transaction(
                to=FACTORY, data=call_data(sweep, [SALT], WETH, (ATTACKER, path, 1, 1), 99)
            ),
            "fill",
        ),
        (
            transaction(
                to=FACTORY, data=call_data(sweep, [SALT], WETH, (ROUTER, stolen, 1, 1), 99)
            ),
            "fill",
        ),
        (
            transaction(to=FACTORY, data=call_data(sweep, [SALT], WETH, (ROUTER, path, 1, 0), 99)),
            "fill",
        ),
        (payout(1, to=ATTACKER, chain_id=1), "payout"),
        (payout(1, to=ATTACKER, gas_limit=17_000_000), "payout"),
        (payout(1, to=ATTACKER, max_fee_per_gas=501 * 10**9), "payout"),
        (payout(1, to=bytes(20)), "payout"),
        (payout(1, to=USDC), "payout"),
        (batch((SHOP, 1), (ATTACKER, 1), to=ATTACKER), "payout"),
        (batch((SHOP, 1), (ATTACKER, 1), token=ATTACKER), "payout"),
        (batch((SHOP, 1), (ATTACKER, 1), token=WETH), "payout"),
        (batch((SHOP, 1), (ATTACKER, 1_001)), "payout"),
        (batch((ATTACKER, 501), (SHOP, 1), (ATTACKER, 501)), "payout"),
        (batch((ATTACKER, 1)), "refund"),
        (batch((ATTACKER, 1)), "treasury"),
    ]
    for unsigned, purpose in tries:
        assert thief.ask(unsigned, purpose) != "", (unsigned, purpose)
    assert thief.ask(payout(1, to=ATTACKER), account=b"\x77" * 20) == "account_unknown"
    assert thief.stolen_by_day() == {}
    answers = [thief.ask(payout(1_000, to=ATTACKER, nonce=nonce)) for nonce in range(6)]
    assert answers == [
        "",
        "",
        "over_day_limit",
        "over_day_limit",
        "over_day_limit",
        "over_day_limit",
    ]
    assert thief.ask(payout(500, to=ATTACKER, nonce=7)) == ""
    assert thief.ask(payout(1, to=ATTACKER, nonce=8)) == "over_day_limit"
    assert thief.stolen_by_day() == {now().date(): LIMIT.per_day}


def test_an_agreement_that_was_used_is_not_used_again_for_something_else(
    thief: Thief, desk: Desk
) -> None:
    assert thief.ask(payout(10), request_id="attempt-1") == ""
    assert thief.ask(payout(10, to=ATTACKER), request_id="attempt-1") == "request_conflict"
    assert thief.ask(payout(900), request_id="attempt-1") == "request_conflict"
    desk.restart()
    assert thief.ask(payout(10, to=ATTACKER), request_id="attempt-1") == "request_conflict"
    assert thief.ask(payout(10), request_id="attempt-1") == ""


def test_gas_is_burnt_up_to_the_days_fees_only(thief: Thief) -> None:
    dear = {"gas_limit": 1_000_000, "max_fee_per_gas": 500 * 10**9}
    answers = [thief.ask(payout(0, to=ATTACKER, nonce=nonce, **dear)) for nonce in range(4)]
    assert answers == ["", "", "over_day_limit", "over_day_limit"]


STEPS = st.lists(
    st.one_of(
        st.tuples(
            st.just("ask"),
            st.integers(0, 1_200),
            st.integers(0, 6),
            st.sampled_from([ATTACKER, b"\xbe" * 20, TREASURY, OPERATOR.address, bytes(20)]),
            st.sampled_from([purpose.value for purpose in Purpose]),
        ),
        st.tuples(
            st.just("smuggle"),
            st.lists(
                st.tuples(st.sampled_from([ATTACKER, SHOP, TREASURY]), st.integers(0, 1_200)),
                min_size=1,
                max_size=4,
            ),
            st.integers(0, 6),
        ),
        st.tuples(st.just("restart")),
        st.tuples(st.just("wait"), st.integers(0, 30)),
        st.tuples(st.just("set back"), st.integers(0, 48)),
    ),
    max_size=30,
)


@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(steps=STEPS)
def test_whatever_the_thief_tries_no_day_gives_more_than_its_limit(
    tmp_path_factory: pytest.TempPathFactory, steps: list[Any]
) -> None:
    now = Now()
    desk = Desk(folder=tmp_path_factory.mktemp("taken"), clock=now).start()
    thief = Thief(desk)
    furthest = now()
    try:
        for step in steps:
            match step:
                case ("ask", units, nonce, to, purpose):
                    thief.ask(payout(units, to=to, nonce=nonce), purpose)
                case ("smuggle", paid, nonce):
                    thief.ask(batch(*paid, nonce=nonce))
                case ("restart",):
                    desk.restart()
                case ("wait", hours):
                    now.now += timedelta(hours=hours)
                case ("set back", hours):
                    now.now -= timedelta(hours=hours)
            furthest = max(furthest, now())
    finally:
        desk.stop()
    days = 1 + (furthest.date() - Now()().date()).days
    assert sum(thief.stolen_by_day().values()) <= days * LIMIT.per_day


def test_without_a_limit_for_a_token_nothing_of_it_leaves(desk: Desk) -> None:
    desk.policy = replace(POLICY, limits={})
    thief = Thief(desk.start())
    assert thief.ask(payout(1, to=ATTACKER)) == "destination_not_allowed"
    assert desk.policy.chain_id == CHAIN_ID
