"""Leave for the contract that pays many is asked for once, and no batch is formed without it."""

import json
from datetime import timedelta
from typing import Any

import pytest
from eth_abi.abi import decode

from gateway.chains.outgoing_models import OutgoingTransaction
from gateway.custody.decoding import TokenApproval, decode_call
from gateway.ledger.checks import ledger_checks
from gateway.ledger.selectors import balance as balance_of
from gateway.settlement.batch_ways import way_ready, ways_tend
from gateway.settlement.models import BatchWay
from tests.custody.conftest import transaction as unsigned
from tests.settlement.batch_kit import PAYER, say
from tests.settlement.conftest import CHAIN_ID, ETH, TREASURY, USDC, USDC_ADDRESS, World

OTHER = b"\x0d" * 20


def named(settings: Any, payer: bytes | None) -> None:
    """The settings of the chain whose rows the world has."""
    entry = {
        "chain_id": CHAIN_ID,
        "key": "dev",
        "name": "Dev",
        "mode": "test",
        "rpc_urls": ["http://127.0.0.1:1"],
        "block_seconds": 1,
        "confirmations": [[None, 1]],
        "finality_blocks": 6,
        "grace_seconds": 30,
        "factory": {
            "address": "0x" + bytes(20).hex(),
            "version": 1,
            "code_hash": "0x" + bytes(32).hex(),
            "init_code_hash": "0x" + bytes(32).hex(),
        },
        "treasury": "0x" + TREASURY.hex(),
        "native": {"symbol": "ETH", "decimals": 18},
        "tokens": [{"symbol": "USDC", "address": "0x" + USDC_ADDRESS.hex(), "decimals": 6}],
        "batch_payer": "0x" + payer.hex() if payer else None,
    }
    settings.CHAINS = json.dumps([entry])


def asked() -> list[OutgoingTransaction]:
    return list(OutgoingTransaction.objects.filter(purpose="approve").order_by("id"))


def test_leave_is_asked_for_once_and_counts_when_it_is_final(world: World, settings: Any) -> None:
    world.fund(10**18, asset=ETH.code)
    named(settings, PAYER)
    assert [ways_tend(now=world.now) for _ in range(2)] == [1, 0]
    (outgoing,) = asked()
    assert (bytes(outgoing.account), bytes(outgoing.to)) == (TREASURY, USDC_ADDRESS)
    call = decode_call(unsigned(to=USDC_ADDRESS, data=bytes(outgoing.data)))
    assert call == TokenApproval(token=USDC_ADDRESS, spender=PAYER, units=2**256 - 1)
    assert decode(["address", "uint256"], bytes(outgoing.data[4:]))[1] == 2**256 - 1
    say(world, outgoing, "transaction.mined", status="succeeded", fee=50_000)
    assert way_ready(USDC.code) is None
    for _ in range(2):
        say(world, outgoing, "transaction.final", status="succeeded", fee=50_000)
    assert way_ready(USDC.code) is not None
    assert balance_of(account="gas", asset=ETH).units == 50_000
    assert ways_tend(now=world.now + timedelta(days=9)) == 0
    assert ledger_checks() == []


def test_what_was_refused_is_asked_for_again_a_day_later(world: World, settings: Any) -> None:
    named(settings, PAYER)
    ways_tend(now=world.now)
    say(world, asked()[0], "transaction.failed", status="refused", fee=0)
    assert BatchWay.objects.get().status == "refused" and way_ready(USDC.code) is None
    assert ways_tend(now=world.now + timedelta(hours=23)) == 0
    assert ways_tend(now=world.now + timedelta(hours=25)) == 1
    say(world, asked()[1], "transaction.final", status="succeeded", fee=0)
    assert way_ready(USDC.code) is not None
    # the first one's end, told again, is of no leave any more
    say(world, asked()[0], "transaction.failed", status="refused", fee=0)
    assert way_ready(USDC.code) is not None


@pytest.mark.parametrize("then", [OTHER, None])
def test_another_contract_has_no_leave_yet_and_none_has_none(
    world: World, settings: Any, then: bytes | None
) -> None:
    named(settings, PAYER)
    ways_tend(now=world.now)
    say(world, asked()[0], "transaction.final", status="succeeded", fee=0)
    named(settings, then)
    assert ways_tend(now=world.now) == (1 if then else 0)
    assert way_ready(USDC.code) is None
