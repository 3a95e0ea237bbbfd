"""The forms of a shop's settings: what is typed, checked and turned into a verb's arguments.

A form holds only the fields an owner may set; whatever else is posted is never read.
"""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Final, cast

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from gateway.chains.addresses import parse_address
from gateway.chains.errors import BadAddress
from gateway.chains.selectors import chains_for_mode, tokens_for_mode
from gateway.checkout.wording import trimmed
from gateway.money.amounts import Amount, format_amount, parse_positive_amount
from gateway.money.assets import FIAT, fiat
from gateway.money.errors import MoneyError
from gateway.shops.selectors import ShopView
from gateway.shops.terms import MAX_LOCK_SECONDS, MIN_LOCK_SECONDS
from gateway.shops.zones import zone_names
from merchants.pos.views import problem_words

SPARE_RULES: Final = 2
STAGES: Final = (
    ("seen", _("As soon as it is seen")),
    ("confirmed", _("Once it is confirmed")),
    ("final", _("Once it is final on its chain")),
)


class SettingsForm(forms.Form):
    """A section of the page; its ids begin with the section's name, so that none occurs twice."""

    section = ""

    def __init__(self, shop: ShopView, data: Any = None, **more: Any) -> None:
        self.shop = shop
        super().__init__(data, auto_id=f"{self.section}-%s", use_required_attribute=False, **more)
        self.label_suffix = ""

    def plain_fields(self) -> list[forms.BoundField]:
        """Those drawn as a label above its input, in order."""
        return [
            field
            for field in self.visible_fields()
            if not isinstance(field.field, forms.MultipleChoiceField)
            and not field.name.startswith("rule_")
        ]


def _text(**attrs: str) -> forms.TextInput:
    return forms.TextInput(attrs={"class": "input", "autocomplete": "off", **attrs})


def _select() -> forms.Select:
    return forms.Select(attrs={"class": "input"})


class AddressForm(SettingsForm):
    section = "address"
    address = forms.CharField(
        label=_("New payout address"),
        help_text=_("0x and 40 hexadecimal digits, copied from your wallet."),
        max_length=64,
        widget=_text(spellcheck="false", autocapitalize="off"),
    )
    password = forms.CharField(
        label=_("Your password"),
        help_text=_("Asked again because money will be sent to this address."),
        max_length=4_096,
        strip=False,
        widget=forms.PasswordInput(attrs={"class": "input", "autocomplete": "current-password"}),
    )

    def clean_address(self) -> bytes:
        try:
            address = parse_address(self.cleaned_data["address"])
        except BadAddress as error:
            raise ValidationError(
                _("That is no address, or a digit is mistyped. Copy it from your wallet.")
            ) from error
        if not any(address):
            raise ValidationError(_("Money sent to the zero address is lost."))
        return address


