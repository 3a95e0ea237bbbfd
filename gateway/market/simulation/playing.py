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

from gateway.market.desk.lock import SECONDS_PER_YEAR
from gateway.market.desk.volatility import Volatility
from gateway.market.errors import LockCapReached
from gateway.market.hedging.bands import Band, aversion_for
from gateway.market.hedging.deciding import (
    Hedge,
    HedgePolicy,
    Holding,
    Side,
    VenueClass,
    View,
    band_units,
    decide,
)
from gateway.market.hedging.locks import OpenLock, Shoppers, lock_exposure
from gateway.market.hedging.tiers import DEFAULT_TIERS
from gateway.market.quotes import Quote, lock_caps, quote_assets
from gateway.market.risk.states import Risk, RiskState, Transition
from gateway.market.risk.watch import judged
from gateway.market.simulation.scenarios import Scenario
from gateway.market.simulation.stage import (
    CONFIRM_SECONDS,
    SETTLEMENT,
    SETTLEMENT_DECIMALS,
    Seen,
    Token,
    outlets_for,
    snapshot_of,
)
from gateway.market.snapshots import E18, DeskPolicy, MarketSnapshot
from gateway.money.amounts import Amount
from gateway.money.assets import FIAT
from gateway.money.rates import PPM

START_MS = 1_640_995_200_000
STEP_SECONDS, STEPS_A_MINUTE = 15, 4
DOLLAR_E18 = E18 // 10**SETTLEMENT_DECIMALS


