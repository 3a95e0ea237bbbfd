"""Hedges with outside makers: real servers, real signatures, the real contract; honest and not."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest

from gateway.chains.configuration import configured_chain
from gateway.chains.outgoing_models import OutgoingTransaction
from gateway.events import relay
from gateway.ledger.models import Entry
from gateway.market.hedges import outcomes
from gateway.market.hedges.firm_swaps import FIRM_GAS
from gateway.market.hedges.models import Hedge, HedgeStep
from gateway.market.hedges.selectors import books
from gateway.market.makers.configuration import configured_makers
from gateway.market.makers.models import FirmQuote, MakerStanding, QuoteRequest
from gateway.market.makers.services import requests_prune
from tests.market.execution.conftest import CHAIN_ID, USDC
from tests.market.hedges.conftest import DOLLAR, ETHER, WETH, Hedging, Killed, kill_at, transfer_log
from tests.market.hedges.maker_server import MakerServer, allow, open_shop
from tests.market.hedges.test_signed import Post
from tests.outside.servers import serving

pytestmark = [pytest.mark.chain, pytest.mark.xdist_group("devchain-hedges")]


@dataclass
class Floor:
    """A desk that is long five ether, and the maker that it may ask."""

    hedging: Hedging
    maker: MakerServer
    contract: str
    settings: Any

    def quotes(self) -> list[str]:
        return list(FirmQuote.objects.order_by("id").values_list("status", flat=True))

    def standing(self) -> MakerStanding:
        return MakerStanding.objects.get(maker=self.maker.name)

    def firm_steps(self) -> list[HedgeStep]:
        router = bytes.fromhex(self.contract[2:])
        return list(HedgeStep.objects.filter(kind="swap", router=router).order_by("id"))

    def leave(self) -> None:
        """The first turn asks for leave, which is given."""
        (leave,) = self.hedging.turn()
        assert leave.purpose == "approve"
        self.hedging.desk.send(leave)


@pytest.fixture
def floor(hedging: Hedging, settings: Any) -> Iterator[Floor]:
    maker = MakerServer()
    contract = open_shop(hedging, [maker])
    entry = hedging.desk.entry
    hedging.desk.entry = {**entry, "venues": {**entry["venues"], "firm_orders": contract}}
    settings.CHAINS = json.dumps([hedging.desk.entry])
    hedging.take_in(5 * ETHER, owed=15_000 * DOLLAR)
    with serving(maker.reply) as url:
        settings.MAKERS = [maker.entry(url, timeout_ms=800)]
        yield Floor(hedging, maker, contract, settings)


def test_an_order_that_beats_the_pools_is_taken_and_booked(floor: Floor) -> None:
    floor.leave()
    (fill,) = floor.hedging.turn()
    assert fill.purpose == "fill" and floor.quotes().count("taken") == 1
    receipt = floor.hedging.desk.send(fill)
    assert int(receipt["gasUsed"], 16) <= FIRM_GAS
    floor.hedging.run()
    hedge = Hedge.objects.get()
    assert (hedge.status, hedge.sold_units, hedge.bought_units) == (
        "done",
        5 * ETHER,
        15_000 * DOLLAR,
    )
    assert floor.quotes().count("filled") == 1 and "offered" not in floor.quotes()
    assert Entry.objects.get(kind="hedge").refs["reason"] == "beyond_band"
    assert (floor.standing().filled, floor.standing().faults) == (1, 0)
    question = floor.maker.asked[-1]
    assert (question["pair"], question["side"]) == ("WETH/USDC", "sell")
    assert question["amounts_in"] == [str(5 * ETHER // rung) for rung in (1, 2, 4)]
    assert QuoteRequest.objects.filter(id=question["id"], status="answered").exists()
    floor.hedging.books_agree()


def test_a_worse_order_is_left_and_the_maker_keeps_its_name(floor: Floor) -> None:
    floor.maker.price_e6 = 2_910_000_000  # three per cent below: no lie, no bargain
    floor.hedging.run()
    assert Hedge.objects.get().status == "done"
    assert floor.firm_steps() == []
    assert (floor.standing().faults, floor.standing().invalid) == (0, 0)
    floor.hedging.books_agree()


def test_a_part_goes_to_the_maker_and_the_rest_to_the_pools(floor: Floor) -> None:
    floor.maker.sizes = slice(1, 2)  # it quotes the half only
    floor.hedging.run()
    (step,) = floor.firm_steps()
    assert step.units_in == 5 * ETHER // 2
    assert Hedge.objects.get().sold_units == 5 * ETHER
    floor.hedging.books_agree()


LIES: dict[str, tuple[dict[str, Any], str]] = {
    "a tenth too low": ({"price_e6": 2_700_000_000}, "price_off"),
    "a tenth too high": ({"price_e6": 3_300_000_000}, "price_off"),
    "somebody else's signature": ({"signs_with": "0x" + "b2" * 32}, "signature_wrong"),
    "another chain": ({"domain": {"chain_id": 1}}, "signature_wrong"),
    "another contract": ({"domain": {"contract": "0x" + "09" * 20}}, "signature_wrong"),
    "expired": ({"change": {"expiry": 1}}, "expires_too_soon"),
    "nothing given": ({"change": {"amountOut": 0}}, "price_off"),
    "2^128 given": ({"change": {"amountOut": 2**128}}, "price_off"),
    "nothing asked": ({"change": {"amountIn": 0}}, "amount_not_asked"),
    "2^128 asked": ({"change": {"amountIn": 2**128}}, "amount_not_asked"),
    "one nonce for all": ({"repeats_nonce": True}, "nonce_reused"),
    "another taker": ({"change": {"taker": "0x" + "09" * 20}}, "taker_wrong"),
    "nonsense": ({"body": b"<html>"}, "unreadable"),
    "too much": ({"body": b" " * 100_000}, "unreadable"),
    "an error": ({"status": 500}, "http_500"),
    "late": ({"wait_seconds": 1.2}, "too_slow"),
}


@pytest.mark.parametrize("lie", LIES)
def test_a_maker_that_misbehaves_is_left_out_and_the_pools_serve(floor: Floor, lie: str) -> None:
    changes, fault = LIES[lie]
    for name, value in changes.items():
        setattr(floor.maker, name, value)
    (leave,) = floor.hedging.turn()  # for a router
    request = QuoteRequest.objects.get()
    assert request.fault == fault
    assert request.status == ("late" if lie == "late" else "refused")
    assert floor.quotes() == []
    standing = floor.standing()
    assert standing.faults == 1 and standing.last_fault == fault
    assert standing.excluded_until is not None
    assert bytes.fromhex(floor.contract[2:]) not in bytes(leave.data)
    floor.hedging.desk.send(leave)
    floor.hedging.later()
    floor.hedging.turn()
    assert len(floor.maker.asked) == 1  # it rests
    MakerStanding.objects.update(excluded_until=floor.hedging.now() - timedelta(seconds=1))
    for outgoing in OutgoingTransaction.objects.filter(purpose="fill"):
        floor.hedging.desk.send(outgoing)
    floor.hedging.run()
    assert Hedge.objects.get().status == "done"
    assert floor.firm_steps() == []
    floor.hedging.books_agree()


def test_a_nonce_of_an_earlier_answer_is_refused(floor: Floor) -> None:
    floor.leave()
    floor.maker.next_nonce = 1
    floor.hedging.later()
    floor.hedging.turn()
    assert QuoteRequest.objects.order_by("id").last().fault == "nonce_reused"  # type: ignore[union-attr]
    assert floor.firm_steps() == []


def test_an_order_without_its_money_costs_gas_only_and_then_the_pools_serve(
    floor: Floor,
) -> None:
    floor.leave()
    (fill,) = floor.hedging.turn()
    allow(floor.hedging, floor.maker, floor.contract, symbol="USDC", units=0)
    floor.hedging.desk.send(fill)
    (step,) = floor.firm_steps()
    assert (step.status, step.failure_code) == ("failed", "reverted")
    assert floor.quotes().count("failed") == 1
    assert floor.hedging.position() == 5 * ETHER
    assert (floor.standing().failed_on_chain, floor.standing().faults) == (1, 1)
    floor.hedging.books_agree()
    asked = len(floor.maker.asked)
    floor.hedging.later()
    floor.hedging.run()
    assert len(floor.maker.asked) == asked
    assert Hedge.objects.get().status == "done" and len(floor.firm_steps()) == 1
    floor.hedging.books_agree()


def test_an_order_that_expired_on_its_way_is_undone(floor: Floor) -> None:
    floor.leave()
    (fill,) = floor.hedging.turn()
    floor.hedging.desk.till.rpc.call("evm_increaseTime", [600])
    floor.hedging.desk.send(fill)
    assert floor.quotes().count("failed") == 1
    assert floor.hedging.position() == 5 * ETHER
    floor.hedging.books_agree()


def test_an_order_that_was_not_sent_in_time_speaks_against_nobody(floor: Floor) -> None:
    floor.leave()
    (fill,) = floor.hedging.turn()
    step = floor.firm_steps()[0]
    assert step.deadline <= floor.hedging.now() + timedelta(seconds=121)  # the order's own end
    HedgeStep.objects.filter(id=step.id).update(deadline=floor.hedging.now() - timedelta(seconds=1))
    floor.hedging.turn()
    fill.refresh_from_db()
    assert fill.status == "cancelled"
    relay.drain(limit=1000)
    assert floor.quotes().count("released") == 1
    assert floor.standing().faults == 0


@pytest.mark.parametrize(
    "point", ["leased", "questions_written", "answers_heard", "worked", "planned", "begun"]
)
def test_killed_at_any_point_it_trades_once(floor: Floor, point: str) -> None:
    hedging = floor.hedging
    for _ in range(3):
        try:
            hedging.turn(reached=kill_at(point))
        except Killed:
            hedging.restart()
        for outgoing in OutgoingTransaction.objects.filter(status="queued"):
            if HedgeStep.objects.get(transaction_id=outgoing.id).status == "queued":
                hedging.desk.send(outgoing)
        hedging.later()
    hedging.run()
    hedge = Hedge.objects.get()
    assert (hedge.status, hedge.sold_units) == ("done", 5 * ETHER)
    assert not QuoteRequest.objects.filter(status="asked").exists()
    assert hedging.position() == 0
    hedging.books_agree()


def test_nobody_is_asked_by_default_nor_for_live_chains_unless_wanted(floor: Floor) -> None:
    (maker,) = configured_makers()
    chain = configured_chain(CHAIN_ID)
    live = msgspec.structs.replace(chain, mode="live")
    assert maker.quotes_for(chain) and not maker.quotes_for(live)
    assert msgspec.structs.replace(maker, live=True).quotes_for(live)
    floor.settings.MAKERS = []
    floor.hedging.turn()
    assert floor.maker.asked == []


def test_old_questions_that_led_to_nothing_are_forgotten(floor: Floor) -> None:
    floor.leave()
    (fill,) = floor.hedging.turn()
    floor.hedging.desk.send(fill)
    assert QuoteRequest.objects.count() == 2
    requests_prune(before=floor.hedging.now() + timedelta(days=1))
    assert QuoteRequest.objects.count() == 1 and "filled" in floor.quotes()


def test_the_signer_signs_an_order_of_a_maker_that_its_policy_names(
    floor: Floor, tmp_path: Path
) -> None:
    Post(floor.hedging, tmp_path, makers=[bytes.fromhex(floor.maker.address[2:])]).work()
    (step,) = floor.firm_steps()
    assert step.status == "done" and floor.quotes().count("filled") == 1
    assert Hedge.objects.get().status == "done"
    floor.hedging.books_agree()


def test_without_the_policys_word_the_hedge_goes_to_the_pools(floor: Floor, tmp_path: Path) -> None:
    Post(floor.hedging, tmp_path).work()
    assert floor.firm_steps() == []
    assert HedgeStep.objects.filter(failure_code="policy_refused:spender_not_allowed").count() == 1
    assert Hedge.objects.get().status == "done"
    assert floor.standing().faults == 0
    floor.hedging.books_agree()


def test_an_order_that_would_fail_is_not_sent_and_costs_nothing(
    floor: Floor, tmp_path: Path
) -> None:
    post = Post(floor.hedging, tmp_path, makers=[bytes.fromhex(floor.maker.address[2:])])
    post.work(turns=1)
    allow(floor.hedging, floor.maker, floor.contract, symbol="USDC", units=0)
    post.work(turns=5)
    (step,) = floor.firm_steps()
    assert (step.status, step.failure_code, step.fee_units) == ("failed", "would_revert", 0)
    assert floor.standing().failed_on_chain == 1
    assert Hedge.objects.get().status == "done"
    floor.hedging.books_agree()


def test_an_order_that_a_reorg_took_back_is_not_counted_until_it_is_there_again(
    floor: Floor,
) -> None:
    floor.leave()
    (fill,) = floor.hedging.turn()
    step = floor.firm_steps()[0]
    maker = bytes.fromhex(floor.maker.address[2:])
    logs = [
        transfer_log(WETH, floor.hedging.treasury, maker, step.units_in),
        transfer_log(USDC, maker, floor.hedging.treasury, step.min_out_units),
    ]
    outcomes.step_mined(step_id=step.id, body={"logs": logs})
    assert books(chain_ids=[CHAIN_ID], now=floor.hedging.now()).inventory[WETH.code] == 0
    assert floor.quotes().count("taken") == 1  # the maker has done nothing final yet
    outcomes.step_orphaned(step_id=step.id)
    assert books(chain_ids=[CHAIN_ID], now=floor.hedging.now()).inventory[WETH.code] == 5 * ETHER
    floor.hedging.desk.send(fill)
    floor.hedging.run()
    assert floor.quotes().count("filled") == 1
    floor.hedging.books_agree()
