"""Words for what the desk's pages list, each with its tone and icon."""

from django.utils.translation import gettext as _

from gateway.events.errors import TillwayError
from gateway.market.measures.holdings import Limit
from gateway.market.measures.values import FillKind, Line
from gateway.market.risk.states import RiskState
from gateway.money.errors import MoneyError
from merchants.dashboard.desk import figures
from merchants.dashboard.wording import Sign

_JUMP, _PPM_TRIGGERS = "price_jump", {"sources_disagree", "off_peg", "inventory", "daily_loss"}


def state_sign(state: int) -> Sign:
    """An asset's state of risk."""
    return {
        RiskState.NORMAL: Sign("paid", "check-circle", _("Normal")),
        RiskState.WIDE: Sign("wait", "alert", _("Wide")),
        RiskState.REDUCE_ONLY: Sign("wait", "half", _("Reduce only")),
        RiskState.HALT: Sign("problem", "hand", _("Halted")),
    }[RiskState(state)]


def state_means(state: int) -> str:
    """What a state means for a new sale."""
    return {
        RiskState.NORMAL: _("New rates are given as usual."),
        RiskState.WIDE: _("New rates cost more and hold for a shorter time."),
        RiskState.REDUCE_ONLY: _("Only what brings the desk back to its target is taken."),
        RiskState.HALT: _("No new rates. What was promised stays owed."),
    }[RiskState(state)]


def trigger_word(trigger: str) -> str:
    """Why a state was entered."""
    words = {
        "price_jump": _("The price jumped"),
        "sources_disagree": _("Sources of the price disagree"),
        "too_few_sources": _("Too few sources of the price"),
        "inventory": _("Too much is held"),
        "daily_loss": _("The day's loss"),
        "off_peg": _("Away from its peg"),
        "stale_input": _("Nobody judged it for a while"),
        "by_hand": _("Halted by a person"),
        "calm": _("Calm again"),
    }
    return words.get(trigger, trigger)


def measure_words(trigger: str, measure: int, limit: int) -> str:
    """What was seen against the limit it reached, in the trigger's own unit."""
    if trigger == _JUMP:
        seen, most = (f"{value / 1000:.1f}{figures.NBSP}σ" for value in (measure, limit))
    elif trigger in _PPM_TRIGGERS:
        seen, most = figures.percent(measure), figures.percent(limit)
    elif trigger == "too_few_sources":
        seen, most = str(measure), str(limit)
    elif trigger == "calm" and limit:
        seen, most = figures.duration(measure), figures.duration(limit)
    else:
        return ""
    return _("%(seen)s, limit %(most)s") % {"seen": seen, "most": most}


def hedge_sign(status: str) -> Sign:
    match status:
        case "planned":
            return Sign("wait", "clock", _("Planned"))
        case "sent":
            return Sign("seen", "progress", _("Under way"))
        case "done":
            return Sign("paid", "check", _("Done"))
        case "abandoned":
            return Sign("quiet", "cross", _("Called off"))
        case _:
            return Sign("problem", "alert", _("Failed"))


def step_sign(status: str) -> Sign:
    match status:
        case "queued":
            return Sign("wait", "clock", _("To be mined"))
        case "mined":
            return Sign("seen", "progress", _("In a block"))
        case "done":
            return Sign("paid", "check", _("Final"))
        case _:
            return Sign("problem", "alert", _("Failed"))


def exchange_order_sign(status: str) -> Sign:
    match status:
        case "planned" | "asked":
            return Sign("seen", "progress", _("Under way"))
        case "done":
            return Sign("paid", "check", _("Done"))
        case "refused":
            return Sign("quiet", "cross", _("Not done"))
        case _:
            return Sign("problem", "alert", _("Unknown there"))


def stop_word(reason: str) -> str:
    """Why nothing is traded on an exchange: our stable codes in words."""
    words = {
        "by_hand": _("Stopped by a person"),
        "balance_differs": _("It holds something else than the books say"),
        "fee_in_unknown_currency": _("It took a fee in a currency that our settings do not name"),
        "order_forgotten": _("It forgot an order that had traded"),
        "fills_missing": _("Fills that it counts did not come"),
        "beyond_its_bound": _("It traded beyond the price that the order allowed"),
        "fill_off_fair_value": _("It traded far from our fair value"),
        "fee_too_high": _("It took more of a fee than can be"),
        "more_than_asked": _("It traded more than was asked for"),
        "less_than_told": _("It takes back what it said of an order"),
        "fill_told_otherwise": _("It tells a fill otherwise than before"),
        "fill_nonsense": _("It tells a fill that can't be"),
        "fill_does_not_add_up": _("A fill of it does not add up"),
    }
    return words.get(reason, reason.replace("_", " "))


