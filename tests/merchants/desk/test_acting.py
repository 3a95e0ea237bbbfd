"""Who runs the desk acts on it: with a confirm step, a reason, within a limit, and their name."""

import json
from pathlib import Path
from typing import Any

import pytest

from gateway.events.models import Event
from gateway.market.hedges.models import Hedge, InventoryMove
from gateway.market.models import DeskHalt
from tests.merchants.desk.conftest import (
    CHAIN_ID,
    DOLLAR,
    ETHER,
    USDC,
    WETH,
    make_hedge,
    make_move,
    make_step,
)

pytestmark = pytest.mark.django_db
WHO = "desk@shop.example"


@pytest.fixture
def venues(settings: Any, long_of_ether: None) -> None:
    """A position, and the chain's routers, without which no pool is sold to."""
    nothing = "0x" + "00" * 32
    router = "0x" + "aa" * 20
    chain = {
        "chain_id": CHAIN_ID,
        "key": "dev",
        "name": "Dev",
        "mode": "test",
        "rpc_urls": ["http://127.0.0.1:1"],
        "block_seconds": 1.0,
        "confirmations": [[None, 1]],
        "finality_blocks": 3,
        "grace_seconds": 30,
        "factory": {
            "address": router,
            "version": 1,
            "code_hash": nothing,
            "init_code_hash": nothing,
        },
        "treasury": router,
        "native": {"symbol": "ETH", "decimals": 18},
        "tokens": [],
        "venues": {"v2_router": router, "v3_router": router},
    }
    settings.CHAINS = json.dumps([chain])


def convert(dora: Any, **typed: str) -> Any:
    form = {"asset": WETH.code, "amount": "0.5", "reason": "before the weekend"}
    return dora.post("/desk/hedges/convert", {**form, **typed})


def test_converting_shows_first_what_it_would_bring(dora, venues):
    seen = convert(dora)
    assert seen.status_code == 200
    page = seen.content.decode()
    assert "Sell 0.5" in page and "Yes, convert" in page and "USDC" in page
    assert not Hedge.objects.exists()


