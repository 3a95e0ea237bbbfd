"""A provider's money in and out on a real chain, by the real signer and sender, killed anywhere."""

from dataclasses import dataclass
from datetime import UTC, datetime

import pytest

from gateway.chains.addresses import checksum
from gateway.chains.outgoing_models import OutgoingTransaction
from gateway.compliance.services import list_load
from gateway.events.models import Lease
from gateway.ledger.checks import ledger_checks
from gateway.market.hedges.routers import transfer_call
from gateway.treasury.providers.depositing import provider_deposit
from gateway.treasury.providers.joining import pool_open, provider_join
from gateway.treasury.providers.models import (
    LiquidityPool,
    Provider,
    ProviderDeposit,
    Withdrawal,
    WithdrawalPayment,
)
from gateway.treasury.providers.selectors import pools_off_the_books
from gateway.treasury.providers.turns import providers_turn
from gateway.treasury.providers.withdrawing import provider_withdraw_request
from tests.market.execution.conftest import desk  # noqa: F401 (a fixture)
from tests.settlement.house_kit import House, house  # noqa: F401 (fixtures)

pytestmark = [pytest.mark.chain, pytest.mark.xdist_group("devchain")]

DOLLAR = 10**6
WALLET = b"\x77" * 20


class Killed(BaseException):
    """The process ends here, as by SIGKILL: nothing catches it."""


@dataclass
class Place:
    house: House
    pool: LiquidityPool
    bob: Provider

    def turn(self, *, kill_at: str = "") -> None:
        Lease.objects.filter(name="providers").update(expires_at=datetime(2020, 1, 1, tzinfo=UTC))

        def reached(point: str) -> None:
            if point == kill_at:
                raise Killed(point)

        providers_turn(holder="test", now=datetime.now(UTC), reached=reached)

    def transfer(self, units: int, *, to: bytes | None = None) -> bytes:
        """Bob sends dollars; the transaction's hash."""
        till = self.house.desk.till
        till.pay(WALLET, units=units, symbol="USDC")
        till.rpc.call("anvil_setBalance", [checksum(WALLET), hex(10**18)])
        till.rpc.call("anvil_impersonateAccount", [checksum(WALLET)])
        treasury = to or bytes(till.chain.treasury)
        token = till.chain.tokens.get(symbol="USDC").address
        sent = till.rpc.call(
            "eth_sendTransaction",
            [
                {
                    "from": checksum(WALLET),
                    "to": checksum(bytes(token)),
                    "data": "0x" + transfer_call(to=treasury, units=units).hex(),
                }
            ],
        )
        till.mined(sent)
        return bytes.fromhex(sent[2:])

    def name(self, tx_hash: bytes) -> ProviderDeposit:
        return provider_deposit(
            pool_id=self.pool.id, provider_id=self.bob.id, tx_hash=tx_hash, now=datetime.now(UTC)
        )

    def bring(self, units: int) -> ProviderDeposit:
        deposit = self.name(self.transfer(units))
        self.final()
        self.turn()
        deposit.refresh_from_db()
        assert deposit.status == "arrived"
        return deposit

    def final(self) -> None:
        self.house.desk.till.mine(self.house.desk.till.chain.finality_blocks + 1)

    def agrees(self) -> None:
        self.house.desk.custody_agrees()
        assert pools_off_the_books() == []
        assert ledger_checks() == []


@pytest.fixture
def place(house: House) -> Place:  # noqa: F811 (a fixture)
    now = datetime.now(UTC)
    list_load(lines=["0x" + "a1" * 20], source="ofac", loaded_by="test", now=now, forced=True)
    pool = pool_open(
        name="dollars",
        asset="USDC@31337",
        fee_share_ppm=0,
        loss_share_ppm=0,
        full_share_units=1,
        least_payment_units=1,
        by="ann",
        now=now,
    )
    bob = provider_join(name="bob", mode="test", wallet=WALLET, by="ann", now=now)
    return Place(house, pool, bob)


