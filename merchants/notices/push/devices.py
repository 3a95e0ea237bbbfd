"""A device is turned on, turned off, tried."""

from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.conf import settings
from django.db import transaction

from gateway.outside.errors import OutsideRefused
from gateway.outside.targets import check_url
from merchants.accounts.models import User
from merchants.notices.errors import BadSubscription, DevicesFull, DeviceUnknown, TrialTooSoon
from merchants.notices.models import Device
from merchants.notices.push.configuration import house_key
from merchants.notices.push.encrypting import Receiver, is_secret_of, receiver_of

DEVICES_A_PERSON: Final = 10
BETWEEN_TRIALS: Final = timedelta(seconds=20)


@transaction.atomic
def device_turn_on(
    *,
    user: User,
    endpoint: str,
    p256dh: str,
    auth: str,
    label: str,
    session_key: str | None,
    now: datetime,
) -> Device:
    """Tell this person on this device from now on. Safe to say again: the last values hold.

    Args:
        session_key: of the session that it ends with; None: it stays when the person signs out.

    Raises:
        BadSubscription: no address that may be called, or no keys.
        DevicesFull: they have as many as they may.
        PushOff: this house sends none.
    """
    key = house_key()
    receiver = _receiver(endpoint=endpoint, p256dh=p256dh, auth=auth)
    User.objects.select_for_update(no_key=True).get(id=user.id)  # two at once are counted as two
    Device.objects.filter(endpoint=endpoint).exclude(user=user).delete()
    others = Device.objects.filter(user=user).exclude(endpoint=endpoint)
    if others.count() >= DEVICES_A_PERSON:
        raise DevicesFull
    device, _made = Device.objects.update_or_create(
        endpoint=endpoint,
        defaults={
            "user": user,
            "public": receiver.public,
            "secret": receiver.secret,
            "server_key": key.public,
            "label": label,
            "session_id": session_key,
        },
        create_defaults={
            "user": user,
            "public": receiver.public,
            "secret": receiver.secret,
            "server_key": key.public,
            "label": label,
            "session_id": session_key,
            "made_at": now,
        },
    )
    return device


@transaction.atomic
def device_move(
    *, old_endpoint: str, old_auth: str, endpoint: str, p256dh: str, auth: str
) -> Device:
    """A browser's push service has given it another address. Whoever knows the old one and the
    secret that goes with it is that browser: it need not be signed in for it.

    Raises:
        DeviceUnknown: there is none of that address and secret.
        BadSubscription: no address that may be called, or no keys.
    """
    device = Device.objects.select_for_update().filter(endpoint=old_endpoint).first()
    if device is None:
        raise DeviceUnknown
    known = Receiver(public=bytes(device.public), secret=bytes(device.secret))
    if not is_secret_of(known, old_auth):
        raise DeviceUnknown
    receiver = _receiver(endpoint=endpoint, p256dh=p256dh, auth=auth)
    Device.objects.filter(endpoint=endpoint).exclude(id=device.id).delete()
    device.endpoint, device.server_key = endpoint, house_key().public
    device.public, device.secret = receiver.public, receiver.secret
    device.save(update_fields=["endpoint", "server_key", "public", "secret"])
    return device


@transaction.atomic
def device_turn_off(*, user: User, device_id: UUID) -> None:
    """What was still to be told on it goes too.

    Raises:
        DeviceUnknown: there is none, or it is somebody else's.
    """
    deleted, _ = Device.objects.filter(id=device_id, user=user).delete()
    if not deleted:
        raise DeviceUnknown


@transaction.atomic
def trial_ask(*, user: User, device_id: UUID, now: datetime) -> None:
    """Have a trial sent to it.

    Raises:
        DeviceUnknown: there is none, or it is somebody else's.
        TrialTooSoon
    """
    device = Device.objects.select_for_update().filter(id=device_id, user=user).first()
    if device is None:
        raise DeviceUnknown
    if device.trial_asked_at is not None and now - device.trial_asked_at < BETWEEN_TRIALS:
        raise TrialTooSoon
    device.trial_asked_at, device.trial_waits = now, True
    device.save(update_fields=["trial_asked_at", "trial_waits"])


def devices_of(user: User) -> list[Device]:
    """The person's devices, newest first. One query."""
    return list(Device.objects.filter(user=user).order_by("-id"))


def _receiver(*, endpoint: str, p256dh: str, auth: str) -> Receiver:
    try:
        check_url(endpoint, allow_loopback=settings.WEBHOOKS_ALLOW_LOOPBACK)
        return receiver_of(p256dh=p256dh, auth=auth)
    except (OutsideRefused, ValueError) as error:
        raise BadSubscription from error
