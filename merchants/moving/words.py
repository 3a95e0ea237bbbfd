"""Moving in, in the reader's language."""

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from gateway.events.errors import TillwayError
from merchants.moving.models import Move
from merchants.moving.plans import Hook, Line
from merchants.moving.rows import Reason
from merchants.pos.views import problem_words

NAMES = {"btcpay": "BTCPay Server", "bitcart": "Bitcart"}
MINUTE, HOUR, DAY = 60, 3600, 86_400


def source_word(source: str) -> str:
    return NAMES[source]


def state_sign(move: Move) -> dict[str, str]:
    """A move's state as a badge."""
    tone, icon, word = {
        "looking": ("seen", "search", _("Looking")),
        "choosing": ("wait", "hand", _("Choose what comes over")),
        "reading": ("seen", "progress", _("Bringing over")),
        "done": ("paid", "check", _("Brought over")),
        "failed": ("problem", "alert", _("Stopped by a problem")),
        "stopped": ("quiet", "cross", _("Stopped")),
    }[move.state]
    return {"tone": tone, "icon": icon, "word": word}


def setting_word(setting: str) -> str:
    return {
        "currency": _("Prices are in"),
        "lock": _("A price is held for"),
        "monitoring": _("Late payments are watched for"),
        "release": _("Goods are handed over"),
        "tolerance": _("May be missing of what is due"),
        "name": _("Name"),
        "website": _("Website"),
    }[setting]


def old_words(line: Line) -> str:
    """What the old program did."""
    if line.setting == "release":
        if not line.old:
            return _("when a payment is seen")
        return ngettext("after %(n)s confirmation", "after %(n)s confirmations", line.old) % {
            "n": line.old
        }
    return _value(line.setting, line.old)


def here_words(line: Line, value: Any) -> str:
    """What it is here, or would be; a dash where it is nothing."""
    return "–" if value is None else _value(line.setting, value)


def note_words(line: Line) -> str:
    return {
        "": "",
        "same": _("The same here already."),
        "nearest": _("The nearest that there is here."),
        "currency_unknown": _("We don't price in this currency yet."),
        "verified": _("Stands in your verification; change it there."),
        "counts_stay": _(
            "Amounts of your terms keep their numbers, in the new currency. Look at them after."
        ),
    }[line.note]


def hook_words(hook: Hook) -> str:
    """What of a webhook comes over, and what doesn't."""
    if hook.is_here:
        return _("There is an endpoint with this address already.")
    if not hook.events:
        return _("It asks for nothing that we tell of.")
    said = _("Everything") if "*" in hook.events else ", ".join(hook.events)
    if hook.left_out:
        said += " · " + _("not told of here: %(names)s") % {"names": ", ".join(hook.left_out)}
    return said


def reason_words(reason: Reason | str) -> str:
    """Why a row was left out."""
    return {
        "no_id": _("It has no number of its own."),
        "no_amount": _("It has no amount."),
        "bad_amount": _("Its amount is no number that can be kept exactly."),
        "no_currency": _("It names no currency."),
        "no_time": _("It says not when it was."),
        "no_status": _("Its status is a word that we don't know."),
        "too_long": _("A text of it is too long."),
        "no_object": _("It is no entry of such a list."),
        "broken": _("The line is broken."),
        "differs": _("Kept before, and different now. What was kept stays."),
        "no_name": _("It has no name."),
        "price_not_here": _("Its price is in another currency, or finer than ours."),
        "item_refused": _("The catalogue can't hold it as it is."),
    }.get(reason, reason)


def error_words(code: str) -> str:
    """Why a move waits or stopped; empty for no reason."""
    if not code:
        return ""
    return {
        "old_key_refused": _("The old server does not know this key. Make a new one there."),
        "old_key_lacks": _(
            "This key may not read there. It needs to see the store and its invoices."
        ),
        "old_server_other": _(
            "What answers at this address is not the program's API. Is the address complete,"
            " and does it lead there without another page in between?"
        ),
        "old_answer_too_large": _("The old server's answer is too large. Use an export file."),
        "old_store_gone": _("This key sees no such store on the old server."),
        "old_server_busy": _("The old server is busy."),
        "outside_failed": _("The old server does not answer."),
        "too_slow": _("The old server answers too slowly."),
        "name_unknown": _("There is no server of that name."),
        "target_not_public": _("This address can't be called from here. Use an export file."),
        "old_server_repeats": _(
            "The old server gives the same rows again, whichever are asked for. Use an export file."
        ),
        "too_many_rows": _(
            "There is more than one move brings over. Export a shorter span of time, and bring the"
            " files in one after the other."
        ),
        "too_many_unread": _(
            "Too much of it can't be read. The list below says what is wrong with it."
        ),
        "move_broken": _(
            "Something on our side does not get along with it. It is written down for us to look"
            " at. Use an export file, or try again later."
        ),
        "export_unreadable": _("The file breaks off, or is damaged from there on."),
        "catalogue_full": _("Your catalogue is full."),
        "choice_lapsed": _("Nobody chose within a week, so the key was thrown away."),
        "sealing_key_gone": _("The key was thrown away. Paste it again."),
    }.get(code) or _("Something stopped it (%(code)s).") % {"code": code}


def problem(error: TillwayError) -> str:
    """A refusal of a form."""
    return {
        "export_unreadable": _(
            "This is none of the exports that we can read: CSV or JSON, as BTCPay Server or"
            " Bitcart wrote it."
        ),
        "export_too_large": _(
            "This file is too large. Export a shorter span of time, and bring one after the other."
        ),
        "old_key_missing": _("Paste the old server's API key."),
        "old_key_no_text": _("That is no API key. Copy it whole, without blanks."),
        "target_not_public": _(
            "This address can't be called from here: it takes an https address that the public"
            " internet reaches. Use an export file instead."
        ),
        "move_under_way": _("Another move is under way. Wait for its end, or stop it."),
        "move_elsewhere": _("This has gone on meanwhile. Look at it again."),
    }.get(error.code) or problem_words(error)


def _value(setting: str, value: Any) -> str:
    if setting in ("lock", "monitoring"):
        return _span(value)
    if setting == "tolerance":
        return _percent(value)
    if setting == "release":
        return {
            "seen": _("when a payment is seen"),
            "confirmed": _("when it is confirmed"),
            "final": _("when nothing can take it back"),
        }[value]
    return str(value)


def _span(seconds: int) -> str:
    for size, one, many in (
        (DAY, _("%(n)s day"), _("%(n)s days")),
        (HOUR, _("%(n)s hour"), _("%(n)s hours")),
        (MINUTE, _("%(n)s minute"), _("%(n)s minutes")),
    ):
        if seconds and not seconds % size:
            n = seconds // size
            return (one if n == 1 else many) % {"n": n}
    return _("%(n)s seconds") % {"n": seconds}


def _percent(bps: int) -> str:
    whole, rest = divmod(bps, 100)
    return f"{whole}.{rest:02}".rstrip("0").rstrip(".") + "\N{NO-BREAK SPACE}%"
