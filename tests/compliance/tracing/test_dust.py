"""Dust convicts nobody, and who wants to be mistaken for another is told of."""

from gateway.compliance.tracing.dust import Poisoning, poisonings, split_dust
from gateway.compliance.tracing.policy import TracePolicy
from gateway.compliance.tracing.transfers import MICROS
from tests.compliance.tracing.flow_kit import LISTED, POLICY, pay, payment_of, traced, who

REAL = bytes.fromhex("ab54" + "00" * 16 + "9f3c")
FAKE = bytes.fromhex("ab54" + "77" * 16 + "9f3c")
OTHER = bytes.fromhex("ab55" + "77" * 16 + "9f3c")


def test_one_unit_from_a_listed_address_is_dust_and_is_said_to_have_been_sent() -> None:
    crumb = pay(1, "thief", "payer", 0, units=1, value_micros=1)
    found = traced([crumb, pay(2, "baker", "payer", 100)], LISTED, payment=payment_of(50))
    assert not any(part.origin.status == "listed" for part in found.received[0].parts)
    assert found.dusted_by == (who("thief"),)


def test_a_thousand_crumbs_are_no_dust() -> None:
    crumbs = [
        pay(1, "thief", "payer", 0, index=n, units=2_000, value_micros=2_000) for n in range(1_000)
    ]
    found = traced(crumbs, LISTED)
    assert found.received[0].parts[0].origin.status == "listed"
    assert found.received[0].units == 2 * MICROS
    assert found.dusted_by == ()


def test_the_threshold_itself_is_no_dust() -> None:
    below = pay(1, "a", "payer", 0, units=999_999, value_micros=999_999)
    at = pay(2, "b", "payer", 1)
    assert split_dust([below, at], policy=POLICY) == ((at,), (below,))


def test_without_a_price_dust_is_what_is_next_to_nothing_of_what_was_given() -> None:
    # 10 bps of 1,001,000 is 1,001: a thousand is less.
    small = pay(1, "a", "payer", 0, units=1_000, value_micros=None)
    large = pay(2, "b", "payer", 0, units=1_000_000, value_micros=None)
    assert split_dust([small, large], policy=POLICY) == ((large,), (small,))
    alone = pay(1, "a", "payer", 0, units=1, value_micros=None)
    assert split_dust([alone], policy=POLICY) == ((alone,), ())


def test_nothing_at_all_is_dust_even_without_a_threshold() -> None:
    policy = TracePolicy(version="t", dust_micros=0, dust_share_bps=0)
    nothing = pay(1, "thief", "payer", 0)
    real = pay(2, "thief", "payer", 5)
    assert split_dust([nothing, real], policy=policy) == ((real,), (nothing,))


def test_dust_from_a_look_alike_is_poisoning() -> None:
    real = pay(1, "payer", "x", 100, recipient=REAL)
    crumb = pay(2, "x", "payer", 0, sender=FAKE, units=1, value_micros=1)
    again = pay(3, "x", "payer", 0, sender=FAKE)
    stranger = pay(4, "x", "payer", 0, sender=OTHER)
    found = traced([real, crumb, again, stranger])
    assert found.poisonings == (Poisoning(FAKE, REAL, transfers=2, first_block=2),)


def test_a_transfer_of_nothing_that_seems_to_have_left_the_wallet_is_poisoning_too() -> None:
    kept = [pay(1, "payer", "x", 100, recipient=REAL)]
    spoofed = [pay(2, "payer", "x", 0, recipient=FAKE)]
    assert poisonings(who("payer"), kept=kept, dust=spoofed, policy=POLICY) == (
        Poisoning(FAKE, REAL, transfers=1, first_block=2),
    )


def test_one_who_was_really_dealt_with_is_no_poisoner_though_he_sends_dust() -> None:
    kept = [
        pay(1, "payer", "x", 100, recipient=REAL),
        pay(2, "payer", "x", 100, recipient=FAKE),
    ]
    crumb = [pay(3, "x", "payer", 0, sender=FAKE, units=1, value_micros=1, asset="DAI@31337")]
    assert poisonings(who("payer"), kept=kept, dust=crumb, policy=POLICY) == ()
