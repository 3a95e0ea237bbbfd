"""Passkeys (WebAuthn level 3): registered, asked for, checked, taken away.

The ceremonies themselves are python-fido2's. What a challenge was for lies in the person's session
until it is answered, once, within ``ANSWER_WITHIN``.
"""

import json
import struct
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any, Final
from urllib.parse import urlsplit
from uuid import UUID

from django.conf import settings
from django.db import IntegrityError, transaction
from fido2.cose import ES256, RS256, EdDSA
from fido2.server import Fido2Server
from fido2.webauthn import (
    AttestedCredentialData,
    AuthenticationResponse,
    PublicKeyCredentialRpEntity,
    PublicKeyCredentialUserEntity,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from merchants.accounts.factors.codes import recovery_end
from merchants.accounts.factors.errors import (
    FactorUnknown,
    PasskeyKnown,
    PasskeyRefused,
    TooManyPasskeys,
)
from merchants.accounts.factors.models import Passkey
from merchants.accounts.models import User

ANSWER_WITHIN: Final = timedelta(minutes=5)
MOST: Final = 20
NAME_CHARACTERS: Final = 60
ANSWER_CHARACTERS: Final = 20_000
_ALGORITHMS: Final = (ES256.ALGORITHM, EdDSA.ALGORITHM, RS256.ALGORITHM)
_UNREADABLE: Final = (
    ArithmeticError,
    AttributeError,
    LookupError,
    NotImplementedError,
    RecursionError,
    TypeError,
    ValueError,
    struct.error,
)
"""What reading JSON, CBOR and keys that a stranger made up may end in."""

State = dict[str, Any]


@lru_cache(maxsize=4)
def _server(public_url: str) -> Fido2Server:
    """Who we are to authenticators: the host that people see, and pages of its origin alone."""
    parts = urlsplit(public_url)
    origin = f"{parts.scheme}://{parts.netloc}"
    server = Fido2Server(
        PublicKeyCredentialRpEntity(name="Tillway", id=parts.hostname or "localhost"),
        verify_origin=lambda asked: asked == origin,
    )
    server.allowed_algorithms = [one for one in server.allowed_algorithms if one.alg in _ALGORITHMS]
    return server


def creation_asked(*, user: User, now: datetime) -> tuple[dict[str, Any], State]:
    """What the browser is asked to make a passkey with, and the state to keep. One query.

    It must be findable without a name (a resident key), and its holder is verified each time, by
    a finger, a face or the device's code: it is two factors in one.
    """
    options, state = _server(settings.PUBLIC_URL).register_begin(
        PublicKeyCredentialUserEntity(
            name=user.email, id=user.id.bytes, display_name=user.get_full_name()
        ),
        credentials=_credentials(Passkey.objects.filter(user_id=user.id)),
        resident_key_requirement=ResidentKeyRequirement.REQUIRED,
        user_verification=UserVerificationRequirement.REQUIRED,
    )
    return dict(options), _kept(state, now=now)


@transaction.atomic
def passkey_add(
    *, user_id: UUID, state: State | None, answer: str, name: str, now: datetime
) -> Passkey:
    """The passkey that the browser made.

    Raises:
        PasskeyRefused, PasskeyKnown, TooManyPasskeys
    """
    User.objects.select_for_update(no_key=True).get(id=user_id)  # two at once count as two
    if Passkey.objects.filter(user_id=user_id).count() >= MOST:
        raise TooManyPasskeys
    asked = _asked(state, now=now)
    try:
        made = _server(settings.PUBLIC_URL).register_complete(asked, _read(answer))
    except _UNREADABLE as error:
        raise PasskeyRefused from error
    credential = made.credential_data
    if credential is None:
        raise PasskeyRefused
    try:
        with transaction.atomic():
            return Passkey.objects.create(
                user_id=user_id,
                credential_id=credential.credential_id,
                credential=bytes(credential),
                sign_count=made.counter,
                name=_printable(name) or f"{now:%Y-%m-%d %H:%M}",
                made_at=now,
            )
    except IntegrityError:
        raise PasskeyKnown from None


def answer_asked(*, user_id: UUID | None, now: datetime) -> tuple[dict[str, Any], State]:
    """What the browser is asked to sign, and the state to keep: by one of a person's passkeys, or,
    for who has not said who they are, by any that it holds of ours. One query at most."""
    mine = None if user_id is None else _credentials(Passkey.objects.filter(user_id=user_id))
    options, state = _server(settings.PUBLIC_URL).authenticate_begin(
        mine, user_verification=UserVerificationRequirement.REQUIRED
    )
    return dict(options), _kept(state, now=now)


@transaction.atomic
def passkey_check(
    *, state: State | None, answer: str, user_id: UUID | None, now: datetime
) -> Passkey:
    """The passkey that answered.

    Args:
        user_id: whose it must be; None for whoever it is.

    Raises:
        PasskeyRefused: it is none of theirs, or signed something else, or counts back, as a copy
            of it would (WebAuthn, section 6.1.1).
    """
    asked = _asked(state, now=now)
    try:
        said = AuthenticationResponse.from_dict(_read(answer))
        found = (
            Passkey.objects.select_for_update(of=("self",))
            .select_related("user")
            .filter(credential_id=said.raw_id, user__is_active=True)
            .first()
        )
        if found is None or user_id not in {None, found.user_id}:
            raise PasskeyRefused
        if said.response.user_handle not in {None, b"", found.user_id.bytes}:
            raise PasskeyRefused
        credential = AttestedCredentialData(bytes(found.credential))
        _server(settings.PUBLIC_URL).authenticate_complete(asked, [credential], said)
    except _UNREADABLE as error:
        raise PasskeyRefused from error
    count = said.response.authenticator_data.counter
    if (count or found.sign_count) and count <= found.sign_count:
        raise PasskeyRefused("This passkey counts back: it may be a copy.")
    found.sign_count, found.used_at = count, now
    found.save(update_fields=["sign_count", "used_at"])
    return found


@transaction.atomic
def passkey_remove(*, user_id: UUID, passkey_id: UUID) -> str:
    """Take one away; what it was called.

    Raises:
        FactorUnknown
    """
    found = Passkey.objects.select_for_update().filter(user_id=user_id, id=passkey_id).first()
    if found is None:
        raise FactorUnknown
    found.delete()
    recovery_end(user_id=user_id)
    return found.name


def _kept(state: Any, *, now: datetime) -> State:
    """As a session can hold it."""
    return {
        "challenge": str(state["challenge"]),
        "user_verification": str(state["user_verification"].value),
        "until": (now + ANSWER_WITHIN).timestamp(),
    }


def _asked(state: State | None, *, now: datetime) -> State:
    if state is None or now.timestamp() > float(state["until"]):
        raise PasskeyRefused("That took too long.")
    return {
        "challenge": state["challenge"],
        "user_verification": UserVerificationRequirement(state["user_verification"]),
    }


def _read(answer: str) -> Mapping[str, Any]:
    if len(answer) > ANSWER_CHARACTERS:
        raise ValueError("too long")
    read = json.loads(answer)
    if not isinstance(read, dict):
        raise TypeError("no object")
    return read


def _credentials(rows: Iterable[Passkey]) -> list[AttestedCredentialData]:
    return [AttestedCredentialData(bytes(row.credential)) for row in rows]


def _printable(name: str) -> str:
    """A label as it can be stored and shown: what no font has is left out."""
    return "".join(one for one in name if one.isprintable()).strip()[:NAME_CHARACTERS]
