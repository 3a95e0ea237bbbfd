"""Which letters and links of an account there are. Pure."""

from typing import Final

LINKS: Final = ("password", "email")
"""Links of a person: to choose a new password, to say that an address is theirs."""
LETTERS: Final = (
    "invitation",
    "password_link",
    "email_link",
    "email_changed",
    "password_changed",
    "factor_added",
    "factor_removed",
    "recovery_used",
    "factors_reset",
)
"""The first three carry a link; the others tell of what was done, so that whoever didn't do it
hears of it."""