def test_a_confirmed_conversion_is_a_hedge_with_a_name(dora, venues):
    done = convert(dora, confirmed="yes")
    hedge = Hedge.objects.get()
    assert done.status_code == 302 and done["Location"] == f"/desk/hedges/{hedge.id}"
    assert (hedge.asked_by, hedge.asked_because) == (WHO, "before the weekend")
    assert (hedge.units, hedge.status, hedge.reason) == (ETHER // 2, "planned", "by_hand")
    page = dora.get(done["Location"]).content.decode()
    assert WHO in page and "before the weekend" in page and "Call off" in page
    again = convert(dora, confirmed="yes")
    assert again.status_code == 409
    assert "under way" in again.content.decode()
    assert Hedge.objects.count() == 1


@pytest.mark.parametrize(
    ("typed", "status", "words"),
    [
        ({"amount": "a lot"}, 400, "That is not an amount"),
        ({"amount": "-1"}, 400, "Type an amount first"),
        ({"amount": "50", "confirmed": "yes"}, 422, "more than one order by hand"),
        ({"amount": "3", "confirmed": "yes"}, 422, "may be converted"),
        ({"reason": " ", "confirmed": "yes"}, 400, "Say why"),
        ({"reason": "x" * 501, "confirmed": "yes"}, 400, "Say why"),
    ],
)
def test_what_can_not_be_converted_is_refused_and_the_form_keeps_what_was_typed(
    dora, venues, typed, status, words
):
    answer = convert(dora, **typed)
    assert answer.status_code == status
    page = answer.content.decode()
    assert words in page
    assert "2 " in page and "position is" in page
    assert not Hedge.objects.exists()


def test_nobody_converts_what_is_not_there(dora, long_of_ether):
    assert convert(dora, asset="NOPE@1").status_code == 404


def test_closing_all_asks_first_and_then_closes(dora, venues):
    asked = dora.get("/desk/hedges/close").content.decode()
    assert "Yes, close all" in asked and "+2" in asked
    refused = dora.post("/desk/hedges/close", {"reason": ""})
    assert refused.status_code == 422 and "Say why" in refused.content.decode()
    assert not Hedge.objects.exists()
    done = dora.post("/desk/hedges/close", {"reason": "drill"}, follow=True)
    assert "WETH is being closed" in done.content.decode()
    assert Hedge.objects.get().asked_because == "drill"


def test_a_planned_hedge_is_called_off_and_one_under_way_is_not(dora, open_shop):
    hedge = make_hedge()
    done = dora.post(
        f"/desk/hedges/{hedge.id}/call-off", {"reason": "not needed"}, follow=True
    ).content.decode()
    assert "was called off" in done and "Called off by" in done
    hedge.refresh_from_db()
    assert (hedge.status, hedge.ended_by) == ("abandoned", WHO)
    other = make_hedge(status="sent")
    make_step(other, status="queued")
    refused = dora.post(f"/desk/hedges/{other.id}/call-off", {"reason": "late"}, follow=True)
    assert "can&#x27;t be called back" in refused.content.decode()
    assert "Yes, call" not in refused.content.decode()
    other.refresh_from_db()
    assert other.status == "sent"


# --- the switch ----------------------------------------------------------------------------------


@pytest.mark.parametrize("scope", ["all", WETH.code])
def test_the_switch_is_pulled_and_let_go_with_reasons(dora, open_shop, scope):
    path = f"/desk/switch/{scope}"
    assert "Yes, halt" in dora.get(path).content.decode()
    refused = dora.post(path, {"act": "halt", "reason": "  "})
    assert refused.status_code == 422 and not DeskHalt.objects.exists()
    pulled = dora.post(path, {"act": "halt", "reason": "exchange lies"})
    assert pulled.status_code == 302
    halt = DeskHalt.objects.get()
    assert halt.scope == ("" if scope == "all" else scope)
    assert (halt.reason, halt.halted_by) == ("exchange lies", WHO)
    page = dora.get(path).content.decode()
    assert "exchange lies" in page and "Propose to let go" in page
    dora.post(path, {"act": "resume", "reason": "it is well again"})
    assert DeskHalt.objects.exists()
    told = Event.objects.filter(type__in=("desk.halted", "approval.proposed")).order_by("id")
    assert [event.type for event in told] == ["desk.halted", "approval.proposed"]
    assert told[1].body["reason"] == "it is well again"
    assert "Somebody proposed it already." in dora.get(path).content.decode()
    twice = dora.post(path, {"act": "resume", "reason": "again"})
    assert twice.status_code == 422


def test_no_switch_for_what_is_no_asset(dora, open_shop):
    assert dora.get("/desk/switch/NOPE@1").status_code == 404


# --- moves ---------------------------------------------------------------------------------------


@pytest.fixture
def sandbox(tmp_path: Path, settings: Any) -> None:
    path = tmp_path / "exchange.json"
    path.write_text(json.dumps({"addresses": {USDC.code: "0x" + "e1" * 20}}))
    settings.EXCHANGES = [{"name": "sandbox", "kind": "recorded", "file": str(path)}]


def plan(dora: Any, **typed: str) -> Any:
    form = {
        "asset": USDC.code,
        "amount": "500",
        "exchange": "sandbox",
        "way": "to",
        "reason": "more on the exchange",
        "draft": "d1",
    }
    return dora.post("/desk/moves/plan", {**form, **typed})


def test_a_move_is_confirmed_planned_once_and_called_off(dora, open_shop, sandbox):
    assert "Plan a move" in dora.get("/desk/moves").content.decode()
    assert "Move 500" in plan(dora).content.decode()
    assert not InventoryMove.objects.exists()
    done = plan(dora, confirmed="yes")
    assert done.status_code == 302
    assert plan(dora, confirmed="yes")["Location"] == done["Location"]
    move = InventoryMove.objects.get()
    assert (move.decided_by, move.units, move.is_deposit) == (WHO, 500 * DOLLAR, True)
    dora.post(f"/desk/moves/{move.id}/call-off", {"reason": "tomorrow"})
    move.refresh_from_db()
    assert (move.state, move.ended_by) == ("refused", WHO)


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ({"amount": "x"}, "That is not an amount"),
        ({"amount": "30000", "confirmed": "yes"}, "more than one order by hand"),
        ({"exchange": "elsewhere"}, "There is no such exchange"),
        ({"reason": "", "confirmed": "yes"}, "Say why"),
    ],
)
def test_a_move_that_can_not_be_is_refused_where_it_was_typed(
    dora, open_shop, sandbox, typed, words
):
    answer = plan(dora, **typed)
    assert answer.status_code >= 400
    assert words in answer.content.decode()
    assert not InventoryMove.objects.exists()


def test_only_what_is_on_its_way_can_be_given_up(dora, open_shop):
    move = make_move()
    refused = dora.post(f"/desk/moves/{move.id}/give-up", {"reason": "lost"}, follow=True)
    assert "has left already" in refused.content.decode()
    seen = dora.get(f"/desk/moves/{move.id}").content.decode()
    assert 'data-while="give-up" hidden' in seen
    assert 'data-while="call-off">' in seen


# --- who -----------------------------------------------------------------------------------------

ACTS = (
    "/desk/switch/all",
    "/desk/hedges/convert",
    "/desk/hedges/close",
    "/desk/moves/plan",
)


@pytest.mark.parametrize("role", ["owner", "manager", "accountant", "compliance_officer"])
def test_nobody_else_sees_or_touches_the_desk(staff, role):
    client = staff.client(role)
    for path in ("/desk/", "/desk/results", "/desk/hedges", "/desk/moves", "/desk/entries"):
        assert client.get(path).status_code in (403, 404), path
    for path in ACTS:
        assert client.post(path, {"reason": "x", "confirmed": "yes"}).status_code in (403, 404)
    assert client.get("/desk/ticket").status_code in (403, 404)
    assert not DeskHalt.objects.exists()


def test_a_stranger_is_asked_to_sign_in(client, open_shop):
    answer = client.get("/desk/")
    assert answer.status_code == 302 and "/login" in answer["Location"]


def test_an_act_needs_its_own_page(staff):
    strict = staff.client("desk", enforce_csrf_checks=True)
    for path in ACTS:
        assert strict.post(path, {"reason": "x", "confirmed": "yes"}).status_code == 403, path
    assert not DeskHalt.objects.exists()


def test_signing_in_brings_to_the_desk(dora, open_shop):
    assert dora.get("/dashboard/")["Location"] == "/desk/"
