"""Who comes to a played desk: how many, for how much, how soon they pay, and what they know."""

from dataclasses import dataclass, field
from random import Random

from gateway.market.hedging.locks import OpenLock
from gateway.market.quotes import Quote

STEP_SECONDS = 15


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

    def __post_init__(self) -> None:
        if not (0 <= self.strategic_share <= 1 and 0 <= self.completion <= 1):
            raise ValueError("strategic_share and completion lie between 0 and 1")
        if not 1 <= self.invoices_a_step <= 1_000 or not 1 <= self.invoice_cents <= 10**10:
            raise ValueError("invoices_a_step is 1 to 1,000, invoice_cents 1 to 10,000,000,000")
        if not 15 <= self.lock_seconds <= 86_400 or not 0 < self.mean_pay_seconds <= 86_400:
            raise ValueError("lock_seconds is 15 to 86,400, mean_pay_seconds above 0 up to that")
        if self.capital_cents <= 0 or self.lent_cents < 0:
            raise ValueError("capital_cents is above 0, lent_cents not below")
        if not (0 < self.band_dollars <= 10**9 and 0 < self.hedge_dollars <= 10**6):
            raise ValueError("band_dollars and hedge_dollars are above 0")

    @property
    def dollars_a_second(self) -> float:
        return self.invoices_a_step * self.invoice_cents / 100 / STEP_SECONDS


@dataclass(frozen=True, slots=True)
class Shopper:
    """When somebody means to pay (never: None), and whether only if it pays."""

    pays_ms: int | None
    strategic: bool

    @classmethod
    def drawn(cls, crowd: Crowd, *, now_ms: int, random: Random) -> "Shopper":
        strategic = random.random() < crowd.strategic_share
        if strategic or random.random() >= crowd.completion:
            return cls(None, strategic)
        delay_ms = int(random.expovariate(1 / crowd.mean_pay_seconds) * 1_000)
        return cls(now_ms + delay_ms, strategic)

    def pays(self, *, now_ms: int, last: bool, worth_it: bool) -> bool:
        """Whether the money comes now; ``last``: there is no later chance within the lock."""
        if self.strategic:
            return last and worth_it
        return self.pays_ms is not None and self.pays_ms <= now_ms


@dataclass(slots=True)
class Promises:
    """Open invoices of one quote, drawn at one time, and who has not paid yet.

    Attributes:
        lock: one invoice's; its ``price`` is what a whole token was truly worth then.
        bought_at: what the quote valued it at, e18 dollars too.
    """

    quote: Quote
    lock: OpenLock
    bought_at: int
    waiting: list[Shopper] = field(default_factory=list)
