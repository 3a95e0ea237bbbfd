"""Tokens that keep a part of a transfer, or rebase, are found before they are offered."""

import json
from collections.abc import Iterator
from typing import Any

import msgspec
import pytest
from django.core.management import call_command
from django.utils import timezone

from gateway.chains.conduct import conduct_problems
from gateway.chains.configuration import ChainSettings
from gateway.chains.models import Token
from gateway.chains.selectors import refused_tokens, tokens_for_mode
from gateway.market.exchanges.configured import configured_exchange
from gateway.market.hedges.errors import MoveNotPossible
from gateway.market.hedges.moves import move_plan
from gateway.market.orders.errors import BadMarketTerms
from gateway.market.orders.markets import market_open
from gateway.outside.rpc import JsonRpc
from gateway.treasury.providers.errors import PoolNotPossible
from gateway.treasury.providers.joining import pool_open
from tests.chains.odd_tokens import HOLDER, UNITS, Mint

pytestmark = [pytest.mark.chain, pytest.mark.xdist_group("devchain-conduct")]


@pytest.fixture
def mint(anvil: Any, chain_entry: dict[str, Any]) -> Iterator[Mint]:
    pegged = [token | {"peg": token["peg"] or ""} for token in chain_entry["tokens"]]
    with JsonRpc(anvil.rpc_url) as rpc:
        yield Mint(rpc, msgspec.convert(chain_entry | {"tokens": pegged}, ChainSettings))


def test_the_tokens_that_we_offer_are_sound(mint: Mint) -> None:
    assert conduct_problems(mint.entry) == {}


def test_one_that_takes_a_fee_is_refused_to_the_unit(mint: Mint) -> None:
    token = mint.token("FeeToken")
    mint.hold(token)
    told = f"of {UNITS} base units {UNITS} left and {UNITS - UNITS // 100} arrived"
    assert mint.problem(token) == f"it does not move what it is told: {told}"


def test_a_fee_shows_even_if_nobody_holds_it_yet(mint: Mint) -> None:
    assert "it does not move what it is told" in mint.problem(mint.token("FeeToken"))


def test_shares_of_a_pool_that_is_told_its_total_are_refused(mint: Mint) -> None:
    token = mint.token("SharesToken")
    mint.hold(token)
    assert mint.problem(token) == "its balances are shares of something, and rebase"


@pytest.mark.parametrize("per_year_ppm", [50_000, -20_000])
def test_balances_that_drift_up_or_down_are_refused(mint: Mint, per_year_ppm: int) -> None:
    token = mint.token("DriftingToken", per_year_ppm)
    mint.hold(token)
    assert "its balances change by themselves" in mint.problem(token)


def test_without_a_holder_to_try_it_with_it_is_not_offered(mint: Mint) -> None:
    """Its balances lie where no usual token has them, so none can be made up."""
    assert mint.problem(mint.token("SharesToken")) != ""
    assert mint.problem(HOLDER) == "no transfer of it could be tried"


def test_whoever_vouches_for_one_is_believed(mint: Mint) -> None:
    token = mint.token("FeeToken")
    mint.hold(token)
    assert mint.problem(token, vouched=True) == ""
    assert mint.problem(token, enabled=False) == ""


def test_trying_changes_nothing(mint: Mint) -> None:
    token = mint.token("FeeToken")
    mint.hold(token)
    before = mint.rpc.call("eth_getBlockByNumber", ["latest", False])
    mint.problem(token)
    assert mint.rpc.call("eth_getBlockByNumber", ["latest", False]) == before


@pytest.mark.django_db
def test_the_settings_may_name_one_and_it_is_watched_and_never_offered(
    mint: Mint, chain_entry: dict[str, Any], settings: Any, capsys: Any
) -> None:
    token = mint.token("FeeToken")
    mint.hold(token)
    odd = {"symbol": "ODD", "address": token, "decimals": 18}
    settings.CHAINS = json.dumps([chain_entry | {"tokens": [*chain_entry["tokens"], odd]}])
    call_command("chains_sync", verbosity=0)
    assert "ODD of " in capsys.readouterr().err
    row = Token.objects.get(symbol="ODD")
    assert not row.enabled and "it does not move what it is told" in row.refused
    assert row.code not in {each.code for each in tokens_for_mode("test")}
    assert refused_tokens() == {row.code}
    now = timezone.now()
    with pytest.raises(PoolNotPossible, match="not offered"):
        pool_open(
            name="odd",
            asset=row.code,
            fee_share_ppm=1,
            loss_share_ppm=1,
            full_share_units=1,
            least_payment_units=1,
            by="ann",
            now=now,
        )
    with pytest.raises(BadMarketTerms):
        usdc = f"USDC@{row.chain_id}"
        market_open(
            name="ODD-USDC", base=row.code, quote=usdc, lot_units=10**14, tick_units=1, now=now
        )
    settings.EXCHANGES = [{"name": "paper", "kind": "recorded", "file": "/nowhere"}]
    with pytest.raises(MoveNotPossible, match="not offered"):
        move_plan(
            key="k",
            exchange=configured_exchange("paper"),
            is_deposit=True,
            asset=row.code,
            units=1,
            reason="to sell there",
            by="ann",
            now=now,
        )
    # Somebody who knows better says so, and it is offered from then on.
    settings.CHAINS = json.dumps(
        [chain_entry | {"tokens": [*chain_entry["tokens"], odd | {"vouched": True}]}]
    )
    call_command("chains_sync", verbosity=0)
    row.refresh_from_db()
    assert row.enabled and row.refused == ""
