"""What shoppers said of who pays, as officers see it."""

from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from gateway.checkout.countries import country_name
from gateway.checkout.payer_form import document_choices
from gateway.compliance.naming.selectors import name_standing
from gateway.compliance.travelling.models import PayerStatement
from gateway.compliance.travelling.stating import Said, statement_open, statements_of
from gateway.events.errors import TillwayError
from merchants.dashboard.selectors import time_text
from merchants.dashboard.wording import Sign


def payer_rows(invoice_id: UUID) -> list[dict[str, Any]]:
    """Each time that somebody said who pays an invoice, the last first. One query, and two each."""
    return [_row(one) for one in statements_of(invoice_id)]


def _row(statement: PayerStatement) -> dict[str, Any]:
    shown: dict[str, Any] = {"at": time_text(statement.stated_at), "wallet": _wallet(statement)}
    try:
        said = statement_open(statement)
    except TillwayError:
        return shown | {"is_erased": True}
    return shown | {
        "is_erased": False,
        "name": said.name,
        "facts": [{"word": word, "text": text} for word, text in _facts(said)],
        "address": said.address,
        "sign": _sign(name_standing(f"subject:{statement.subject_id}")),
    }


def _facts(said: Said) -> list[tuple[str, str]]:
    person = said.person.natural_person
    assert person is not None  # a shopper is one
    found: list[tuple[str, str]] = []
    birth, document = person.date_and_place_of_birth, person.national_identification
    if birth is not None:
        found.append((_("Born"), f"{birth.date_of_birth}, {birth.place_of_birth}"))
    for one in person.geographic_address:
        town = " ".join(filter(None, (one.postcode, one.town_name)))
        place = (*one.address_line, town, country_name(one.country))
        found.append((_("Address"), ", ".join(filter(None, place))))
    if document is not None:
        kind = dict(document_choices())[document.national_identifier_type]
        country = country_name(document.country_of_issue or "")
        found.append((kind, f"{document.national_identifier}, {country}"))
    if said.provider:
        found.append((_("Provider"), said.provider))
    return found


def _wallet(statement: PayerStatement) -> str:
    if statement.wallet == "provider":
        return _("An account with a provider")
    return _("Their own wallet, by a signature") if statement.is_proven else _("Their own wallet")


def _sign(standing: str) -> Sign:
    """What the lists say of the name."""
    match standing:
        case "clear":
            return Sign("paid", "check", _("On no list"))
        case "match":
            return Sign("problem", "alert", _("A list may name them"))
        case _:
            return Sign("wait", "hourglass", _("Not looked up yet"))
