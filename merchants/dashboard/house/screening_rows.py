"""What a look at a name or a wallet shows: every reason with its points, every path by steps."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

import msgspec
from django.utils.translation import gettext as _

from gateway.chains.addresses import checksum
from gateway.checkout.wording import asset_symbol
from gateway.compliance.inquiring.models import Inquiry
from gateway.compliance.inquiring.selectors import asked_of
from gateway.compliance.naming.scoring import Score
from gateway.compliance.naming.weights import POINTS, WEIGHTS
from gateway.compliance.tracing.models import WalletVerdict
from gateway.compliance.tracing.transfers import MICROS
from gateway.money.assets import Asset
from merchants.accounts.selectors import people_named
from merchants.dashboard.house.book_rows import known_assets, units_text
from merchants.dashboard.house.screening_words import (
    asked_words,
    part_word,
    reason_word,
    where_from,
)
from merchants.dashboard.selectors import time_text
from merchants.dashboard.wording import Sign

PATHS_SHOWN: Final = 6
BARS: Final = 1_000


def score_row(score: Score) -> dict[str, Any]:
    """One listed entity with what speaks for and against it."""
    return {
        "name": score.name.full or score.entity_id,
        "listed": f"{score.source}:{score.entity_id}",
        "source": score.source,
        "entity_id": score.entity_id,
        "percent": percent(score.points),
        "bar": score.points * BARS // POINTS,
        "is_match": score.points >= WEIGHTS.threshold,
        "is_weak": score.name.strength == "weak",
        "pairs": [
            {
                "words": f"{pair.asked} = {pair.listed}",
                "alike": f"{pair.likeness / 10:.0f} %",
                "points": points(pair.points),
            }
            for pair in score.pairs
        ],
        "parts": [
            {"word": part_word(part.name), "detail": part.detail, "points": points(part.points)}
            for part in score.parts
            if part.name != "words"
        ],
        "asked_only": " ".join(score.asked_only),
        "listed_only": " ".join(score.listed_only),
    }


def percent(value: int) -> str:
    return f"{value // 100}.{value % 100:02} %"


def points(value: int) -> str:
    return f"{'+' if value >= 0 else '−'}{abs(value) // 100}.{abs(value) % 100:02}"


def unsaid_word(reason: str) -> str:
    """Why nobody can say; '' if somebody can."""
    code, _colon, rest = reason.partition(":")
    return {
        "": "",
        "no_list": _("No list is loaded, so nobody can be found clear."),
        "list_missing": _("The list %(name)s is missing, so nobody can be found clear.")
        % {"name": rest},
        "index_not_ready": _("The index of the lists is being built. Try again in a minute."),
    }.get(code, reason)


def wallet_facts(verdict: WalletVerdict) -> dict[str, Any]:
    """A trace with its shares, and the strongest way of each that is known. One query."""
    answer: dict[str, Any] = msgspec.json.decode(verdict.answer)
    steps = (s for one in answer["received"] for part in one["parts"] for s in part["path"])
    known = known_assets({step["asset"] for step in steps})
    return {
        "sign": state_sign(verdict.state),
        "reasons": [reason_word(one) for one in verdict.reasons],
        "failures": [reason_word(one) for one in verdict.failures],
        "rules": verdict.rules,
        "provider": f"{verdict.provider} {verdict.provider_version}".strip(),
        "lists": verdict.lists.replace(",", ", ") or _("none"),
        "at": time_text(verdict.given_at),
        "own": where_from(answer["own"]) if answer["own"] is not None else "",
        "received": [_received(one, known) for one in answer["received"]],
        "transfers": answer["transfers"],
        "dusted_by": [checksum(_bytes(one)) for one in answer["dusted_by"]],
    }


def state_sign(state: str) -> Sign:
    match state:
        case "clear":
            return Sign("paid", "check", _("Clear"))
        case "review":
            return Sign("wait", "eye", _("To be reviewed"))
        case "high":
            return Sign("problem", "alert", _("High risk"))
        case _:
            return Sign("quiet", "clock", _("Unknown"))


def _received(told: Mapping[str, Any], known: dict[str, Asset]) -> dict[str, Any]:
    whole = int(told["units"])
    parts = sorted(told["parts"], key=lambda one: -int(one["units"]))
    return {
        "asset": told["asset"],
        "worth": _worth(told["value_micros"]),
        "parts": [_part(one, whole=whole) for one in parts],
        "paths": [_path(one, known) for one in parts if one["path"]][:PATHS_SHOWN],
    }


def _part(told: Mapping[str, Any], *, whole: int) -> dict[str, Any]:
    share = int(told["units"]) * BARS // whole if whole else 0
    return {
        "from": where_from(told),
        "share": f"{share // 10}.{share % 10} %",
        "bar": share,
        "tone": tone_of(told),
        "worth": _worth(told["value_micros"]),
        "hops": told["hops"],
        "is_unknown": told["category"] == "unknown",
    }


def _path(told: Mapping[str, Any], known: dict[str, Asset]) -> dict[str, Any]:
    steps = told["path"]
    return {
        "from": where_from(told),
        "tone": tone_of(told),
        "first": checksum(_bytes(steps[0]["from"])),
        "steps": [
            {
                "to": checksum(_bytes(step["to"])),
                "amount": units_text(int(step["units"]), step["asset"], known),
                "symbol": asset_symbol(step["asset"]),
                "block": step["at"][0],
            }
            for step in steps
        ],
    }


def tone_of(told: Mapping[str, Any]) -> str:
    if told["status"] == "listed":
        return "problem"
    if told["category"] in ("mixer", "theft", "darknet", "scam"):
        return "wait"
    return "quiet" if told["category"] == "unknown" else "paid"


def _worth(micros: Any) -> str:
    if micros is None:
        return _("of unknown worth")
    dollars, rest = divmod(int(micros), MICROS)
    return f"${dollars:,}.{rest // 10_000:02}"


def _bytes(text: str) -> bytes:
    return bytes.fromhex(text.removeprefix("0x"))


def inquiry_rows(inquiries: Sequence[Inquiry]) -> list[dict[str, Any]]:
    """Two queries, none for no look."""
    names = people_named({one.by for one in inquiries})
    return [
        {
            "by": names.get(one.by, str(one.by)),
            "asked": asked_words(one.kind, asked) if asked is not None else _("No longer kept"),
            "versions": one.found.get("versions", ""),
            "count": one.found.get("scores", one.found.get("rows", one.found.get("verdicts", 0))),
            "at": time_text(one.at),
        }
        for one, asked in zip(inquiries, asked_of(inquiries), strict=True)
    ]
