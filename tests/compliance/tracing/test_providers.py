"""An outside provider over real HTTP: its exposures, and everything that can go wrong with it."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest

from gateway.compliance.selectors import verdict_states
from gateway.compliance.tracing.carrying import RETRY_SECONDS, traces_carry
from gateway.compliance.tracing.checks import check_provider
from gateway.compliance.tracing.configuration import configured_provider
from gateway.compliance.tracing.errors import NothingToReplay, ScreeningSettingsInvalid
from gateway.compliance.tracing.exposure import Origin, Payment, Question
from gateway.compliance.tracing.http_provider import HttpProvider
from gateway.compliance.tracing.judging import judge
from gateway.compliance.tracing.models import WalletVerdict
from gateway.compliance.tracing.prices import Prices
from gateway.compliance.tracing.providers import Exposures, OwnTracer
from gateway.compliance.tracing.selectors import verdict_replays
from tests.chain_rows import SHOPPER, USDC, make_chain, make_deposit, tell
from tests.compliance.tracing.flow_kit import POLICY
from tests.compliance.tracing.town import list_of
from tests.outside.servers import Reply, serving

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
PAYMENT = Payment(
    asset=USDC, units=4_000_000_000, position=(9, 0, b"", ""), value_micros=4_000_000_000
)


def says(**changes: Any) -> bytes:
    body = {
        "version": "2026-11-23",
        "total_usd": "1000.00",
        "exposures": [
            {"category": "mixer", "status": "delisted", "hops": 2, "usd": "300.5"},
            {"category": "exchange", "hops": 1, "usd": "499.5"},
        ],
    }
    return msgspec.json.encode({**body, **changes})


@contextmanager
def provider_that(reply: Callable[[bytes, dict[str, str]], Reply]) -> Iterator[HttpProvider]:
    with serving(reply) as url:
        yield HttpProvider(
            name="acme", url=url + "/wallet", key="s3cret", timeout_seconds=1, allow_loopback=True
        )


def asked(provider: HttpProvider, *, payment: Payment | None = PAYMENT) -> Exposures:
    chain = make_chain(now=NOW)
    return provider.screen(
        Question(chain_id=chain.id, address=SHOPPER, payment=payment),
        chain=chain,
        prices=Prices({}),
        policy=POLICY,
        now=NOW,
    )


def test_its_exposures_become_parts_that_add_up_with_the_rest_unknown() -> None:
    heard: list[tuple[bytes, dict[str, str]]] = []

    def reply(body: bytes, headers: dict[str, str]) -> Reply:
        heard.append((body, headers))
        return 200, {}, says()

    list_of(["thief"])
    with provider_that(reply) as provider:
        told = asked(provider)
    body, headers = heard[0]
    assert msgspec.json.decode(body) == {
        "address": "0x3C44CdDdB6a900fa2b585dd299e03d12FA4293BC",
        "chain": "eip155:31337",
        "asset": USDC,
    }
    assert headers["authorization"] == "Bearer s3cret"
    (received,) = told.found.received
    mixer = Origin("mixer", "delisted", 2)
    unknown = Origin("unknown", reason="unseen")
    assert {part.origin: part.units for part in received.parts} == {
        mixer: 300_500_000,
        Origin("exchange", "none", 1): 499_500_000,
        unknown: 200_000_000,
    }
    # 4,000 dollars are paid: 30.05 %, 49.95 % and the rest of them.
    assert {part.origin: part.units for part in told.found.payment} == {
        mixer: 1_202_000_000,
        Origin("exchange", "none", 1): 1_998_000_000,
        unknown: 800_000_000,
    }
    assert (told.version, told.failures, told.lists) == ("2026-11-23", (), "ofac#1")
    assert judge(told.found, payment=PAYMENT, policy=POLICY).reasons == ("risky",)


def test_a_word_that_we_do_not_know_is_no_sign_of_being_clean() -> None:
    exposures = [
        {"category": "gambling", "hops": 1, "usd": "10"},
        {"category": "state actor", "status": "listed", "hops": 1, "usd": "5"},
    ]
    list_of(["thief"])
    with provider_that(
        lambda body, headers: (200, {}, says(total_usd="15", exposures=exposures))
    ) as provider:
        told = asked(provider)
    assert {part.origin.category for part in told.found.payment} == {"unknown", "sanctioned"}
    assert judge(told.found, payment=PAYMENT, policy=POLICY).state == "high"


def test_a_wallet_that_the_provider_never_saw_is_unknown() -> None:
    list_of(["thief"])
    with provider_that(
        lambda body, headers: (200, {}, says(total_usd="0", exposures=[]))
    ) as provider:
        told = asked(provider)
    assert judge(told.found, payment=PAYMENT, policy=POLICY).state == "unknown"


def test_without_lists_not_even_a_provider_makes_anybody_clear() -> None:
    with provider_that(
        lambda body, headers: (
            200,
            {},
            says(exposures=[{"category": "exchange", "hops": 1, "usd": "1000"}]),
        )
    ) as provider:
        told = asked(provider)
    assert told.failures == ("lists_missing",)


def _slow(body: bytes, headers: dict[str, str]) -> Reply:
    time.sleep(1.5)
    return 200, {}, says()


@pytest.mark.parametrize(
    ("reply", "reason"),
    [
        (lambda body, headers: (429, {"retry-after": "30"}, b""), "provider_busy"),
        (lambda body, headers: (500, {}, b"oops"), "provider_down"),
        (lambda body, headers: (503, {}, says()), "provider_down"),
        (lambda body, headers: (401, {}, b"{}"), "provider_refused"),
        (lambda body, headers: (302, {"location": "http://127.0.0.1:1/"}, b""), "provider_refused"),
        (lambda body, headers: (204, {}, b""), "provider_refused"),
        (_slow, "provider_down"),
        (lambda body, headers: (200, {}, b"<html>"), "provider_malformed"),
        (lambda body, headers: (200, {}, b"[]"), "provider_malformed"),
        (lambda body, headers: (200, {}, b"null"), "provider_malformed"),
        (lambda body, headers: (200, {}, says(total_usd=1000)), "provider_malformed"),
        (lambda body, headers: (200, {}, says(total_usd="-1")), "provider_malformed"),
        (lambda body, headers: (200, {}, says(total_usd="1e9")), "provider_malformed"),
        (lambda body, headers: (200, {}, says(total_usd="799.99")), "provider_malformed"),
        (lambda body, headers: (200, {}, says(exposures={})), "provider_malformed"),
        (lambda body, headers: (200, {}, says(exposures=["mixer"])), "provider_malformed"),
        (
            lambda body, headers: (
                200,
                {},
                says(exposures=[{"category": "mixer", "hops": 0, "usd": "1"}]),
            ),
            "provider_malformed",
        ),
        (
            lambda body, headers: (
                200,
                {},
                says(exposures=[{"category": "mixer", "status": "so-so", "hops": 1, "usd": "1"}]),
            ),
            "provider_malformed",
        ),
        (lambda body, headers: (200, {}, says() + b" " * 70_000), "provider_malformed"),
    ],
)
def test_whatever_goes_wrong_is_unknown_with_the_reason(
    reply: Callable[[bytes, dict[str, str]], Reply], reason: str
) -> None:
    list_of(["thief"])
    with provider_that(reply) as provider:
        told = asked(provider)
    assert told.failures == (reason,)
    verdict = judge(told.found, payment=PAYMENT, failures=told.failures, policy=POLICY)
    assert (verdict.state, verdict.reasons) == ("unknown", (reason,))


def test_nobody_listens_and_a_private_target_is_refused() -> None:
    list_of(["thief"])
    chain = make_chain(now=NOW)
    question = Question(chain_id=chain.id, address=SHOPPER)
    facts: dict[str, Any] = {"chain": chain, "prices": Prices({}), "policy": POLICY, "now": NOW}
    dead = HttpProvider(name="acme", url="http://127.0.0.1:9/", allow_loopback=True)
    assert dead.screen(question, **facts).failures == ("provider_down",)
    private = HttpProvider(name="acme", url="https://10.0.0.1/wallet")
    assert private.screen(question, **facts).failures == ("provider_refused",)


def test_a_deposit_is_screened_by_the_configured_provider_and_tried_again_while_it_is_busy(
    drain: Callable[[], int], settings: Any
) -> None:
    answers = iter(
        [
            (429, {}, b""),
            (500, {}, b""),
            (
                200,
                {},
                says(
                    exposures=[
                        {"category": "sanctioned", "status": "listed", "hops": 1, "usd": "600"}
                    ]
                ),
            ),
        ]
    )
    list_of(["thief"])
    make_chain(now=NOW)
    deposit = make_deposit(units=50_000_000, at=NOW)
    tell(deposit, "seen")
    drain()
    settings.WEBHOOKS_ALLOW_LOOPBACK = True
    later = datetime.now(UTC)
    with serving(lambda body, headers: next(answers)) as url:
        settings.WALLET_SCREENING = {"provider": "http", "name": "acme", "url": url}
        for seconds in RETRY_SECONDS:
            assert traces_carry(now=later) == 1
            assert not WalletVerdict.objects.exists()
            later += timedelta(seconds=seconds + 1)
        traces_carry(now=later)
    drain()
    verdict = WalletVerdict.objects.get()
    assert (verdict.provider, verdict.provider_version) == ("acme", "2026-11-23")
    assert (verdict.state, verdict.reasons) == ("high", ["listed_direct"])
    assert verdict_states([deposit.id]) == {deposit.id: "held"}
    with pytest.raises(NothingToReplay):
        verdict_replays(verdict.id)


def test_our_own_tracer_is_the_default_and_nonsense_is_refused(settings: Any) -> None:
    settings.WALLET_SCREENING = {}
    assert isinstance(configured_provider(), OwnTracer)
    for told in (
        {"provider": "oracle"},
        {"provider": "http", "name": "acme"},
        {"provider": "own", "key": "x"},
        {"provider": 3},
        [],
    ):
        settings.WALLET_SCREENING = told
        with pytest.raises(ScreeningSettingsInvalid):
            configured_provider()


@pytest.mark.parametrize(
    ("told", "problems"),
    [
        ({}, 0),
        ({"provider": "http", "name": "acme", "url": "https://screening.example/v1"}, 0),
        ({"provider": "http", "name": "acme", "url": "http://screening.example/v1"}, 1),
        ({"provider": "http", "name": "acme", "url": "https://192.168.0.9/"}, 1),
        ({"provider": "oracle"}, 1),
    ],
)
def test_a_provider_that_can_never_be_asked_is_refused_at_the_start(
    settings: Any, told: Any, problems: int
) -> None:
    settings.WEBHOOKS_ALLOW_LOOPBACK = False
    settings.WALLET_SCREENING = told
    assert [message.id for message in check_provider()] == ["tillway.E062"] * problems
