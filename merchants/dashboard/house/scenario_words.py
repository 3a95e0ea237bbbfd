"""Scenarios in words, for the officers who keep them. Nobody else reads these."""

from typing import Final

from django.utils.translation import gettext as _

from gateway.compliance.scenarios.catalogue import SLIDING
from gateway.compliance.scenarios.errors import TableRefused
from merchants.dashboard.wording import Sign


def scenario_word(name: str) -> str:
    """One that came with the program in words, another by its name."""
    words = {
        "changed_destination": _("Payout soon after a new address"),
        "cycles": _("Money that comes back"),
        "dormant_reactivation": _("Awake after a long rest"),
        "fan_in": _("Many shops pay one wallet"),
        "fan_out": _("One wallet pays many shops"),
        "geography": _("A bank in another country"),
        "high_risk_mcc": _("Business of high risk"),
        "politically_exposed": _("Politically exposed"),
        "rapid_in_out": _("In and out within a day"),
        "refund_abuse": _("Many refunds"),
        "sanctioned_jurisdiction": _("Sanctioned country"),
        "split_invoices": _("One sum in many parts"),
        "structuring": _("Just below a threshold"),
        "velocity": _("Very many payments"),
    }
    return words.get(name) or name.replace("_", " ").capitalize()


def state_sign(state: str) -> Sign:
    return {
        "draft": Sign("quiet", "list", _("Draft")),
        "shadow": Sign("seen", "eye", _("In shadow")),
        "live": Sign("paid", "check", _("In force")),
        "retired": Sign("quiet", "cross", _("Laid aside")),
    }[state]


def test_sign(state: str) -> Sign:
    """How far a backtest is."""
    return {
        "waiting": Sign("wait", "clock", _("Waits for its turn")),
        "running": Sign("seen", "progress", _("Under way")),
        "done": Sign("paid", "check", _("Done")),
        "failed": Sign("problem", "alert", _("Failed")),
    }[state]


def subject_word(subject: str) -> str:
    return {"shop": _("Shop"), "address": _("Address")}[subject]


def severity_choices() -> list[tuple[str, str]]:
    return [
        ("none", _("No alert")),
        ("low", _("Low")),
        ("medium", _("Medium")),
        ("high", _("High")),
    ]


def kind_words() -> dict[str, str]:
    """What may happen, after which a table is asked."""
    return {
        "deposit": _("A payment on a chain"),
        "card_payment": _("A payment by card"),
        "refund": _("A refund on a chain"),
        "card_refund": _("A refund to a card"),
        "payout_requested": _("A payout is asked for"),
        "payout": _("A payout arrived"),
        "destination_changed": _("Payouts go elsewhere from now on"),
        "profile": _("The business is known otherwise"),
    }


def feature_word(name: str) -> str:
    """A column's heading."""
    sliding = SLIDING.fullmatch(name)
    if sliding is None:
        return _other_features().get(name) or name
    way, measure, span = sliding.groups()
    what = {
        ("in", "count"): _("Times money came in"),
        ("in", "cents"): _("Dollars in"),
        ("in", "others"): _("Different payers"),
        ("out", "count"): _("Times money went out"),
        ("out", "cents"): _("Dollars out"),
        ("out", "others"): _("Different receivers"),
    }[way, measure]
    return f"{what}, {_spans()[span]}"


def _spans() -> dict[str, str]:
    return {
        "1h": _("1 hour"),
        "24h": _("24 hours"),
        "7d": _("7 days"),
        "30d": _("30 days"),
        "90d": _("90 days"),
    }


