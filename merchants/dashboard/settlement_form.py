"""The form of a settlement policy: shares in percent, amounts in the settlement asset."""

import re
from decimal import Decimal
from typing import Any, Final

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from gateway.chains.selectors import TokenView, chains_for_mode, tokens_for_mode
from gateway.checkout.wording import trimmed
from gateway.money.amounts import Amount, format_amount, parse_positive_amount
from gateway.money.assets import Asset
from gateway.money.errors import MoneyError
from gateway.shops.policies import BPS, SettlementPolicy
from gateway.shops.selectors import ShopView
from merchants.dashboard.settings_forms import SettingsForm
from merchants.pos.views import problem_words

SHARES: Final = 3
_CLOCK = re.compile(r"([01]\d|2[0-3]):[0-5]\d", re.ASCII)


def _input(**attrs: str) -> forms.TextInput:
    return forms.TextInput(attrs={"class": "input", "autocomplete": "off", **attrs})


class PolicyForm(SettingsForm):
    section = "policy"
    schedule = forms.ChoiceField(
        label=_("When"),
        choices=[
            ("on_demand", _("Only when you ask for it")),
            ("instant", _("As soon as a payment is final")),
            ("threshold", _("From an amount on")),
            ("daily", _("Once a day, when the shop closes")),
        ],
        widget=forms.Select(attrs={"class": "input"}),
    )
    threshold = forms.CharField(
        label=_("From this amount on"),
        help_text=_("Only for “from an amount on”."),
        required=False,
        max_length=60,
        widget=_input(inputmode="decimal"),
    )
    closes_at = forms.CharField(
        label=_("The shop closes at"),
        help_text=_("Such as 22:30, by the shop's own clock. Only for “once a day”."),
        required=False,
        max_length=5,
        widget=_input(inputmode="numeric"),
    )
    minimum = forms.CharField(
        label=_("Least amount of a payout"),
        help_text=_("While a part would be less, all of it waits. Empty: any amount."),
        required=False,
        max_length=60,
        widget=_input(inputmode="decimal"),
    )
    chains = forms.MultipleChoiceField(
        label=_("Networks on which your address can receive"),
        help_text=_("With any chosen, each payout takes the one that costs the least."),
        required=False,
    )

    def __init__(
        self, shop: ShopView, asset: Asset, policy: SettlementPolicy, data: Any = None
    ) -> None:
        self.asset = asset
        tokens = [token for token in tokens_for_mode(shop.mode) if token.peg]
        super().__init__(shop, data, initial=self._initial(policy))
        names = {chain.id: chain.name for chain in chains_for_mode(shop.mode)}
        choices = _share_choices(tokens, policy, names)
        for number in range(SHARES):
            share = policy.split[number] if number < len(policy.split) else None
            self.fields[f"asset_{number}"] = forms.ChoiceField(
                label=_("Paid in"),
                choices=choices if number == 0 else [("", "–"), *choices],
                required=number == 0,
                initial=share.asset if share else "",
                widget=forms.Select(attrs={"class": "input"}),
            )
            self.fields[f"percent_{number}"] = forms.DecimalField(
                label=_("Share in percent"),
                min_value=Decimal("0.01"),
                max_value=Decimal(100),
                decimal_places=2,
                required=number == 0,
                initial=trimmed(f"{Decimal(share.bps) / 100:.2f}") if share else "",
                widget=_input(inputmode="decimal"),
            )
        offered = {token.chain_id for token in tokens} | set(policy.chains)
        field = self.fields["chains"]
        assert isinstance(field, forms.MultipleChoiceField)
        field.choices = [(str(id), names.get(id, str(id))) for id in sorted(offered)]

    def shares(self) -> list[tuple[forms.BoundField, forms.BoundField]]:
        """Each share's asset and percent, to be drawn beside one another."""
        return [(self[f"asset_{n}"], self[f"percent_{n}"]) for n in range(SHARES)]

    def plain_fields(self) -> list[forms.BoundField]:
        names = ("schedule", "threshold", "closes_at", "minimum")
        return [self[name] for name in names]

    def clean_threshold(self) -> int | None:
        return self._units("threshold")

    def clean_minimum(self) -> int:
        return self._units("minimum") or 0

    def clean_closes_at(self) -> str | None:
        typed = self.cleaned_data["closes_at"].strip()
        if typed and not _CLOCK.fullmatch(typed):
            raise ValidationError(_("Write the time as 22:30."))
        return typed or None

    def clean(self) -> dict[str, Any]:
        data = self.cleaned_data
        if data.get("schedule") == "threshold" and "threshold" in data and not data["threshold"]:
            self.add_error("threshold", _("Say from which amount on."))
        if data.get("schedule") == "daily" and "closes_at" in data and not data["closes_at"]:
            self.add_error("closes_at", _("Say when the shop closes."))
        for number in range(1, SHARES):
            asset, percent = data.get(f"asset_{number}"), data.get(f"percent_{number}")
            if asset and not percent and f"percent_{number}" not in self.errors:
                self.add_error(f"percent_{number}", _("Say how much of it."))
        shares = self._split()
        codes = [share["asset"] for share in shares]
        if len(set(codes)) != len(codes):
            self.add_error("asset_1", _("Name each token once."))
        elif not self.errors and sum(share["bps"] for share in shares) != BPS:
            self.add_error("percent_0", _("The shares must add up to 100 %."))
        return data

    def changes(self) -> dict[str, Any]:
        """What ``shop_set_policy`` is to change: never the reserve, which is the house's."""
        data = self.cleaned_data
        return {
            "split": self._split(),
            "schedule": data["schedule"],
            "threshold_units": data["threshold"] if data["schedule"] == "threshold" else None,
            "closes_at": data["closes_at"] if data["schedule"] == "daily" else None,
            "minimum_units": data["minimum"],
            "chains": [int(chain) for chain in data["chains"]],
        }

    def _split(self) -> list[dict[str, Any]]:
        data = self.cleaned_data
        return [
            {"asset": data[f"asset_{n}"], "bps": int(data[f"percent_{n}"] * 100)}
            for n in range(SHARES)
            if data.get(f"asset_{n}") and data.get(f"percent_{n}")
        ]

    def _initial(self, policy: SettlementPolicy) -> dict[str, Any]:
        return {
            "schedule": policy.schedule,
            "threshold": self._shown(policy.threshold_units),
            "closes_at": policy.closes_at or "",
            "minimum": self._shown(policy.minimum_units),
            "chains": [str(chain) for chain in policy.chains],
        }

    def _shown(self, units: int | None) -> str:
        return trimmed(format_amount(Amount(units, self.asset))) if units else ""

    def _units(self, name: str) -> int | None:
        typed = self.cleaned_data[name].strip()
        if not typed:
            return None
        try:
            return parse_positive_amount(typed, self.asset).units
        except MoneyError as error:
            raise ValidationError(problem_words(error)) from error


def _share_choices(
    tokens: list[TokenView], policy: SettlementPolicy, names: dict[int, str]
) -> list[tuple[str, str]]:
    """Every stablecoin of the shop's chains, and what the policy names already."""
    found = {token.code: f"{token.symbol} · {names[token.chain_id]}" for token in tokens}
    for share in policy.split:
        found.setdefault(share.asset, share.asset)
    return list(found.items())
