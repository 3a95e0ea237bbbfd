"""Money that arrives at a deposit address, on a real chain."""

from tests.chains.watch_kit import Till, deposits, event_bodies, events_of, states


def test_a_payment_is_seen_confirmed_and_final(till: Till):
    address = till.address()
    till.watch()
    receipt = till.pay(address, units=12_500_000)
    till.watch()

    (deposit,) = deposits(address)
    assert deposit.asset == "USDC@31337"
    assert deposit.units == deposit.claimed_units == 12_500_000
    assert deposit.invoice_id == address.invoice_id
    assert deposit.shop_id == address.shop_id
    assert "0x" + bytes(deposit.tx_hash).hex() == receipt["transactionHash"]
    assert "0x" + bytes(deposit.tx_sender).hex() == receipt["from"]
    assert deposit.first_block_time == deposit.block_time
    assert deposit.confirmations_needed == 1
    assert deposit.state == "confirmed"

    till.mine(6)
    till.watch()
    assert states(address) == [(12_500_000, "final")]
    subject = f"deposit:{deposit.id}"
    assert events_of(subject) == ["deposit.seen", "deposit.confirmed", "deposit.final"]
    body = event_bodies(subject)[0]
    assert body["units"] == "12500000"
    assert body["invoice_id"] == str(address.invoice_id)
    assert body["block_time"].endswith("Z")


def test_a_large_payment_waits_for_more_confirmations(till: Till):
    address = till.address()
    till.pay(address, units=50_000_001)
    till.watch()
    assert states(address) == [(50_000_001, "seen")]
    till.mine(1)
    till.watch()
    assert states(address) == [(50_000_001, "seen")]
    till.mine(1)
    till.watch()
    assert states(address) == [(50_000_001, "confirmed")]


def test_a_token_of_unknown_value_waits_for_the_most_confirmations(till: Till):
    address = till.address()
    till.pay(address, units=10**15, symbol="WETH")
    till.watch()
    assert deposits(address)[0].confirmations_needed == 3


def test_native_coin_is_seen_with_its_sender(till: Till):
    address = till.address()
    receipt = till.pay(address, units=10**16, symbol="ETH")
    till.watch()
    (deposit,) = deposits(address)
    assert (deposit.asset, deposit.units, deposit.log_index) == ("ETH@31337", 10**16, -1)
    assert "0x" + bytes(deposit.sender).hex() == receipt["from"]
    till.mine(2)
    till.watch()
    assert states(address) == [(10**16, "confirmed")]
