"""What an act would do, in words that its readers need to decide."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from gateway.checkout.wording import asset_symbol, grouped, trimmed
from gateway.custody.approvals.models import Act
from gateway.money.amounts import Amount, format_amount
from gateway.money.assets import FIAT, Asset
from gateway.shops.selectors import ShopView
from merchants.accounts.role_words import role_word
from merchants.dashboard.desk import figures
from merchants.dashboard.fee_words import percent_text
from merchants.dashboard.house.case_words import ending_word
from merchants.dashboard.house.scenario_words import scenario_word
from merchants.dashboard.house.screening_words import reason_word
from merchants.dashboard.standing_words import status_does, status_sign
from merchants.dashboard.wording import Sign
from merchants.onboarding.risk_words import risk_sign
from merchants.onboarding.words import LEVEL_NAMES

Shops = Mapping[Any, ShopView]
Names = Mapping[UUID, str]
Assets = Mapping[str, Asset]


@dataclass(frozen=True, slots=True)
class Words:
    """An act for people.

    Attributes:
        title: what is to be done.
        does: what follows from it, a sentence each.
        facts: (name, value) pairs; a value that begins with 0x is an address.
        about: a page of the house that tells more of what it is about; empty for none.
    """

    title: str
    does: list[str]
    facts: list[tuple[str, str]] = field(default_factory=list)
    about: str = ""


def act_words(act: Act, *, shops: Shops, assets: Assets, names: Names) -> Words:
    """No query."""
    body = act.body
    match act.kind:
        case "payout":
            return _payout(act, body)
        case "payout_destination":
            return _destination(body)
        case "bank_destination":
            return _bank(body)
        case "payout_release":
            return _release(body)
        case "hold_release" | "hold_return" | "hold_block":
            return _hold(act.kind, body)
        case "case_close":
            return _case(body)
        case "scenario_live" | "scenario_retire":
            return _scenario(act.kind, body)
        case "destination_release" | "list_give_up" | "list_load" | "good_guy":
            return _of_compliance(act.kind, body)
        case "desk_resume" | "house_role":
            return _of_house(act.kind, body, names)
        case "manual_entry":
            return _entry(body, assets=assets)
        case "period_close":
            return _month(body)
        case _:
            return _about_shop(act, body, shops=shops, assets=assets)


def _about_shop(act: Act, body: Mapping[str, Any], *, shops: Shops, assets: Assets) -> Words:
    match act.kind:
        case "shop_limits":
            return _limits(act, body, shops=shops, assets=assets)
        case "shop_approval":
            return _approval(body)
        case "fee_schedule":
            return _fee(body)
        case "shop_status":
            return _status(body)
        case "shop_reserve":
            return _reserve(act, body)
        case _:
            return Words(act.kind.replace("_", " ").capitalize(), [], [(_("About"), act.subject)])


def _approval(body: Mapping[str, Any]) -> Words:
    return Words(
        _("Approve a shop"),
        [
            _("In live mode it takes real money from then on, up to its level."),
            _("Its periodic review is set by its risk."),
        ],
        [
            (_("Level"), str(LEVEL_NAMES[body["level"]])),
            (_("Risk"), risk_sign(body["rating"]).word),
        ],
        about=f"/house/verification/{body['of_shop']}",
    )


def _month(body: Mapping[str, Any]) -> Words:
    return Words(
        _("Close %(month)s") % {"month": body["month"]},
        [
            _("What it earned and spent becomes capital."),
            _("Nothing can be booked into it any more, and it is never opened again."),
        ],
        [(_("Asked for by"), body["said_by"])] if body["said_by"] else [],
    )


def _payout(act: Act, body: Mapping[str, Any]) -> Words:
    asset = Asset(body["asset"], body["decimals"])
    taken = Asset(body["taken_asset"], body["taken_decimals"])
    return Words(
        _("Pay out %(amount)s") % {"amount": _amount(int(body["units"]), asset)},
        [
            _("Its money is set aside already. Rejected or cancelled, it is available again."),
            _("Once it is on the chain it can't be called back."),
        ],
        [
            (_("To"), body["destination"]),
            (_("May leave in 24 hours without this"), _amount(int(body["limit_units"]), taken)),
            (_("With this, it would be"), _amount(int(body["window_units"]), taken)),
        ],
    )


def _destination(body: Mapping[str, Any]) -> Words:
    return Words(
        _("Send payouts to another address"),
        [
            _("Every payout asked for after that goes to the new address."),
            _("Until then payouts go to the old one.")
            if body["instead_of"]
            else _("Until then nothing can be paid out."),
        ],
        [
            (_("New address"), body["address"]),
            (_("In force until then"), body["instead_of"] or figures.NOTHING),
        ],
    )


def _hold(kind: str, body: Mapping[str, Any]) -> Words:
    title, does = {
        "hold_release": (
            _("Release a held payment"),
            _("The payment is credited to its shop, and may be paid out."),
        ),
        "hold_return": (
            _("Give a held payment back"),
            _("It is owed to its payer, who says where to by a claim link."),
        ),
        "hold_block": (
            _("Keep a held payment"),
            _("It stays in custody for good; neither its shop nor its payer gets it."),
        ),
    }[kind]
    return Words(
        title,
        [does, _("It is held because a list names its payer, or nothing does.")],
        [(_("Deposit"), str(body["deposit_id"]))],
        about=f"/house/holds/{body['hold_id']}",
    )


def _case(body: Mapping[str, Any]) -> Words:
    return Words(
        _("Close a case: %(ending)s") % {"ending": ending_word(body["disposition"])},
        [_("Its alerts are laid aside. It can be reopened with a reason.")],
        [
            (_("Case"), body["reference"]),
            (_("Hash of the evidence"), body["sha256"]),
        ],
        about=f"/house/cases/{body['case_id']}",
    )


def _scenario(kind: str, body: Mapping[str, Any]) -> Words:
    facts = [
        (_("Scenario"), scenario_word(body["scenario"])),
        (_("Version"), str(body["number"])),
        (_("Hash of the table"), body["sha256"]),
    ]
    about = f"/house/scenarios/{body['scenario']}"
    if kind == "scenario_retire":
        title = _("Take a scenario off")
        return Words(title, [_("Nobody is alerted by it any more.")], facts, about=about)
    return Words(
        _("Put a scenario in force"),
        [_("People are alerted by it from then on. The version before is laid aside.")],
        facts,
        about=about,
    )


def _of_compliance(kind: str, body: Mapping[str, Any]) -> Words:
    if kind == "list_give_up":
        return Words(
            _("Give up the list %(name)s") % {"name": body["source"]},
            [_("Nobody is screened by it any more, and whom it names is looked at again.")],
            [(_("Version"), f"#{body['number']}")],
            about=f"/house/lists/{body['source']}",
        )
    if kind == "list_load":
        words = {"removed": _("Taken off"), "changed": _("Changed")}
        return Words(
            _("Load a file into the list %(name)s") % {"name": body["source"]},
            [_("It takes somebody off the list, or says otherwise of them.")],
            [
                (_("In place of"), f"#{body['number']}"),
                (_("Entities"), f"−{body['removed']} ~{body['changed']}"),
                *((words[how], name) for how, name in body["changes"]),
                (_("Hash of the file"), body["sha256"]),
            ],
            about=f"/house/lists/{body['source']}",
        )
    if kind == "good_guy":
        return Words(
            _("Call somebody another person than a listed one"),
            [_("Matches with this entry are set aside until the list says anything else of it.")],
            [
                (_("Whom it is about"), body["about"]),
                (_("Listed as"), f"{body['source']}:{body['entity_id']}"),
            ],
            about="/house/whitelist",
        )
    return Words(
        _("Let money go to an address"),
        [
            _("A trace speaks against it, or says too little."),
            _("Once it is on the chain it can't be called back."),
        ],
        [
            (_("To"), body["address"]),
            (_("Chain"), body["chain_id"]),
            (_("Because"), ", ".join(reason_word(one) for one in body["reasons"])),
        ],
        about="/house/screening/wallet",
    )


def _bank(body: Mapping[str, Any]) -> Words:
    facts = [
        (_("New bank account"), body["shown"]),
        (_("Account holder"), body["holder"]),
        (_("In force until then"), body["instead_of_shown"] or figures.NOTHING),
    ]
    if body["bic"]:
        facts.insert(2, ("BIC", body["bic"]))
    return Words(
        _("Pay to another bank account"),
        [
            _("Every payout to a bank asked for after that goes to the new account."),
            _("Until then payouts go to the old one.")
            if body["instead_of"]
            else _("Until then nothing can be paid out."),
        ],
        facts,
    )


def _limits(act: Act, body: Mapping[str, Any], *, shops: Shops, assets: Assets) -> Words:
    shop = shops.get(act.shop_id)
    facts = []
    for name, wanted in body["changes"].items():
        asset = _limit_asset(name, shop, assets)
        before = _limit_text(body["instead_of"][name], asset)
        facts.append((limit_word(name), f"{before} → {_limit_text(wanted, asset)}"))
    return Words(
        _("Change a shop's limits"),
        [_("More can be lost: by a reorganisation, a bad rate or a stolen sign-in.")],
        facts,
    )


def _fee(body: Mapping[str, Any]) -> Words:
    before, after = body["instead_of"]["fee_bps"], body["fee_bps"]
    return Words(
        _("Change a shop's fee"),
        [_("Invoices issued after that bear it; those issued before keep theirs.")],
        [(_("Fee"), f"{percent_text(before)} → {percent_text(after)}")],
    )


def _status(body: Mapping[str, Any]) -> Words:
    return Words(
        {
            "active": _("Let a shop go on"),
            "closing": _("Close a shop"),
        }[body["status"]],
        [status_does(body["status"])],
        [
            (_("Shop"), body["shop"]),
            (
                _("State"),
                f"{status_sign(body['instead_of']).word} → {status_sign(body['status']).word}",
            ),
        ],
        about=f"/house/shops/{body['shop_id']}",
    )


def _reserve(act: Act, body: Mapping[str, Any]) -> Words:
    before = body["instead_of"]
    return Words(
        _("Change a shop's reserve"),
        [_("What is kept already stays until its day; payments from then on leave the new part.")],
        [
            (_("Of each payment"), f"{percent_text(before['bps'])} → {percent_text(body['bps'])}"),
            (_("Days"), f"{before['days']} → {body['days']}"),
        ],
        about=f"/house/shops/{act.shop_id}",
    )


def _release(body: Mapping[str, Any]) -> Words:
    asset = Asset(body["asset"], body["decimals"])
    return Words(
        _("Send a shop's money elsewhere"),
        [
            _("It leaves though the shop is suspended or closing, and not to the shop's address."),
            _("Once it is on the chain it can't be called back."),
        ],
        [
            (_("Shop"), body["shop"]),
            (
                _("Amount"),
                _amount(int(body["units"]), asset)
                if body["units"]
                else _("all that can leave, when it was proposed %(amount)s")
                % {"amount": _amount(int(body["payable_units"]), asset)},
            ),
            (_("To"), body["destination"]),
            (_("On none of the lists"), body["lists"]),
        ],
        about=f"/house/shops/{body['shop_id']}",
    )


def limit_word(name: str) -> str:
    return {
        "payout_limit_units": _("May leave in 24 hours without a second person"),
        "at_risk_cap_units": _("Paid out before payments are final, at most"),
        "max_open_lock_units": _("Locked in open invoices, at most"),
    }[name]


def _limit_asset(name: str, shop: ShopView | None, assets: Assets) -> Asset | None:
    if shop is None:
        return None
    code = shop.pricing_currency if name == "max_open_lock_units" else shop.settlement_asset
    return FIAT.get(code) or assets.get(code)


def _limit_text(units: str | None, asset: Asset | None) -> str:
    if units is None:
        return _("the house's")
    return _amount(int(units), asset) if asset else units


def _of_house(kind: str, body: Mapping[str, Any], names: Names) -> Words:
    if kind == "desk_resume":
        return _resume(body)
    return Words(
        _("Give a role of the house"),
        [_("From then on they act for every shop, as far as the role lets them.")],
        [
            (_("Person"), names.get(UUID(body["user_id"])) or body["user_id"]),
            (_("Role"), role_word(body["role"])),
        ],
        about="/house/people",
    )


def _resume(body: Mapping[str, Any]) -> Words:
    asset = body["asset"]
    return Words(
        _("Let %(asset)s go on") % {"asset": asset_symbol(asset)}
        if asset
        else _("Let the whole desk go on"),
        [_("New rates are given again, from Wide on, until it has been calm.")],
        [(_("Halted because"), body["halted_because"]), (_("By"), body["halted_by"])],
    )


def _entry(body: Mapping[str, Any], *, assets: Assets) -> Words:
    facts = [
        (line["account"], _signed(int(line["units"]), line["asset"], assets))
        for line in body["lines"]
    ]
    if body["documents"]:
        facts.append((_("Proved by"), ", ".join(body["documents"])))
    return Words(
        _("Book an entry by hand"),
        [_("It can't be changed afterwards; another entry would have to correct it.")],
        facts,
    )


def _signed(units: int, code: str, assets: Assets) -> str:
    asset = FIAT.get(code) or assets.get(code)
    text = _amount(abs(units), asset) if asset else f"{abs(units)} × {code}"
    return f"+{text}" if units > 0 else f"\u2212{text}"


def _amount(units: int, asset: Asset) -> str:
    return f"{grouped(trimmed(format_amount(Amount(units, asset))))} {asset.symbol}"


def state_sign(act: Act) -> Sign:
    match act.state:
        case "proposed" if act.maker is None:
            return Sign("wait", "clock", _("Waits for two people"))
        case "proposed":
            return Sign("wait", "clock", _("Waits for a second person"))
        case "approved":
            return Sign("seen", "hourglass", _("Approved, waits for its delay"))
        case "carried_out":
            return Sign("paid", "check", _("Done"))
        case "cancelled":
            return Sign("quiet", "cross", _("Cancelled"))
        case "rejected":
            return Sign("problem", "cross", _("Rejected"))
        case "expired":
            return Sign("quiet", "hourglass", _("Expired"))
        case _:
            return Sign("problem", "alert", _("Could not be done"))


def end_words(act: Act) -> str:
    """Why an act ended as it did: what a person wrote, or what its doing was refused for."""
    if act.state == "cancelled" and act.ended_by is None:
        return (
            _("The case learnt something new meanwhile.")
            if act.kind == "case_close"
            else _("Its payout was taken back.")
        )
    if act.state != "failed":
        return act.end_reason
    code, _colon, rest = act.end_reason.partition(": ")
    if code == "act_changed":
        return _("What it was about had changed meanwhile. Propose it again if it is wanted.")
    return rest or act.end_reason
