"""A token of odd conduct that is paid all the same: a claim, counted to the unit on each step."""

import json
from collections.abc import Iterator
from typing import Any

import msgspec
import pytest

from gateway.chains.addresses import checksum
from gateway.chains.configuration import ChainSettings
from gateway.chains.models import DepositAddress, Token
from gateway.ledger import accounts
from gateway.ledger.checks import ledger_checks
from gateway.ledger.selectors import balance
from gateway.market.execution.models import FillRequest
from gateway.market.selectors import desk_inventory
from gateway.money.assets import Asset
from gateway.outside.rpc import JsonRpc
from tests.chains.odd_tokens import UNITS, Mint
from tests.chains.watch_kit import sync
from tests.market.execution.conftest import CHAIN_ID, Desk

pytestmark = [pytest.mark.chain, pytest.mark.xdist_group("devchain")]

WHOLE = 10**18
DEPOSITS = accounts.custody_deposits(CHAIN_ID)


class Odd:
    """A desk on a chain whose settings name a token that it refuses to offer."""

    def __init__(self, desk: Desk, rpc: JsonRpc, settings: Any) -> None:
        self.desk, self.settings = desk, settings
        pegged = [token | {"peg": token["peg"] or ""} for token in desk.entry["tokens"]]
        self.entry = desk.entry | {"tokens": pegged}
        self.mint = Mint(rpc, msgspec.convert(self.entry, ChainSettings))
        self.contract = ""

    def name(self, contract: str) -> Asset:
        told = {"symbol": "ODD", "address": contract, "decimals": 18, "peg": ""}
        entry = self.entry | {"tokens": [*self.entry["tokens"], told]}
        self.settings.CHAINS = json.dumps([entry])
        sync(entry)
        self.contract = contract
        self.mint.hold(contract)
        row = Token.objects.get(symbol="ODD")
        assert row.refused and not row.enabled
        return Asset(row.code, 18)

    def paid(self, units: int) -> DepositAddress:
        address = self.desk.till.address(shop_id=self.desk.shop_id)
        self.desk.till.watch()
        self.mint.pay(self.contract, checksum(bytes(address.address)), units)
        self.desk.till.mine(3)
        self.desk.till.watch()
        return address

    def lies(self, at: bytes) -> int:
        return self.mint.balance(self.contract, checksum(bytes(at)))


@pytest.fixture
def odd(desk: Desk, anvil: Any, settings: Any) -> Iterator[Odd]:
    with JsonRpc(anvil.rpc_url) as rpc:
        yield Odd(desk, rpc, settings)


def test_what_a_fee_leaves_of_a_payment_is_what_its_payer_is_owed(odd: Odd) -> None:
    """Of 100 there come 99, which the chain confirms; without a price none of it is swept."""
    asset = odd.name(odd.mint.token("FeeToken"))
    address = odd.paid(100 * WHOLE)
    (deposit,) = odd.desk.deposits(address)
    assert deposit.units == 99 * WHOLE == odd.lies(bytes(address.address))
    odd.desk.claim(deposit)
    odd.desk.publish()
    assert odd.desk.batch() == []
    assert FillRequest.objects.get().status == "pending"
    assert balance(account=DEPOSITS, asset=asset).units == 99 * WHOLE
    assert balance(account=accounts.refunds(), asset=asset).units == -99 * WHOLE
    assert asset.code not in desk_inventory()
    assert ledger_checks() == []


@pytest.mark.parametrize("share_ppm", [700_000, 1_300_000])
def test_a_rebase_is_no_payment_and_makes_no_inventory(odd: Odd, share_ppm: int) -> None:
    asset = odd.name(odd.mint.token("SharesToken"))
    address = odd.paid(100 * WHOLE)
    (deposit,) = odd.desk.deposits(address)
    assert deposit.units == odd.lies(bytes(address.address))
    odd.desk.claim(deposit)
    odd.mint.send(odd.contract, "rebase(uint256)", UNITS * share_ppm // 1_000_000)
    odd.desk.till.mine(3)
    odd.desk.till.watch()
    assert odd.lies(bytes(address.address)) != deposit.units
    assert [each.units for each in odd.desk.deposits(address)] == [deposit.units]
    odd.desk.publish()
    assert odd.desk.batch() == []
    assert balance(account=DEPOSITS, asset=asset).units == deposit.units
    assert balance(account=accounts.refunds(), asset=asset).units == -deposit.units
    assert asset.code not in desk_inventory()
    assert ledger_checks() == []