def _other_features() -> dict[str, str]:
    spans = _spans()
    day, week, month, quarter = spans["24h"], spans["7d"], spans["30d"], spans["90d"]
    came_twice, went_twice = _("Paid twice within a day"), _("Was paid twice within a day")
    near = {
        usd: _("Just below %(sum)s dollars") % {"sum": usd} for usd in ("1000", "3000", "10000")
    }
    back = _("Hops until it came back")
    return {
        "count_with_other_24h": f"{_('Times between these two')}, {day}",
        "cents_with_other_24h": f"{_('Dollars between these two')}, {day}",
        "largest_with_other_24h": f"{_('Largest between these two')}, {day}",
        "invoices_with_other_24h": f"{_('Invoices between these two')}, {day}",
        "in_repeaters_30d": f"{came_twice}, {month}",
        "in_repeaters_90d": f"{came_twice}, {quarter}",
        "out_repeaters_30d": f"{went_twice}, {month}",
        "out_repeaters_90d": f"{went_twice}, {quarter}",
        **{f"near_{usd}_7d": f"{word}, {week}" for usd, word in near.items()},
        "unvalued_30d": f"{_('Of unknown worth')}, {month}",
        "out_of_in_permille_24h": f"{_('Out, of 1,000 in')}, {day}",
        "both_ways_30d": f"{_('Money both ways')}, {month}",
        "refund_count_7d": f"{_('Refunds')}, {week}",
        "refund_cents_7d": f"{_('Dollars refunded')}, {week}",
        "refund_permille_30d": f"{_('Refunded, of 1,000 taken')}, {month}",
        "cycle_hops_30d": f"{back}, {month}",
        "cycle_hops_90d": f"{back}, {quarter}",
        "quiet_days": _("Days of nothing before"),
        "hours_since_change": _("Hours since payouts go elsewhere"),
        "cents": _("Dollars of this one"),
        "kind": _("What happened"),
        "mcc": _("Category code"),
        "country": _("The shop's country"),
        "bank_country": _("The bank's country"),
        "bank_abroad": _("Bank in another country"),
        "countries": _("Every country it has to do with"),
        "exposed": _("Politically exposed"),
        "rating": _("Risk rating"),
    }


def hint_of(sort: str, unit: str) -> str:
    """What a cell of that kind may say."""
    if sort == "number":
        return ">= 999.50 · 5..10" if unit == "cents" else ">= 5 · < 5 · 5..10"
    return {
        "text": _("5967, 7995 · not 5967"),
        "list": _("IR, KP: any of them"),
        "flag": _("yes · no"),
    }[sort]


SHORT: Final = 12
"""Of a hash, as many digits as people compare."""


def table_problem(reason: str) -> str:
    """Why a table, or a cell of it, can't be used."""
    words = {
        "name": _("A name has 2 to 48 of the letters a to z, digits and _, a letter first."),
        "subject": _("Choose what it watches."),
        "cell_number": _("Write a comparison such as >= 5, or a span such as 5..10."),
        "cell_whole": _("Only whole numbers count here."),
        "cell_range": _("A span goes from the smaller to the larger number."),
        "cell_words": _("Write words with commas between them, without spaces or signs in them."),
        "cell_flag": _("Write yes or no, or nothing."),
        "cell_long": _("That is too long for a cell."),
        "columns_count": _("A table has 1 to 12 columns."),
        "column_unknown": _("There is no such column."),
        "column_twice": _("This column stands there twice."),
        "rows_count": _("A table has 1 to 50 rows."),
        "rows_all_none": _("At least one row must alert."),
        "row_any": _("An empty row would fit everybody: write something into a cell."),
        "row_reason": _("Say in at most 200 characters what was noticed, without quotation marks."),
        "severity": _("Choose how urgent it is."),
        "triggers": _("Choose after what it is asked."),
        "rest_days": _("An alert rests for 1 to 365 days."),
        "sources": _("Name at most 20 sources of at most 400 characters."),
    }
    return words.get(reason) or _("This table can't be used.")


def refused_words(refused: TableRefused) -> str:
    """A refusal with where it stands."""
    words = table_problem(refused.reason)
    if not refused.row:
        return words
    return _("Row %(row)s: %(problem)s") % {"row": refused.row, "problem": words}


def problem_words(code: str) -> str:
    """A refusal about a scenario; "" for one of another room."""
    words = {
        "scenario_name_taken": _("There is a scenario of this name, in force or laid aside."),
        "scenario_version_state": _("Somebody was quicker: this version has moved on."),
        "scenario_version_unchanged": _("Nothing is different from the newest version."),
        "scenario_reason_missing": _("Say why: it is written down with your name."),
        "scenario_period_refused": _(
            "A period begins before it ends, and lasts two years at most."
        ),
        "scenario_band_refused": _("The band under the line is 1 to 50 per cent."),
    }
    return words.get(code, "")
