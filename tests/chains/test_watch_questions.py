"""What watching costs the database, and what rooms above ask and have done."""

from datetime import UTC, datetime, timedelta

import pytest

from gateway.chains.create2 import SaltTerms, terms_salt
from gateway.chains.errors import AddressTaken
from gateway.chains.models import Deposit
from gateway.chains.selectors import (
    chains_for_mode,
    deposit_for_update,
    deposits_for_invoice,
    processed_head_time,
    tokens_for_mode,
    unmatched_deposits,
)
from gateway.chains.services import (
    deposit_address_extend,
    deposit_address_reserve,
    token_values_set,
)
from gateway.events.ids import uuid7
from gateway.supervisor.devchain.calls import call_data
from tests.chains.watch_chain import Shopper
from tests.chains.watch_kit import Till, counted_queries, deposits, states


def test_an_ordinary_block_costs_four_statements(till: Till):
    """Addresses, lease, cursor with its ring, what grew old; the transaction's own are left out."""
    till.address()
    till.watch()
    till.mine(1)
    with counted_queries(4):
        till.watcher.step()
    with counted_queries(0):
        till.watcher.step()


def pay_in_one_block(till: Till, shopper: Shopper, addresses: list) -> None:
    till.rpc.call("evm_setAutomine", [False])
    first = shopper.nonce()
    for place, address in enumerate(addresses):
        raw = shopper.sign_transfer(
            address.address, symbol="USDC", units=60_000_000, nonce=first + place
        )
        till.rpc.call("eth_sendRawTransaction", [raw])
    till.mine(1)
    till.rpc.call("evm_setAutomine", [True])


@pytest.mark.parametrize("count", [1, 12])
def test_a_block_with_many_deposits_costs_no_more_than_with_one(
    till: Till, shopper: Shopper, count: int
):
    addresses = [till.address() for _ in range(count)]
    shopper.get("USDC", count * 60_000_000)
    till.watch()
    pay_in_one_block(till, shopper, addresses)
    with counted_queries(7):
        till.watcher.step()
    assert Deposit.objects.count() == count
    till.mine(2)
    till.watcher.step()
    assert {state for address in addresses for _, state in states(address)} == {"confirmed"}


def terms(**changes) -> SaltTerms:
    facts = {
        "invoice_id": uuid7(),
        "payee": None,
        "settlement_token": None,
        "amount": 1,
        "lock_end": 1_800_000_000,
    }
    return SaltTerms(**{**facts, **changes})


def test_our_addresses_are_the_contracts(till: Till):
    usdc = bytes.fromhex(till.layout.token("USDC").address[2:])
    told = terms(payee=b"\x70" * 20, settlement_token=usdc, amount=2**200, lock_end=2**63)
    tuple_of_terms = (
        told.invoice_id.bytes.rjust(32, b"\0"),
        told.payee,
        told.settlement_token,
        told.amount,
        told.lock_end,
    )
    factory = till.layout.deposit_factory
    salt = till.rpc.call(
        "eth_call",
        [
            {
                "to": factory,
                "data": "0x"
                + call_data(
                    "invoiceSalt((bytes32,address,address,uint256,uint64))", tuple_of_terms
                ).hex(),
            },
            "latest",
        ],
    )
    assert salt == "0x" + terms_salt(told).hex()
    address = till.address()
    derived = till.rpc.call(
        "eth_call",
        [
            {
                "to": factory,
                "data": "0x" + call_data("depositAddress(bytes32)", bytes(address.salt)).hex(),
            },
            "latest",
        ],
    )
    assert derived[-40:] == bytes(address.address).hex()


def test_reserving_is_one_statement_and_may_be_repeated(till: Till):
    told = terms()
    now = datetime.now(UTC)
    factory = chains_for_mode("test")[0].factory

    def reserve(invoice_id, until):
        return deposit_address_reserve(
            shop_id=uuid7(),
            invoice_id=invoice_id,
            terms=told,
            watch_until=until,
            now=now,
            mode="test",
            factory=factory,
        )

    with counted_queries(1):
        first = reserve(told.invoice_id, now + timedelta(days=1))
    again = reserve(told.invoice_id, now + timedelta(days=2))
    assert (again.address, again.created_at) == (first.address, first.created_at)
    assert again.watch_until == now + timedelta(days=2)
    with pytest.raises(AddressTaken):
        reserve(uuid7(), now + timedelta(days=1))


def test_an_extended_invoice_is_polled_again(till: Till, shopper: Shopper):
    address = till.address()
    till.watch()
    till.watcher.watched.polled.clear()
    later = datetime.now(UTC) + timedelta(days=3)
    deposit_address_extend(invoice_id=address.invoice_id, poll_until=later, watch_until=later)
    shopper.pay_by_contract(address.address, units=10**15)
    till.watch()
    assert [units for units, _ in states(address)] == [10**15]


def test_what_a_token_is_worth_decides_the_confirmations(till: Till):
    address = till.address()
    token_values_set(values_usd_e8={"ETH@31337": 3000 * 10**8}, now=datetime.now(UTC))
    till.restart()
    till.pay(address, units=10**16, symbol="ETH")
    till.pay(address, units=10**17, symbol="ETH")
    till.watch()
    assert [d.confirmations_needed for d in deposits(address)] == [1, 3]

    token_values_set(
        values_usd_e8={"ETH@31337": 3000 * 10**8}, now=datetime.now(UTC) - timedelta(hours=2)
    )
    till.restart()
    till.pay(address, units=10**15, symbol="ETH")
    till.watch()
    assert deposits(address)[-1].confirmations_needed == 3


def test_the_selectors_answer_what_rooms_above_ask(till: Till):
    address = till.address()
    till.pay(address, units=5)
    till.watch()
    with counted_queries(1):
        (deposit,) = deposits_for_invoice(address.invoice_id)
    assert deposit_for_update(deposit.id) == deposit
    (chain,) = chains_for_mode("test")
    assert (chain.id, chain.key) == (31337, "dev")
    assert chains_for_mode("live") == tokens_for_mode("live") == []
    tokens = {token.symbol: token for token in tokens_for_mode("test")}
    assert tokens["ETH"].address is None
    assert tokens["USDC"].asset.decimals == 6
    latest = till.rpc.call("eth_getBlockByNumber", ["latest", False])
    head_time = processed_head_time(31337)
    assert head_time is not None
    assert head_time.timestamp() == int(latest["timestamp"], 16)
    assert processed_head_time(1) is None
    assert unmatched_deposits() == []
