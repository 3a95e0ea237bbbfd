"""The one way out for mail."""

import smtplib
from contextlib import suppress
from dataclasses import dataclass
from email.headerregistry import Address
from types import TracebackType
from typing import Final

from django.conf import settings
from django.core.mail import EmailMultiAlternatives, get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.core.mail.backends.smtp import EmailBackend

from gateway.outside.errors import OutsideFailed

ANSWERS_A_MESSAGE: Final = 6
"""What is waited for on an open connection, ``EMAIL_TIMEOUT`` seconds each at most: the server's
answers to EHLO, MAIL, RCPT, DATA, the message and RSET (RFC 5321)."""


class MailRefused(OutsideFailed):
    """The mail server will not take this message for this person: trying again changes nothing."""

    code = "mail_refused"
    message = "The mail server refused this address."


class MailNotTaken(OutsideFailed):
    """The mail server can't be reached, or can't take it now."""

    code = "mail_not_taken"


@dataclass(frozen=True, slots=True)
class Message:
    """One mail to one person, in their language."""

    to: str
    subject: str
    text: str
    html: str


class Post:
    """The way to the mail server for a run of messages, over one connection.

    It is made for the first one and kept until ``close``, or until a message fails on it. Where
    mail goes to files nothing is kept: each message is a file.
    """

    def __init__(self) -> None:
        self._kept: BaseEmailBackend | None = None

    def __enter__(self) -> "Post":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def open(self) -> None:
        """Reach the server and sign in there; nothing where that was done.

        Raises:
            MailNotTaken
        """
        if self._kept is not None:
            return
        connection = get_connection()
        if not isinstance(connection, EmailBackend):
            return
        try:
            connection.open()
        except (smtplib.SMTPException, OSError) as error:
            raise _not_taken(error) from error
        self._kept = connection

    def send(self, message: Message, *, message_id: str) -> None:
        """Hand one message to the server.

        Args:
            message_id: names the message for good, without brackets and domain.

        Raises:
            MailRefused: the server refused the address for good.
            OutsideFailed: the server can't be reached, or can't take it now.
        """
        self.open()
        mail = _composed(message, message_id=message_id)
        try:
            (self._kept or get_connection()).send_messages([mail])
        except smtplib.SMTPRecipientsRefused as refused:
            self.close()
            (status, _words), *_ = refused.recipients.values()
            kind = MailRefused if status >= 500 else OutsideFailed
            raise kind(f"The mail server answered {status}.") from refused
        except (smtplib.SMTPException, OSError) as error:
            self.close()
            raise _not_taken(error) from error
        except BaseException:
            self.close()  # in the middle of a message, perhaps: the next one begins anew
            raise

    def close(self) -> None:
        kept, self._kept = self._kept, None
        if kept is not None:
            with suppress(smtplib.SMTPException, OSError):
                kept.close()


def _composed(message: Message, *, message_id: str) -> EmailMultiAlternatives:
    domain = Address(addr_spec=settings.MAIL_FROM_ADDRESS).domain
    mail = EmailMultiAlternatives(
        subject=message.subject,
        body=message.text,
        from_email=settings.DEFAULT_FROM_EMAIL,
        to=[message.to],
        headers={"Message-ID": f"<{message_id}@{domain}>", "Auto-Submitted": "auto-generated"},
    )
    mail.attach_alternative(message.html, "text/html")
    return mail


def _not_taken(error: Exception) -> MailNotTaken:
    return MailNotTaken(f"The mail server did not take it: {type(error).__name__}.")
