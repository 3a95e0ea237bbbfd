"""Encryption by RFC 8291, who we are by RFC 8292, what a service's answers mean by RFC 8030."""

from datetime import UTC, datetime, timedelta
from os import urandom
from uuid import uuid4

import pytest
from cryptography.exceptions import InvalidSignature, InvalidTag
from cryptography.hazmat.primitives.asymmetric import ec
from hypothesis import given, settings
from hypothesis import strategies as st

from merchants.notices.push.encrypting import (
    MOST_PLAIN_BYTES,
    Receiver,
    encrypted,
    receiver_of,
)
from merchants.notices.push.judging import RETRIES, Result, judge, terms_of, topic_of
from merchants.notices.push.vapid import (
    PushKeyUnreadable,
    authorization,
    new_private_hex,
    server_key,
)
from merchants.notices.rules import RULE_OF
from tests.merchants.notices.push.push_service import b64, claims_of, decrypted, point, unb64

NOW = datetime(2026, 11, 29, 12, tzinfo=UTC)
P256_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551


def private(text: str) -> ec.EllipticCurvePrivateKey:
    return ec.derive_private_key(int.from_bytes(unb64(text)), ec.SECP256R1())


# RFC 8291, appendix A.
PLAIN = b"When I grow up, I want to be a watermelon"
SENDER = private("yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw")
READER = private("q1dXpw3UpT5VOmu_cf_v6ih07Aems3njxI-JWgLcM94")
P256DH = "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4"
AUTH = "BTBZMqHH6r4Tts7J_aSIgg"
SALT = unb64("DGv6ra1nlYgDCS1FRnbzlw")
BODY = unb64(
    "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS"
    "6TlzAC8wEqKK6PBru3jl7A_yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qu"
    "lcy4a-fN"
)


def test_the_example_of_the_standard_comes_out_to_the_byte() -> None:
    to = receiver_of(p256dh=P256DH, auth=AUTH)
    assert encrypted(PLAIN, to=to, sender=SENDER, salt=SALT) == BODY


def test_the_tests_own_reader_reads_the_example_of_the_standard() -> None:
    assert point(READER) == unb64(P256DH)
    assert decrypted(BODY, private=READER, secret=unb64(AUTH)) == PLAIN


@settings(max_examples=50, deadline=None)
@given(plain=st.binary(min_size=1, max_size=MOST_PLAIN_BYTES))
def test_whatever_is_said_one_browser_alone_reads_it(plain: bytes) -> None:
    reader, other, secret = (
        ec.generate_private_key(ec.SECP256R1()),
        ec.generate_private_key(ec.SECP256R1()),
        urandom(16),
    )
    body = encrypted(
        plain,
        to=Receiver(public=point(reader), secret=secret),
        sender=ec.generate_private_key(ec.SECP256R1()),
        salt=urandom(16),
    )
    assert len(body) <= 4_096
    assert decrypted(body, private=reader, secret=secret) == plain
    for private_key, shared in ((other, secret), (reader, urandom(16))):
        with pytest.raises(InvalidTag):
            decrypted(body, private=private_key, secret=shared)


@pytest.mark.parametrize("plain", [b"", b"x" * (MOST_PLAIN_BYTES + 1)])
def test_nothing_and_more_than_a_service_has_to_take_are_refused(plain: bytes) -> None:
    to = receiver_of(p256dh=P256DH, auth=AUTH)
    with pytest.raises(ValueError):
        encrypted(plain, to=to, sender=SENDER, salt=SALT)


@pytest.mark.parametrize(
    ("p256dh", "auth"),
    [
        ("", AUTH),
        (P256DH, ""),
        (P256DH[:-4], AUTH),
        (P256DH, AUTH + "AAAA"),
        (b64(b"\4" + b"\1" * 64), AUTH),  # on no curve
        (b64(b"\2" + unb64(P256DH)[1:33]), AUTH),  # compressed
        ("ü" * 87, AUTH),
    ],
)
def test_keys_that_are_none_are_refused(p256dh: str, auth: str) -> None:
    with pytest.raises(ValueError):
        receiver_of(p256dh=p256dh, auth=auth)


# --- who we are ----------------------------------------------------------------------------------