def told_word(told: str) -> str:
    """What an exchange last said of something that it was asked for."""
    words = {
        "unknown": _("It does not know of it"),
        "silent": _("It does not answer"),
        "pending": _("It is working on it"),
        "open": _("It is still open there"),
        "over": _("It is over there"),
        "done": _("It is done there"),
        "refused": _("It refused it"),
    }
    return words.get(told, _("It was not asked yet"))


def step_word(kind: str) -> str:
    return {"approve": _("Leave for the router"), "swap": _("Swap")}.get(kind, kind)


def side_word(side: str) -> str:
    return {"sell": _("Sell"), "buy": _("Buy")}.get(side, side)


def style_word(style: str) -> str:
    return {"market": _("At once"), "twap": _("In slices")}.get(style, style)


def move_sign(state: str, *, overdue: bool = False) -> Sign:
    if overdue and state in {"asked", "left", "seen"}:
        return Sign("problem", "alert", _("Overdue"))
    match state:
        case "planned":
            return Sign("wait", "clock", _("Planned"))
        case "asked":
            return Sign("wait", "hourglass", _("Asked for"))
        case "left":
            return Sign("seen", "progress", _("On its way"))
        case "seen":
            return Sign("seen", "eye", _("Seen, not final"))
        case "arrived":
            return Sign("paid", "check", _("Arrived"))
        case "returned":
            return Sign("quiet", "return", _("Came back"))
        case "refused":
            return Sign("quiet", "cross", _("Not done"))
        case "unmade":
            return Sign("quiet", "cross", _("Never made, a person says"))
        case _:
            return Sign("problem", "cross-circle", _("Given up as lost"))


def hedge_reason(reason: str) -> str:
    """Why a hedge was decided, or why it rests or ended: our stable codes in words."""
    words = {
        "by_hand": _("Asked for by a person"),
        "float_short": _("The float that payouts leave from is short"),
        "beyond_band": _("The position left its no-trade band"),
        "beyond_tier": _("The position is beyond what the capital allows"),
        "within_band": _("The position is within its band"),
        "not_allowed": _("Halted, or hedging is switched off"),
        "no_capital": _("The capital can't be told"),
        "no_venue": _("No pool, exchange or order takes it"),
        "no_price": _("There is no fresh price"),
        "nothing_at_hand": _("The treasury holds nothing of its own to give for it"),
        "too_dear": _("The pools give too little for it"),
        "no_longer_needed": _("No longer needed"),
        "called_off": _("Called off by a person"),
        "under_way": _("A hedge is under way"),
        "too_small": _("Smaller than the least order"),
        "hedging_off": _("Hedging is switched off"),
    }
    return words.get(reason, reason.replace("_", " "))


def order_sign(status: str) -> Sign:
    match status:
        case "open":
            return Sign("seen", "progress", _("In the book"))
        case "filled":
            return Sign("paid", "check", _("Filled"))
        case _:
            return Sign("quiet", "cross", _("Cancelled"))


def twap_sign(state: str) -> Sign:
    match state:
        case "waiting":
            return Sign("wait", "clock", _("Waiting"))
        case "running":
            return Sign("seen", "progress", _("Under way"))
        case "filled":
            return Sign("paid", "check", _("Filled"))
        case "ended":
            return Sign("quiet", "hourglass", _("Time is over"))
        case _:
            return Sign("quiet", "cross", _("Cancelled"))


def time_in_force_word(name: str) -> str:
    words = {
        "good_till_cancelled": _("Until cancelled"),
        "immediate_or_cancel": _("What it gets at once"),
        "fill_or_kill": _("All at once or nothing"),
        "post_only": _("Only resting"),
    }
    return words.get(name, name)


def limit_word(limit: Limit) -> str:
    return {
        Limit.OPEN_LOCKS: _("Open locks of their cap"),
        Limit.INVENTORY: _("Inventory of its hard bound"),
        Limit.POSITION_TIER: _("Position of what the capital allows"),
        Limit.LEVERAGE: _("All positions of what the capital allows"),
        Limit.DAILY_LOSS: _("The day's loss of its limit"),
        Limit.VENUE_DEPTH: _("Open locks of what the pools take"),
        Limit.FLOAT: _("Owed to others of the treasury's float"),
        Limit.GAS: _("A day's gas of what is there for it"),
        Limit.SHOP_LOCKS: _("A shop's open locks of their cap"),
        Limit.SIGNER_DAY: _("Transactions that the signer's daily limit holds back"),
    }[limit]


