"""What must hold of mail when real money is at stake: no database, no network."""

from collections.abc import Iterator
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, register

from gateway.supervisor.checks import TAG

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