def test_a_service_can_tell_that_a_request_is_ours_and_for_it() -> None:
    key = server_key(new_private_hex())
    header = authorization(
        key, endpoint="https://push.example:8443/x?y", contact="ops@house.example", now=NOW
    )
    assert claims_of(header, server_key=key.public) == {
        "aud": "https://push.example:8443",
        "exp": int((NOW + timedelta(hours=12)).timestamp()),
        "sub": "mailto:ops@house.example",
    }


def test_a_changed_token_does_not_pass() -> None:
    key = server_key(new_private_hex())
    header = authorization(key, endpoint="https://a.example/x", contact="o@h.example", now=NOW)
    token = header.partition("t=")[2].partition(",")[0]
    head, claims, signature = token.split(".")
    forged = b64(unb64(claims).replace(b"a.example", b"b.example"))
    with pytest.raises(InvalidSignature):
        claims_of(header.replace(claims, forged), server_key=key.public)
    assert head and signature


@pytest.mark.parametrize("text", ["", "00" * 32, "ff" * 32, "ab" * 31, "zz" * 32])
def test_a_key_that_is_none_is_named(text: str) -> None:
    with pytest.raises(PushKeyUnreadable):
        server_key(text)


def test_a_key_is_kept_as_hex_with_its_zeros() -> None:
    smallest, largest = server_key(f"{1:064x}"), server_key(f"{P256_ORDER - 1:064x}")
    assert smallest.public != largest.public and len(unb64(smallest.public)) == 65
    assert len(new_private_hex()) == 64


# --- what the answers mean -----------------------------------------------------------------------


def judged(status: int | None, *, attempt: int = 1, hours: float = 24, **headers: str):
    return judge(
        status=status,
        response_headers={name.replace("_", "-"): value for name, value in headers.items()},
        attempt=attempt,
        now=NOW,
        until=NOW + timedelta(hours=hours),
    )


@pytest.mark.parametrize(
    ("status", "result"),
    [
        (200, Result.SENT),
        (201, Result.SENT),
        (202, Result.SENT),
        (404, Result.GONE),
        (410, Result.GONE),
        (400, Result.REFUSED),
        (401, Result.REFUSED),
        (403, Result.REFUSED),
        (413, Result.REFUSED),
        (307, Result.REFUSED),
        (429, Result.LATER),
        (500, Result.LATER),
        (503, Result.LATER),
        (None, Result.LATER),
    ],
)
def test_each_answer_has_its_meaning(status: int | None, result: Result) -> None:
    assert judged(status).result is result


def test_a_service_may_put_us_off_but_not_hurry_us() -> None:
    assert judged(429).next_at == NOW + RETRIES[0]
    assert judged(429, retry_after="3600").next_at == NOW + timedelta(hours=1)
    assert judged(503, retry_after="1").next_at == NOW + RETRIES[0]
    assert judged(429, retry_after="rubbish").next_at == NOW + RETRIES[0]


def test_what_would_come_too_late_is_given_up() -> None:
    assert judged(429, retry_after="3600", hours=1).result is Result.REFUSED
    assert judged(500, attempt=len(RETRIES)).result is Result.LATER
    assert judged(500, attempt=len(RETRIES) + 1).result is Result.REFUSED


@given(
    status=st.sampled_from([429, 500, 503, None]),
    attempt=st.integers(1, 9),
    asked=st.integers(0, 10**9),
    hours=st.floats(0, 48),
)
def test_it_never_tries_at_once_nor_after_its_time(status, attempt, asked, hours) -> None:
    verdict = judged(status, attempt=attempt, hours=hours, retry_after=str(asked))
    if verdict.result is Result.LATER:
        assert verdict.next_at is not None
        assert NOW + RETRIES[0] <= verdict.next_at < NOW + timedelta(hours=hours)


def test_what_others_are_soon_told_of_wakes_a_phone_and_lasts_less_long() -> None:
    stalled = terms_of(RULE_OF["chain_stalled"], mode="live", over=False)
    due = terms_of(RULE_OF["requirement_due"], mode="live", over=False)
    assert (stalled.urgency, due.urgency) == ("high", "normal")
    assert stalled.lifetime < due.lifetime
    for mode, over in (("test", False), ("live", True)):
        assert terms_of(RULE_OF["chain_stalled"], mode=mode, over=over).urgency == "low"


def test_a_topic_is_one_that_services_take() -> None:
    topic = topic_of(uuid4())
    assert len(topic) <= 32 and set(topic) <= set(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    )
