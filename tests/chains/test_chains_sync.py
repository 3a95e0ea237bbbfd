"""A chain that is not what the settings say is not taken over."""

import orjson
import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from gateway.chains.configuration import configured_chains
from gateway.chains.errors import BadChainSettings, ChainMismatch
from gateway.chains.models import Chain, ProcessedHead, Token
from gateway.chains.selectors import (
    tokens_for_mode,
)
from tests.chains.watch_kit import Till, deposits, sync


def test_the_command_stores_what_is_configured(db, chain_entry, settings):
    settings.CHAINS = orjson.dumps([chain_entry]).decode()
    call_command("chains_sync", verbosity=0)
    call_command("chains_sync", verbosity=0)
    assert Chain.objects.get().enabled
    assert Token.objects.filter(kind="native").count() == 1
    settings.CHAINS = "[]"
    call_command("chains_sync", verbosity=0)
    assert not Chain.objects.get().enabled


@pytest.mark.parametrize(
    "change",
    [
        {"chain_id": 5},
        {"factory": {"code_hash": "0x" + "00" * 32}},
        {"factory": {"init_code_hash": "0x" + "00" * 32}},
        {"factory": {"address": "0x" + "11" * 20}},
        {"treasury": "0x" + "11" * 20},
        {"operator": "0x" + "11" * 20},
        {"rpc_urls": ["http://127.0.0.1:9"]},
        {"confirmations": [[5, 1]]},
        {"mode": "other"},
        {"tokens": "USDC with the wrong decimals"},
    ],
)
def test_a_chain_that_is_not_what_the_settings_say_is_refused(
    db, chain_entry, settings, devchain, change
):
    changed = dict(chain_entry)
    for name, value in change.items():
        changed[name] = {**changed[name], **value} if isinstance(value, dict) else value
    if "tokens" in change:
        usdc = devchain.token("USDC").address
        changed["tokens"] = [{"symbol": "USDC", "address": usdc, "decimals": 18}]
    settings.CHAINS = orjson.dumps([changed]).decode()
    with pytest.raises(CommandError):
        call_command("chains_sync", verbosity=0)
    assert not Chain.objects.filter(enabled=True).exists()


def test_a_tokens_domain_for_signed_transfers_is_the_one_it_proves(till: Till):
    tokens = {token.symbol: token for token in Token.objects.all()}
    assert (tokens["USDC"].domain_name, tokens["USDC"].domain_version) == ("USD Coin", "2")
    assert {symbol for symbol, token in tokens.items() if token.domain_name} == {"USDC", "EURC"}
    assert Chain.objects.get().sponsor["per_invoice"] == 3


@pytest.mark.parametrize("symbol", ["WETH", "DAI"])
def test_a_token_without_signed_transfers_is_not_taken_for_one(db, chain_entry, symbol):
    tokens = [token | {"eip3009": token["symbol"] == symbol} for token in chain_entry["tokens"]]
    with pytest.raises(ChainMismatch):
        sync(chain_entry, tokens=tokens)


def test_a_token_that_no_longer_is_set_to_take_them_loses_its_domain(till: Till, chain_entry):
    sync(
        chain_entry,
        tokens=[token | {"eip3009": False} for token in chain_entry["tokens"]],
        sponsor=None,
    )
    assert not Token.objects.exclude(domain_name="").exists()
    assert Chain.objects.get().sponsor is None


def test_a_token_never_becomes_another_contract(till: Till, chain_entry):
    tokens = [dict(token) for token in chain_entry["tokens"]]
    usdc = next(t for t in tokens if t["symbol"] == "USDC")
    dai = next(t for t in tokens if t["symbol"] == "DAI")
    usdc["address"], dai["address"] = dai["address"], usdc["address"]
    usdc["decimals"], dai["decimals"] = dai["decimals"], usdc["decimals"]
    with pytest.raises(ChainMismatch):
        sync(chain_entry, tokens=tokens)


def test_a_token_that_is_no_longer_named_is_watched_but_not_offered(till: Till, chain_entry):
    sync(chain_entry, tokens=[t for t in chain_entry["tokens"] if t["symbol"] != "DAI"])
    assert "DAI" not in {token.symbol for token in tokens_for_mode("test")}
    till.restart()
    address = till.address()
    till.pay(address, units=10**18, symbol="DAI")
    till.watch()
    assert deposits(address)[0].asset == "DAI@31337"


@pytest.mark.parametrize("text", ["{", '[{"chain_id": 1}]', "[1]"])
def test_settings_that_cannot_be_read_are_refused(settings, text: str):
    settings.CHAINS = text
    with pytest.raises(BadChainSettings):
        configured_chains()


def test_a_chain_that_was_never_synced_is_not_watched(till: Till):
    ProcessedHead.objects.all().delete()
    with pytest.raises(ChainMismatch):
        till.restart()
