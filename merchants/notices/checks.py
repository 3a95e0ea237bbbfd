"""What must hold of mail and push when real money is at stake: no database, no network."""

from collections.abc import Iterator
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Warning, register

from gateway.supervisor.checks import TAG
from merchants.notices.push.configuration import house_key, push_is_on
from merchants.notices.push.vapid import PushKeyUnreadable

SMTP = "django.core.mail.backends.smtp.EmailBackend"


@register(TAG, deploy=True)
def mail_reaches_people(app_configs: Any, **options: Any) -> list[CheckMessage]:
    """In live mode people are told by a mail server, over TLS, from an address of the house."""
    return list(_problems()) if settings.LIVE_MODE else []


def _problems() -> Iterator[CheckMessage]:
    if settings.EMAIL_BACKEND != SMTP:
        yield Error(
            "Mail is written to files: nobody would be told that a payout failed.",
            hint="Set EMAIL_URL to a mail server: smtp+tls://user:password@host:587.",
            id="notices.E001",
        )
    elif not (settings.EMAIL_USE_TLS or settings.EMAIL_USE_SSL):
        yield Error(
            "Mail is handed in without TLS, its password too.",
            hint="Use smtp+tls:// or smtp+ssl:// in EMAIL_URL.",
            id="notices.E002",
        )
    if settings.MAIL_FROM_ADDRESS.endswith("@localhost"):
        yield Error(
            "Mail would come from an address that nobody can answer.",
            hint="Set MAIL_FROM to an address of your domain.",
            id="notices.E003",
        )


@register(TAG)
def push_can_be_sent(app_configs: Any, **options: Any) -> list[CheckMessage]:
    """A key that is set can be read."""
    if not push_is_on():
        return []
    try:
        house_key()
    except PushKeyUnreadable as error:
        return [Error(error.message, hint=error.hint, id="notices.E004")]
    return []


@register(TAG, deploy=True)
def push_is_a_choice(app_configs: Any, **options: Any) -> list[CheckMessage]:
    """Push that is off in live mode is said, since nobody may have meant it."""
    if not settings.LIVE_MODE or push_is_on():
        return []
    return [
        Warning(
            "Push is off: people are told by mail alone.",
            hint="Make a key with manage.py push_key and set PUSH_KEY, or leave it like this.",
            id="notices.W001",
        )
    ]