def line_word(line: Line) -> str:
    """A step of the waterfall."""
    return {
        Line.QUOTED_SPREAD: _("Quoted spread"),
        Line.LOCK_PREMIUM: _("Price locks, charged"),
        Line.CHARGED_FILL: _("Pools' fee, charged"),
        Line.CHARGED_GAS: _("Gas, charged"),
        Line.VALUATION: _("Valuation and rounding"),
        Line.FEE: _("Gateway's fee"),
        Line.LOCK_MOVE: _("Market's move during locks"),
        Line.UNSPLIT: _("Edge that can't be split"),
        Line.CONVERSION: _("Refunds and payouts converted"),
        Line.SLIPPAGE: _("Sales: fees and slippage"),
        Line.HEDGING: _("Hedges: fees and slippage"),
        Line.BOOK: _("Own order book: the desk's trades"),
        Line.BOOK_FEES: _("Own order book: fees"),
        Line.RANGES: _("Own ranges: what pools traded"),
        Line.RANGE_FEES: _("Own ranges: fees earned"),
        Line.GAS: _("Gas spent"),
        Line.VENUE_FEES: _("Venues' and ways' fees"),
        Line.REVERSAL: _("Taken back by reorgs"),
        Line.OTHER: _("Other"),
    }[line]


def fill_word(kind: FillKind) -> str:
    return {
        FillKind.PAYMENT: _("Payment"),
        FillKind.SALE: _("Sale of a payment"),
        FillKind.HEDGE: _("Hedge"),
        FillKind.CONVERSION: _("Conversion for a shop"),
        FillKind.BOOK: _("Trade in the own order book"),
    }[kind]


def entry_kind_word(kind: str) -> str:
    """A journal entry's kind."""
    words = {
        "payment": _("Payment"),
        "payment_late": _("Late payment"),
        "released": _("Payment released after a check"),
        "deposit": _("Deposit confirmed"),
        "sweep": _("Sweep"),
        "fill": _("Sale of a payment"),
        "hedge": _("Hedge"),
        "trade": _("Trade in the own order book"),
        "range_in": _("Own range put into a pool"),
        "range_out": _("Own range taken back"),
        "move": _("Inventory under way"),
        "gas": _("Gas spent"),
        "funding": _("Capital put in"),
        "payout_reserved": _("Payout requested"),
        "payout_left": _("Payout sent"),
        "surplus": _("Surplus owed to the payer"),
        "refund_made": _("Refund"),
        "provider_in": _("Brought by a provider"),
        "provider_held": _("Brought by a provider, held"),
        "provider_released": _("Brought by a provider, released"),
        "provider_blocked": _("Brought by a provider, kept back"),
        "provider_out": _("Paid out to a provider"),
        "fees_shared": _("Fees shared with providers"),
        "loss_borne": _("Loss borne by providers"),
    }
    return words.get(kind) or kind.replace("_", " ").capitalize()


def refusal_words(error: TillwayError | MoneyError) -> str:
    """A refusal in the reader's language where we have it, else in its own words."""
    known = {
        "amount_not_a_number": _("That is not an amount."),
        "amount_not_positive": _("Type an amount first."),
        "amount_too_precise": _("That has too many decimal places."),
        "amount_too_large": _("That amount is too large."),
        "market_unavailable": _("There is no fresh price now. Try again shortly."),
        "reason_missing": _("Say why, in at most 500 characters."),
        "desk_not_halted": _("It is not halted any more."),
        "above_hand_limit": _("That is more than one order by hand may be worth."),
        "hedge_under_way": _(
            "A hedge of this asset, or one that spends the same token, is under way."
        ),
        "transaction_under_way": _(
            "A transaction of it is under way and can't be called back. Try again once it is final."
        ),
        "range_not_open": _("Only an open range can be taken back."),
        "not_stuck": _("It is over, or the exchange was not asked for it yet."),
        "exchange_not_asked_lately": _(
            "The exchange was not asked about it in the last minutes: look whether the workers run."
        ),
        "exchange_tells": _("The exchange itself tells of it: it goes on by the exchange's word."),
        "too_early_to_say": _(
            "It may still show by itself: wait ten minutes where the exchange does not know it, an"
            " hour where it is silent."
        ),
        "not_to_be_called_off": _("It is over, or has left already."),
        "exchange_unknown": _("There is no such exchange."),
        "not_whole_lots": _("The amount is not a whole number of lots."),
        "not_on_tick": _("The price is not a whole number of ticks."),
        "price_far_off": _("The price is too far from our fair value. Look for a zero too many."),
        "insufficient_funds": _("The desk's own balance, less what orders hold, is too small."),
        "market_closed": _("This market takes no orders now; they can be cancelled."),
        "order_unknown": _("There is no such order."),
        "bad_schedule": _("The schedule ends too early, or has too many parts."),
    }
    return known.get(error.code) or " ".join(filter(None, (error.message, error.hint)))
