"""What a shopper typed of who pays: pure, from what a form sent."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from django.utils.translation import gettext as _

from gateway.compliance.travelling.errors import PayerUnclear
from gateway.compliance.travelling.ivms.payers import PayerTold
from gateway.compliance.travelling.payers import ORDER
from gateway.compliance.travelling.proving import Shown
from gateway.compliance.travelling.stating import Statement
from gateway.compliance.travelling.thresholds import Known
from gateway.invoices.payers import Wanted

PERSON: Final = (
    *("family", "given", "born_on", "born_in", "street", "postcode", "town", "country"),
    *("document", "document_kind", "document_country"),
)
FIELDS: Final = (*PERSON, "known_by", "wallet", "provider", "wallet_address")
MAX_TYPED: Final = 200
"""Characters that come back to be corrected."""


@dataclass(frozen=True, slots=True)
class PayerForm:
    """What was typed, by field; "" where nothing was."""

    typed: Mapping[str, str]

    @property
    def is_own_wallet(self) -> bool:
        return self.typed["wallet"] == "own"

    def statement(
        self, *, wanted: Wanted, address: bytes | None = None, shown: Shown | None = None
    ) -> Statement:
        """What is said by it.

        Args:
            address, shown: the wallet that signed, and what shows it.

        Raises:
            PayerUnclear: it does not say which way, or whose wallet.
        """
        ways = {way_word(way): way for way in wanted.ways}
        if self.typed["known_by"] not in ways:
            raise PayerUnclear(field="known_by")
        if self.typed["wallet"] not in ("own", "provider"):
            raise PayerUnclear(field="wallet")
        provider = "" if self.is_own_wallet else self.typed["provider"].strip()
        if not self.is_own_wallet and not provider:
            raise PayerUnclear(field="provider")
        return Statement(
            told=PayerTold(**{name: self.typed[name] for name in PERSON}),
            known_by=ways[self.typed["known_by"]],
            provider=provider,
            address=address,
            shown=shown,
        )


def form_read(posted: Mapping[str, str]) -> PayerForm:
    """What a form sent, cut to what is kept."""
    return PayerForm({name: posted.get(name, "").strip()[:MAX_TYPED] for name in FIELDS})


def form_empty(*, wanted: Wanted, paid_from: str) -> PayerForm:
    """Before anything was typed.

    Args:
        paid_from: the wallet that money came from already; "" for none.
    """
    chosen = {"known_by": way_word(wanted.ways[0]), "wallet_address": paid_from}
    return PayerForm({name: chosen.get(name, "") for name in FIELDS})


def way_word(way: frozenset[Known]) -> str:
    """A set of what a name is known by, as a form sends it: ``address+document``."""
    return "+".join(each for each in ORDER if each in way)


def way_label(way: frozenset[Known]) -> str:
    """The same for people."""
    words = {
        "birth": _("Date and place of birth"),
        "address": _("Address"),
        "document": _("Number of an identity document"),
    }
    return " + ".join(words[each] for each in ORDER if each in way)


def document_choices() -> list[tuple[str, str]]:
    return [
        ("IDCD", _("Identity card")),
        ("CCPT", _("Passport")),
        ("DRLC", _("Driving licence")),
    ]


def payer_problem(code: str, field: str | None) -> str:
    """A refusal in the reader's language."""
    by_field = {
        "family": _("The family name is missing, or has characters that can't be written."),
        "given": _("The given names have characters that can't be written."),
        "born_on": _("That is no date of birth."),
        "born_in": _("The place of birth is missing."),
        "street": _("Street and number are missing."),
        "postcode": _("That is no postcode."),
        "town": _("The town is missing."),
        "country": _("Choose a country."),
        "document": _("The document's number is missing."),
        "document_kind": _("Choose a kind of document."),
        "document_country": _("Choose the country that gave it to you."),
        "known_by": _("Choose one of these."),
        "wallet": _("Say whose wallet it is."),
        "provider": _("Name the provider."),
        "wallet_address": _("That is not an address, or a character of it is wrong."),
    }
    known = {
        "address_invalid": by_field["wallet_address"],
        "payer_of_another_wallet": _("Your payment came from another wallet: sign with that one."),
        "ownership_refused": _("This is not a signature of this text by this wallet."),
        "ownership_unasked": _(
            "The network can't be asked about this signature just now. Try again in a minute."
        ),
        "ownership_challenge_over": _("That text is too old or was used. Sign this new one."),
        "payer_throttled": _("Too many tries. Wait a minute."),
    }
    found = known.get(code) or (by_field.get(field or "") if code == "payer_unclear" else "")
    return found or _("That did not work. Try again in a moment.")
