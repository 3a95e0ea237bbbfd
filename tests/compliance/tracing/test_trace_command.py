"""`manage.py trace`: an explained answer with paths, kept as a verdict."""

import json
from typing import Any
from uuid import uuid4

import pytest
from django.core.management import CommandError, call_command

from gateway.chains.addresses import checksum
from gateway.compliance.tracing.models import TraceRequest, WalletVerdict
from tests.compliance.tracing.flow_kit import who
from tests.compliance.tracing.town import Town, list_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def tainted(town: Town) -> Town:
    list_of(["thief"])
    town.give("thief", 900)
    town.give("payer", 100)
    town.pay("thief", "mule", 400)
    town.pay("mule", "payer", 300)
    return town


def test_it_explains_whose_money_it_is_with_the_path(tainted: Town, capsys: Any) -> None:
    call_command("trace", f"eip155:{tainted.chain.id}:{who('payer').hex().upper()}")
    out = capsys.readouterr().out
    assert f"{checksum(who('payer'))} on chain {tainted.chain.id}" in out
    assert "review (risk medium)" in out
    assert "because money of a listed address came through other wallets" in out
    assert "75.00 % sanctioned, listed, 2 hops away: 300000000 base units, $300.00" in out
    assert f"0x{who('thief').hex()} → 0x{who('mule').hex()} 400000000 USDC" in out
    assert "25.00 % mint, direct" in out


def test_programs_get_json_and_a_verdict_is_told_and_replayed_later(
    tainted: Town, capsys: Any
) -> None:
    call_command("trace", "0x" + who("payer").hex(), "--chain", str(tainted.chain.id), "--json")
    told = json.loads(capsys.readouterr().out)
    verdict = WalletVerdict.objects.get()
    assert told["verdict_id"] == str(verdict.id)
    assert told["lists"] == "ofac#1"
    assert told["answer"]["received"][0]["units"] == str(400 * 10**6)
    assert TraceRequest.objects.get().due_at is None
    call_command("trace", "--verdict", str(verdict.id))
    assert f"verdict {verdict.id}" in capsys.readouterr().out
    call_command("trace", "--replay", str(verdict.id))
    assert "bit for bit" in capsys.readouterr().out
    call_command("trace", "0x" + who("payer").hex(), "--chain", str(tainted.chain.id))
    assert WalletVerdict.objects.count() == 2  # asked again, answered again


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["nobody", "--chain", "31337"], "trace_address_unreadable"),
        (["0x" + who("payer").hex()], "trace_chain_differs"),
        (["base:0x" + who("payer").hex(), "--chain", "31337"], "trace_chain_differs"),
        (["0x" + who("payer").hex(), "--chain", "77"], "chain_unknown"),
        (["--verdict", str(uuid4())], "wallet_verdict_unknown"),
    ],
)
def test_what_can_not_be_traced_is_said(town: Town, arguments: list[str], code: str) -> None:
    with pytest.raises(CommandError, match=code):
        call_command("trace", *arguments)


def test_a_poisoner_is_named(town: Town, capsys: Any) -> None:
    list_of(["thief"])
    real = bytes.fromhex("ab54" + "00" * 16 + "9f3c")
    town.give("payer", 100)
    town.pay("payer", real, 50)
    fake = bytes.fromhex("ab54" + "77" * 16 + "9f3c")
    town.rpc.call("anvil_setBalance", [checksum(fake), hex(10**20)])
    town.pay_units("payer", fake, 0)
    call_command("trace", "0x" + who("payer").hex(), "--chain", str(town.chain.id))
    out = capsys.readouterr().out
    assert f"poisoning: 0x{fake.hex()} imitates 0x{real.hex()}, 1 transfers" in out