def test_only_what_the_chain_shows_for_good_is_counted(place: Place) -> None:
    deposit = place.name(place.transfer(7 * DOLLAR))
    place.turn()
    deposit.refresh_from_db()
    assert (deposit.status, deposit.last_error) == ("announced", "")
    unknown = place.name(b"\x01" * 32)
    elsewhere = place.name(place.transfer(9 * DOLLAR, to=b"\x02" * 20))
    place.final()
    place.turn()
    for row in (deposit, unknown, elsewhere):
        row.refresh_from_db()
    assert (deposit.status, deposit.units) == ("arrived", 7 * DOLLAR)
    assert (unknown.status, elsewhere.status) == ("announced", "announced")
    assert "no such transaction" in unknown.last_error
    assert "brings nothing" in elsewhere.last_error
    place.agrees()


def test_a_deposit_that_a_reorg_took_is_not_counted(place: Place) -> None:
    till = place.house.desk.till
    deposit = place.name(place.transfer(7 * DOLLAR))
    till.rpc.call("anvil_rollback", [1])
    place.final()
    place.turn()
    deposit.refresh_from_db()
    assert deposit.status == "announced"
    assert "no such transaction" in deposit.last_error


@pytest.mark.parametrize("point", ["chain_told", "deposit_kept", "shared"])
def test_killed_while_money_comes_in(place: Place, point: str) -> None:
    deposit = place.name(place.transfer(7 * DOLLAR))
    place.final()
    with pytest.raises(Killed):
        place.turn(kill_at=point)
    place.turn()
    place.turn()
    deposit.refresh_from_db()
    assert (deposit.status, deposit.units) == ("arrived", 7 * DOLLAR)
    assert LiquidityPool.objects.get().principal_units == 7 * DOLLAR
    place.agrees()


@pytest.mark.parametrize("point", ["", "paid"])
def test_money_goes_out_by_the_signer_once(place: Place, point: str) -> None:
    place.bring(20 * DOLLAR)
    withdrawal = provider_withdraw_request(
        pool_id=place.pool.id,
        provider_id=place.bob.id,
        shares=None,
        key="all",
        now=datetime.now(UTC),
    )
    if point:
        with pytest.raises(Killed):
            place.turn(kill_at=point)
    place.turn()
    before = place.house.desk.on_chain("USDC", of=WALLET)
    for _ in range(3):
        place.house.tick(mine=place.house.desk.till.chain.finality_blocks + 1)
        place.turn()
    withdrawal.refresh_from_db()
    assert withdrawal.status == "done"
    assert place.house.desk.on_chain("USDC", of=WALLET) == before + 20 * DOLLAR
    assert OutgoingTransaction.objects.filter(reference__startswith="withdrawal:").count() == 1
    assert WithdrawalPayment.objects.get().gas_units > 0
    place.agrees()


def test_beyond_the_signers_limit_it_waits_and_nothing_is_lost(place: Place) -> None:
    place.bring(20 * DOLLAR)
    place.house.allow(1 * DOLLAR)
    provider_withdraw_request(
        pool_id=place.pool.id,
        provider_id=place.bob.id,
        shares=None,
        key="all",
        now=datetime.now(UTC),
    )
    place.turn()
    before = place.house.desk.on_chain("USDC", of=WALLET)
    for _ in range(3):
        place.house.tick(mine=place.house.desk.till.chain.finality_blocks + 1)
        place.turn()
    assert place.house.desk.on_chain("USDC", of=WALLET) == before
    assert WithdrawalPayment.objects.get().status == "queued"
    place.agrees()
    place.house.allow(10**12)
    place.house.clock.advance(3_600)
    for _ in range(3):
        place.house.tick(mine=place.house.desk.till.chain.finality_blocks + 1)
        place.turn()
    assert place.house.desk.on_chain("USDC", of=WALLET) == before + 20 * DOLLAR
    assert Withdrawal.objects.get().status == "done"
    place.agrees()


def test_a_policy_that_does_not_name_withdrawals_signs_none(place: Place) -> None:
    place.bring(20 * DOLLAR)
    place.house.allow(10**12, without="withdrawal")
    provider_withdraw_request(
        pool_id=place.pool.id,
        provider_id=place.bob.id,
        shares=None,
        key="all",
        now=datetime.now(UTC),
    )
    place.turn()
    for _ in range(3):
        place.house.tick(mine=place.house.desk.till.chain.finality_blocks + 1)
    paid = WithdrawalPayment.objects.get()
    assert (Withdrawal.objects.get().status, paid.status) == ("stuck", "failed")
    assert paid.failure_code == "policy_refused:purpose_not_allowed"
    assert LiquidityPool.objects.get().principal_units == 20 * DOLLAR
    place.agrees()
