"""How somebody showed who they are with an identity wallet, as an officer reads it."""

from django.utils.translation import gettext as _

from gateway.compliance.presenting.models import Presentation
from merchants.dashboard.selectors import time_text


def presented_words(row: Presentation | None) -> list[str]:
    """Whose word a credential was, and by which versions it was checked. No query."""
    if row is None:
        return []
    words = []
    if row.issuer and row.trust:
        words.append(_("Given out by %(issuer)s") % {"issuer": row.issuer})
        words.append(
            _("Trusted since %(at)s, version %(version)s")
            % {"at": time_text(row.trust.since), "version": row.trust.version}
        )
    elif row.issuer:
        words.append(_("Said to be given out by %(issuer)s") % {"issuer": row.issuer})
    if row.decided_at:
        words.append(
            _("Checked %(at)s by the rules of %(version)s")
            % {"at": time_text(row.decided_at), "version": row.verifier}
        )
    return words