class TermsForm(SettingsForm):
    """Shares are typed in percent and kept in basis points; amounts in the pricing currency."""

    section = "terms"
    currency = forms.CharField(widget=forms.HiddenInput)
    accepted_assets = forms.MultipleChoiceField(
        label=_("Accepted tokens"),
        help_text=_("With all of them chosen, tokens offered later are accepted too."),
        error_messages={"required": _("Choose at least one token.")},
    )
    lock_seconds = forms.IntegerField(
        label=_("Seconds a price is locked"),
        min_value=MIN_LOCK_SECONDS,
        max_value=MAX_LOCK_SECONDS,
        widget=_text(inputmode="numeric"),
    )
    underpay = forms.DecimalField(
        label=_("Missing share that still counts as paid, in percent"),
        min_value=Decimal(0),
        max_value=Decimal(100),
        decimal_places=2,
        widget=_text(inputmode="decimal"),
    )
    overpay = forms.DecimalField(
        label=_("Extra share the locked price still covers, in percent"),
        min_value=Decimal(0),
        max_value=Decimal(10),
        decimal_places=2,
        widget=_text(inputmode="decimal"),
    )
    qr_kind = forms.ChoiceField(
        label=_("The till's QR code opens"),
        choices=[("url", _("The payment page")), ("erc681", _("The wallet itself (ERC-681)"))],
        widget=_select(),
    )
    late_policy = forms.ChoiceField(
        label=_("Money that comes late"),
        choices=[
            ("credit", _("Is credited at its day's rate")),
            ("refund", _("Is kept for a refund")),
        ],
        widget=_select(),
    )
    exchange_lock = forms.ChoiceField(
        label=_("Who pays from an exchange"),
        help_text=_("Withdrawals take long. The customer pays for the longer promise."),
        choices=[
            ("yes", _("May have the price held longer")),
            ("no", _("Has the usual time")),
        ],
        required=False,
        widget=_select(),
    )

    def __init__(self, shop: ShopView, data: Any = None) -> None:
        terms = shop.terms
        self.money = fiat(shop.pricing_currency)
        chains = {chain.id: chain.name for chain in chains_for_mode(shop.mode)}
        self.offered = [token.code for token in tokens_for_mode(shop.mode)]
        # A token that is switched off for now stays chosen when the rest is saved.
        kept = [code for code in terms.accepted_assets or () if code not in self.offered]
        codes = self.offered + kept
        initial: dict[str, Any] = {
            "currency": shop.pricing_currency,
            "accepted_assets": codes if terms.accepted_assets is None else terms.accepted_assets,
            "lock_seconds": terms.lock_seconds,
            "underpay": _percent(terms.underpay_tolerance_bps),
            "overpay": _percent(terms.overpay_tolerance_bps),
            "qr_kind": terms.qr_kind,
            "late_policy": terms.late_policy,
            "exchange_lock": "yes" if terms.exchange_lock else "no",
        }
        super().__init__(shop, data, initial=initial)
        cast(forms.MultipleChoiceField, self.fields["accepted_assets"]).choices = [
            (code, _token_name(code, chains)) for code in codes
        ]
        bounded = terms.release_rules[:-1]
        self.rule_count = len(bounded) + SPARE_RULES
        for number in range(self.rule_count):
            rule = bounded[number] if number < len(bounded) else None
            self.fields[f"rule_limit_{number}"] = forms.CharField(
                label=_("Up to"),
                required=False,
                max_length=40,
                initial=self._shown(rule.up_to) if rule else "",
                widget=_text(inputmode="decimal"),
            )
            self.fields[f"rule_at_{number}"] = forms.ChoiceField(
                label=_("Hand over"),
                choices=STAGES,
                initial=rule.at if rule else "confirmed",
                widget=_select(),
            )
        self.fields["rule_at_rest"] = forms.ChoiceField(
            label=_("Any other amount"),
            choices=STAGES,
            initial=terms.release_rules[-1].at,
            widget=_select(),
        )

    def rules(self) -> list[tuple[forms.BoundField, forms.BoundField]]:
        return [(self[f"rule_limit_{n}"], self[f"rule_at_{n}"]) for n in range(self.rule_count)]

    def clean(self) -> dict[str, Any]:
        data = self.cleaned_data
        if data.get("currency") != self.shop.pricing_currency:
            self.add_error(
                None, _("The pricing currency has changed meanwhile. Check the amounts again.")
            )
        last = 0
        for number in range(self.rule_count):
            name = f"rule_limit_{number}"
            if not data.get(name):
                continue
            try:
                units = parse_positive_amount(data[name], self.money).units
            except MoneyError as error:
                self.add_error(name, problem_words(error))
                continue
            if units <= last:
                self.add_error(name, _("Each amount must be larger than the one above it."))
            last = data[name] = units
        return data

    def changes(self) -> dict[str, Any]:
        """What ``shop_set_terms`` is to change: never the fee or a cap, which are the house's."""
        data = self.cleaned_data
        chosen = data["accepted_assets"]
        rules = [
            {"up_to": data[f"rule_limit_{n}"], "at": data[f"rule_at_{n}"]}
            for n in range(self.rule_count)
            if data[f"rule_limit_{n}"]
        ]
        return {
            "accepted_assets": None if set(self.offered) <= set(chosen) else chosen,
            "lock_seconds": data["lock_seconds"],
            "underpay_tolerance_bps": int(data["underpay"] * 100),
            "overpay_tolerance_bps": int(data["overpay"] * 100),
            "qr_kind": data["qr_kind"],
            "late_policy": data["late_policy"],
            "exchange_lock": (data["exchange_lock"] or self.initial["exchange_lock"]) == "yes",
            "release_rules": [*rules, {"up_to": None, "at": data["rule_at_rest"]}],
        }

    def _shown(self, units: int | None) -> str:
        return trimmed(format_amount(Amount(units or 0, self.money)))


class PlaceForm(SettingsForm):
    section = "place"
    pricing_currency = forms.ChoiceField(
        label=_("Pricing currency"),
        choices=[(code, code) for code in sorted(FIAT)],
        widget=_select(),
    )
    time_zone = forms.ChoiceField(
        label=_("Time zone"), choices=[(name, name) for name in zone_names()], widget=_select()
    )

    def __init__(self, shop: ShopView, data: Any = None) -> None:
        initial = {"pricing_currency": shop.pricing_currency, "time_zone": shop.time_zone}
        super().__init__(shop, data, initial=initial)


def _token_name(code: str, chains: Mapping[int, str]) -> str:
    """``DAI · Base`` of ``DAI@8453``; the chain's number where it is offered no more."""
    symbol, _at, chain_id = code.partition("@")
    return f"{symbol} · {chains.get(int(chain_id or 0), chain_id)}"


def _percent(bps: int) -> str:
    return trimmed(f"{Decimal(bps) / 100:.2f}")
