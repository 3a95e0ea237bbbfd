"""A scenario played through the desk's own quotes, states of risk, locks and hedges. Pure.

Prices are given by the minute and drawn straight in between, since the desk judges every 15 s.
Invoices come all the time; strategic shoppers pay at the end of their lock if that pays, the
others some minutes later whatever happened. Hedges decided on one price are made at the next.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import pairwise
from random import Random

from gateway.market.desk.volatility import Volatility
from gateway.market.errors import LockCapReached
from gateway.market.hedging.deciding import Hedge, Side
from gateway.market.hedging.locks import OpenLock, Shoppers, lock_exposure
from gateway.market.quotes import Quote, lock_caps, quote_assets
from gateway.market.risk.states import Risk, RiskState, Transition
from gateway.market.risk.watch import judged
from gateway.market.simulation.closing import Position, hedge_of
from gateway.market.simulation.crowds import STEP_SECONDS, Crowd, Promises, Shopper
from gateway.market.simulation.outcomes import Hedged, Moment, Nobody, Outcome, Paid, Witness
from gateway.market.simulation.scenarios import Scenario
from gateway.market.simulation.stage import (
    CONFIRM_SECONDS,
    SETTLEMENT,
    SETTLEMENT_DECIMALS,
    Seen,
    Token,
    snapshot_of,
)
from gateway.market.snapshots import E18, DeskPolicy, MarketSnapshot
from gateway.money.amounts import Amount
from gateway.money.assets import FIAT

START_MS = 1_640_995_200_000
STEPS_A_MINUTE = 60 // STEP_SECONDS
DAY_MS = 86_400_000
FEE_BPS = 50
DOLLAR_E18 = E18 // 10**SETTLEMENT_DECIMALS


@dataclass(slots=True)
class _Play:
    """A desk in the middle of a scenario. Units are base units; cash is the settlement asset's."""

    token: Token
    crowd: Crowd
    policy: DeskPolicy
    random: Random
    witness: Witness
    start_ms: int
    volatility: Volatility
    prices: list[int]
    risks: dict[str, Risk] = field(default_factory=dict)
    snapshot: MarketSnapshot | None = None
    promises: list[Promises] = field(default_factory=list)
    held: int = 0
    cash: int = 0
    version: int = 0
    given: Counter[RiskState] = field(default_factory=Counter)
    honoured: Counter[RiskState] = field(default_factory=Counter)
    lapsed: int = 0
    short_paid: int = 0
    refused: Counter[str] = field(default_factory=Counter)
    at_par: Counter[RiskState] = field(default_factory=Counter)
    not_at_par: Counter[RiskState] = field(default_factory=Counter)
    transitions: list[Transition] = field(default_factory=list)
    hedges: int = 0
    day_began_cents: int = 0
    best_cents: int = 0
    drawdown_cents: int = 0
    most_open_cents: int = 0

    @property
    def now_ms(self) -> int:
        return self.start_ms + self.version * STEP_SECONDS * 1_000

    @property
    def risk(self) -> Risk:
        return self.risks[self.token.code]

    @property
    def open_units(self) -> int:
        return sum(each.lock.units * len(each.waiting) for each in self.promises)

    @property
    def result_cents(self) -> int:
        """Cash and what is held at the true price, rounded down."""
        held = self.held * self.prices[-1] // (self.token.one * DOLLAR_E18)
        return int((self.cash + held) * 100 // 10**SETTLEMENT_DECIMALS)

    def step(self, price: int) -> None:
        self.version += 1
        if self.now_ms // DAY_MS != (self.now_ms - STEP_SECONDS * 1_000) // DAY_MS:
            self.day_began_cents = self.result_cents
        self.prices.append(price)
        self._hedge()
        locked = self._judge()
        self._take_payments()
        self._open_invoices()
        self.best_cents = max(self.best_cents, self.result_cents)
        self.drawdown_cents = max(self.drawdown_cents, self.best_cents - self.result_cents)
        self.witness.stepped(
            Moment(
                self.now_ms,
                price,
                self.held,
                locked,
                self.open_units,
                self.cash,
                self.risk.state,
            )
        )

    def _as_good_as_held(self) -> int:
        """What the open locks are worth hedging for, as the desk estimates its shoppers."""
        shoppers = Shoppers(self.policy.strategic_share_ppm, self.policy.completion_ppm)
        volatility = self._volatility_ppm()
        return sum(
            len(each.waiting)
            * lock_exposure(
                [each.lock],
                shoppers,
                fair=self.prices[-2],
                volatility_ppm=volatility,
                seconds_after=CONFIRM_SECONDS + self.policy.hedge_seconds,
                now_ms=self.now_ms,
            )
            for each in self.promises
        )

    def _volatility_ppm(self) -> int:
        policy = self.policy
        least = policy.min_stable_volatility_ppm if self.token.peg else policy.min_volatility_ppm
        return self.volatility.annual_ppm(low=least, high=policy.max_volatility_ppm)

    def _hedge(self) -> None:
        known = self.snapshot.assets[self.token.code].value if self.snapshot else None
        if known is None:
            return
        answer = hedge_of(
            Position(
                self.token,
                self.held,
                self._as_good_as_held(),
                known.price,
                self.prices[-1],
                self._volatility_ppm(),
                self.result_cents,
            ),
            crowd=self.crowd,
            policy=self.policy,
            allowed=self.risk.state is not RiskState.HALT,
        )
        if isinstance(answer, Hedge):
            self._settle(answer)

    def _settle(self, hedge: Hedge) -> None:
        """Book what the venues gave; slices for later are decided anew then."""
        gave = sum(part.net for _, part in hedge.parts)
        fixed = round(self.crowd.hedge_dollars * 10**SETTLEMENT_DECIMALS)
        if hedge.side is Side.SELL:
            sold, dollars = hedge.now_in, gave
            self.held -= sold
            self.cash += dollars
        else:
            sold, dollars = gave, hedge.now_in
            self.held += sold
            self.cash -= dollars
        self.cash -= fixed
        self.hedges += 1
        self.witness.hedged(Hedged(hedge.side, sold, dollars, fixed, self.prices[-1]))

    def _judge(self) -> int:
        """The snapshot and the state of now; what open locks are as good as held."""
        now, past = self.now_ms, self.prices[-1 - 2 * STEPS_A_MINUTE : -1]
        self.volatility = self.volatility.after(price=self.prices[-1], at_ms=now)
        open_units, locked = self.open_units, self._as_good_as_held()
        open_cents = open_units * self.prices[-1] * 100 // (self.token.one * E18)
        self.most_open_cents = max(self.most_open_cents, open_cents)
        snapshot = snapshot_of(
            self.token,
            Seen(now, self.prices[-1], self.prices[-2], sum(past) // len(past)),
            version=self.version,
            policy=self.policy,
            volatility=self.volatility,
            # A hedge for open locks is no short position.
            inventory_units=self.held + locked,
            open_units=open_units,
        )
        watched = judged(
            snapshot,
            risks=self.risks,
            halts=(),
            loss_cents={True: self.day_began_cents - self.result_cents},
            loss_bound_cents=self.policy.daily_loss_usd_cents,
        )
        self.snapshot, self.risks = watched.snapshot, dict(watched.risks)
        if self.token.code in watched.transitions:
            self.transitions.append(watched.transitions[self.token.code])
        return locked

    def _take_payments(self) -> None:
        price, now, still = self.prices[-1], self.now_ms, []
        for promises in self.promises:
            quote = promises.quote
            last = not quote.in_time(_time(now + STEP_SECONDS * 1_000))
            in_time = quote.in_time(_time(now))
            worth = quote.units * price // (self.token.one * DOLLAR_E18)
            waiting = []
            for shopper in promises.waiting:
                pays = shopper.pays(now_ms=now, last=last, worth_it=worth < quote.settlement_units)
                if pays and in_time:
                    self._credit(promises, shopper)
                elif last:
                    self.lapsed += 1
                else:
                    waiting.append(shopper)
            promises.waiting = waiting
            if waiting:
                still.append(promises)
        self.promises = still

    def _credit(self, promises: Promises, shopper: Shopper) -> None:
        quote, price = promises.quote, self.prices[-1]
        credit = quote.credit(quote.units)
        self.short_paid += credit.units < quote.settlement_units
        self.honoured[self.risk.state] += 1
        self.held += quote.units
        # What was asked for collecting is spent on it.
        gas = quote.parts.gas_units * price // (self.token.one * DOLLAR_E18)
        self.cash -= credit.units + gas
        self.witness.paid(
            Paid(
                quote,
                promises.lock.price,
                promises.bought_at,
                price,
                credit.units,
                gas,
                shopper.strategic,
                self.risk.state,
            )
        )

    def _open_invoices(self) -> None:
        if self.snapshot is None:
            raise AssertionError("nothing was judged yet")
        crowd, now = self.crowd, _time(self.now_ms)
        answer, par = quote_assets(
            snapshot=self.snapshot,
            demand=Amount(crowd.invoice_cents, FIAT["USD"]),
            settlement_asset=SETTLEMENT,
            assets=(self.token.code, SETTLEMENT),
            lock_seconds=crowd.lock_seconds,
            fee_bps=FEE_BPS,
            now=now,
            shorten_lock=True,
        )
        state = self.risk.state
        whole = crowd.invoice_cents * 10**SETTLEMENT_DECIMALS // 100
        offered = isinstance(par, Quote) and par.units == par.settlement_units == whole
        (self.at_par if offered else self.not_at_par)[state] += 1
        if not isinstance(answer, Quote):
            self.refused[answer.code] += crowd.invoices_a_step
            return
        # As issuing does: those that would pass the cap together are not all opened.
        cap = lock_caps(snapshot=self.snapshot, assets=[self.token.code], now=now)
        room = cap[self.token.code] - self.open_units
        opened = min(crowd.invoices_a_step, max(0, room) // answer.units)
        if opened < crowd.invoices_a_step:
            self.refused[LockCapReached.code] += crowd.invoices_a_step - opened
        self.given[state] += opened
        self.promises.append(self._promises(answer, opened=opened))
        self.witness.quoted(answer)

    def _promises(self, quote: Quote, *, opened: int) -> Promises:
        parts = quote.parts
        value = self.snapshot.assets[self.token.code].value if self.snapshot else None
        if value is None:
            raise AssertionError("a quote needs a value")
        until_ms = int(quote.lock_end.timestamp() * 1_000) + quote.grace_seconds * 1_000
        lock = OpenLock(
            quote.units,
            self.prices[-1],
            parts.spread_ppm + parts.lock_premium_ppm + parts.fill_ppm,
            until_ms,
        )
        # A pegged token is never taken above its peg.
        bought_at = min(value.buy, E18) if self.token.peg else value.buy
        drawn = [
            Shopper.drawn(self.crowd, now_ms=self.now_ms, random=self.random) for _ in range(opened)
        ]
        return Promises(quote, lock, bought_at, drawn)


def _time(at_ms: int) -> datetime:
    return datetime.fromtimestamp(at_ms / 1_000, UTC)


def _steps(minutes: Sequence[float]) -> list[int]:
    """e18 dollars each 15 s, drawn straight between the minutes."""
    return [
        round((a + (b - a) * step / STEPS_A_MINUTE) * 1_000_000) * (E18 // 1_000_000)
        for a, b in pairwise(minutes)
        for step in range(1, STEPS_A_MINUTE + 1)
    ]


def play(
    scenario: Scenario,
    *,
    crowd: Crowd | None = None,
    policy: DeskPolicy | None = None,
    random: Random,
    start_ms: int = START_MS,
    witness: Witness | None = None,
) -> Outcome:
    """The scenario from its first minute to its last, and what became of the desk.

    Args:
        start_ms: Unix time of the first minute; days, and a day's loss, begin at UTC midnight.
        witness: told of every step.
    """
    crowd, policy = crowd or Crowd(), policy or DeskPolicy()
    token = scenario.token
    prices = _steps(scenario.minutes)
    annual = policy.initial_stable_volatility_ppm if token.peg else policy.initial_volatility_ppm
    desk = _Play(
        token,
        crowd,
        policy,
        random,
        witness or Nobody(),
        start_ms,
        Volatility.starting(annual_ppm=annual, price=prices[0], at_ms=start_ms),
        [prices[0]],
    )
    for price in prices:
        desk.step(price)
    return Outcome(
        scenario=scenario.name,
        simulated=scenario.simulated,
        given=desk.given,
        honoured=desk.honoured,
        lapsed=desk.lapsed,
        still_open=sum(len(each.waiting) for each in desk.promises),
        short_paid=desk.short_paid,
        refused=desk.refused,
        at_par=desk.at_par,
        not_at_par=desk.not_at_par,
        transitions=tuple(desk.transitions),
        hedges=desk.hedges,
        drawdown_cents=desk.drawdown_cents,
        final_cents=desk.result_cents,
        loss_bound_cents=policy.daily_loss_usd_cents,
        most_open_cents=desk.most_open_cents,
        lock_cap_cents=policy.asset_cap_usd_cents,
    )
