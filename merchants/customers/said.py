"""What a shop says of who buys. Pure."""

import re
from dataclasses import dataclass
from typing import Final

from merchants.customers.errors import CustomerRefused

MAX_EMAIL: Final = 254
MAX_TEXT: Final = 120
_EMAIL: Final = re.compile(r"[^\s@<>\"(),:;\\]+@[^\s@<>\"(),:;\\.]+(\.[^\s@<>\"(),:;\\.]+)+")
# What a terminal or a file can't hold.
_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Said:
    """Who buys, in the shop's words. What is empty was not said.

    Attributes:
        reference: the shop's own name for them; who is known by one is the same whatever their
            email becomes.
    """

    email: str = ""
    name: str = ""
    reference: str = ""

    @property
    def identity(self) -> tuple[str, str]:
        """By what they are the same person the next time."""
        if self.reference:
            return "reference", self.reference
        return "email", self.email.casefold()


def said_of(*, email: str = "", name: str = "", reference: str = "") -> Said:
    """Raises CustomerRefused: neither email nor reference, or one that is none."""
    email, name, reference = email.strip(), name.strip(), reference.strip()
    for field, text in (("name", name), ("reference", reference), ("email", email)):
        if len(text) > (MAX_EMAIL if field == "email" else MAX_TEXT) or _CONTROL.search(text):
            raise CustomerRefused(f"{field} is too long, or is no text.", field=f"customer.{field}")
    if email and not is_email(email):
        raise CustomerRefused("That is no email address.", field="customer.email")
    if not (email or reference):
        raise CustomerRefused
    return Said(email=email, name=name, reference=reference)


def is_email(text: str) -> bool:
    """Whether it looks like one; whether it is one only a mail could tell."""
    return len(text) <= MAX_EMAIL and _EMAIL.fullmatch(text) is not None
