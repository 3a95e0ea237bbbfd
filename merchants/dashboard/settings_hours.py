"""The section of the settings that says when the shop is open."""

import re
from typing import Any, Final

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from gateway.compliance.behaviour.errors import HoursUnreadable
from gateway.compliance.behaviour.hours import DAY_MINUTES, Span
from gateway.compliance.behaviour.opening import opening_hours_of
from gateway.shops.selectors import ShopView
from merchants.dashboard.settings_forms import SettingsForm

SPAN: Final = re.compile(r"(\d{1,2})[:.](\d{2})\s*[-–—]\s*(\d{1,2})[:.](\d{2})", re.ASCII)
MAX_SPANS: Final = 4
DAYS: Final = (
    ("monday", _("Monday")),
    ("tuesday", _("Tuesday")),
    ("wednesday", _("Wednesday")),
    ("thursday", _("Thursday")),
    ("friday", _("Friday")),
    ("saturday", _("Saturday")),
    ("sunday", _("Sunday")),
)


class HoursForm(SettingsForm):
    """A line for each weekday, by the shop's clock; what closes before it opens closes on the next
    day."""

    section = "hours"
    said = forms.ChoiceField(
        label=_("Your hours"),
        choices=[("learnt", _("Learn them from our sales")), ("set", _("As written below"))],
        help_text=_("09:00-18:00, or 09:00-12:30, 14:00-18:00. Empty: closed that day."),
        widget=forms.Select(attrs={"class": "input"}),
    )

    def __init__(self, shop: ShopView, data: Any = None) -> None:
        spans = opening_hours_of(shop_id=shop.id)
        initial = {"said": "learnt" if spans is None else "set"}
        for weekday, (name, _word) in enumerate(DAYS):
            of_day = [one for one in spans or () if one.weekday == weekday]
            initial[name] = ", ".join(span_text(one) for one in of_day)
        super().__init__(shop, data, initial=initial)
        for name, word in DAYS:
            widget = forms.TextInput(attrs={"class": "input", "autocomplete": "off"})
            self.fields[name] = forms.CharField(
                label=word, required=False, max_length=100, widget=widget
            )

    def clean(self) -> dict[str, Any]:
        for weekday, (name, _word) in enumerate(DAYS):
            try:
                self.cleaned_data[name] = day_read(self.cleaned_data.get(name, ""), weekday)
            except (ValueError, HoursUnreadable):
                self.add_error(name, ValidationError(gettext("Write hours like 09:00-18:00.")))
        return self.cleaned_data

    def spans(self) -> list[Span] | None:
        """As they are to be kept; None if they are learnt."""
        if self.cleaned_data["said"] == "learnt":
            return None
        return [span for name, _word in DAYS for span in self.cleaned_data[name]]


def day_read(text: str, weekday: int) -> list[Span]:
    """One day's line.

    Raises:
        ValueError, HoursUnreadable: it is none.
    """
    spans = []
    for part in re.split(r"[,;，；]", text) if text.strip() else []:
        found = SPAN.fullmatch(part.strip())
        if found is None:
            raise ValueError(part)
        opens, closes = _minutes(*found.group(1, 2)), _minutes(*found.group(3, 4))
        spans.append(Span(weekday, opens, closes + DAY_MINUTES if closes <= opens else closes))
    if len(spans) > MAX_SPANS:
        raise ValueError(text)
    return spans


def span_text(span: Span) -> str:
    """As ``day_read`` reads it."""
    return f"{_clock(span.opens)}-{_clock(span.closes)}"


def _minutes(hours: str, minutes: str) -> int:
    found = int(hours) * 60 + int(minutes)
    if int(minutes) > 59 or found > DAY_MINUTES:
        raise ValueError(f"{hours}:{minutes}")
    return found


def _clock(minutes: int) -> str:
    """24:00 is the end of the day; what is later is of the next."""
    shown = minutes if minutes <= DAY_MINUTES else minutes - DAY_MINUTES
    return f"{shown // 60:02}:{shown % 60:02}"
