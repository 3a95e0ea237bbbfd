"""How long to wait before another letter, said on pages."""

from django.utils.translation import gettext as _

from merchants.accounts.errors import MailThrottled


def mail_wait_words(refused: MailThrottled) -> str:
    """In the reader's language, in minutes, rounded up."""
    minutes = -(-refused.retry_after_seconds // 60)
    return _("Too many letters were sent. Try again in %(minutes)s min.") % {"minutes": minutes}
