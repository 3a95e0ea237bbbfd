"""The form that asks for what happened in a range of time to be sent again."""

from datetime import datetime
from typing import Any, Final

from django import forms
from django.utils.translation import gettext_lazy as _

from merchants.dashboard.link_forms import MOMENT
from merchants.webhooks.models import Endpoint
from merchants.webhooks.styles import STANDARD, style_named

GROUPS: Final = ("invoice.*", "refund.*", "payout.*", "card.*", "ticket.*")


def _moment() -> forms.DateTimeInput:
    return forms.DateTimeInput(format=MOMENT, attrs={"class": "input", "type": "datetime-local"})


class ReplayForm(forms.Form):
    """A range by the shop's clock, and which of the events that the endpoint hears."""

    since = forms.DateTimeField(label=_("From when"), input_formats=[MOMENT], widget=_moment())
    until = forms.DateTimeField(
        label=_("Until when"),
        required=False,
        input_formats=[MOMENT],
        help_text=_("By the shop's clock. Empty: until now."),
        widget=_moment(),
    )
    events = forms.ChoiceField(
        label=_("Which events"), required=False, widget=forms.Select(attrs={"class": "input"})
    )

    def __init__(self, endpoint: Endpoint, data: Any = None) -> None:
        super().__init__(data, auto_id="replay-%s")
        self.label_suffix = ""
        choice = self.fields["events"]
        assert isinstance(choice, forms.ChoiceField)
        narrower = [(one, one) for one in _narrower(endpoint)]
        choice.choices = [("", _("All that it hears")), *narrower]
        for bound in self:
            if bound.errors:
                bound.field.widget.attrs["aria-invalid"] = "true"

    def range_until(self, now: datetime) -> tuple[datetime, datetime]:
        """Of a form that is valid: what was typed, until ``now`` at most."""
        since, until = self.cleaned_data["since"], self.cleaned_data["until"]
        return since, min(until or now, now)

    @property
    def chosen(self) -> list[str]:
        """Of a form that is valid; empty: all."""
        return [self.cleaned_data["events"]] if self.cleaned_data["events"] else []


def _narrower(endpoint: Endpoint) -> list[str]:
    """What can be chosen of what the endpoint hears."""
    if "*" not in endpoint.events:
        return list(endpoint.events)
    if endpoint.style == STANDARD:
        return list(GROUPS)
    return sorted(style_named(endpoint.style).filters - {"*"})
