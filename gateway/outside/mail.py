"""The one way out for mail."""

import smtplib
from email.headerregistry import Address

from django.conf import settings
from django.core.mail import EmailMultiAlternatives, get_connection

from gateway.outside.errors import OutsideFailed


class MailRefused(OutsideFailed):
    """The mail server will not take this message for this person: trying again changes nothing."""

    code = "mail_refused"
    message = "The mail server refused this address."


def mail_send(*, to: str, subject: str, text: str, html: str, message_id: str) -> None:
    """Hand one message to the mail server.

    Args:
        message_id: names the message for good, without brackets and domain.

    Raises:
        MailRefused: the server refused the address for good.
        OutsideFailed: the server can't be reached, or can't take it now.
    """
    domain = Address(addr_spec=settings.MAIL_FROM_ADDRESS).domain
    message = EmailMultiAlternatives(
        subject=subject,
        body=text,
        from_email=settings.DEFAULT_FROM_EMAIL,
        to=[to],
        headers={"Message-ID": f"<{message_id}@{domain}>", "Auto-Submitted": "auto-generated"},
        connection=get_connection(timeout=settings.EMAIL_TIMEOUT)
        if settings.EMAIL_BACKEND.endswith("smtp.EmailBackend")
        else get_connection(),
    )
    message.attach_alternative(html, "text/html")
    try:
        message.send()
    except smtplib.SMTPRecipientsRefused as refused:
        (status, _words), *_ = refused.recipients.values()
        kind = MailRefused if status >= 500 else OutsideFailed
        raise kind(f"The mail server answered {status}.") from refused
    except (smtplib.SMTPException, OSError) as error:
        raise OutsideFailed(
            f"The mail server did not take it: {type(error).__name__}.", code="mail_not_taken"
        ) from error