@dataclass(frozen=True, slots=True)
class Crowd:
    """Who comes, and what the desk has to meet them with.

    Attributes:
        invoices_a_step, invoice_cents: opened each 15 s, in the token.
        strategic_share: of shoppers who pay only if that pays.
        completion: probability that one of the others pays; mean_pay_seconds: how soon.
        capital_cents, lent_cents: the desk's, and what the exchange lends it to sell.
        band_dollars, hedge_dollars: the no-trade band in calm, and a hedge's fixed cost.
    """

    invoices_a_step: int = 10
    invoice_cents: int = 50_000
    strategic_share: float = 0.5
    completion: float = 0.9
    mean_pay_seconds: float = 180.0
    lock_seconds: int = 900
    capital_cents: int = 100_000_000
    lent_cents: int = 50_000_000
    band_dollars: float = 5_000.0
    hedge_dollars: float = 1.0


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of the desk and of its promises.

    Attributes:
        given: locks by the state they were given in; honoured: by the state they were paid in.
        lapsed: not paid in time; short_paid: paid in time and not credited in full.
        refused: invoices not opened, by code; at_par, not_at_par: by state, whether the
            settlement asset was offered at par, each step.
        still_open: locks that were neither paid nor lapsed when the scenario ended.
        drawdown_cents: how far the desk's result, marked to the price, fell below its best before;
            final_cents: its last. The gateway's fee is not in them.
        loss_bound_cents: the policy's daily loss.
        most_open_cents: the largest sum of open locks, and lock_cap_cents its limit.
    """

    scenario: str
    simulated: bool
    given: Counter[RiskState]
    honoured: Counter[RiskState]
    lapsed: int
    still_open: int
    short_paid: int
    refused: Counter[str]
    at_par: Counter[RiskState]
    not_at_par: Counter[RiskState]
    transitions: tuple[Transition, ...]
    hedges: int
    drawdown_cents: int
    final_cents: int
    loss_bound_cents: int
    most_open_cents: int
    lock_cap_cents: int

    @property
    def loss_of_cap(self) -> float:
        """The drawdown over the loss at which a day is stopped: earlier gains excuse nothing."""
        return self.drawdown_cents / self.loss_bound_cents


@dataclass(slots=True)
class _Promise:
    """An open invoice; when its shopper means to pay (never: None), and whether only if it pays."""

    quote: Quote
    lock: OpenLock
    pays_ms: int | None
    strategic: bool


@dataclass(slots=True)
class _Play:
    """A desk in the middle of a scenario. Units are base units; cash is the settlement asset's."""

    token: Token
    crowd: Crowd
    policy: DeskPolicy
    random: Random
    volatility: Volatility
    prices: list[int]
    risks: dict[str, Risk] = field(default_factory=dict)
    snapshot: MarketSnapshot | None = None
    promises: list[_Promise] = field(default_factory=list)
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
    best_cents: int = 0
    drawdown_cents: int = 0
    most_open_cents: int = 0

    @property
    def now_ms(self) -> int:
        return START_MS + self.version * STEP_SECONDS * 1_000

    @property
    def risk(self) -> Risk:
        return self.risks[self.token.code]

    @property
    def result_cents(self) -> int:
        """Cash and what is held at the true price, rounded down."""
        held = self.held * self.prices[-1] // (self.token.one * DOLLAR_E18)
        return int((self.cash + held) * 100 // 10**SETTLEMENT_DECIMALS)

    def step(self, price: int) -> None:
        self.version += 1
        self.prices.append(price)
        self._hedge()
        self._judge()
        self._take_payments()
        self._open_invoices()
        self.best_cents = max(self.best_cents, self.result_cents)
        self.drawdown_cents = max(self.drawdown_cents, self.best_cents - self.result_cents)

    def _as_good_as_held(self) -> int:
        """What the open locks are worth hedging for, as the desk estimates its shoppers."""
        return lock_exposure(
            [promise.lock for promise in self.promises],
            Shoppers(self.policy.strategic_share_ppm, self.policy.completion_ppm),
            fair=self.prices[-2],
            volatility_ppm=self._volatility_ppm(),
            seconds_after=CONFIRM_SECONDS + self.policy.hedge_seconds,
            now_ms=self.now_ms,
        )

    def _volatility_ppm(self) -> int:
        policy = self.policy
        least = policy.min_stable_volatility_ppm if self.token.peg else policy.min_volatility_ppm
        return self.volatility.annual_ppm(low=least, high=policy.max_volatility_ppm)

    def _hedge(self) -> None:
        """Decide by the value last agreed on; the venues answer at the price of now."""
        known = self.snapshot.assets[self.token.code].value if self.snapshot else None
        if known is None:
            return
        crowd, token = self.crowd, self.token
        lent = crowd.lent_cents * token.one * E18 // (100 * known.price)
        holding = Holding(
            self.held,
            0,
            self._as_good_as_held(),
            # What has to go from the chain to the exchange is taken to be there.
            {VenueClass.POOL: max(0, self.held), VenueClass.EXCHANGE: max(0, self.held + lent)},
        )
        side = Side.SELL if holding.exposure > 0 else Side.BUY
        second = (SECONDS_PER_YEAR**0.5) * PPM
        calm = self.policy.initial_volatility_ppm / second
        inflow = crowd.invoices_a_step * crowd.invoice_cents / 100 / STEP_SECONDS
        view = View(
            known.price,
            token.decimals,
            SETTLEMENT_DECIMALS,
            self._volatility_ppm() / second,
            outlets_for(token, self.prices[-1], side),
        )
        band = Band(
            fixed_cost=crowd.hedge_dollars,
            inflow=inflow,
            gamma=aversion_for(
                width=crowd.band_dollars, fixed_cost=crowd.hedge_dollars, inflow=inflow, sigma=calm
            ),
            sigma=view.sigma,
        )
        answer = decide(
            holding=holding,
            view=view,
            band_units=band_units(
                width_dollars=band.width,
                view=view,
                most_units=view.units_of_cents(self.policy.inventory_bound_usd_cents),
            ),
            policy=HedgePolicy(DEFAULT_TIERS),
            capital_cents=crowd.capital_cents + self.result_cents,
            gross_cents=view.cents(holding.exposure),
            allowed=self.risk.state is not RiskState.HALT,
            clock=lambda: 0.0,
            deadline=1.0,
        )
        if isinstance(answer, Hedge):
            self._settle(answer)

    def _settle(self, hedge: Hedge) -> None:
        """Book what the venues gave; slices for later are decided anew then."""
        gave = sum(part.net for _, part in hedge.parts)
        sign = 1 if hedge.side is Side.SELL else -1
        self.held -= hedge.now_in if sign > 0 else -gave
        self.cash += gave if sign > 0 else -hedge.now_in
        self.cash -= round(self.crowd.hedge_dollars * 10**SETTLEMENT_DECIMALS)
        self.hedges += 1

    def _judge(self) -> None:
        now, past = self.now_ms, self.prices[-1 - 2 * STEPS_A_MINUTE : -1]
        self.volatility = self.volatility.after(price=self.prices[-1], at_ms=now)
        open_units = sum(promise.lock.units for promise in self.promises)
        open_cents = open_units * self.prices[-1] * 100 // (self.token.one * E18)
        self.most_open_cents = max(self.most_open_cents, open_cents)
        snapshot = snapshot_of(
            self.token,
            Seen(now, self.prices[-1], self.prices[-2], sum(past) // len(past)),
            version=self.version,
            policy=self.policy,
            volatility=self.volatility,
            # A hedge for open locks is no short position.
            inventory_units=self.held + self._as_good_as_held(),
            open_units=open_units,
        )
        watched = judged(
            snapshot,
            risks=self.risks,
            halts=(),
            loss_cents={True: -self.result_cents},
            loss_bound_cents=self.policy.daily_loss_usd_cents,
        )
        self.snapshot, self.risks = watched.snapshot, dict(watched.risks)
        if self.token.code in watched.transitions:
            self.transitions.append(watched.transitions[self.token.code])

    def _take_payments(self) -> None:
        price, still = self.prices[-1], []
        for promise in self.promises:
            quote = promise.quote
            last = not quote.in_time(_time(self.now_ms + STEP_SECONDS * 1_000))
            worth = quote.units * price // (self.token.one * DOLLAR_E18)
            if promise.strategic:
                pays = last and worth < quote.settlement_units
            else:
                pays = promise.pays_ms is not None and promise.pays_ms <= self.now_ms
            if pays and quote.in_time(_time(self.now_ms)):
                self._credit(quote)
            elif last:
                self.lapsed += 1
            else:
                still.append(promise)
        self.promises = still

    def _credit(self, quote: Quote) -> None:
        credit = quote.credit(quote.units)
        self.short_paid += credit.units < quote.settlement_units
        self.honoured[self.risk.state] += 1
        self.held += quote.units
        # What was asked for collecting is spent on it.
        gas = quote.parts.gas_units * self.prices[-1] // (self.token.one * DOLLAR_E18)
        self.cash -= credit.units + gas

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
            fee_bps=50,
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
        room = cap[self.token.code] - sum(promise.lock.units for promise in self.promises)
        opened = min(crowd.invoices_a_step, max(0, room) // answer.units)
        self.refused[LockCapReached.code] += crowd.invoices_a_step - opened
        self.given[state] += opened
        self.promises += [self._promise(answer) for _ in range(opened)]

    def _promise(self, quote: Quote) -> _Promise:
        crowd, random, parts = self.crowd, self.random, quote.parts
        until_ms = int(quote.lock_end.timestamp() * 1_000) + quote.grace_seconds * 1_000
        value = self.prices[-1]
        lock = OpenLock(
            quote.units,
            value,
            parts.spread_ppm + parts.lock_premium_ppm + parts.fill_ppm,
            until_ms,
        )
        strategic = random.random() < crowd.strategic_share
        pays_ms = None
        if not strategic and random.random() < crowd.completion:
            pays_ms = self.now_ms + int(random.expovariate(1 / crowd.mean_pay_seconds) * 1_000)
        return _Promise(quote, lock, pays_ms, strategic)


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
) -> Outcome:
    """The scenario from its first minute to its last, and what became of the desk."""
    crowd, policy = crowd or Crowd(), policy or DeskPolicy()
    token = scenario.token
    prices = _steps(scenario.minutes)
    annual = policy.initial_stable_volatility_ppm if token.peg else policy.initial_volatility_ppm
    desk = _Play(
        token,
        crowd,
        policy,
        random,
        Volatility.starting(annual_ppm=annual, price=prices[0], at_ms=START_MS),
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
        still_open=len(desk.promises),
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
